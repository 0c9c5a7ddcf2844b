// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;

/// A kernel that changes a descriptor under a loaded segment register hears of it by the failsafe callback.
class FailsafeTest {
    private static final int KERNEL_CS = 0xE019, KERNEL_DS = 0xE021, USER_CS = 0xE02B, USER_DS = 0xE033;
    private static final int EVENT = 0x280000, FAILSAFE = 0x281000, USER = 0x282000;
    private static final int CODE = XenFixture.SCRATCH + 0x800;
    private static final int TABLE = 0x290000, SHARED = 0x250000, STACK = 0x2F0000, SECOND_STACK = 0x2C0000;
    private static final int DATA_LOW = 0x0000FFFF, KERNEL_DATA = 0x00CFB300, USER_DATA = 0x00CFF300;
    private static final int NOT_PRESENT = 0x00CF3300, CODE_ONLY = 0x00CFB900;
    private static final int SET_LDT = 13;

    private final XenFixture f = XenFixture.started(2);
    private final int shared = f.read(XenFixture.START_INFO + 36);

    FailsafeTest() {
        f.updateVaMapping(SHARED, shared | 0x23L);
        f.put(TABLE, 0, 0, DATA_LOW, KERNEL_DATA, DATA_LOW, USER_DATA);
        f.updateVaMapping(TABLE, XenFixture.readOnly(f.mfn(TABLE >>> 12)));
        f.put(XenFixture.SCRATCH, f.mfn(TABLE >>> 12));
        assertEquals(0, f.call(2, XenFixture.SCRATCH, 16));
        f.cpu().setReg(GuestState.ESP, STACK);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.xen().check());
    }

    private void register() {
        assertEquals(0, f.call(4, KERNEL_CS, EVENT, KERNEL_CS, FAILSAFE));
    }

    private void load(int opcode, int selector) {
        f.put(CODE, opcode);
        f.cpu().setEip(CODE);
        f.cpu().setReg(GuestState.EAX, selector);
        f.run(1);
    }

    private void loadFs(int selector) {
        load(0xE08E, selector);
    }

    private int describe(int entry, int low, int high) {
        return f.call(10, f.mfn(TABLE >>> 12) << 12 | entry * 8, 0, low, high);
    }

    private List<Integer> frame(int words) {
        return words(f.cpu().reg(GuestState.ESP), words);
    }

    private List<Integer> words(int va, int count) {
        return IntStream.range(0, count).mapToObj(i -> f.read(va + i * 4)).toList();
    }

    private List<Integer> dataSelectors() {
        return List.of(
                f.cpu().selector(GuestState.DS),
                f.cpu().selector(GuestState.ES),
                f.cpu().selector(GuestState.FS),
                f.cpu().selector(GuestState.GS));
    }

    private void enterUser() {
        f.call(3, KERNEL_DS, STACK);
        f.put(0x2E0000, 0, USER, USER_CS, 0x202, 0x2D0000, USER_DS);
        f.cpu().setReg(GuestState.ESP, 0x2E0000);
        f.call(23);
        assertEquals(3, f.cpu().cpl());
    }

    @Test
    void aSegmentThatIsNoLongerPresentCallsItWithAllFourSelectorsAboveTheFrame() {
        register();
        loadFs(9);
        int eip = f.cpu().eip();
        int gs = f.cpu().selector(GuestState.GS);
        assertEquals(0, describe(1, DATA_LOW, NOT_PRESENT), "the call itself is done");
        assertEquals(FAILSAFE, f.cpu().eip());
        assertEquals(STACK - 28, f.cpu().reg(GuestState.ESP));
        assertEquals(List.of(KERNEL_DS, KERNEL_DS, 9, gs, eip + 2, KERNEL_CS | 1 << 16), frame(6));
        assertEquals(0, f.read(STACK - 4) & 0x200, "events were masked");
        assertEquals(List.of(0, 0, 0, 0), dataSelectors());
        assertNull(f.knockdown);
    }

    @Test
    void withoutOneTheDomainEndsAndSaysWhichSegment() {
        loadFs(9);
        describe(1, DATA_LOW, NOT_PRESENT);
        assertEquals("FS 0009 does not load, and there is no failsafe callback", f.knockdownText());
    }

    @Test
    void codeThatCannotBeReadAndAHigherRingAreNoDataSegmentsEither() {
        register();
        loadFs(9);
        describe(1, DATA_LOW, CODE_ONLY);
        assertEquals(FAILSAFE, f.cpu().eip());
        describe(1, DATA_LOW, USER_DATA);
        loadFs(8 | 3);
        assertEquals(0xB, f.cpu().selector(GuestState.FS));
        describe(1, DATA_LOW, KERNEL_DATA);
        assertEquals(FAILSAFE, f.cpu().eip(), "RPL 3, DPL 1");
    }

    @Test
    void aTableThatIsTakenAwayIsTheSame() {
        register();
        loadFs(9);
        assertEquals(0, f.call(2, 0, 0));
        assertEquals(FAILSAFE, f.cpu().eip());
    }

    @Test
    void soIsTheLocalTable() {
        register();
        f.mmuExtended(SET_LDT, TABLE, 16);
        loadFs(8 | 4 | 1);
        f.run(1); // the first brings the page
        assertEquals(0xD, f.cpu().selector(GuestState.FS));
        f.mmuExtended(SET_LDT, TABLE, 16);
        assertEquals(0xD, f.cpu().selector(GuestState.FS), "another table at the same place has it");
        f.mmuExtended(SET_LDT, 0, 0);
        assertEquals(FAILSAFE, f.cpu().eip());
        assertEquals(0xD, frame(3).get(2));
    }

    @Test
    void aDescriptorThatIsStillGoodIsLoadedAnew() {
        register();
        loadFs(9);
        assertEquals(0, describe(1, DATA_LOW & 0xFFFF | 0x4560 << 16, KERNEL_DATA));
        assertEquals(CODE + 4, f.cpu().eip(), "past the call, at no callback");
        assertEquals(0x4560, f.cpu().segmentBase(GuestState.FS));
    }

    @Test
    void anEntryThatNoRegisterHasDoesNotMatter() {
        loadFs(9);
        assertEquals(0, describe(2, DATA_LOW, NOT_PRESENT));
        assertEquals(9, f.cpu().selector(GuestState.FS));
        assertNull(f.knockdown);
    }

    @Test
    void eventsAreMaskedOnlyIfItWasRegisteredSo() {
        f.put(XenFixture.SCRATCH, 1, KERNEL_CS, FAILSAFE);
        assertEquals(0, f.call(30, 0, XenFixture.SCRATCH));
        loadFs(9);
        f.put(SHARED, 0);
        describe(1, DATA_LOW, NOT_PRESENT);
        assertEquals(List.of(FAILSAFE, 0), List.of(f.cpu().eip(), f.read(SHARED)));
        assertEquals(0x200, f.read(STACK - 4) & 0x200);

        f.put(XenFixture.SCRATCH, 1 | 1 << 16, KERNEL_CS, FAILSAFE + 16);
        assertEquals(0, f.call(30, 0, XenFixture.SCRATCH));
        describe(1, DATA_LOW, KERNEL_DATA);
        loadFs(9);
        describe(1, DATA_LOW, NOT_PRESENT);
        assertEquals(List.of(FAILSAFE + 16, 0x100), List.of(f.cpu().eip(), f.read(SHARED)));
    }

    @Test
    void anEventThatComesTooIsInterruptedByIt() {
        register();
        loadFs(9);
        f.put(XenFixture.SCRATCH, 0, 0);
        assertEquals(0, f.call(32, 7, XenFixture.SCRATCH));
        int port = f.read(XenFixture.SCRATCH + 4);
        f.put(XenFixture.SCRATCH, port);
        f.call(32, 4, XenFixture.SCRATCH);
        f.put(SHARED, 1); // pending, and open again
        int eip = f.cpu().eip();
        describe(1, DATA_LOW, NOT_PRESENT);
        assertEquals(FAILSAFE, f.cpu().eip());
        assertEquals(List.of(EVENT, KERNEL_CS | 1 << 16), frame(6).subList(4, 6));
        assertEquals(eip + 2, f.read(STACK - 12), "below it, what the event interrupted");
    }

    @Test
    void fromUserModeItComesOnTheKernelsStack() {
        register();
        loadFs(0x10 | 3);
        load(0xD88E, USER_DS); // mov %eax,%ds
        load(0xC08E, USER_DS); // mov %eax,%es
        load(0xE88E, 0); // mov %eax,%gs
        startSecond(KERNEL_DS);
        enterUser();
        assertEquals(List.of(USER_DS, USER_DS, 0x13, 0), dataSelectors());
        secondDescribes(2, NOT_PRESENT);
        assertEquals(USER, f.cpu().eip(), "this one has not been in the hypervisor since");
        f.xen().exit(f.cpu(), new Exit.Attention());
        assertEquals(List.of(1, FAILSAFE), List.of(f.cpu().cpl(), f.cpu().eip()));
        assertEquals(List.of(USER_DS, USER_DS, 0x13, 0, USER, USER_CS), frame(6));
        assertEquals(List.of(0x2D0000, USER_DS, STACK), List.of(f.read(STACK - 8), f.read(STACK - 4), frameEnd()));
        assertEquals(List.of(0, 0, 0, 0), dataSelectors());
    }

    private int frameEnd() {
        return f.cpu().reg(GuestState.ESP) + 9 * 4;
    }

    @Test
    void whatTheRingBelowMayNotUseBecomesNullWithoutIt() {
        register();
        loadFs(0x10 | 1);
        startSecond(KERNEL_DS);
        enterUser();
        assertEquals(0x11, f.cpu().selector(GuestState.FS));
        secondDescribes(2, KERNEL_DATA);
        f.xen().exit(f.cpu(), new Exit.Attention());
        assertEquals(List.of(USER, 0), List.of(f.cpu().eip(), f.cpu().selector(GuestState.FS)));
    }

    @Test
    void aContextWithABadSelectorBeginsThere() {
        startSecond(0x1239);
        GuestState second = f.vcpu(1);
        f.xen().exit(second, new Exit.Attention());
        assertEquals(List.of(FAILSAFE, SECOND_STACK - 28), List.of(second.eip(), second.reg(GuestState.ESP)));
        assertEquals(List.of(0x1239, KERNEL_DS, 0, 0, USER), words(SECOND_STACK - 28, 5));
    }

    private void startSecond(int ds) {
        int context = 0x320000;
        f.put(context + 516 + 32, USER, KERNEL_CS, 0x200, SECOND_STACK, KERNEL_DS, KERNEL_DS, ds);
        f.put(context + 2716 + 12, f.xen().rootMfn(0) << 12);
        f.put(context + 2788, KERNEL_CS, FAILSAFE);
        assertEquals(0, f.call(24, 0, 1, context));
        assertEquals(0, f.call(24, 1, 1, 0));
    }

    private void secondDescribes(int entry, int high) {
        assertEquals(0, f.callOn(1, 10, f.mfn(TABLE >>> 12) << 12 | entry * 8, 0, DATA_LOW, high));
    }
}
