// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// grant_table_op: a guest that grants to itself.
class GrantCallsTest {
    private static final int MAP = 0, UNMAP = 1, SETUP = 2, TRANSFER = 4, COPY = 5, QUERY = 6, REPLACE = 7;
    private static final int SET_VERSION = 8, GET_VERSION = 10, SWAP = 11;
    private static final int DEVICE = 1, HOST = 2, READ_ONLY = 4, PTE = 16;
    private static final int TABLE = 0x2F0000, VA = 0x280000, OTHER = 0x281000;
    private static final int LIST = XenFixture.SCRATCH + 0x400;
    private static final int REF = 8, PERMIT = 1;
    /// Offset of the entry of VA in its table.
    private static final int ENTRY = (VA >>> 12 & 511) * 8;

    private final XenFixture f = XenFixture.started();
    private final int granted = f.mfn(0x300 + 0x10);

    @BeforeEach
    void showTheTable() {
        assertEquals(0, op(SETUP, XenFixture.SELF, 1, 0, LIST));
        assertEquals(0, f.read(XenFixture.SCRATCH + 8) & 0xFFFF);
        assertEquals(0, f.updateVaMapping(TABLE, XenFixture.writable(f.read(LIST), true)));
        grant(REF, PERMIT, granted);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private int op(int command, int... words) {
        f.put(XenFixture.SCRATCH, words);
        return f.call(20, command, XenFixture.SCRATCH, 1);
    }

    private void grant(int ref, int flags, int mfn) {
        f.put(TABLE + ref * 8, flags | 1 << 16, mfn);
    }

    private int flags(int ref) {
        return f.read(TABLE + ref * 8) & 0xFFFF;
    }

    /// @return the status; the handle is then in the structure
    private int map(int va, int flags, int ref) {
        assertEquals(0, op(MAP, va, 0, flags, ref, XenFixture.SELF, 0, 0, 0));
        return (short) (f.read(XenFixture.SCRATCH + 16) >>> 16);
    }

    private int handle() {
        return f.read(XenFixture.SCRATCH + 20);
    }

    private int unmap(int va, long bus, int handle) {
        assertEquals(0, op(UNMAP, va, 0, (int) bus, (int) (bus >>> 32), handle, 0));
        return (short) f.read(XenFixture.SCRATCH + 20);
    }

    @Test
    void aGrantIsMappedAndUnmapped() {
        assertEquals(0, map(VA, HOST, REF));
        int handle = handle();
        assertEquals(PERMIT | 8 | 16, flags(REF), "reading and writing");
        f.put(VA, 0x12345678);
        assertEquals(0x12345678, f.read(0x310000));
        assertEquals(0, unmap(VA, 0, handle));
        assertEquals(PERMIT, flags(REF));
        assertEquals(-4, unmap(VA, 0, handle), "the handle is gone");
    }

    @Test
    void aReadOnlyGrantIsNotMappedWritable() {
        grant(REF, PERMIT | 4, granted);
        assertEquals(-1, map(VA, HOST, REF));
        assertEquals(0, map(VA, HOST | READ_ONLY, REF));
        assertFalse(f.writable(VA));
        assertEquals(PERMIT | 4 | 8, flags(REF));
    }

    @Test
    void aDeviceMappingKeepsTheFrameWritableOnItsOwn() {
        assertEquals(0, map(0, DEVICE, REF));
        int handle = handle();
        assertEquals((long) granted << 12, f.read(XenFixture.SCRATCH + 24) & 0xFFFFFFFFL);
        f.updateVaMapping(0x310000, 0);
        assertEquals(-22, f.mmuExtended(0, granted, 0), "no page table while a device may write to it");
        assertEquals(0, unmap(0, (long) granted << 12, handle));
        assertEquals(0, f.mmuExtended(0, granted, 0));
    }

    @Test
    void byTheAddressOfAnEntry() {
        int root = f.xen().rootMfn(0);
        int l2 = (int) (f.frames().entry(root, 0) >>> 12);
        int l1 = (int) (f.frames().entry(l2, VA >>> 21) >>> 12);
        assertEquals(-1, map((l1 << 12) + ENTRY + 4, HOST | PTE, REF), "not aligned");
        assertEquals(0, map((l1 << 12) + ENTRY, HOST | PTE, REF));
        assertEquals(0, unmap((l1 << 12) + ENTRY, 0, handle()));
    }

    @Test
    void whatIsNoGrantIsNotMapped() {
        assertEquals(-3, map(VA, READ_ONLY, REF));
        assertEquals(-3, map(VA, HOST, 5000));
        assertEquals(-1, map(VA, HOST, REF + 1));
        grant(REF, PERMIT, 3);
        assertEquals(-9, map(VA, HOST, REF));
        assertEquals(0, op(MAP, VA, 0, HOST, REF, 9, 0, 0, 0));
        assertEquals(-2, f.read(XenFixture.SCRATCH + 16) >> 16);
    }

    @Test
    void aMappingIsReplacedByWhatAnotherAddressShows() {
        assertEquals(0, map(VA, HOST, REF));
        int handle = handle();
        int shown = f.mfn(OTHER >>> 12);
        assertEquals(0, op(REPLACE, VA, 0, OTHER, 0, handle, 0));
        assertEquals(0, (short) f.read(XenFixture.SCRATCH + 20));
        f.put(VA, 77);
        assertEquals(2, f.frames().references(shown), "allocated, mapped once");
        assertFalse(f.writable(OTHER));
        assertTrue(f.writable(VA));
        assertEquals(PERMIT, flags(REF));
        assertEquals(-4, unmap(VA, 0, handle));
    }

    @Test
    void bytesAreCopiedBetweenGrantsAndFrames() {
        f.put(0x310000, 0x11223344, 0x55667788);
        int target = f.mfn(0x320);
        assertEquals(0, op(COPY, REF, XenFixture.SELF | 2 << 16, target, XenFixture.SELF | 8 << 16, 4 | 1 << 16, 0));
        assertEquals(0, (short) f.read(XenFixture.SCRATCH + 20));
        assertEquals(0x77881122, f.read(0x320008));
        op(COPY, REF, XenFixture.SELF | 4000 << 16, target, XenFixture.SELF, 200 | 1 << 16, 0);
        assertEquals(-10, (short) f.read(XenFixture.SCRATCH + 20), "beyond the page");
        op(COPY, 3, XenFixture.SELF, target, XenFixture.SELF, 4, 0);
        assertEquals(-9, (short) f.read(XenFixture.SCRATCH + 20), "not ours");
    }

    @Test
    void entriesChangePlacesUnlessTheyAreUsed() {
        assertEquals(0, op(SWAP, REF, REF + 1, 0));
        assertEquals(List.of(0, PERMIT), List.of(flags(REF), flags(REF + 1)));
        assertEquals(0, map(VA, HOST, REF + 1));
        op(SWAP, REF, REF + 1, 0);
        assertEquals(-12, (short) f.read(XenFixture.SCRATCH + 8));
        op(SWAP, REF, 100_000, 0);
        assertEquals(-3, (short) f.read(XenFixture.SCRATCH + 8));
    }

    @Test
    void theTableGrowsToItsLimit() {
        op(QUERY, XenFixture.SELF, 0, 0, 0);
        assertEquals(List.of(1, 32), List.of(f.read(XenFixture.SCRATCH + 4), f.read(XenFixture.SCRATCH + 8)));
        op(SETUP, XenFixture.SELF, 4, 0, LIST);
        op(QUERY, XenFixture.SELF, 0, 0, 0);
        assertEquals(4, f.read(XenFixture.SCRATCH + 4));
        op(SETUP, XenFixture.SELF, 33, 0, LIST);
        assertEquals(-1, (short) f.read(XenFixture.SCRATCH + 8));
    }

    @Test
    void versionOneIsTheOnlyOne() {
        assertEquals(0, op(SET_VERSION, 1));
        assertEquals(-38, op(SET_VERSION, 2));
        assertEquals(-22, op(SET_VERSION, 3));
        assertEquals(0, op(GET_VERSION, XenFixture.SELF, 0));
        assertEquals(1, f.read(XenFixture.SCRATCH + 4));
    }

    @Test
    void nobodyTakesATransfer() {
        op(TRANSFER, granted, 5, REF, 0);
        assertEquals(-2, (short) f.read(XenFixture.SCRATCH + 12));
        op(TRANSFER, 3, 5, REF, 0);
        assertEquals(-9, (short) f.read(XenFixture.SCRATCH + 12));
        op(TRANSFER, granted, XenFixture.SELF, REF, 0);
        assertEquals(-1, (short) f.read(XenFixture.SCRATCH + 12));
        assertTrue(f.frames().guestOwns(granted));
    }
}
