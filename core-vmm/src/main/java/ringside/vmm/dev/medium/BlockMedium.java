// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import ringside.vmm.state.StateVisitor;

/// What a disk or CD drive holds: bytes that can be read and perhaps written. The drive checks the range first.
///
/// Transfers throw {@link java.io.UncheckedIOException} when the host cannot do them; the drive tells its guest.
public interface BlockMedium {
    /// Bytes, a multiple of the drive's sector.
    long size();

    boolean writable();

    void read(long at, byte[] to, int offset, int length);

    void write(long at, byte[] from, int offset, int length);

    /// What was written is safe when this returns.
    void flush();

    /// A number for what has been written since the beginning, cheap to ask for. Equal runs have equal numbers.
    default long written() {
        return 0;
    }

    /// What a guest has written, where it can be taken back.
    default void state(StateVisitor v) {}

    /// Whether {@link #state} takes back every write. What went to a file of the host stays there.
    default boolean rewinds() {
        return !writable();
    }
}
