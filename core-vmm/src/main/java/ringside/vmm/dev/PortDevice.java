// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

/// A chip with byte-wide registers in the port space. Offsets, not ports: the board decides where it sits.
public interface PortDevice {
    /// May have side effects. @return 0..255
    int read(int offset);

    /// What {@link #read} would give, without any effect.
    int peek(int offset);

    /// @param value 0..255
    void write(int offset, int value);

    /// A wider load; the usual chip on an 8-bit bus is asked for its bytes one after the other.
    ///
    /// @param size 2 or 4
    default int readWide(int offset, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) value |= (read(offset + i) & 0xFF) << 8 * i;
        return value;
    }

    /// A wider store; the usual chip on an 8-bit bus sees its bytes one after the other.
    ///
    /// @param size 2 or 4
    default void writeWide(int offset, int size, int value) {
        for (int i = 0; i < size; i++) write(offset + i, value >>> (8 * i) & 0xFF);
    }
}
