// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

/// What a disk or CD drive holds: bytes that can be read and perhaps written. The drive checks the range first.
public interface BlockMedium {
    /// Bytes, a multiple of the drive's sector.
    long size();

    boolean writable();

    void read(long at, byte[] to, int offset, int length);

    void write(long at, byte[] from, int offset, int length);

    /// What was written is safe when this returns.
    void flush();
}
