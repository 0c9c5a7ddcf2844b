// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpaceProbeTest {
    @Test
    void aFullAddressSpaceIsShownEntryByEntry() {
        // Two levels of 1,024: the root is frame 0, its tables are frames 1 to 1,024.
        SpaceView space = SpaceProbe.space((mfn, level) -> {
            long[] entries = new long[1024];
            int[] targets = new int[1024];
            boolean root = mfn < 0;
            for (int i = 0; i < 1024; i++) {
                targets[i] = root ? i + 1 : (mfn - 1) * 1024 + i;
                entries[i] = (long) targets[i] << 12 | 1;
            }
            return new TableView(root ? 2 : 1, false, Math.max(0, mfn), -1, entries, targets, "");
        });

        assertEquals(1 << 20, space.size());
        assertEquals(1L << 32, space.mapped());
        assertEquals(1025, space.tables());
        for (int i = 0; i < space.size(); i++) {
            assertEquals(i << 12, space.vas()[i]);
            assertEquals(i, space.targets()[i]);
        }
        assertEquals(0xC0123, space.at(0xC0123FFF));
    }

    @Test
    void aLargePageIsOneEntryAndWhatIsAbsentIsNotAWay() {
        SpaceView space = SpaceProbe.space((mfn, level) -> new TableView(
                2, true, 5, -1, new long[] {0, 0x80_0083L, 0x1230, 0x9000_0001L}, new int[] {-1, 0x800, -1, -1}, ""));

        assertEquals(3, space.size());
        assertEquals(21, space.spans()[0]);
        assertEquals(2 << 21, space.mapped());
        assertEquals(1 << 21, space.vas()[0]);
    }
}
