// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringside.vmm.trap.GuestState;

/// Task switches that go wrong, and what they leave behind.
class TaskFaultTest {
    private static final int DB = 1, NM = 7, GP = 13, PF = 14;
    private static final String JUMP = "ea000000004800 f4";
    private static final int TSS = Bare.OTHER_TSS_AT, ABSENT_CODE = 0x50, EIP = 0x6000;

    /// A task that could run, and a jump to it.
    private static Bare task(String code) {
        Bare b = new Bare().at(0, code);
        b.memory.write32(TSS + 32, EIP);
        b.memory.write32(TSS + 36, 2);
        b.memory.write32(TSS + 56, 0x8800);
        for (int s = 0; s < 6; s++) b.memory.write32(TSS + 72 + 4 * s, s == 1 ? Bare.CODE0 : Bare.DATA0);
        b.gdt(ABSENT_CODE, 0x00CF1B000000FFFFL);
        b.gdt(ABSENT_CODE + 8, 0x00CF13000000FFFFL);
        b.memory.write8(EIP, 0xF4);
        return b;
    }

    @ParameterizedTest
    @CsvSource({
        "96, 40, 10, 40", // LDT: not an LDT
        "76, 0, 10, 0", // CS: null
        "76, 16, 10, 16", // CS: data
        "76, 80, 11, 80", // CS: absent
        "80, 8, 10, 8", // SS: code
        "80, 88, 12, 88", // SS: absent
        "84, 88, 11, 88", // DS: absent
        "92, 248, 10, 248", // GS: beyond the GDT
    })
    void aBadSelectorFaultsInTheNewTask(int at, int selector, int vector, int error) {
        Bare b = task(JUMP);
        b.cpu.setGdt(Bare.GDT_AT, 0xF7);
        b.memory.write16(TSS + at, selector);
        // A task of its own for the fault: the new one may have no stack.
        faultTask(b, vector);
        b.run();
        assertEquals(0x6100, b.cpu.eip() - 1, "vector");
        assertEquals(error, b.memory.read32(0x8C00 - 4), "error code");
        assertEquals(Bare.OTHER_TSS, b.memory.read16(0x3C00), "link");
        assertEquals(EIP, b.memory.read32(TSS + 32), "EIP of the new task");
    }

    private static void faultTask(Bare b, int vector) {
        int tss = 0x3C00;
        b.gdt(0x60, 0x000089003C000067L);
        b.memory.write32(tss + 32, 0x6100);
        b.memory.write32(tss + 36, 2);
        b.memory.write32(tss + 56, 0x8C00);
        for (int s = 0; s < 6; s++) b.memory.write32(tss + 72 + 4 * s, s == 1 ? Bare.CODE0 : Bare.DATA0);
        b.memory.write8(0x6100, 0xF4);
        b.gate(vector, 0x60, 0, 0x85);
    }

    @ParameterizedTest
    @CsvSource({"96, 40, 10", "84, 88, 11", "92, 248, 10"})
    void theNewTasksStackTakesTheFault(int at, int selector, int vector) {
        Bare b = task(JUMP);
        b.cpu.setGdt(Bare.GDT_AT, 0xF7);
        b.memory.write16(TSS + at, selector);
        b.run();
        assertEquals(vector, b.handled());
        assertEquals(selector, b.stack(1).getFirst());
        assertEquals(EIP, b.stack(2).get(1));
        assertEquals(0x8800 - 16, b.reg(GuestState.ESP));
        assertEquals(Bare.OTHER_TSS, b.cpu.trSelector());
    }

    @Test
    void anEntryPointBeyondTheSegmentFaultsInTheNewTask() {
        Bare b = task(JUMP);
        b.gdt(ABSENT_CODE, 0x00409B0000005FFFL);
        b.memory.write16(TSS + 76, ABSENT_CODE);
        b.run();
        assertEquals(GP, b.handled());
        assertEquals(0, b.stack(1).getFirst());
        assertEquals(ABSENT_CODE, b.stack(3).get(2));
    }

    @Test
    void whatCannotBeMarkedFreeFaultsBeforeAnythingHappens() {
        Bare b = task(JUMP).paged();
        for (int n = 0; n < 32; n++) b.memory.write64(0xB000 + 8 * n, b.memory.read64(Bare.IDT_AT + 8 * n));
        b.cpu.setIdt(0xB000, 0xFF);
        // The descriptor of the outgoing task is the last in a page that may not be stored to.
        b.cpu.setGdt(0x1FD0, 0xFF);
        for (int k = 0; k < 0x100; k += 4) b.memory.write32(0x1FD0 + k, b.memory.read32(Bare.GDT_AT + k));
        b.cpu.setCr(0, b.cpu.cr(0) | 1 << 16);
        b.page(0x1000, 0x1005);
        b.run();
        assertEquals(PF, b.handled());
        assertEquals(3, b.stack(1).getFirst());
        assertEquals(0x1FFD, b.cpu.cr(2));
        assertEquals(Bare.TSS, b.cpu.trSelector());
        assertEquals(0, b.memory.read32(Bare.TSS_AT + 32));
        assertEquals(0x89, b.memory.read8(0x1FD0 + Bare.OTHER_TSS + 5));
    }

    @Test
    void aJumpOnlyReadsTheNewTask() {
        Bare b = task(JUMP).paged();
        b.memory.write32(Bare.GDT_AT + Bare.OTHER_TSS + 4, 0x00008900);
        b.memory.write32(Bare.GDT_AT + Bare.OTHER_TSS, 0xC0000067);
        System.arraycopy(b.memory.bytes(), TSS, b.memory.bytes(), 0xC000, 104);
        b.memory.write32(0xC000 + 28, 0x10000);
        b.cpu.setCr(0, b.cpu.cr(0) | 1 << 16);
        b.page(0xC000, 0xC005);
        b.run();
        assertEquals(EIP + 1, b.cpu.eip());
    }

    @Test
    void theTrapBitStopsATaskThatAnInterruptEnters() {
        Bare b = task("90 f4");
        b.memory.write16(TSS + 100, 1);
        b.gate(0x40, Bare.OTHER_TSS, 0, 0x85);
        b.cpu.setEflags(0x202);
        b.raised = 0x40;
        b.run();
        assertEquals(DB, b.handled());
        assertEquals(EIP, b.stack(1).getFirst());
        assertEquals(0x8000, b.cpu.dr(6) & 0xE00F);
    }

    @Test
    void theTrapBitStopsATaskThatAnExceptionEnters() {
        Bare b = task("0f0b f4");
        b.memory.write16(TSS + 100, 1);
        b.gate(6, Bare.OTHER_TSS, 0, 0x85);
        b.run();
        assertEquals(DB, b.handled());
        assertEquals(EIP, b.stack(1).getFirst());
    }

    @Test
    void theFpuIsSwitchedLazily() {
        Bare b = task(JUMP);
        b.code(EIP, "dbe3 f4");
        b.run();
        assertEquals(NM, b.handled());
        assertNotEquals(0, b.cpu.cr(0) & 8);
        assertEquals(EIP, b.stack(1).getFirst());
    }
}
