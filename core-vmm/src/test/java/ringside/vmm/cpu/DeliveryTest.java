// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

class DeliveryTest {
    @Test
    void anInterruptFromRing3StacksWhereItCameFrom() {
        Bare b = new Bare().at(3, "cd30").run();
        assertEquals(0x30, b.handled());
        assertEquals(List.of(0x5002, Bare.CODE3, 2, Bare.STACK, Bare.DATA3), b.stack(5));
        assertEquals(0, b.cpu.cpl());
    }

    @Test
    void aGateOfALowerPrivilegeLevelRefusesWithTheIdtBit() {
        Bare b = new Bare().at(3, "cd20").run();
        assertEquals(13, b.handled());
        assertEquals(List.of(0x20 * 8 + 2, 0x5000, Bare.CODE3), b.stack(3));
    }

    @Test
    void anErrorWhileDeliveringAContributoryFaultIsADoubleFault() {
        Bare b = new Bare();
        b.gate(13, Bare.CODE0, 0, 0x0E); // not present
        b.at(3, "f4").run();
        assertEquals(8, b.handled());
        assertEquals(List.of(0, 0x5000, Bare.CODE3), b.stack(3));
    }

    @Test
    void aDoubleFaultThatCannotBeDeliveredShutsDown() {
        Bare b = new Bare().at(0, "0f0b");
        b.cpu.setIdt(Bare.IDT_AT, 0);
        b.run();
        assertTrue(b.cpu.hasShutDown());
    }

    @Test
    void anExternalFaultCarriesTheExtBit() {
        Bare b = new Bare().at(0, "fb 90 90");
        b.gate(0x40, Bare.CODE0, 0, 0x0E);
        b.raised = 0x40;
        b.run();
        assertEquals(11, b.handled());
        assertEquals(0x40 * 8 + 3, b.stack(1).getFirst());
    }

    @Test
    void iretGoesToAnOuterLevelAndNullsWhatThatMayNotUse() {
        Bare b = new Bare()
                .at(0, "6a23 6800900000 6a02 6a1b 6800600000 cf")
                .code(0x6000, "cd31")
                .run();
        assertEquals(0x31, b.handled());
        assertEquals(List.of(0x6002, Bare.CODE3, 2, 0x9000, Bare.DATA3), b.stack(5));
        assertEquals(0, b.cpu.selector(GuestState.DS));
    }

    @Test
    void virtual8086ModeIsEnteredByIretAndLeftByAFault() {
        Bare b = new Bare();
        // GS, FS, DS, ES, SS, ESP, EFLAGS with VM, CS, EIP; then HLT in virtual-8086 mode
        b.at(0, "6a01 6a02 6a03 6a04 6a05 6800010000 6802000200 6a06 6a07 cf")
                .code(0x67, "f4")
                .run();
        assertEquals(13, b.handled());
        assertEquals(List.of(0, 7, 6, 0x30002, 0x100, 5, 4, 3, 2, 1), b.stack(10));
        assertEquals(0, b.cpu.selector(GuestState.DS));
    }

    @Test
    void realModeGoesThroughTheVectorTable() {
        Bare b = new Bare().real("cd10");
        b.memory.write32(0x40, 0x0100 << 16 | 0x20);
        b.code(0x1020, "f4").run();
        assertTrue(b.cpu.asleep());
        assertEquals(0x21, b.cpu.eip());
        assertEquals(0x100, b.cpu.selector(GuestState.CS));
        assertEquals(0x5002, b.memory.read16(Bare.STACK - 6));
    }

    @Test
    void stiHoldsInterruptsForOneInstruction() {
        Bare b = new Bare().at(0, "fb 40 40 f4");
        b.raised = 0x50;
        b.run();
        assertEquals(0x50, b.handled());
        assertEquals(1, b.reg(GuestState.EAX));
    }

    @Test
    void movSsHoldsInterruptsForOneInstruction() {
        Bare b = new Bare().at(0, "8ed0 40 40 f4");
        b.cpu.setReg(GuestState.EAX, Bare.DATA0);
        b.cpu.setEflags(0x202);
        b.cpu.startSlice(100);
        b.cpu.run(1);
        b.raised = 0x50;
        b.cpu.run(100);
        assertEquals(0x50, b.handled());
        assertEquals(Bare.DATA0 + 1, b.reg(GuestState.EAX));
    }

    @Test
    void anInterruptWakesAHaltedProcessor() {
        Bare b = new Bare().at(0, "fb f4").run();
        assertTrue(b.cpu.asleep());
        b.raised = 0x60;
        b.run();
        assertEquals(0x60, b.handled());
        assertEquals(0x5002, b.stack(1).getFirst());
    }
}
