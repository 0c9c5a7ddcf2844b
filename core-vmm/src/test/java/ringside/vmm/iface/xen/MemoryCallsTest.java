// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// memory_op: what a balloon driver asks for, and exchange.
class MemoryCallsTest {
    private static final int INCREASE = 0, DECREASE = 1, POPULATE = 6, EXCHANGE = 11;
    private static final int M2P = 0xF5800000;
    private static final int INVALID = 0x55555555;
    private static final int LIST = XenFixture.SCRATCH + 0x100, OUT = XenFixture.SCRATCH + 0x200;
    private static final int PAGES = 2048;

    private final XenFixture f = XenFixture.started();

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private int op(int command, int count, int order) {
        f.put(XenFixture.SCRATCH, LIST, count, order, 0, XenFixture.SELF);
        return f.call(12, command, XenFixture.SCRATCH);
    }

    /// Gives the frames of `count` pages from `pfn` on back. @return the call's result
    private int shrink(int pfn, int count) {
        for (int i = 0; i < count; i++) {
            f.put(LIST + i * 4, f.mfn(pfn + i));
            f.updateVaMapping((pfn + i) << 12, 0);
        }
        return op(DECREASE, count, 0);
    }

    private int current() {
        return f.call(12, 3);
    }

    @Test
    void aGuestShrinksAndGrowsAgain() {
        int old = f.mfn(0x280);
        assertEquals(4, shrink(0x280, 4));
        assertEquals(List.of(PAGES - 4, PAGES), List.of(current(), f.call(12, 4)));
        assertEquals(INVALID, f.read(M2P + old * 4));
        for (int i = 0; i < 4; i++) f.put(LIST + i * 4, 0x280 + i);
        assertEquals(4, op(POPULATE, 4, 0));
        assertEquals(PAGES, current());
        for (int i = 0; i < 4; i++) assertEquals(0x280 + i, f.read(M2P + f.read(LIST + i * 4) * 4));
    }

    @Test
    void moreThanTheGuestStartedWithIsNotThere() {
        assertEquals(0, op(INCREASE, 1, 0));
        shrink(0x280, 2);
        assertEquals(2, op(INCREASE, 5, 0));
        assertEquals(INVALID, f.read(M2P + f.read(LIST) * 4), "the guest has to number them itself");
    }

    @Test
    void framesThatAreUsedOrNotOursStopTheCount() {
        f.put(LIST, f.mfn(0x280), f.mfn(0x281), 3);
        f.updateVaMapping(0x280000, 0);
        assertEquals(1, op(DECREASE, 2, 0));
        f.put(LIST, 3);
        assertEquals(0, op(DECREASE, 1, 0));
        f.put(LIST, -1);
        assertEquals(0, op(DECREASE, 1, 0));
    }

    @Test
    void extentsOfSeveralPagesAreInARow() {
        shrink(0x280, 8);
        f.put(LIST, 0x280, 0x282);
        assertEquals(2, op(POPULATE, 2, 1));
        int mfn = f.read(LIST);
        assertEquals(0, mfn & 1);
        assertEquals(List.of(0x280, 0x281), List.of(f.read(M2P + mfn * 4), f.read(M2P + mfn * 4 + 4)));
        f.put(LIST, mfn);
        assertEquals(1, op(DECREASE, 1, 1));
        assertEquals(PAGES - 6, current());
        assertEquals(0, op(POPULATE, 1, 10), "larger than a guest without devices may ask for");
        assertEquals(0, op(POPULATE, -1, 0));
    }

    @Test
    void anotherDomainIsNotThere() {
        f.put(XenFixture.SCRATCH, LIST, 1, 0, 0, 5);
        for (int command : new int[] {INCREASE, DECREASE, POPULATE}) {
            assertEquals(-3, f.call(12, command, XenFixture.SCRATCH));
        }
    }

    private int exchange(int nrIn, int orderIn, int nrOut, int orderOut, int exchanged) {
        f.put(XenFixture.SCRATCH, LIST, nrIn, orderIn, 0, XenFixture.SELF, OUT, nrOut, orderOut, 0, XenFixture.SELF);
        f.put(XenFixture.SCRATCH + 40, exchanged);
        return f.call(12, EXCHANGE, XenFixture.SCRATCH);
    }

    @Test
    void framesAreExchangedForOthers() {
        int old = f.mfn(0x280);
        f.put(LIST, old, f.mfn(0x281));
        f.updateVaMapping(0x280000, 0);
        f.updateVaMapping(0x281000, 0);
        f.put(OUT, 0x280);
        assertEquals(0, exchange(2, 0, 1, 1, 0));
        assertEquals(2, f.read(XenFixture.SCRATCH + 40));
        int fresh = f.read(OUT);
        assertNotEquals(old, fresh);
        assertEquals(List.of(0x280, 0x281), List.of(f.read(M2P + fresh * 4), f.read(M2P + fresh * 4 + 4)));
        assertFalse(f.frames().guestOwns(old));
        assertEquals(PAGES, current());
    }

    @Test
    void anExchangeThatCannotBeLeavesTheFramesAlone() {
        int mapped = f.mfn(0x280);
        f.put(LIST, mapped, mapped);
        f.put(OUT, 0x280, 0x281);
        assertEquals(-22, exchange(1, 0, 1, 0, 0), "still mapped");
        f.updateVaMapping(0x280000, 0);
        assertEquals(-22, exchange(2, 0, 1, 1, 0), "the same frame twice");
        assertEquals(-22, exchange(2, 0, 1, 0, 0), "two for one");
        assertEquals(-14, exchange(1, 0, 1, 0, 7), "a place to go on from that was never given");
        assertEquals(true, f.frames().guestOwns(mapped));
        f.put(LIST, 3);
        assertEquals(-22, exchange(1, 0, 1, 0, 0), "not ours");
    }

    @Test
    void theTableOfNumbersIsDescribed() {
        assertEquals(0, f.call(12, 12, XenFixture.SCRATCH));
        assertEquals(
                List.of(M2P, M2P + (16 << 20), (4 << 20) - 1),
                List.of(f.read(XenFixture.SCRATCH), f.read(XenFixture.SCRATCH + 4), f.read(XenFixture.SCRATCH + 8)));
        assertEquals(List.of(f.frames().frames() - 1, PAGES - 1), List.of(f.call(12, 2), f.call(12, 14)));
    }
}
