// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;

class GuestDmaTest {
    private static final int PAGE = MachineMemory.PAGE, FRAMES = 4;

    private final MachineMemory memory = new MachineMemory(8 * PAGE);
    private final GuestDma dma = new GuestDma(memory);
    private final byte[] data = new byte[2 * PAGE];

    /// Guest frames 0 to 3 are machine frames 7 down to 4; frame 3 is taken away.
    private void scattered() {
        dma.guest(pfn -> pfn == 3 ? -1 : 7 - pfn, (long) FRAMES * PAGE);
    }

    @Test
    void whatCrossesAPageGoesWhereEachFrameIs() {
        scattered();
        for (int i = 0; i < data.length; i++) data[i] = (byte) (i * 7 + i / 256);
        assertTrue(dma.write(100, data, 0, data.length));
        assertEquals(data[0] & 0xFF, memory.read8(7 * PAGE + 100));
        assertEquals(data[PAGE - 100] & 0xFF, memory.read8(6 * PAGE));
        assertEquals(data[2 * PAGE - 1] & 0xFF, memory.read8(5 * PAGE + 99));
        byte[] back = new byte[data.length];
        assertTrue(dma.read(100, back, 0, back.length));
        assertArrayEquals(data, back);
    }

    @Test
    void nothingMovesWhenAPartIsNotTheGuests() {
        scattered();
        byte[] before = memory.bytes().clone();
        Arrays.fill(data, (byte) 1);
        assertFalse(dma.write(3L * PAGE - 8, data, 0, 16));
        assertFalse(dma.write(4L * PAGE, data, 0, 1));
        assertFalse(dma.write(-1, data, 0, 1));
        assertFalse(dma.write(0xFFFF_FFFFL, data, 0, 16));
        assertArrayEquals(before, memory.bytes());
    }

    @Test
    void beforeTheGuestHasMemoryThereIsNone() {
        assertFalse(dma.read(0, data, 0, 1));
    }
}
