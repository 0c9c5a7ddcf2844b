// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

/// What stands for LGDT, LLDT, the TSS, debug registers, ports and control registers; version, assists, batches.
class ProcessorCallsTest {
    private static final int KERNEL_CS = 0xE019;
    private static final int HANDLER = 0x280000;
    private static final int CODE = XenFixture.SCRATCH + 0x800;
    private static final int TABLE = 0x290000;
    private static final int DATA_LOW = 0x0000FFFF, DATA_HIGH = 0x00CFB200;

    private final XenFixture f = XenFixture.started();

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.frames().check());
    }

    private void execute(int... words) {
        f.put(CODE, words);
        f.cpu().setEip(CODE);
        f.run(1);
    }

    private void trap(int vector) {
        f.put(XenFixture.SCRATCH, vector | KERNEL_CS << 16, HANDLER + vector * 16, 0, 0);
        assertEquals(0, f.call(0, XenFixture.SCRATCH));
    }

    private void loadFs(int selector) {
        f.cpu().setReg(GuestState.EAX, selector);
        execute(0xE08E); // mov %eax,%fs
    }

    private void descriptorTable() {
        f.put(TABLE, 0, 0, DATA_LOW, DATA_HIGH);
        f.updateVaMapping(TABLE, XenFixture.readOnly(f.mfn(TABLE >>> 12)));
        f.put(XenFixture.SCRATCH, f.mfn(TABLE >>> 12));
    }

    @Test
    void theGuestsGdtIsShownAndCanBeTakenAwayAgain() {
        trap(13);
        descriptorTable();
        assertEquals(0, f.call(2, XenFixture.SCRATCH, 16));
        loadFs(8 | 1);
        assertEquals(9, f.cpu().selector(GuestState.FS));
        assertEquals(-22, f.updateVaMapping(TABLE, XenFixture.writable(f.mfn(TABLE >>> 12), true)));
        loadFs(0);
        assertEquals(0, f.call(2, 0, 0));
        loadFs(9);
        assertEquals(HANDLER + 13 * 16, f.cpu().eip());
        assertEquals(0, f.updateVaMapping(TABLE, XenFixture.writable(f.mfn(TABLE >>> 12), true)));
    }

    @Test
    void aGdtThatIsMappedWritableOrTooLongIsRefused() {
        f.put(XenFixture.SCRATCH, f.mfn(TABLE >>> 12));
        assertEquals(-22, f.call(2, XenFixture.SCRATCH, 16));
        assertEquals(-22, f.call(2, XenFixture.SCRATCH, 7169));
        assertEquals(-14, f.call(2, 0xF5800000, 16));
    }

    @Test
    void aDescriptorIsWrittenWithItsRingRaised() {
        descriptorTable();
        f.call(2, XenFixture.SCRATCH, 16);
        int at = f.mfn(TABLE >>> 12) << 12 | 16;
        assertEquals(0, f.call(10, at, 0, DATA_LOW, 0x00CF9200));
        assertEquals(0x00CFB300, f.read(TABLE + 20), "DPL 1, accessed");
        assertEquals(-22, f.call(10, at + 4, 0, DATA_LOW, DATA_HIGH));
        assertEquals(-22, f.call(10, at, 0, 0, 0x00008500), "a task gate");
        assertEquals(-22, f.call(10, 3 << 12, 0, DATA_LOW, DATA_HIGH));
        assertEquals(0, f.call(10, f.mfn(0x2A0) << 12, 0, 5, 0), "an ordinary page, a descriptor that is not present");
        assertEquals(5, f.read(0x2A0000));
    }

    @Test
    void anLdtPageIsTakenWhenItIsFirstUsed() {
        descriptorTable();
        assertEquals(0, f.mmuExtended(13, TABLE, 16));
        assertEquals(1 + 1, f.frames().references(f.mfn(TABLE >>> 12)), "allocated, mapped");
        loadFs(8 | 4 | 1);
        f.run(1);
        assertEquals(0xD, f.cpu().selector(GuestState.FS));
        assertEquals("segdesc", f.frames().typeName(f.mfn(TABLE >>> 12)));
        loadFs(0);
        assertEquals(0, f.mmuExtended(13, 0, 0));
        assertEquals(0, f.frames().typeCount(f.mfn(TABLE >>> 12)));
        assertEquals(-22, f.mmuExtended(13, TABLE + 8, 16));
        assertEquals(0, f.mmuExtended(13, 0x12345, 0), "nonsense does not matter without entries");
    }

    @Test
    void anLdtPageThatIsNotThereIsThePageFaultOfItsAddress() {
        trap(14);
        f.mmuExtended(13, 0x70000000, 16);
        loadFs(8 | 4 | 1);
        assertEquals(HANDLER + 14 * 16, f.cpu().eip());
        f.updateVaMapping(0x250000, f.read(XenFixture.START_INFO + 36) | 0x23L);
        assertEquals(0x70000008, f.read(0x250008), "in vcpu_info");
    }

    @Test
    void debugRegistersKeepTheHypervisorOut() {
        assertEquals(0, f.call(8, 0, 0x1000));
        assertEquals(0x1000, f.call(9, 0));
        assertEquals(-1, f.call(8, 1, 0xF5800000));
        assertEquals(0, f.call(8, 6, 0));
        assertEquals(0xFFFF0FF0, f.call(9, 6));
        assertEquals(0xFFFF0FF0, f.call(9, 4), "an alias");
        assertEquals(-1, f.call(8, 7, 0x2000));
        assertEquals(-1, f.call(8, 7, 0x20001), "an I/O breakpoint without CR4.DE");
        assertEquals(0, f.call(8, 7, 0xD801));
        assertEquals(0x401, f.call(9, 7));
        assertEquals(-19, f.call(8, 8, 0));
        assertEquals(-19, f.call(9, 8));
    }

    @Test
    void anIoBreakpointIsHitByAnEmulatedPortAccess() {
        trap(1);
        f.cpu().setReg(GuestState.EAX, 8);
        execute(0xE0220F); // mov %eax,%cr4: DE
        f.put(XenFixture.SCRATCH, 1);
        assertEquals(0, f.call(33, 6, XenFixture.SCRATCH));
        assertEquals(0, f.call(8, 0, 0x80));
        assertEquals(0, f.call(8, 7, 0x20001));
        f.cpu().setReg(GuestState.EDX, 0x80);
        execute(0xEE); // out %al,%dx
        assertEquals(HANDLER + 16, f.cpu().eip());
        assertEquals(CODE + 1, f.read(f.cpu().reg(GuestState.ESP)), "a trap: after the access");
        assertEquals(0xFFFF0FF1, f.call(9, 6));
    }

    @Test
    void portsNeedTheIoplOrTheBitmap() {
        trap(13);
        f.cpu().setReg(GuestState.EDX, 0x80);
        execute(0xEE);
        assertEquals(HANDLER + 13 * 16, f.cpu().eip());
        f.put(0x2A0000 + 16, 0xFFFFFFFE);
        f.put(XenFixture.SCRATCH, 0x2A0000, 0x100);
        assertEquals(0, f.call(33, 7, XenFixture.SCRATCH));
        f.cpu().setReg(GuestState.EDX, 0x80);
        execute(0xEE);
        assertEquals(CODE + 1, f.cpu().eip());
        f.put(XenFixture.SCRATCH, 4);
        assertEquals(-22, f.call(33, 6, XenFixture.SCRATCH));
        f.put(XenFixture.SCRATCH, 0, 65537);
        assertEquals(-22, f.call(33, 7, XenFixture.SCRATCH));
        assertEquals(-1, f.call(33, 13, XenFixture.SCRATCH));
        assertEquals(-38, f.call(33, 99, XenFixture.SCRATCH));
        f.put(XenFixture.SCRATCH, 6, 1);
        assertEquals(0, f.call(19, XenFixture.SCRATCH), "the older form");
    }

    @Test
    void controlRegistersAreVirtual() {
        trap(13);
        execute(0xC3200F0F >>> 8); // mov %cr0,%ebx
        execute(0xD8200F); // mov %cr3,%eax
        assertEquals(f.xen().rootMfn(0) << 12, f.cpu().reg(GuestState.EAX));
        f.call(5, 1);
        assertEquals(8, f.cpu().cr(0) & 8);
        execute(0x060F); // clts
        assertEquals(0, f.cpu().cr(0) & 8);
        f.cpu().setReg(GuestState.EAX, f.cpu().cr(0) & 0x7FFFFFFF);
        execute(0xC0220F); // paging off
        assertEquals(HANDLER + 13 * 16, f.cpu().eip());
        assertTrue((f.cpu().cr(0) & 0x80000000) != 0);
    }

    @Test
    void registersOfTheModelAreFilteredAndWritesRefused() {
        trap(13);
        f.cpu().setReg(GuestState.ECX, 0x277);
        execute(0x320F);
        assertEquals(
                List.of(0x00070406, 0x00000501),
                List.of(f.cpu().reg(GuestState.EAX), f.cpu().reg(GuestState.EDX)));
        f.cpu().setReg(GuestState.ECX, 0x174);
        execute(0x320F);
        assertEquals(HANDLER + 13 * 16, f.cpu().eip());
        f.cpu().setReg(GuestState.ECX, 0x277);
        execute(0x300F);
        assertEquals(HANDLER + 13 * 16, f.cpu().eip());
        f.cpu().setReg(GuestState.ECX, 0x40000000);
        f.cpu().setReg(GuestState.EDX, 0);
        f.updateVaMapping(0x2B0000, XenFixture.writable(f.mfn(0x2B0), true));
        f.cpu().setReg(GuestState.EAX, f.mfn(0x2B0) << 12);
        f.cpu().setReg(GuestState.ECX, 0x40000000);
        f.cpu().setReg(GuestState.EDX, 0);
        execute(0x300F);
        assertEquals(0xB8, f.read(0x2B0000) & 0xFF, "a hypercall page");
    }

    @Test
    void instructionsThatNobodyEmulatesAreProtectionFaults() {
        trap(13);
        for (int code : new int[] {0xF4, 0x10010F, 0x38010F, 0x080F}) { // hlt, lgdt, invlpg, invd
            execute(code);
            assertEquals(HANDLER + 13 * 16, f.cpu().eip(), Integer.toHexString(code));
        }
        assertNull(f.knockdown);
    }

    @Test
    void stackAndCallbacksAreTheGuests() {
        assertEquals(0, f.call(3, 0xE020, 0x2F0000));
        f.put(XenFixture.SCRATCH, 0, KERNEL_CS, HANDLER);
        for (int type : new int[] {0, 1, 4, 5, 7}) {
            f.put(XenFixture.SCRATCH, type, KERNEL_CS, HANDLER);
            assertEquals(0, f.call(30, 0, XenFixture.SCRATCH), "type " + type);
            assertEquals(type == 4 ? 0 : -22, f.call(30, 1, XenFixture.SCRATCH), "type " + type);
        }
        for (int type : new int[] {2, 3, 6, 8}) {
            f.put(XenFixture.SCRATCH, type, KERNEL_CS, HANDLER);
            assertEquals(-38, f.call(30, 0, XenFixture.SCRATCH), "type " + type);
        }
        assertEquals(-38, f.call(30, 2, XenFixture.SCRATCH));
    }

    @Test
    void versionsAreToldAndFieldsPadded() {
        assertEquals(0x30004, f.call(17, 0, 0));
        int[] bytes = {0, 16, 64, 1024, 64, 0, 0, 0, 16, 1024};
        for (int command : new int[] {1, 2, 3, 4, 8, 9}) {
            int last = 0x2C0000 + bytes[command] - 4;
            f.put(last, -1, -1);
            assertEquals(0, f.call(17, command, 0x2C0000));
            assertEquals(0, f.read(last) >>> 24, "padding of " + command);
        }
        assertEquals(0, f.call(17, 5, 0x2C0000));
        assertEquals(0xF5800000, f.read(0x2C0000));
        f.put(0x2C0000, 0, 0);
        assertEquals(0, f.call(17, 6, 0x2C0000));
        assertEquals(0x70, f.read(0x2C0004) & 0x7F);
        f.put(0x2C0000, 1, 0);
        assertEquals(-22, f.call(17, 6, 0x2C0000));
        assertEquals(4096, f.call(17, 7, 0));
        assertEquals(-22, f.call(17, 7, 1));
        assertEquals(-61, f.call(17, 10, 0));
        assertEquals(-38, f.call(17, 11, 0));
    }

    @Test
    void assistsHaveNumbersZeroToFive() {
        for (int type = 0; type < 6; type++) {
            assertEquals(0, f.call(21, 0, type));
            assertEquals(0, f.call(21, 1, type));
        }
        assertEquals(-22, f.call(21, 0, 6));
        assertEquals(-38, f.call(21, 2, 0));
    }

    @Test
    void aBatchRunsInOrderAndKeepsItsResults() {
        int list = 0x2D0000;
        f.put(list, 17, -1, 0, 0, 0, 0, 0, 0);
        f.put(list + 32, 13, 0, list, 1, 0, 0, 0, 0);
        f.put(list + 64, 11, 0, 0, 0, 0, 0, 0, 0);
        assertEquals(0, f.call(13, list, 3));
        assertEquals(List.of(0x30004, -22, -38), List.of(f.read(list + 4), f.read(list + 36), f.read(list + 68)));
        assertEquals(0, f.call(13, 0, 0));
        assertEquals(-14, f.call(13, 0x70000000, 1));
    }

    @Test
    void iretEndsABatch() {
        int list = 0x2D0000;
        int stack = 0x2F0000;
        f.put(stack, 0x55, HANDLER, KERNEL_CS, 0x202);
        f.put(list, 23, 7, 0, 0, 0, 0, 0, 0, 17, 7);
        f.cpu().setReg(GuestState.ESP, stack);
        f.call(13, list, 2);
        assertEquals(List.of(HANDLER, 0x55), List.of(f.cpu().eip(), f.cpu().reg(GuestState.EAX)));
        assertEquals(7, f.read(list + 36), "the second did not run");
    }

    @Test
    void theEmergencyConsoleWritesAndReadsNothing() {
        f.put(XenFixture.SCRATCH, 0x0A6948);
        assertEquals(0, f.call(18, 0, 3, XenFixture.SCRATCH));
        assertEquals(0, f.call(18, 1, 3, XenFixture.SCRATCH));
        assertEquals(-38, f.call(18, 2, 3, XenFixture.SCRATCH));
        assertEquals(-14, f.call(18, 0, 3, 0x70000000));
    }

    @Test
    void clearAndCopyNeedAFrameThatIsNoTable() {
        int from = f.mfn(0x2A0), to = f.mfn(0x2A1);
        f.put(0x2A0000, 42);
        assertEquals(0, f.mmuExtended(17, to, from));
        assertEquals(42, f.read(0x2A1000));
        assertEquals(0, f.mmuExtended(16, to, 0));
        assertEquals(0, f.read(0x2A1000));
        assertEquals(-22, f.mmuExtended(16, f.xen().rootMfn(0), 0));
        assertEquals(-22, f.mmuExtended(17, to, 3));
    }

    @Test
    void flushesAndTheRestOfMmuext() {
        f.put(XenFixture.SCRATCH + 64, 1);
        for (int command : new int[] {6, 7, 8, 9, 10, 11}) {
            assertEquals(0, f.mmuExtended(command, 0x200000, XenFixture.SCRATCH + 64), "command " + command);
        }
        assertEquals(-14, f.mmuExtended(8, 0, 0x70000000));
        assertEquals(-13, f.mmuExtended(12, 0, 0));
        assertEquals(-22, f.mmuExtended(18, 0, 0));
        assertEquals(-95, f.mmuExtended(19, 0, 0));
        for (int command : new int[] {14, 15, 21, -1}) assertEquals(-38, f.mmuExtended(command, 0, 0));
        assertEquals(0, f.mmuExtended(3, f.mfn(0x2A0), 0), "no fourth level: ignored");
    }

    @Test
    void anotherDomainsTablesAreNotThere() {
        f.put(XenFixture.SCRATCH, 6, 0, 0);
        assertEquals(-3, f.call(26, XenFixture.SCRATCH, 1, 0, 7));
        assertEquals(-3, f.call(1, XenFixture.SCRATCH, 1, 0, 7));
        assertEquals(-3, f.call(22, 0x200000, 0, 0, 0, 7));
        assertEquals(0, f.call(22, 0x200000, 0, 0, 2, XenFixture.SELF));
        assertFalse(f.writable(0x200000));
    }
}
