// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// Stores of a kernel to its own live L1 tables, by instruction, with the assist on: each is an update of the entry.
class WritableTablesTest {
    private static final int VA = 0x200000, PFN = 0x200;
    private static final int CODE = XenFixture.SCRATCH + 0x800;
    private static final int ENTRY = 2;
    private static final int AT = VA + ENTRY * 8;
    private static final long NO_EXECUTE = 1L << 63;

    private final XenFixture f = XenFixture.started();
    private final int mfn = f.mfn(PFN);
    private final int first = f.mfn(0x201);
    private final int second = f.mfn(0x202);

    @BeforeEach
    void makeTable() {
        f.updateVaMapping(VA, XenFixture.writable(mfn, false));
        f.mmuExtended(0, mfn, 0);
        f.mmuUpdate(((long) mfn << 12) + ENTRY * 8, XenFixture.writable(first, true));
        f.call(21, 0, 2);
        f.cpu().setReg(GuestState.EBX, AT);
        assertEquals(1 + 1, f.frames().typeCount(first), "mapped by the builder and by our table");
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private long entry() {
        return f.frames().entry(mfn, ENTRY);
    }

    /// Executes one instruction.
    private void execute(int... bytes) {
        int[] words = new int[bytes.length / 4 + 1];
        for (int i = 0; i < bytes.length; i++) words[i / 4] |= (bytes[i] & 0xFF) << i % 4 * 8;
        f.put(CODE, words);
        f.cpu().setEip(CODE);
        f.run(1);
    }

    private void reg(int r, int value) {
        f.cpu().setReg(r, value);
    }

    private void carriedOut(long expected) {
        assertNull(f.knockdown);
        assertEquals(expected, entry());
    }

    private void faulted(long unchanged) {
        assertEquals("exception 14 without a handler in the guest", f.knockdownText());
        assertEquals(unchanged, entry());
    }

    @Test
    void aWord() {
        reg(GuestState.EAX, second << 12 | 0x61);
        execute(0x89, 0x03);
        carriedOut((long) second << 12 | 0x61);
        assertEquals(1, f.frames().typeCount(first));
        assertEquals(1, f.frames().typeCount(second), "a read-only mapping");
    }

    @Test
    void aByteAndAHalf() {
        reg(GuestState.EAX, 0x21);
        execute(0x88, 0x03);
        carriedOut((long) first << 12 | 0x21);
        f.mmuUpdate(((long) mfn << 12) + ENTRY * 8, (long) (second & 0xFFFF0) << 12);
        reg(GuestState.EAX, (second << 12 | 0x63) & 0xFFFF);
        reg(GuestState.EBX, AT);
        execute(0x66, 0x89, 0x03);
        carriedOut((long) second << 12 | 0x63);
    }

    @Test
    void aStoreThatLeavesNothingPresentIsNeverRefused() {
        reg(GuestState.EAX, mfn << 12 | 2);
        execute(0x89, 0x03);
        carriedOut((long) mfn << 12 | 2);
        assertEquals(1, f.frames().typeCount(first));
    }

    @Test
    void highHalfThenLowHalf() {
        reg(GuestState.EAX, 0);
        execute(0x89, 0x03);
        reg(GuestState.EBX, AT + 4);
        reg(GuestState.EAX, 0x80000000);
        execute(0x89, 0x03);
        reg(GuestState.EBX, AT);
        reg(GuestState.EAX, second << 12 | 0x63);
        execute(0x89, 0x03);
        carriedOut(NO_EXECUTE | (long) second << 12 | 0x63);
    }

    @Test
    void aHighHalfThatWouldNotDoIsKeptNotPresent() {
        reg(GuestState.EBX, AT + 4);
        reg(GuestState.EAX, 0x00000100);
        execute(0x89, 0x03);
        carriedOut(0x100L << 32 | XenFixture.writable(first, true) & ~1);
        assertEquals(1, f.frames().typeCount(first));
    }

    @Test
    void lockedOrAndBtr() {
        reg(GuestState.EAX, 0x200);
        execute(0xF0, 0x09, 0x03);
        carriedOut((long) first << 12 | 0x223);
        execute(0xF0, 0x0F, 0xBA, 0x33, 0x01); // lock btr $1: not writable any more
        carriedOut((long) first << 12 | 0x221);
        assertEquals(1, f.frames().typeCount(first));
    }

    @Test
    void exchange() {
        reg(GuestState.EAX, second << 12 | 0x63);
        execute(0x87, 0x03);
        carriedOut((long) second << 12 | 0x63);
        assertEquals(first << 12 | 0x23, f.cpu().reg(GuestState.EAX));
    }

    @Test
    void compareAndExchange() {
        reg(GuestState.EAX, first << 12 | 0x23);
        reg(GuestState.ECX, second << 12 | 0x63);
        execute(0xF0, 0x0F, 0xB1, 0x0B);
        carriedOut((long) second << 12 | 0x63);
    }

    @Test
    void compareAndExchangeOfEightBytes() {
        reg(GuestState.EAX, first << 12 | 0x23);
        reg(GuestState.EDX, 0);
        reg(GuestState.EBX, second << 12 | 0x63);
        reg(GuestState.ECX, 0x80000000);
        reg(GuestState.ESI, AT);
        execute(0xF0, 0x0F, 0xC7, 0x0E);
        carriedOut(NO_EXECUTE | (long) second << 12 | 0x63);
        assertEquals(1, f.frames().typeCount(first));
    }

    @Test
    void aComparisonThatFailsChangesNothing() {
        long before = entry();
        reg(GuestState.EAX, 1);
        reg(GuestState.EDX, 0);
        reg(GuestState.EBX, second << 12 | 0x63);
        reg(GuestState.ECX, 0);
        reg(GuestState.ESI, AT);
        execute(0xF0, 0x0F, 0xC7, 0x0E);
        carriedOut(before);
        assertEquals((int) before, f.cpu().reg(GuestState.EAX));
    }

    @Test
    void aStringStoreAndAnMmxStore() {
        reg(GuestState.EDI, AT);
        reg(GuestState.EAX, second << 12 | 0x63);
        execute(0xAB);
        carriedOut((long) second << 12 | 0x63);
        f.put(XenFixture.SCRATCH, first << 12 | 0x23, 0x80000000);
        reg(GuestState.ESI, XenFixture.SCRATCH);
        execute(0x0F, 0x6F, 0x06); // movq (%esi),%mm0
        reg(GuestState.EBX, AT);
        execute(0x0F, 0x7F, 0x03);
        carriedOut(NO_EXECUTE | (long) first << 12 | 0x23);
    }

    @Test
    void aStoreAcrossTwoEntriesFaults() {
        long before = entry();
        reg(GuestState.EBX, AT + 6);
        reg(GuestState.EAX, 0);
        execute(0x89, 0x03);
        faulted(before);
    }

    @Test
    void aWritableMappingOfATableFaults() {
        long before = entry();
        reg(GuestState.EAX, mfn << 12 | 0x23);
        execute(0x89, 0x03);
        faulted(before);
    }

    @Test
    void aLockedChangeThatIsRefusedFaults() {
        f.mmuUpdate(((long) mfn << 12) + ENTRY * 8, XenFixture.writable(mfn, false));
        long before = entry();
        reg(GuestState.EBX, AT);
        reg(GuestState.EAX, 2);
        execute(0xF0, 0x09, 0x03);
        faulted(before);
    }

    @Test
    void storesToDirectoriesFault() {
        int root = f.xen().rootMfn(0);
        f.updateVaMapping(0x203000, XenFixture.readOnly(root));
        reg(GuestState.EBX, 0x203000);
        reg(GuestState.EAX, 0);
        execute(0x89, 0x03);
        assertEquals("exception 14 without a handler in the guest", f.knockdownText());
    }
}
