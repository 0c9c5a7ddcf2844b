// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.PrivilegedOp;
import ringside.vmm.trap.Verdict;

class InterceptTest {
    private static Bare deprivileged(String code) {
        Bare b = new Bare().at(1, code);
        b.intercepting = true;
        b.onExit = b.cpu::stop;
        return b;
    }

    @Test
    void aPrivilegedInstructionLeavesWithEverythingAboutIt() {
        Bare b = deprivileged("0f22d8");
        b.cpu.setReg(GuestState.EAX, 0x1234000);
        b.run();
        assertEquals(
                List.of(new Exit.Privileged(PrivilegedOp.MOV_TO_CR, 3, GuestState.EAX, 0, 0x1234000, 4, 0x5003)),
                b.exits);
        assertEquals(0x5000, b.cpu.eip());
    }

    @Test
    void emulateCarriesItOutAsRing0Would() {
        Bare b = deprivileged("e6 80 90");
        b.cpu.setReg(GuestState.EAX, 0x42);
        b.verdict = Verdict.EMULATE;
        b.run();
        assertEquals(List.of("out 80 42"), b.ports);
        assertEquals(0x5002, b.cpu.eip());
    }

    @Test
    void deliverRaisesTheFaultThroughTheIdtWithoutAskingAgain() {
        Bare b = new Bare().at(1, "fa");
        b.intercepting = true;
        b.verdict = Verdict.DELIVER;
        b.gate(13, Bare.CODE1, 0x6000, 0x8E);
        b.code(0x6000, "ebfe");
        b.cpu.startSlice(5);
        b.cpu.run(5);
        assertEquals(1, b.exits.size());
        assertEquals(0x6000, b.cpu.eip());
    }

    @Test
    void aSoftwareInterruptLeavesAtTheInstruction() {
        Bare b = deprivileged("cd80").run();
        assertEquals(List.of(new Exit.SoftInt(0x80, 0x5002, Exit.SoftInt.Kind.INT_N)), b.exits);
        assertEquals(0x5000, b.cpu.eip());
    }

    @Test
    void attentionComesAtTheNextBoundary() {
        Bare b = deprivileged("40 40");
        b.cpu.requestAttention();
        b.run();
        assertInstanceOf(Exit.Attention.class, b.exits.getFirst());
        assertEquals(0, b.reg(GuestState.EAX));
    }

    @Test
    void aPageIsMappedForOneInstructionOnly() {
        Bare b = new Bare().at(0, "a100000800 8b1d00000800 f4").paged();
        b.page(0x80000, 0x80003);
        b.memory.write32(0x80000, 1);
        b.memory.write32(0x90000, 2);
        b.cpu.mapOnce(0x80000, 0x90000);
        b.run();
        assertEquals(List.of(2, 1), List.of(b.reg(GuestState.EAX), b.reg(GuestState.EBX)));
    }

    @Test
    void aMapBelowPagingMovesDataAndTables() {
        Bare b = new Bare();
        b.at(0, "a100000800 f4").paged();
        // guest frame n lies in machine frame n, but 80h lies in 90h
        b.cpu.setPhysMap(pfn -> pfn == 0x80 ? 0x90 : pfn);
        b.memory.write32(0x90000, 7);
        b.run();
        assertEquals(7, b.reg(GuestState.EAX));
        assertTrue(b.exits.isEmpty());
    }
}
