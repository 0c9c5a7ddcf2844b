// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.frames.FrameType;

/// mmu_update and pinning, where the checklist of direct paging does not go.
class MmuCallsTest {
    private static final int VA = 0x200000;
    private final XenFixture f = XenFixture.started();
    private final int mfn = f.mfn(0x200);

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private void makeTable() {
        f.updateVaMapping(VA, XenFixture.writable(mfn, false));
        assertEquals(0, f.mmuExtended(0, mfn, 0));
    }

    @Test
    void accessedAndDirtyAreKeptWhenAskedFor() {
        makeTable();
        long entry = (long) mfn << 12;
        int target = f.mfn(0x201);
        f.mmuUpdate(entry, (long) target << 12 | 0x61);
        assertEquals(0, f.mmuUpdate(entry | 2, (long) target << 12 | 1));
        assertEquals((long) target << 12 | 0x61, f.frames().entry(mfn, 0));
        assertEquals(0, f.mmuUpdate(entry, (long) target << 12 | 1));
        assertEquals((long) target << 12 | 1, f.frames().entry(mfn, 0));
        assertEquals(0, f.mmuUpdate(entry | 3, (long) target << 12 | 5));
        assertEquals((long) target << 12 | 5, f.frames().entry(mfn, 0));
        assertEquals(-38, f.mmuUpdate(entry | 4, 0));
    }

    @Test
    void aDirectoryOfOnesOwnIsPinnedAndFilled() {
        makeTable();
        int directory = f.mfn(0x210);
        f.updateVaMapping(0x210000, XenFixture.writable(directory, false));
        assertEquals(0, f.mmuExtended(1, directory, 0));
        assertEquals(0, f.mmuUpdate(((long) directory << 12) + 8, (long) mfn << 12 | 0x67));
        assertEquals(2, f.frames().typeCount(mfn));
        assertEquals(-22, f.mmuUpdate(((long) directory << 12) + 16, (long) mfn << 12 | 0xE7), "a large page");
        assertEquals(-22, f.mmuExtended(0, directory, 0), "another type");
        assertEquals(-22, f.mmuExtended(1, directory, 0), "pinned already");
        assertEquals(0, f.mmuExtended(4, directory, 0));
        assertEquals(1, f.frames().typeCount(mfn));
    }

    @Test
    void aDirectoryIsSeenThroughAnotherOne() {
        int root = f.xen().rootMfn(0);
        int low = (int) (f.frames().entry(root, 0) >>> 12);
        int second = (int) (f.frames().entry(root, 1) >>> 12);
        long slot = ((long) second << 12) + 8;
        assertEquals(-22, f.mmuUpdate(slot, (long) low << 12 | 0x67), "writable");
        assertEquals(0, f.mmuUpdate(slot, (long) low << 12 | 0x65));
        int window = (1 << 30) + (1 << 21);
        int table = (int) (f.frames().entry(low, 0) >>> 12);
        assertEquals((int) f.frames().entry(table, 5), f.read(window + 40), "a page table, as memory");
        assertEquals(-22, f.updateVaMapping(window, 0), "no L1 behind it");
        assertTrue(f.frames().isLive(low, FrameType.L2));
    }

    @Test
    void aRootWithoutItsTopIsRefused() {
        int l3 = f.mfn(0x210);
        f.updateVaMapping(0x210000, XenFixture.writable(l3, false));
        assertEquals(-22, f.mmuExtended(2, l3, 0));
        assertEquals(-22, f.mmuExtended(4, l3, 0), "nor is it pinned");
        assertEquals(-22, f.mmuUpdate(((long) f.xen().rootMfn(0) << 12) + 24, 0), "the top of a live one stays");
    }
}
