// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

/// What stands behind a memory BAR: registers or memory of a card, by offset from the BAR's address.
public interface BarMemory {
    /// May have side effects. @param size 1, 2 or 4
    int read(int offset, int size);

    /// What {@link #read} would give, without any effect.
    int peek(int offset, int size);

    void write(int offset, int size, int value);
}
