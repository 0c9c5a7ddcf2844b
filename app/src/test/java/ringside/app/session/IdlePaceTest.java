// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IdlePaceTest {
    private static final long MILLI = 1_000_000, SLICE = 10 * MILLI;

    private final IdlePace pace = new IdlePace();
    private long tick;
    private long host;

    /// Slices of a guest that does so much in each; they take no time of the host by themselves. @return what is waited
    private long slices(int count, long instructions) {
        long waited = 0;
        for (int i = 0; i < count; i++) {
            tick += SLICE;
            long wait = pace.after(SLICE, instructions, tick, host);
            host += wait;
            waited += wait;
        }
        return waited;
    }

    @Test
    void aSleepingGuestIsAsOldAsTheHost() {
        pace.set(true);
        slices(1, 0);
        long before = host;
        assertTrue(Math.abs(slices(1_000, 100) - 1_000 * SLICE) <= SLICE, "waited " + (host - before));
    }

    @Test
    void workIsNeverSlowedDown() {
        pace.set(true);
        assertEquals(0, slices(1_000, SLICE));
    }

    @Test
    void whoWasBehindCatchesUpButNotForEver() {
        pace.set(true);
        slices(1, SLICE);
        host += 100_000 * MILLI; // a long boot, for the host
        slices(1, SLICE);
        long caughtUp = tick;
        long waited = slices(1_000, 0);
        assertEquals(tick - caughtUp - IdlePace.CREDIT_NANOS, waited, 2 * SLICE);
    }

    @Test
    void nobodyAtTheCornerNoPace() {
        pace.set(false);
        assertEquals(0, slices(1_000, 0));
    }
}
