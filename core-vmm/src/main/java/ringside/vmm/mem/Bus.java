// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.mem;

/// Physical addresses outside RAM: memory-mapped devices and nothing. Reads of nothing give ones.
public interface Bus {
    /// @param maddr physical address, unsigned
    /// @param size  1, 2 or 4
    int read(int vcpu, long maddr, int size);

    void write(int vcpu, long maddr, int size, int value);
}
