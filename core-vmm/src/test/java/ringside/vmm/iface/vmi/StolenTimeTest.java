// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.board.HostLoad;
import ringside.vmm.board.Machine;
import ringside.vmm.board.PcSettings;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.RunHash;
import ringside.vmm.trace.Counts;

/// A guest under VMI on a host that has other things to do.
class StolenTimeTest {
    private static final long LIMIT = 100_000_000;
    private static final Pattern SPUN = Pattern.compile("real ([0-9a-f]{8}) stolen ([0-9a-f]{8})");

    private static final Pattern NAIVE = Pattern.compile("naive ([0-9a-f]{8}) of ([0-9a-f]{8}) stolen ([0-9a-f]{8})");

    private static Machine machine(int ring, int percent) throws IOException {
        PcSettings settings = new PcSettings(false, false, false, ring, new HostLoad(percent, 1_000_000));
        return VmiStepsTest.machine("vmi-steps-pae.elf", 2, 42, settings);
    }

    /// The guest spins for 3 ms of available time.
    @ParameterizedTest
    @CsvSource({"1,0", "1,25", "1,50", "1,90", "0,25", "0,50"})
    void aGuestThatSpinsIsToldWhatItLost(int ring, int percent) throws IOException {
        Machine m = machine(ring, percent);
        m.run(LIMIT, false);
        String console = m.console().tail(20_000);
        assertNull(m.knockdown());
        assertTrue(console.contains("all steps passed"), console);
        Matcher spun = SPUN.matcher(console);
        assertTrue(spun.find(), console);
        int real = Integer.parseInt(spun.group(1), 16), stolen = Integer.parseInt(spun.group(2), 16);
        assertEquals(real * (percent / 100.0), stolen, 1_000_000, "within one period");
        assertEquals(3_000_000, real - stolen, 100_000);
    }

    /// Whether a tick was run, slept, or stolen: each is one of the three.
    /// It ticks a hundred times in each period of the host's.
    @ParameterizedTest
    @CsvSource({"1,0", "1,25", "1,50", "0,50"})
    void aClockThatCountsInterruptsLosesWhatWasStolen(int ring, int percent) throws IOException {
        Machine m = machine(ring, percent);
        m.run(LIMIT, false);
        Matcher found = NAIVE.matcher(m.console().tail(20_000));
        assertTrue(found.find());
        int naive = Integer.parseInt(found.group(1), 16), real = Integer.parseInt(found.group(2), 16);
        int stolen = Integer.parseInt(found.group(3), 16);
        assertEquals(real * (percent / 100.0), stolen, 1_000_000, "within one period");
        assertEquals(real - naive, stolen, 100_000, "a tick or two of each time it was away");
    }

    @Test
    void everyTickOfAVcpuIsAccountedFor() throws IOException {
        PcSettings settings = new PcSettings(false, false, false, 1, new HostLoad(50, 1_000_000));
        Machine m = VmiStepsTest.machine("vmi-steps.elf", 1, 42, settings);
        m.run(LIMIT, false);
        Counts c = m.tracer().counts();
        assertTrue(c.readyTicks() > 2_000_000);
        assertEquals(c.readyTicks(), m.stolen(0));
        assertEquals(c.ticks(), c.userTicks() + c.kernelTicks() + c.idleTicks() + c.readyTicks());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theSameSeedStealsTheSameAtEveryTierAndFromASavedState(int ring) throws IOException {
        Machine one = machine(ring, 50), other = machine(ring, 50), saved = machine(ring, 50);
        one.setTier(0);
        other.setTier(2);
        one.run(LIMIT, false);
        for (int i = 0; i < 60; i++) other.run(50_000 + i, false);
        MachineState.of(other, null).into(saved);
        other.run(LIMIT, false);
        saved.run(LIMIT, false);
        assertEquals(hash(one), hash(other));
        assertEquals(hash(one), hash(saved));
        Machine idle = machine(ring, 0);
        idle.run(LIMIT, false);
        assertNotEquals(hash(one), hash(idle));
    }

    private static String hash(Machine m) {
        return RunHash.of(m.parts(), m.tracer().hash());
    }
}
