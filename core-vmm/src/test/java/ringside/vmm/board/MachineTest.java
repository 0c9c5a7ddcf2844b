// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.history.RunHash;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// Small programs on the bare machine. Boot sectors are 16-bit code at 0x7C00, the others multiboot at 1 MB.
class MachineTest {
    private static final int MB = 1 << 20;
    private static final long SECOND = 1_000_000_000L;

    /// 8254 at 1 kHz, five interrupts counted in CX by a handler that ends each; then `out %cl, $0xF4`.
    private static final String FIVE_TICKS =
            "fa31c08ed8c70620002e7cc70622000000b034e643b0a9e640b004e640b0fee62131c9fbf483f90572fa88c8"
                    + "e6f441b020e620cf";

    /// Enables the serial port's receive interrupt and sends each byte back; `q` ends the machine.
    private static final String ECHO =
            "31c08ed8c7063000247cc70632000000baf903b001eebafc03b008eeb0efe621fbf4ebfdbaf803ecee3c7175"
                    + "02e6f4b020e620cf";

    /// Starts vCPU 1 by INIT and STARTUP at 0x8000, where it counts at 0x9000 for ever in real mode; waits for the
    /// count to reach 1000, rings bell 1 and writes the count to port 0xF4.
    private static final String TWO =
            "02b0ad1b00000100fe4f51e40000100000001000000000000000000020001000be70001000bf00800000b90c"
                    + "000000f3a4bb0000e0fec7831003000000000001c7830003000000450000c7830003000008460000813d0090"
                    + "0000e803000072f40f1f80014c4542a100900000e7f4ebfe31c08ed866f0ff060090ebf8";

    /// Local APIC timer, periodic, 1000 ticks, vector 0x30; three interrupts, each ended; then the count to 0xF4.
    private static final String APIC_TIMER =
            "02b0ad1b00000100fe4f51e40000100000001000000000000000000020001000bb0000e0fe0f011d70001000"
                    + "c783e00300000b000000c7832003000030000200c78380030000e803000031c9fbf483f90372fa8b83900300"
                    + "0088c8e6f441c783b000000000000000cf8db426000000008701780010006690"
                    + "00".repeat(0x30 * 8)
                    + "5d001000008e1000";

    /// LINT0 as NMI, the 8254 once after 1 ms; sleeps with interrupts off and stores how often it was called to
    /// 0xF4.
    private static final String WATCHDOG =
            "02b0ad1b00000100fe4f51e40000100000001000000000000000000020001000bc000009000f011d50001000c7"
                    + "055003e0fe00040000b030e643b0fee621b0a9e640b004e64031dbf488d8e6f443cf9017005800100090900000"
                    + "00000000000000000000000000004d001000008e1000";

    private static byte[] sector(String hex) {
        byte[] image = Arrays.copyOf(HexFormat.of().parseHex(hex), 512);
        image[510] = 0x55;
        image[511] = (byte) 0xAA;
        return image;
    }

    private static Machine machine(byte[] image, int vcpus) {
        MachineSpec spec = new MachineSpec(Iface.NATIVE, 4 * MB, vcpus, 1, new GuestImage(image, new byte[0], ""));
        return ((Built.Ready) Boards.build(spec)).machine();
    }

    private static Machine bootSector(String hex) {
        return machine(sector(hex), 1);
    }

    private static Machine multiboot(String hex, int vcpus) {
        return machine(HexFormat.of().parseHex(hex), vcpus);
    }

    private static String hash(Machine m) {
        return RunHash.of(m.parts(), m.tracer().hash());
    }

    @Test
    void theDebugExitEndsTheMachineWithItsStatus() {
        Machine m = bootSector("b02ae6f4"); // mov $42, %al; out %al, $0xF4
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals("debug exit 42", m.exit() + " " + m.status());
        assertEquals(2, m.retired());
    }

    @Test
    void nothingRunsAfterTheEnd() {
        Machine m = bootSector("b02ae6f4");
        m.run(SECOND, false);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(Stop.EXITED, m.stepInstruction());
        assertEquals(2, m.retired());
    }

    @Test
    void sleepingWithInterruptsOffIsAKnockdown() {
        Machine m = bootSector("faf4"); // cli; hlt
        assertEquals(Stop.KNOCKED_DOWN, m.run(SECOND, false));
        assertEquals("every vCPU sleeps and nothing can wake it", m.knockdown().what());
        assertTrue(m.knockdown().firstCause().contains("interrupts off"));
    }

    @Test
    void anNmiFromTheTimerWakesWithInterruptsOff() {
        Machine m = multiboot(WATCHDOG, 1);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(1, m.status());
        assertTrue(m.tick() > 900_000);
    }

    @Test
    void sleepingWithNothingToComeIsAKnockdown() {
        assertEquals(Stop.KNOCKED_DOWN, bootSector("fbf4ebfd").run(SECOND, false)); // sti; 1: hlt; jmp 1b
    }

    @Test
    void aTripleFaultIsAKnockdownThatNamesTheLastException() {
        // lidt of six zero bytes, then ud2: no vector can be read.
        Machine m = bootSector("0f011e107c0f0bebfe0000000000000000000000");
        assertEquals(Stop.KNOCKED_DOWN, m.run(SECOND, false));
        assertEquals("triple fault: vCPU 0 shut down", m.knockdown().what());
    }

    @Test
    void powerOffEndsTheMachineWithStatusZero() {
        Machine m = bootSector("ba0406b80034ef"); // mov $0x604, %dx; mov $0x3400, %ax; out %ax, %dx
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals("powered off 0", m.exit() + " " + m.status());
    }

    @Test
    void theGuestSeesThePowerButton() {
        // mov $0x600, %dx; 1: in %dx, %ax; test $1, %ah; jz 1b; mov $7, %al; out %al, $0xF4
        Machine m = bootSector("ba0006edf6c40174fab007e6f4");
        assertEquals(Stop.BUDGET, m.run(1_000, false));
        m.hands().powerButton();
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(7, m.status());
    }

    @Test
    void theBridgeToIsaIsOnThePciBus() {
        // mov $0x80000800, %eax; mov $0xCF8, %dx; out %eax, %dx; mov $0xFF, %dl; in %dx, %al; out %al, $0xF4
        Machine m = bootSector("66b800080080baf80c66efb2ffece6f4");
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(0x70, m.status());
    }

    @Test
    void theIntervalTimerInterruptsThroughTheFirstChip() {
        Machine m = bootSector(FIVE_TICKS);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(5, m.status());
        // The output is high from the mode's being set, so that the first comes at once: four periods of 0.99985 ms.
        assertEquals(3_999, m.tick() / 1000);
    }

    @Test
    void anIdleMachineJumpsToItsNextEvent() {
        Machine m = bootSector(FIVE_TICKS);
        m.run(SECOND, false);
        assertTrue(m.retired() < 100, "instructions: " + m.retired());
    }

    @Test
    void theLocalTimerInterruptsItsProcessor() {
        Machine m = multiboot(APIC_TIMER, 1);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(3, m.status());
    }

    @Test
    void aTimerThatFiresEveryTickHoldsUpTheGuestAndNotTheHost() {
        Machine m = multiboot(APIC_TIMER.replace("c78380030000e8030000", "c7838003000001000000"), 1);
        assertEquals(Stop.BUDGET, m.run(100_000, false));
        assertEquals(100_000, m.tick());
    }

    @Test
    void aGuestThatOnlyWaitsForTypingSaysSoAndGoesOnWhenTyped() {
        Machine m = bootSector(ECHO);
        assertEquals(Stop.WAITING_FOR_INPUT, m.run(SECOND, false));
        m.console().type("abc".getBytes(ISO_8859_1));
        assertEquals(Stop.WAITING_FOR_INPUT, m.run(SECOND, false));
        assertEquals("abc", m.console().tail(10));
        m.console().type("q".getBytes(ISO_8859_1));
        assertEquals(Stop.EXITED, m.run(SECOND, false));
    }

    @Test
    void aSecondProcessorIsStartedInRealMode() {
        Machine m = multiboot(TWO, 2);
        assertEquals(Stop.EXITED, m.run(SECOND, false));
        assertEquals(m.memory().read32(0x9000), m.status());
        assertTrue(m.status() >= 1000);
        assertTrue(m.vcpu(1).online());
    }

    @Test
    void aBellStopsAfterItselfWhenAsked() {
        Machine m = multiboot(TWO, 2);
        List<String> rung = new ArrayList<>();
        m.onBell((bell, vcpu, tick) -> rung.add(bell + " by " + vcpu));
        assertEquals(Stop.BELL, m.run(SECOND, true));
        assertEquals(1, m.lastBell());
        assertEquals(Stop.EXITED, m.run(SECOND, true));
        assertEquals(List.of("1 by 0"), rung);
    }

    @Test
    void theSameSpecGivesTheSameRun() {
        Machine a = multiboot(TWO, 2), b = multiboot(TWO, 2);
        a.run(SECOND, false);
        b.run(SECOND, false);
        assertEquals(hash(a), hash(b));
    }

    @Test
    void pausingAnywhereChangesNothing() {
        Machine whole = multiboot(TWO, 2);
        whole.run(SECOND, false);
        for (long budget : new long[] {1, 3, 999, 10_000, 12_345}) {
            Machine paused = multiboot(TWO, 2);
            while (paused.run(budget, true) != Stop.EXITED) {}
            assertEquals(hash(whole), hash(paused), "budget " + budget);
        }
    }

    @Test
    void steppingChangesNothing() {
        Machine whole = multiboot(TWO, 2), stepped = multiboot(TWO, 2);
        whole.run(SECOND, false);
        while (stepped.stepInstruction() != Stop.EXITED) {}
        assertEquals(hash(whole), hash(stepped));
    }

    @Test
    void steppingThroughSleepAndInterruptsChangesNothing() {
        Machine whole = bootSector(FIVE_TICKS), stepped = bootSector(FIVE_TICKS);
        whole.run(SECOND, false);
        while (stepped.stepInstruction() == Stop.INSTRUCTION) {}
        assertEquals(hash(whole), hash(stepped));
    }

    @Test
    void oneStepIsOneInstruction() {
        Machine m = bootSector("90909090ebfe");
        for (int i = 1; i <= 4; i++) {
            assertEquals(Stop.INSTRUCTION, m.stepInstruction());
            assertEquals(i, m.retired());
        }
    }

    @Test
    void aBudgetIsExactWithOneProcessor() {
        Machine m = bootSector("ebfe");
        assertEquals(Stop.BUDGET, m.run(123_457, false));
        assertEquals(123_457, m.tick());
        m.run(1, false);
        assertEquals(123_458, m.tick());
    }

    @Test
    void theNextCrossingOnBareHardwareIsTheNextDelivery() {
        Machine m = bootSector(FIVE_TICKS);
        assertEquals(Stop.CROSSING, m.stepCrossing(SECOND));
        TraceEvent last = m.tracer().copy(0, 100).getLast();
        assertEquals(EventKind.VCPU, m.tracer().copy(0, 1).getFirst().kind());
        assertTrue(m.tracer().copy(0, 100).stream().anyMatch(e -> e.kind() == EventKind.INTERRUPT && e.id() == 8));
        assertTrue(last.tick() > 0);
    }

    @Test
    void whatTheEngineThrowsFreezesTheMachine() {
        Machine m = bootSector("ebfe");
        m.clock()
                .schedule(
                        m.clock().event("broken", () -> {
                            throw new IllegalStateException("the invariant in words");
                        }),
                        1000);
        assertEquals(Stop.KNOCKED_DOWN, m.run(SECOND, false));
        assertTrue(m.knockdown().what().contains("the invariant in words"));
        assertEquals(Stop.KNOCKED_DOWN, m.run(SECOND, false));
    }

    @Test
    void theFirstEndWins() {
        Machine m = bootSector("b02ae6f4");
        m.run(SECOND, false);
        m.knockdown(new ringside.vmm.word.Knockdown("later", "later", 0));
        assertNull(m.knockdown());
    }

    @Test
    void theStateOfTheMachineIsInItsHash() {
        Machine m = bootSector("90ebfe");
        String before = hash(m);
        m.stepInstruction();
        assertNotEquals(before, hash(m));
    }
}
