// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// Bytes on their way, in order, never more than fit.
final class ByteRing {
    private final byte[] bytes;
    private int first, size;

    ByteRing(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    int room() {
        return bytes.length - size;
    }

    /// Takes in as much as fits. @return how much that was
    int put(byte[] from, int offset, int length) {
        int n = Math.min(length, room());
        int at = (first + size) % bytes.length;
        int part = Math.min(n, bytes.length - at);
        System.arraycopy(from, offset, bytes, at, part);
        System.arraycopy(from, offset + part, bytes, 0, n - part);
        size += n;
        return n;
    }

    /// Copies bytes without consuming them. @param skip the first of them
    void copy(int skip, byte[] to, int offset, int length) {
        int at = (first + skip) % bytes.length;
        int part = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, to, offset, part);
        System.arraycopy(bytes, 0, to, offset + part, length - part);
    }

    void drop(int n) {
        first = (first + n) % bytes.length;
        size -= n;
    }

    /// @return bytes read; -1 at the end
    int readFrom(ReadableByteChannel channel) throws IOException {
        int at = (first + size) % bytes.length;
        int n = channel.read(ByteBuffer.wrap(bytes, at, Math.min(room(), bytes.length - at)));
        if (n > 0) size += n;
        return n;
    }

    /// @return bytes written
    int writeTo(WritableByteChannel channel) throws IOException {
        int n = channel.write(ByteBuffer.wrap(bytes, first, Math.min(size, bytes.length - first)));
        drop(n);
        return n;
    }
}
