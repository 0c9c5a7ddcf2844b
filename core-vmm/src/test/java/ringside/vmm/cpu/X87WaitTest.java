// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.trap.FloatingErrors;
import ringside.vmm.trap.GuestState;

/// When an x87 instruction may not go on: #NM, #MF, and FERR# in its place.
class X87WaitTest {
    private static final int MP = 2, EM = 4, TS = 8, NE = 0x20;
    private static final int NM = 7, MF = 16, IRQ13 = 0x75, IF = 0x200;
    /// Unmasks division by zero, divides one by zero. The next instruction is at 5010h.
    private static final String DIVIDE_BY_ZERO = "9bdbe3 d92d00600000 d9e8 d9ee def9 90";

    private static final class Wires implements FloatingErrors {
        boolean ferr;
        boolean ignne;

        @Override
        public void error(boolean asserted) {
            ferr = asserted;
        }

        @Override
        public boolean ignored() {
            return ignne;
        }
    }

    private static Bare pending(int cr0, String next) {
        Bare b = new Bare().at(0, DIVIDE_BY_ZERO + next);
        b.memory.write16(0x6000, 0x37B);
        b.cpu.setCr(0, cr0 | 0x11);
        return b;
    }

    private static Bare with(int cr0, String code) {
        Bare b = new Bare().at(0, code);
        b.cpu.setCr(0, cr0 | 0x11);
        return b.run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"d9e8", "dbe3", "d93d00600000", "dfe0", "0fae0500600000", "0fae0d00600000"})
    void everyInstructionIsUnavailableWithTsOrEm(String code) {
        assertEquals(NM, with(TS, code).handled());
        assertEquals(NM, with(EM, code).handled());
        assertEquals(-1, with(MP, code + "f4").handled());
    }

    @Test
    void fwaitIsUnavailableOnlyWithBothMpAndTs() {
        assertEquals(-1, with(TS, "9b f4").handled());
        assertEquals(-1, with(MP | EM, "9b f4").handled());
        assertEquals(NM, with(MP | TS, "9b f4").handled());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"9b", "d9e8", "d9d0", "d92d00600000", "d92500600000", "dd2500600000", "d9f7", "ddc0", "0f77"})
    void aPendingExceptionIsReportedAtTheNextWaitingInstruction(String next) {
        Bare b = pending(NE, next + "f4").run();
        assertEquals(MF, b.handled());
        assertEquals(0x5010, b.stack(1).getFirst());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dbe2",
                "dbe3",
                "d93d00600000",
                "dd3d00600000",
                "dfe0",
                "d93500600000",
                "dd3500600000",
                "dbe0",
                "dbe1",
                "dbe4",
                "0fae0500600000",
                "0fae0d00610000"
            })
    void someInstructionsDoNotWait(String next) {
        assertEquals(-1, pending(NE, next + "f4").run().handled());
    }

    @Test
    void unavailabilityComesBeforeAPendingException() {
        assertEquals(NM, pending(NE, "0f20c0 0c08 0f22c0 d9e8").run().handled());
    }

    @Test
    void maskingAPendingExceptionWithdrawsItAndUnmaskingBringsItBack() {
        Bare b = new Bare().at(0, "dbe3 d9e8 d9ee def9 d92d00600000 dfe0 f4 9b");
        b.memory.write16(0x6000, 0x37B);
        b.cpu.setCr(0, NE | 0x11);
        b.run();
        assertEquals(0x8084, b.reg(GuestState.EAX) & 0x80FF);
        b.cpu.wake();
        assertEquals(MF, b.run().handled());
    }

    @Test
    void withoutNeThePcIsAskedForAnInterruptAndTheProcessorWaits() {
        Wires wires = new Wires();
        Bare b = pending(0, "d9e8 f4");
        b.cpu.setFloatingErrors(wires);
        b.cpu.setEflags(IF | 2);
        b.run();
        assertTrue(wires.ferr);
        assertTrue(b.cpu.asleep());
        assertEquals(0x5010, b.cpu.eip());
        b.raised = IRQ13;
        b.run();
        assertEquals(IRQ13, b.handled());
        assertEquals(0x5010, b.stack(1).getFirst());
    }

    @Test
    void theHandlerUsesTheX87UnderIgnneAndClearingEndsFerr() {
        Wires wires = new Wires();
        Bare b = pending(0, "d9e8 f4");
        b.cpu.setFloatingErrors(wires);
        b.cpu.setEflags(IF | 2);
        b.code(Bare.HANDLERS + 16 * IRQ13, "d9eb dbe2 cf");
        b.run();
        wires.ignne = true;
        b.raised = IRQ13;
        b.run();
        assertFalse(wires.ferr);
        assertEquals(0x5013, b.cpu.eip());
        assertTrue(b.cpu.asleep());
    }

    @Test
    void withoutAPcNothingButAnInterruptEndsTheWait() {
        Bare b = pending(0, "d9e8 f4").run();
        assertTrue(b.cpu.asleep());
        assertEquals(0x5010, b.cpu.eip());
    }

    @Test
    void anMmxInstructionWaitsToo() {
        Wires wires = new Wires();
        Bare b = pending(0, "0f77 f4");
        b.cpu.setFloatingErrors(wires);
        b.run();
        assertTrue(wires.ferr);
        assertEquals(0x5010, b.cpu.eip());
    }
}
