// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.frames.FrameType;

/// A kernel whose notes say PAE_MODE=no: tables of two levels, the hypervisor from 0xFC000000 on.
class TwoLevelsTest {
    private static final int PIN_L1 = 0, PIN_L2 = 1, PIN_L3 = 2, UNPIN = 4, NEW_BASEPTR = 5;
    private static final int EINVAL = -22;
    private static final int M2P = 0xFC000000;
    private static final int VA = 0x200000, PFN = 0x200;

    private final XenFixture f = XenFixture.started(XenFixture.helloWithTwoLevels(), 2);
    private final int mfn = f.mfn(PFN);

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private void makeTable() {
        assertEquals(0, f.updateVaMapping(VA, XenFixture.writable(mfn, false)));
        assertEquals(0, f.mmuExtended(PIN_L1, mfn, 0));
    }

    @Test
    void theSmallestGuestRunsToItsEnd() {
        f.run(10_000);
        assertEquals("Hello, Xen PV!\r\nHello, Xen PV!\r\n", f.printed());
        assertEquals("poweroff", String.valueOf(f.ended));
    }

    @Test
    void theRootIsADirectoryAndPaeIsOff() {
        assertTrue(f.frames().isLive(f.xen().rootMfn(0), FrameType.L2));
        assertEquals(0, f.cpu().cr(4) & 0x20);
        assertEquals(2, f.read(XenFixture.START_INFO + 64), "a directory and one table for 4 MiB");
    }

    @Test
    void theM2pIsWhereThisAbiHasIt() {
        assertEquals(PFN, f.read(M2P + mfn * 4));
        assertEquals(0x55555555, f.read(M2P + (4 << 20) - 4));
        assertFalse(f.writable(M2P));
        f.call(17, 5, XenFixture.SCRATCH);
        assertEquals(M2P, f.read(XenFixture.SCRATCH));
        f.call(17, 3, XenFixture.SCRATCH);
        assertEquals("_32 ", text(XenFixture.SCRATCH + 11));
    }

    private String text(int va) {
        int word = f.read(va);
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < 4; i++) s.append((char) (word >>> i * 8 & 0xFF));
        return s.toString();
    }

    @Test
    void entriesHaveFourBytes() {
        makeTable();
        int first = f.mfn(0x201);
        assertEquals(0, f.mmuUpdate(((long) mfn << 12) + 4 * 1023, XenFixture.writable(first, true)));
        assertEquals(XenFixture.writable(first, true), f.frames().entry(mfn, 1023));
        assertEquals(EINVAL, f.mmuUpdate(((long) mfn << 12) + 4, XenFixture.writable(mfn, true)));
        assertEquals(0, f.mmuExtended(UNPIN, mfn, 0));
    }

    @Test
    void mmuUpdateOfAnOrdinaryPageStoresFourBytes() {
        f.put(VA + 8, 1, 2);
        assertEquals(0, f.mmuUpdate(((long) mfn << 12) + 8, 0x123456789ABCDEF0L));
        assertEquals(List.of(0x9ABCDEF0, 2), List.of(f.read(VA + 8), f.read(VA + 12)));
        assertEquals(0, f.mmuUpdate((long) mfn << 12 | 1, 0x7777));
        assertEquals(0x7777, f.read(M2P + mfn * 4));
    }

    @Test
    void aStoreToALiveTableIsCarriedOut() {
        makeTable();
        f.call(21, 0, 2);
        int target = f.mfn(0x201);
        f.store(VA + 20, target << 12 | 0x23);
        assertEquals(target << 12 | 0x23, f.frames().entry(mfn, 5));
        assertEquals(null, f.knockdown);
    }

    @Test
    void theHypervisorsSlotsOfADirectoryStay() {
        int root = f.xen().rootMfn(0);
        assertEquals(EINVAL, f.mmuUpdate(((long) root << 12) + 4 * 1008, 0));
        assertEquals(EINVAL, f.updateVaMapping(M2P, XenFixture.writable(mfn, true)));
    }

    @Test
    void aNewDirectoryBecomesTheRootAndLevelsThatAreNotThereAreIgnored() {
        int old = f.xen().rootMfn(0);
        for (int i = 0; i < 1008; i++)
            f.mmuUpdate(((long) mfn << 12) + i * 4, f.frames().entry(old, i));
        assertEquals(0, f.updateVaMapping(VA, XenFixture.writable(mfn, false)));
        assertEquals(0, f.mmuExtended(PIN_L3, mfn, 0));
        assertFalse(f.frames().pinned(mfn));
        assertEquals(0, f.mmuExtended(PIN_L2, mfn, 0));
        assertEquals(0, f.mmuExtended(NEW_BASEPTR, mfn, 0));
        assertEquals(0, f.mmuExtended(UNPIN, old, 0));
        assertEquals(mfn, f.xen().rootMfn(0));
        assertEquals(PFN, f.read(M2P + mfn * 4));
    }

    @Test
    void aDirectoryShowsItsTablesWhenItNamesItself() {
        int root = f.xen().rootMfn(0);
        int slot = 512;
        assertEquals(EINVAL, f.mmuUpdate(((long) root << 12) + slot * 4, (long) root << 12 | 0x67));
        assertEquals(0, f.mmuUpdate(((long) root << 12) + slot * 4, (long) root << 12 | 0x65));
        int window = slot << 22;
        assertEquals((int) f.frames().entry(root, 0), f.read(window + slot * 4096));
        assertEquals(mfn << 12 | 0x23, f.read(window + (VA >>> 12) * 4) & ~0x40);
    }
}
