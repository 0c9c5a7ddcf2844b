// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

/// A chip with registers, or memory, in the physical address space. It says itself where it sits.
public interface MmioDevice {
    /// @param maddr physical address, unsigned
    boolean decodes(long maddr);

    /// May have side effects. @param size 1, 2 or 4; only the first byte is sure to be decoded
    int read(long maddr, int size);

    /// What {@link #read} would give, without any effect.
    int peek(long maddr, int size);

    void write(long maddr, int size, int value);
}
