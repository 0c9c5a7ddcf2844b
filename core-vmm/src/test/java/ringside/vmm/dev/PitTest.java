// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.history.RunHash;

class PitTest {
    private final VirtualClock clock = new VirtualClock();
    private final List<Long> rises = new ArrayList<>();
    private final Pit pit = new Pit(clock, high -> {
        if (high) rises.add(clock.now());
    });

    private void run(long until) {
        while (clock.nextAt() <= until) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(until);
    }

    private void load(int counter, int mode, int count) {
        pit.write(3, counter << 6 | 0x30 | mode << 1);
        pit.write(counter, count & 0xFF);
        pit.write(counter, count >> 8);
    }

    private int count(int counter) {
        pit.write(3, counter << 6);
        return pit.read(counter) | pit.read(counter) << 8;
    }

    @Test
    void rateGeneratorRisesOncePerPeriod() {
        load(0, 2, 1193);
        run(10_000_000);
        // 10 ms are 11,931 clocks: ten periods of 1193, and the rise of setting the mode.
        assertEquals(11, rises.size());
        assertEquals(Pit.ticks(1193), rises.get(1));
        assertEquals(Pit.ticks(11_930), rises.get(10));
    }

    @Test
    void squareWaveRisesOncePerPeriod() {
        load(0, 3, 1193);
        run(10_000_000);
        assertEquals(11, rises.size());
        assertEquals(Pit.ticks(11_930), rises.get(10));
    }

    @Test
    void interruptOnTerminalCountRisesOnce() {
        load(0, 0, 1000);
        run(50_000_000);
        assertEquals(List.of(Pit.ticks(1000)), rises);
    }

    @Test
    void softwareStrobeRisesAfterItsOneLowClock() {
        load(0, 4, 1000);
        run(50_000_000);
        assertEquals(Pit.ticks(1001), rises.getLast());
    }

    @Test
    void hardwareStrobeStaysQuietWithoutAGateEdge() {
        load(0, 5, 1000);
        run(50_000_000);
        assertEquals(1, rises.size(), "only the mode's own level");
    }

    @Test
    void aLatchedCountStaysUntilItIsRead() {
        load(0, 2, 10_000);
        run(Pit.ticks(100));
        pit.write(3, 0);
        run(Pit.ticks(500));
        int latched = pit.read(0) | pit.read(0) << 8;
        assertEquals(9_900, latched);
        assertEquals(9_500, count(0));
    }

    @Test
    void readBackGivesStatusThenCount() {
        load(0, 2, 10_000);
        run(Pit.ticks(100));
        pit.write(3, 0xC2);
        assertEquals(0x80 | 0x30 | 2 << 1, pit.read(0));
        assertEquals(9_900, pit.read(0) | pit.read(0) << 8);
    }

    @Test
    void aNewCountOfTheRateGeneratorWaitsForThePeriodsEnd() {
        load(0, 2, 1000);
        run(Pit.ticks(100));
        pit.write(0, 2000 & 0xFF);
        pit.write(0, 2000 >> 8);
        run(Pit.ticks(3500));
        assertEquals(List.of(Pit.ticks(1000), Pit.ticks(3000)), rises.subList(1, rises.size()));
    }

    @Test
    void counterTwoWaitsForItsGate() {
        load(2, 0, 1000);
        run(Pit.ticks(5000));
        assertFalse(pit.out2());
        pit.gate2(true);
        run(Pit.ticks(5999));
        assertFalse(pit.out2());
        run(Pit.ticks(6001));
        assertTrue(pit.out2());
    }

    @Test
    void counterTwoHoldsItsCountWhileTheGateIsLow() {
        pit.gate2(true);
        load(2, 0, 1000);
        run(Pit.ticks(400));
        pit.gate2(false);
        run(Pit.ticks(4000));
        assertEquals(600, count(2));
    }

    @Test
    void oneShotIsStartedByTheGate() {
        load(2, 1, 1000);
        assertTrue(pit.out2());
        pit.gate2(true);
        assertFalse(pit.out2());
        run(Pit.ticks(1001));
        assertTrue(pit.out2());
    }

    @Test
    void bcdCountsDownInDecimal() {
        pit.write(3, 0x35);
        pit.write(0, 0x00);
        pit.write(0, 0x10);
        run(Pit.ticks(1));
        assertEquals(0x999, count(0));
    }

    @Test
    void noEdgeIsLostWhenEventsComeLate() {
        load(0, 2, 100);
        clock.advanceTo(Pit.ticks(1000));
        clock.fireDue();
        assertEquals(11, rises.size());
    }

    @Test
    void aCountOfOneNeverHangs() {
        load(0, 2, 1);
        run(1_000_000);
        assertEquals(Long.MAX_VALUE, clock.nextAt());
    }

    @Test
    void peekingLatchesAndTogglesNothing() {
        load(0, 2, 10_000);
        String before = RunHash.of(List.of(pit), 0);
        for (int i = 0; i < 4; i++) pit.peek(i);
        assertEquals(before, RunHash.of(List.of(pit), 0));
    }
}
