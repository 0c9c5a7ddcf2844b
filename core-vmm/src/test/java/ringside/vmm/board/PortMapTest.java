// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;

class PortMapTest {
    private final PortMap ports = new PortMap();

    /// Answers its name and the offset.
    private record Named(int name) implements PortDevice {
        @Override
        public int read(int offset) {
            return name << 4 | offset;
        }

        @Override
        public int peek(int offset) {
            return read(offset);
        }

        @Override
        public int readWide(int offset, int size) {
            return 0xABCD_0000 | size << 8 | read(offset);
        }

        @Override
        public void write(int offset, int value) {
            // Not asked for here.
        }
    }

    @Test
    void aWideLoadIsOneLoadWhenOneChipHasAllOfItsPorts() {
        ports.put(0x100, 4, new Named(1));
        assertEquals(0xABCD_0410, ports.in(0, 0x100, 4));
        assertEquals(0x0210, ports.in(0, 0x100, 2));
        assertEquals(0xFFFF_1312, ports.in(0, 0x102, 4));
    }

    @Test
    void aWindowMovesAndLeavesNothingBehind() {
        PortSpace.Window w = ports.window(4, new Named(2));
        assertEquals(0xFF, ports.in(0, 0xC000, 1));
        w.at(0xC000);
        assertEquals(0x21, ports.in(0, 0xC001, 1));
        w.at(0xC002);
        assertEquals(0xFF, ports.in(0, 0xC001, 1));
        assertEquals(0x23, ports.in(0, 0xC005, 1));
        w.off();
        assertEquals(0xFF, ports.in(0, 0xC005, 1));
    }

    @Test
    void aFixedChipGoesBeforeAWindowAndIsThereWhenTheWindowHasGone() {
        ports.put(0x60, 1, new Named(3));
        PortSpace.Window w = ports.window(8, new Named(4));
        w.at(0x5E);
        assertEquals(0x30, ports.in(0, 0x60, 1));
        assertEquals(0x43, ports.in(0, 0x61, 1));
        w.off();
        assertEquals(0x30, ports.in(0, 0x60, 1));
    }

    @Test
    void aWindowAtTheEndOfTheSpaceIsCutOff() {
        PortSpace.Window w = ports.window(8, new Named(5));
        w.at(0xFFFC);
        assertEquals(0x53, ports.in(0, 0xFFFF, 1));
        assertEquals(0xFF, ports.in(0, 0, 1));
    }
}
