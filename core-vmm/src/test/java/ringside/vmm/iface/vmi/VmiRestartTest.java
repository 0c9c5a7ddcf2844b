// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringside.vmm.board.Machine;
import ringside.vmm.board.PcSettings;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.RunHash;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ResetCause;

/// A PC with the VMI ROM whose reset line is pulled: the guest starts again, before and after it called the ROM.
class VmiRestartTest {
    private static final long LIMIT = 50_000_000;
    /// Before VMI_Init and in the middle of the steps; some more, up to when the second vCPU is up.
    private static final long[] EARLY = {1_000, 65_000, 90_000, 130_000};

    private static final int LATER = 6;

    @ParameterizedTest
    @CsvSource({"vmi-steps.elf,1", "vmi-steps-pae.elf,1", "vmi-steps.elf,0", "vmi-steps-pae.elf,0"})
    void everyStepPassesAgainWheneverItWasReset(String name, int ring) throws IOException {
        Machine whole = VmiStepsTest.machine(name, 2, 42, ring);
        whole.run(LIMIT, false);
        for (int i = 0; i < EARLY.length + LATER; i++) {
            Machine m = VmiStepsTest.machine(name, 2, 42, ring);
            boolean early = i < EARLY.length;
            m.run(early ? EARLY[i] : whole.tick() * (i - EARLY.length + 1) / (LATER + 1), false);
            m.reset(ResetCause.VMI_CALL);
            m.run(1, false);
            assertEquals(List.of(), ((VmiHypervisor) m.hypervisor()).check());
            m.run(LIMIT, false);
            String console = m.console().tail(20_000);
            assertNull(m.knockdown());
            assertTrue(console.endsWith("all steps passed\n"), console);
            assertEquals(1, m.tracer().counts().events(EventKind.RESET));
            assertEquals(List.of(), ((VmiHypervisor) m.hypervisor()).check());
        }
    }

    @Test
    void aSavedMachineGoesOnAfterItsReset() throws IOException {
        Machine m = VmiStepsTest.machine("vmi-steps-pae.elf", 2, 42, 1);
        Machine again = VmiStepsTest.machine("vmi-steps-pae.elf", 2, 42, 1);
        m.run(400_000, false);
        m.reset(ResetCause.VMI_CALL);
        m.run(80_000, false);
        MachineState.of(m, null).into(again);
        m.run(LIMIT, false);
        again.run(LIMIT, false);
        assertEquals(
                RunHash.of(m.parts(), m.tracer().hash()),
                RunHash.of(again.parts(), again.tracer().hash()));
    }

    @Test
    void theSettingEndsTheRunInstead() throws IOException {
        Machine m = VmiStepsTest.machine("vmi-steps.elf", 2, 42, new PcSettings(true, false, false));
        m.run(100_000, false);
        m.reset(ResetCause.VMI_CALL);
        assertEquals("reset", m.exit());
    }
}
