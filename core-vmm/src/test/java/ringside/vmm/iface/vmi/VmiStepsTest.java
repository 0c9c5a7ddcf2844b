// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringside.vmm.board.Boards;
import ringside.vmm.board.Built;
import ringside.vmm.board.Machine;
import ringside.vmm.board.MachineSpec;
import ringside.vmm.board.PcOptions;
import ringside.vmm.board.PcSettings;
import ringside.vmm.board.Processors;
import ringside.vmm.history.RunHash;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// The small guest of `guests/tests/vmi-steps`, which goes through the interface step by step (vmi.md 9).
class VmiStepsTest {
    private static final int MB = 1 << 20;
    private static final long LIMIT = 50_000_000;

    private static byte[] guest(String name) throws IOException {
        try (InputStream in = VmiStepsTest.class.getResourceAsStream(name)) {
            assertNotNull(in, name);
            return in.readAllBytes();
        }
    }

    private static Machine machine(String name, int vcpus, long seed) throws IOException {
        return machine(name, vcpus, seed, 1);
    }

    static Machine machine(String name, int vcpus, long seed, int ring) throws IOException {
        return machine(name, vcpus, seed, new PcSettings(false, false, false, ring));
    }

    static Machine machine(String name, int vcpus, long seed, PcSettings settings) throws IOException {
        GuestImage image = new GuestImage(guest(name), new byte[0], "");
        PcOptions options = PcOptions.NONE.with(settings);
        Built built =
                Boards.build(new MachineSpec(Iface.VMI, 4 * MB, vcpus, seed, image, Processors.STANDARD, options));
        return switch (built) {
            case Built.Ready ready -> ready.machine();
            case Built.Wrong wrong -> throw new AssertionError(wrong.problems().toString());
        };
    }

    private static List<String> check(Machine m) {
        return ((VmiHypervisor) m.hypervisor()).check();
    }

    @ParameterizedTest
    @CsvSource({
        "vmi-steps.elf,1,1",
        "vmi-steps.elf,1,2",
        "vmi-steps.elf,1,8",
        "vmi-steps-pae.elf,1,2",
        "vmi-steps-pae.elf,1,8",
        "vmi-steps.elf,0,2",
        "vmi-steps.elf,0,8",
        "vmi-steps-pae.elf,0,1",
        "vmi-steps-pae.elf,0,2"
    })
    void everyStepPasses(String name, int ring, int vcpus) throws IOException {
        Machine m = machine(name, vcpus, 42, ring);
        while (m.exit() == null && m.knockdown() == null && m.tick() < LIMIT) {
            m.run(5_000 * vcpus * vcpus, false);
            assertEquals(List.of(), check(m));
        }
        String console = m.console().tail(20_000);
        assertNull(m.knockdown());
        assertTrue(console.contains("all steps passed"), console);
        assertTrue(console.contains("vcpus 0000000" + vcpus + "\n"), console);
        assertEquals(0, m.status());
    }

    /// What a processor at level 0 can do by itself is one instruction; the rest is the monitor's in both designs.
    @Test
    void atLevelZeroTheMonitorHasAlarmsAndApicsOnly() throws IOException {
        Machine m = machine("vmi-steps-pae.elf", 2, 42, 0);
        m.run(LIMIT, false);
        Counts counts = m.tracer().counts();
        assertEquals(0, counts.hiddenFaults());
        counts.calls().forEach((name, calls) -> {
            boolean crosses = name.matches("vmi\\.(Init|SetAlarm|CancelAlarm|SetInitialAPState|APIC.*)");
            assertEquals(crosses, calls.kind() == CallClass.CROSSING, name);
        });
        assertTrue(counts.calls().get("vmi.IRET").count() > 5);
    }

    @Test
    void localCallsDoNotCrossAndQueuedOnesOnlyWhenTheQueueIsFull() throws IOException {
        Machine m = machine("vmi-steps-pae.elf", 2, 42);
        m.run(LIMIT, false);
        Counts counts = m.tracer().counts();
        assertEquals(CallClass.LOCAL, counts.calls().get("vmi.GetInterruptMask").kind());
        assertEquals(CallClass.LOCAL, counts.calls().get("vmi.GetCycleCounter").kind());
        assertEquals(CallClass.QUEUED, counts.calls().get("vmi.SetPxELong").kind());
        assertEquals(74, counts.calls().get("vmi.GetRelocationInfo").count());
        assertTrue(counts.pteUpdates() > 300);
        assertTrue(counts.hiddenFaults() > 0);
        assertTrue(counts.exits().get(ExitCause.MEMORY_IO) >= 3);
        assertEquals(3, counts.exits(ExitCause.INTERRUPT_FLAG)); // STI and CLI of the kernel, CLI of the user
    }

    /// An interrupt gate clears the virtual flag, which silicon does not know: such an INT is the monitor's.
    @Test
    void anIntThroughAnInterruptGateCrosses() throws IOException {
        Machine m = machine("vmi-steps.elf", 1, 42);
        m.run(LIMIT, false);
        Counts counts = m.tracer().counts();
        assertTrue(counts.events(EventKind.SOFTWARE_INTERRUPT) > 0);
        assertTrue(counts.exits(ExitCause.SOFTWARE_INTERRUPT) >= counts.events(EventKind.SOFTWARE_INTERRUPT));
    }

    @Test
    void theSameSeedGivesTheSameRun() throws IOException {
        String[] hashes = new String[2];
        for (int i = 0; i < 2; i++) {
            Machine m = machine("vmi-steps.elf", 2, 7);
            m.run(LIMIT, false);
            hashes[i] = RunHash.of(List.of(m), m.tracer().hash());
        }
        assertEquals(hashes[0], hashes[1]);
    }

    @Test
    void anNmiReachesTheGuestsOwnTableOnce() throws IOException {
        Machine m = machine("vmi-steps.elf", 2, 42);
        while (!((VmiHypervisor) m.hypervisor()).active(0)) m.run(1_000, false);
        m.run(1_000, false);
        m.vcpu(0).requestNmi();
        m.run(2_000, false);
        long taken = m.tracer().copy(0, 100_000).stream()
                .filter(e -> e.kind() == EventKind.INTERRUPT && e.id() == 2)
                .count();
        assertEquals(1, taken);
    }
}
