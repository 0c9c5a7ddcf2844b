// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;

/// One base address register of a function: a power of two of ports or of memory. (PCI 2.2, section 6.2.5.)
final class PciBar {
    final int number;
    final int size;
    private final @Nullable PortDevice ports;
    final @Nullable BarMemory memory;
    private PortSpace.@Nullable Window window;
    /// Where it answers; -1: nowhere.
    private long base = -1;

    PciBar(int number, int size, @Nullable PortDevice ports, @Nullable BarMemory memory) {
        if (Integer.bitCount(size) != 1) throw new IllegalArgumentException("a BAR of " + size + " bytes");
        this.number = number;
        this.size = size;
        this.ports = ports;
        this.memory = memory;
    }

    boolean isPorts() {
        return ports != null;
    }

    int offset() {
        return 0x10 + 4 * number;
    }

    void plug(PortSpace space) {
        if (ports != null) window = space.window(size, ports);
    }

    /// @param address where the register says, or -1
    void place(long address) {
        base = address;
        if (window == null) return;
        // Ports have 16 bits; an address beyond them is nowhere, and neither is 0, where the board's own chips are.
        if (address > 0 && address < 0x10000) window.at((int) address);
        else window.off();
    }

    boolean decodes(long maddr) {
        return base > 0 && memory != null && maddr >= base && maddr < base + size;
    }

    int offsetOf(long maddr) {
        return (int) (maddr - base);
    }
}
