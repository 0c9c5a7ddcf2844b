// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.frames.FrameType;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Why;

/// The checklist of the interface paper's section 4.13, from the guest's side.
class DirectPagingTest {
    private static final int PIN_L1 = 0, PIN_L3 = 2, UNPIN = 4, NEW_BASEPTR = 5;
    private static final int EINVAL = -22;
    private static final int VA = 0x200000, PFN = 0x200;

    private final XenFixture f = XenFixture.started();
    private final int mfn = f.mfn(PFN);

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private Why lastRefusal() {
        List<TraceEvent> events = f.tracer().copy(f.tracer().oldest(), Integer.MAX_VALUE);
        return events.reversed().stream()
                .filter(e -> e.kind() == EventKind.REFUSAL)
                .findFirst()
                .map(e -> Why.values()[e.id()])
                .orElse(Why.NONE);
    }

    @Test
    void aPageMappedWritableIsNotPinned() {
        assertEquals(EINVAL, f.mmuExtended(PIN_L1, mfn, 0));
        assertEquals(Why.FRAME_MAPPED_WRITABLE, lastRefusal());
    }

    @Test
    void readOnlyThenPinThenUpdateThenUnpinThenWritable() {
        assertEquals(0, f.updateVaMapping(VA, XenFixture.writable(mfn, false)));
        assertEquals(0, f.mmuExtended(PIN_L1, mfn, 0));
        assertFalse(f.writable(VA));
        assertEquals(EINVAL, f.updateVaMapping(VA, XenFixture.writable(mfn, true)));
        assertEquals(Why.FRAME_IS_A_PAGE_TABLE, lastRefusal());
        assertEquals(0, f.mmuUpdate((long) mfn << 12, XenFixture.writable(f.mfn(0x201), true)));
        assertEquals(0, f.mmuExtended(UNPIN, mfn, 0));
        assertEquals(0, f.updateVaMapping(VA, XenFixture.writable(mfn, true)));
        assertTrue(f.writable(VA));
    }

    @Test
    void mmuUpdateOfAnOrdinaryPageIsAPlainStore() {
        assertEquals(0, f.mmuUpdate(((long) mfn << 12) + 8, 0x123456789ABCDEF0L));
        assertEquals(0x9ABCDEF0, f.read(VA + 8));
    }

    @Test
    void anotherDomainsFrameIsRefused() {
        assertEquals(EINVAL, f.updateVaMapping(VA, XenFixture.writable(3, true)));
        assertEquals(Why.FRAME_NOT_OWNED, lastRefusal());
    }

    @Test
    void machphysUpdateChangesTheReadOnlyTable() {
        assertEquals(0, f.mmuUpdate((long) mfn << 12 | 1, 0x7777));
        assertEquals(0x7777, f.read(0xF5800000 + mfn * 4));
    }

    @Test
    void anEmptyRootIsRefusedAndTheOldOneStays() {
        int root = f.xen().rootMfn(0);
        assertEquals(EINVAL, f.mmuExtended(NEW_BASEPTR, mfn, 0));
        assertEquals(root, f.xen().rootMfn(0));
    }

    @Test
    void aNewRootIsLoadedAndTheUnpinnedOldOneLetGoAtOnce() {
        int old = f.xen().rootMfn(0);
        int l3 = f.mfn(0x210);
        int top = f.mfn(0x211);
        for (int slot = 0; slot < 3; slot++) {
            f.mmuUpdate(((long) l3 << 12) + slot * 8, f.frames().entry(old, slot));
        }
        assertEquals(0, f.updateVaMapping(0x211000, XenFixture.writable(top, false)));
        f.mmuUpdate(((long) l3 << 12) + 24, (long) top << 12 | 1);
        assertEquals(0, f.updateVaMapping(0x210000, XenFixture.writable(l3, false)));
        assertEquals(0, f.mmuExtended(NEW_BASEPTR, l3, 0));
        assertEquals(0, f.mmuExtended(UNPIN, old, 0));
        assertEquals(l3, f.xen().rootMfn(0));
        assertEquals(0, f.frames().typeCount(old));
        assertEquals(0x200, f.read(0xF5800000 + mfn * 4), "the M2P is in the new tables too");
    }

    @Test
    void aStoreToALiveTableIsCarriedOutWhenTheAssistIsOn() {
        makeTable();
        f.call(21, 0, 2);
        int target = f.mfn(0x201);
        f.store(VA + 16, target << 12 | 0x23);
        assertEquals((long) target << 12 | 0x23, f.frames().entry(mfn, 2));
        assertEquals(FrameType.WRITABLE, f.frames().type(target));
        assertEquals(null, f.knockdown);
    }

    @Test
    void withoutTheAssistTheSameStoreFaults() {
        makeTable();
        f.store(VA + 16, 0x23);
        assertEquals(0, f.frames().entry(mfn, 2));
        assertEquals("exception 14 without a handler in the guest", f.knockdownText());
    }

    @Test
    void aStoreOfAForbiddenEntryFaultsEvenWithTheAssist() {
        makeTable();
        f.call(21, 0, 2);
        f.store(VA, mfn << 12 | 3);
        assertEquals("exception 14 without a handler in the guest", f.knockdownText());
    }

    private void makeTable() {
        f.updateVaMapping(VA, XenFixture.writable(mfn, false));
        f.mmuExtended(PIN_L1, mfn, 0);
    }

    @Test
    void aFrameIsGivenBackOnlyWhenNothingMapsIt() {
        f.put(XenFixture.SCRATCH + 64, mfn);
        f.put(XenFixture.SCRATCH, XenFixture.SCRATCH + 64, 1, 0, 0, XenFixture.SELF);
        assertEquals(0, f.call(12, 1, XenFixture.SCRATCH));
        assertEquals(Why.FRAME_STILL_REFERENCED, lastRefusal());
        f.updateVaMapping(VA, 0);
        assertEquals(1, f.call(12, 1, XenFixture.SCRATCH));
        assertEquals(0x55555555, f.read(0xF5800000 + mfn * 4));
    }

    @Test
    void aBatchStopsAtTheFirstRefusalAndSaysHowFarItCame() {
        long entry = (long) mfn << 12;
        f.put(XenFixture.SCRATCH, (int) entry, 0, 1, 0, 3 << 12, 0, 1, 0, (int) entry + 8, 0, 1, 0);
        assertEquals(EINVAL, f.call(1, XenFixture.SCRATCH, 3, XenFixture.SCRATCH + 64, XenFixture.SELF));
        assertEquals(1, f.read(XenFixture.SCRATCH + 64));
        assertEquals(0, f.read(VA + 8));
    }
}
