// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of the host, raw. It is as long as it was when it was opened, and never grows.
///
/// A write is with the host's operating system, in the order of writing, when {@link #write} returns: it survives the
/// end of this process at any moment. {@link #flush} makes it survive the end of the host.
public final class FileMedium implements BlockMedium, Closeable {
    private final FileChannel channel;
    private final long size;
    private final boolean writable;
    private final WriteLog log = new WriteLog();

    private FileMedium(FileChannel channel, boolean writable) throws IOException {
        this.channel = channel;
        this.writable = writable;
        size = channel.size();
    }

    /// Opens and locks: one writer, or any number of readers.
    ///
    /// @return null when somebody else uses the file
    public static @Nullable FileMedium open(Path file, boolean writable) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                writable ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE) : Set.of(StandardOpenOption.READ));
        boolean ours = false;
        try {
            ours = lock(channel, writable);
            return ours ? new FileMedium(channel, writable) : null;
        } finally {
            if (!ours) channel.close();
        }
    }

    private static boolean lock(FileChannel channel, boolean writable) throws IOException {
        try {
            // Held until the channel is closed.
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, !writable);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public void read(long at, byte[] to, int offset, int length) {
        check(at, length);
        ByteBuffer buffer = ByteBuffer.wrap(to, offset, length);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position() - offset) < 0) {
                    throw new EOFException("the file has become shorter");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(long at, byte[] from, int offset, int length) {
        if (!writable) throw new IllegalStateException("the drive asks before it writes");
        check(at, length);
        ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
        try {
            while (buffer.hasRemaining()) channel.write(buffer, at + buffer.position() - offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        log.add(at, from, offset, length);
    }

    /// The last wall before the host's file: nothing outside it, whoever is wrong above.
    private void check(long at, int length) {
        if (at < 0 || length < 0 || at > size - length) {
            throw new IllegalStateException("byte " + at + " + " + length + " of a medium of " + size);
        }
    }

    @Override
    public void flush() {
        if (!writable) return;
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long written() {
        return log.value();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
