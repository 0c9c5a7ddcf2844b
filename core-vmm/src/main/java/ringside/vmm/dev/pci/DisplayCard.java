// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import ringside.vmm.dev.BochsDisplay;

/// The display on the PCI bus: 1234:1111, by which drivers know it, with the frame buffer behind its first window.
public final class DisplayCard {
    private DisplayCard() {}

    public static PciFunction function(BochsDisplay display) {
        PciFunction f = new PciFunction(0x1234, 0x1111, 0x030000, 2);
        f.subsystem(0x1AF4, 0x1100);
        return f.memory(0, BochsDisplay.MEMORY, new FrameBuffer(display));
    }

    private record FrameBuffer(BochsDisplay display) implements BarMemory {
        @Override
        public int read(int offset, int size) {
            return display.readMemory(offset, size);
        }

        @Override
        public int peek(int offset, int size) {
            return display.readMemory(offset, size);
        }

        @Override
        public void write(int offset, int size, int value) {
            display.writeMemory(offset, size, value);
        }
    }
}
