// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import ringside.vmm.trap.GuestState;

class DebugTest {
    private static final int RF = 0x10000, TF = 0x100;

    @Test
    void anInstructionBreakpointFaultsBeforeTheInstruction() {
        Bare b = new Bare().at(0, "40 40 40 f4");
        b.cpu.setDr(0, 0x5001);
        b.cpu.setDr(7, 1);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(1, b.reg(GuestState.EAX));
        assertEquals(1, b.cpu.dr(6) & 0xF);
        assertEquals(0x5001, b.stack(1).getFirst());
        assertEquals(2, b.stack(3).get(2) & ~0xFD);
    }

    @Test
    void rfLetsTheInstructionPassOnce() {
        Bare b = new Bare().at(0, "40 f4");
        b.cpu.setDr(0, 0x5000);
        b.cpu.setDr(7, 1);
        b.cpu.setEflags(RF | 2);
        b.run();
        assertEquals(0x5002, b.cpu.eip());
        assertEquals(0, b.cpu.eflags() & RF);
    }

    @Test
    void anInstructionBreakpointRightBehindMovSsIsHeldBack() {
        Bare b = new Bare().at(0, "8ed0 41 f4");
        b.cpu.setReg(GuestState.EAX, Bare.DATA0);
        b.cpu.setDr(0, 0x5002);
        b.cpu.setDr(7, 1);
        b.run();
        assertEquals(0x5004, b.cpu.eip());
        assertEquals(1, b.reg(GuestState.ECX));
        assertEquals(0, b.cpu.dr(6) & 0xF);
    }

    @Test
    void aDataBreakpointTrapsAfterTheStore() {
        Bare b = new Bare().at(0, "a200800000 40 f4");
        b.cpu.setDr(1, 0x8000);
        b.cpu.setDr(7, 1 << 2 | 1 << 20);
        b.cpu.setReg(GuestState.EAX, 0x77);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0x77, b.memory.read8(0x8000));
        assertEquals(2, b.cpu.dr(6) & 0xF);
        assertEquals(0x5005, b.stack(1).getFirst());
    }

    @Test
    void singleStepTrapsAfterEachInstruction() {
        Bare b = new Bare().at(0, "40 40 f4");
        b.cpu.setEflags(TF | 2);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(1, b.reg(GuestState.EAX));
        assertEquals(0x4000, b.cpu.dr(6) & 0x4000);
    }

    @Test
    void generalDetectGuardsTheDebugRegisters() {
        Bare b = new Bare().at(0, "0f21c0");
        b.cpu.setDr(7, 0x2000);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0x2000, b.cpu.dr(6) & 0x2000);
        assertEquals(0, b.cpu.dr(7) & 0x2000);
    }

    @Test
    void everyDebugExceptionOpensTheDebugRegisters() {
        Bare b = new Bare().at(0, "40 40 f4");
        b.cpu.setDr(7, 0x2000);
        b.cpu.setEflags(TF | 2);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0, b.cpu.dr(7) & 0x2000);
    }

    @Test
    void rfCoversARepeatedStringAsAWhole() {
        Bare b = new Bare().at(0, "f3a4 f4");
        b.cpu.setDr(0, 0x5000);
        b.cpu.setDr(7, 1);
        b.cpu.setReg(GuestState.ECX, 3);
        b.cpu.setReg(GuestState.ESI, 0x8000);
        b.cpu.setReg(GuestState.EDI, 0x8100);
        b.cpu.setEflags(RF | 2);
        b.run();
        assertEquals(0x5003, b.cpu.eip());
        assertEquals(0, b.reg(GuestState.ECX));
    }

    @Test
    void aDataBreakpointOnMovSsIsReportedBehindTheNextInstruction() {
        Bare b = new Bare().at(0, "8e1500800000 40 f4");
        b.memory.write16(0x8000, Bare.DATA0);
        b.cpu.setDr(0, 0x8000);
        b.cpu.setDr(7, 1 | 3 << 16);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0x5007, b.stack(1).getFirst());
        assertEquals(1, b.reg(GuestState.EAX));
    }

    @Test
    void theTrapBitOfATaskStopsBeforeItsFirstInstruction() {
        Bare b = new Bare().at(0, "ea000000004800");
        int tss = Bare.OTHER_TSS_AT;
        b.memory.write32(tss + 32, 0x6000);
        b.memory.write32(tss + 36, 2);
        b.memory.write32(tss + 56, 0x8800);
        for (int s = 0; s < 6; s++) b.memory.write32(tss + 72 + 4 * s, s == 1 ? Bare.CODE0 : Bare.DATA0);
        b.memory.write16(tss + 100, 1);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0x8000, b.cpu.dr(6) & 0x8000);
        assertEquals(0x6000, b.stack(1).getFirst());
    }

    @Test
    void aPortBreakpointTrapsAfterTheAccess() {
        for (String code : new String[] {"e640 40 f4", "e440 40 f4", "e740 40 f4"}) {
            Bare b = new Bare().at(0, code);
            b.cpu.setCr(4, 8);
            b.cpu.setDr(2, 0x40);
            b.cpu.setDr(7, 1 << 4 | 2 << 24);
            b.run();
            assertEquals(1, b.handled(), code);
            assertEquals(4, b.cpu.dr(6) & 0xF);
            assertEquals(0x5002, b.stack(1).getFirst());
            assertEquals(1, b.ports.size());
        }
    }

    @Test
    void portBreakpointsNeedDebuggingExtensions() {
        Bare b = new Bare().at(0, "e640 f4");
        b.cpu.setDr(0, 0x40);
        b.cpu.setDr(7, 1 | 2 << 16);
        b.run();
        assertEquals(-1, b.handled());
    }

    @Test
    void aWidePortAccessHitsAnyOfItsBytes() {
        Bare b = new Bare().at(0, "66ef f4");
        b.cpu.setCr(4, 8);
        b.cpu.setReg(GuestState.EDX, 0x1F0);
        b.cpu.setDr(0, 0x1F1);
        b.cpu.setDr(7, 1 | 2 << 16);
        b.run();
        assertEquals(1, b.handled());
    }

    @Test
    void aStringPortAccessTrapsAfterEachIteration() {
        Bare b = new Bare().at(0, "f36e f4");
        b.cpu.setCr(4, 8);
        b.cpu.setReg(GuestState.EDX, 0x1F0);
        b.cpu.setReg(GuestState.ESI, 0x8000);
        b.cpu.setReg(GuestState.ECX, 3);
        b.cpu.setDr(0, 0x1F0);
        b.cpu.setDr(7, 1 | 2 << 16);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(2, b.reg(GuestState.ECX));
        assertEquals(0x5000, b.stack(1).getFirst());
    }

    @Test
    void wideAccessesHitDataBreakpointsInTheirUpperHalf() {
        for (String code : new String[] {
            "0f6f0500800000 40 f4", "0f7f0500800000 40 f4", "0f280500800000 40 f4", "dd0500800000 40 f4"
        }) {
            Bare b = new Bare().at(0, code);
            b.cpu.setCr(4, 0x200);
            b.cpu.setDr(3, 0x8006);
            b.cpu.setDr(7, 3 << 6 | 3 << 28);
            b.run();
            assertEquals(1, b.handled(), code);
            assertEquals(8, b.cpu.dr(6) & 0xF);
            assertEquals(0, b.reg(GuestState.EAX));
        }
    }

    @Test
    void icebpTrapsWithoutAReason() {
        Bare b = new Bare().at(0, "f1 f4");
        b.cpu.setDr(7, 0x2000);
        b.run();
        assertEquals(1, b.handled());
        assertEquals(0, b.cpu.dr(6) & 0xE00F);
        assertEquals(0x5001, b.stack(1).getFirst());
    }

    @Test
    void whatDeliveryStoresIsReportedBeforeTheHandlerBegins() {
        for (String code : new String[] {"cd30", "0f0b"}) {
            Bare b = new Bare().at(3, code);
            b.cpu.setDr(0, Bare.RING0_STACK - 8);
            b.cpu.setDr(7, 1 | 13 << 16);
            b.run();
            assertEquals(1, b.handled(), code);
            assertEquals(
                    Bare.HANDLERS + 16 * (code.equals("0f0b") ? 6 : 0x30),
                    b.stack(1).getFirst());
        }
    }
}
