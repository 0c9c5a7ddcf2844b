// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringside.vmm.history.MachineState;

class OverlayMediumTest {
    private static final int SECTOR = 512;
    private final byte[] base = new byte[4096 * 3 + SECTOR];
    private final OverlayMedium overlay = new OverlayMedium(new MemoryMedium(base, false));

    private static byte[] filled(int value) {
        byte[] b = new byte[SECTOR];
        Arrays.fill(b, (byte) value);
        return b;
    }

    @Test
    void writesAreReadBackAndTheBaseStays() {
        overlay.write(4096 - 256, filled(7), 0, SECTOR);
        byte[] read = new byte[SECTOR];
        overlay.read(4096 - 256, read, 0, SECTOR);
        assertArrayEquals(filled(7), read);
        assertArrayEquals(new byte[base.length], base);
        assertEquals(2 * 4096, overlay.keptBytes());
    }

    @Test
    void theLastBlockMayBeShort() {
        overlay.write(4096 * 3, filled(9), 0, SECTOR);
        byte[] read = new byte[SECTOR];
        overlay.read(4096 * 3, read, 0, SECTOR);
        assertArrayEquals(filled(9), read);
    }

    @Test
    void theNumberIsOfWhatIsThereNotOfTheWay() {
        OverlayMedium other = new OverlayMedium(new MemoryMedium(base, false));
        overlay.write(0, filled(1), 0, SECTOR);
        overlay.write(8192, filled(2), 0, SECTOR);
        other.write(8192, filled(3), 0, SECTOR);
        assertNotEquals(overlay.written(), other.written());
        other.write(8192, filled(2), 0, SECTOR);
        other.write(0, filled(1), 0, SECTOR);
        assertEquals(overlay.written(), other.written());
    }

    @Test
    void writesAreTakenBackAndGivenToAnotherOverlay() {
        overlay.write(4096 * 2, filled(1), 0, SECTOR);
        overlay.write(0, filled(2), 0, SECTOR);
        MachineState before = MachineState.of(overlay::state, null);
        byte[] then = all(overlay);
        long number = overlay.written();
        overlay.write(0, filled(3), 0, SECTOR);
        overlay.write(4096 * 3, filled(4), 0, SECTOR);
        MachineState after = MachineState.of(overlay::state, before);
        byte[] later = all(overlay);
        before.into(overlay::state);
        assertArrayEquals(then, all(overlay));
        assertEquals(number, overlay.written());
        assertEquals(2 * 4096, overlay.keptBytes());
        OverlayMedium other = new OverlayMedium(new MemoryMedium(base, false));
        after.into(other::state);
        assertArrayEquals(later, all(other));
    }

    private static byte[] all(OverlayMedium medium) {
        byte[] bytes = new byte[(int) medium.size()];
        medium.read(0, bytes, 0, bytes.length);
        return bytes;
    }
}
