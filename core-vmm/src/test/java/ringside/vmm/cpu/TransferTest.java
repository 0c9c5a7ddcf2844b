// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

class TransferTest {
    private static Bare withOtherTask(String code) {
        Bare b = new Bare().at(0, code);
        int t = Bare.OTHER_TSS_AT;
        b.memory.write32(t + 32, 0x6100);
        b.memory.write32(t + 36, 2);
        b.memory.write32(t + 40, 0x1234);
        b.memory.write32(t + 56, 0x8800);
        for (int s = 0; s < 6; s++) b.memory.write32(t + 72 + 4 * s, s == 1 ? Bare.CODE0 : Bare.DATA0);
        return b;
    }

    private static int type(Bare b, int selector) {
        return b.memory.read8(Bare.GDT_AT + selector + 5) & 15;
    }

    @Test
    void aCallGateCopiesParametersToTheInnerStackAndTheReturnReleasesBoth() {
        Bare b = new Bare().at(3, "6878563412 9a000000004300 cd30");
        b.code(0x6000, "8b442408 ca0400").run();
        assertEquals(0x30, b.handled());
        assertEquals(0x12345678, b.reg(GuestState.EAX));
        assertEquals(List.of(0x500E, Bare.CODE3, 2, Bare.STACK, Bare.DATA3), b.stack(5));
    }

    @Test
    void aJumpToATaskSavesTheOldAndMarksTheNewBusy() {
        Bare b = withOtherTask("ea000000004800");
        b.code(0x6100, "f4").run();
        assertEquals(0x6101, b.cpu.eip());
        assertEquals(0x1234, b.reg(GuestState.EAX));
        assertEquals(0x5007, b.memory.read32(Bare.TSS_AT + 32));
        assertEquals(Bare.OTHER_TSS, b.cpu.trSelector());
        assertEquals(List.of(9, 11), List.of(type(b, Bare.TSS), type(b, Bare.OTHER_TSS)));
        assertTrue((b.cpu.cr(0) & 8) != 0);
    }

    @Test
    void iretReturnsFromANestedTask() {
        Bare b = withOtherTask("9a000000004800 f4");
        b.gdt(Bare.TSS, 0x00008B0030000067L);
        b.code(0x6100, "cf").run();
        assertEquals(0x5008, b.cpu.eip());
        assertEquals(Bare.TSS, b.cpu.trSelector());
        assertEquals(9, type(b, Bare.OTHER_TSS));
        assertEquals(0, b.cpu.eflags() & 0x4000);
    }

    @Test
    void aTaskGateDeliversTheErrorCodeOnTheNewStack() {
        Bare b = withOtherTask("8ee0");
        b.gdt(Bare.TSS, 0x00008B0030000067L);
        b.gate(13, Bare.OTHER_TSS, 0, 0x85);
        b.cpu.setReg(GuestState.EAX, 0xF8);
        b.code(0x6100, "f4").run();
        assertEquals(0x6101, b.cpu.eip());
        assertEquals(List.of(0xF8), b.stack(1));
        assertEquals(11, type(b, Bare.OTHER_TSS));
    }

    @Test
    void sysenterAndSysexitChangeRings() {
        Bare b = new Bare().at(3, "0f34");
        b.cpu.setMsr(0x174, Bare.CODE0);
        b.cpu.setMsr(0x175, 0x8000);
        b.cpu.setMsr(0x176, 0x6000);
        b.cpu.setReg(GuestState.EDX, 0x6100);
        b.cpu.setReg(GuestState.ECX, 0x8800);
        b.code(0x6000, "0f35").code(0x6100, "cd30").run();
        assertEquals(0x30, b.handled());
        assertEquals(List.of(0x6102, Bare.CODE3, 2, 0x8800, Bare.DATA3), b.stack(5));
    }
}
