// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// What clocks show while vCPUs run the same stretch of time one after another.
class VirtualClockTest {
    private final VirtualClock clock = new VirtualClock();
    private long done;

    private void turn() {
        done = 0;
        clock.running(new Progress() {
            @Override
            public long sliceTicks() {
                return done;
            }

            @Override
            public void shortenSlice(long ticks) {}
        });
    }

    @Test
    void aLaterVcpuIsNeverToldLessThanAnEarlierOne() {
        turn();
        done = 700;
        assertEquals(700, clock.read());
        turn();
        done = 10;
        assertEquals(700, clock.read());
        done = 701;
        assertEquals(701, clock.read());
    }

    @Test
    void whatNobodyReadBindsNobody() {
        turn();
        done = 700;
        assertEquals(700, clock.shown());
        turn();
        done = 10;
        assertEquals(10, clock.read());
    }

    @Test
    void eventsKeepTheTimeOfTheirOwnVcpu() {
        VirtualClock.Event event = clock.event("timer", () -> {});
        turn();
        done = 700;
        clock.read();
        turn();
        done = 10;
        clock.schedule(event, clock.now() + 5);
        assertEquals(15, event.at());
    }

    @Test
    void aRoundEndsAtNoLessThanAnybodyWasTold() {
        turn();
        done = 700;
        clock.read();
        clock.running(null);
        clock.advanceTo(700);
        assertEquals(700, clock.shown());
        assertEquals(700, clock.now());
    }
}
