// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

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
}
