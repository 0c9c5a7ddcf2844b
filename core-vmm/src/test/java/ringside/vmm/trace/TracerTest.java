// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.word.Refusal;
import ringside.vmm.word.Why;

class TracerTest {
    private static final int SMALL = 4;

    private final VirtualClock clock = new VirtualClock();
    private final long[] retired = new long[2];
    private final Tracer tracer = new Tracer(clock, 2, v -> retired[v], SMALL);

    private static List<CallInfo> calls() {
        return List.of(
                new CallInfo("xen", 1, "mmu_update", CallClass.CROSSING, "3.0", List.of(), ""),
                new CallInfo("xen.mmuext_op", 0, "pin_l1", CallClass.QUEUED, "3.0", List.of(), ""));
    }

    @Test
    void anEventIsReadBackAsItWasWritten() {
        tracer.exit(1, ExitCause.PAGE_FAULT, 0xC0001000, 0x0804A000, 6);

        assertEquals(
                List.of(new TraceEvent(0, 0, 1, EventKind.EXIT, 1, 0xC0001000L, 0x0804A000, 6, 0)), tracer.copy(0, 10));
    }

    @Test
    void theRingKeepsTheNewestAndSaysWhichAreLost() {
        for (int i = 0; i < 40; i++) tracer.event(0, EventKind.CONSOLE, i, 0, 0, 0, 0);

        assertEquals(40, tracer.end());
        assertEquals(24, tracer.oldest());
        List<TraceEvent> all = tracer.copy(0, 100);
        assertEquals(16, all.size());
        assertEquals(24, all.getFirst().seq());
        assertEquals(39, all.getLast().id());
    }

    @Test
    void aCopyNeverGivesMoreThanAskedFor() {
        for (int i = 0; i < 10; i++) tracer.event(0, EventKind.CONSOLE, i, 0, 0, 0, 0);

        assertEquals(
                List.of(3L, 4L), tracer.copy(3, 2).stream().map(TraceEvent::seq).toList());
    }

    @Test
    void aCallIsPublishedWithItsResultWhenItReturns() {
        int base = tracer.register(calls());
        long seq = tracer.beginCall(0, base, CallClass.CROSSING, 1, 2, 3, 4, 5, -1);
        tracer.item(0, base + 1, 7, 8, 9, 0);
        assertEquals(0, tracer.end());

        tracer.endCall(seq, -22);

        TraceEvent call = tracer.copy(0, 1).getFirst();
        assertEquals(-22, call.result());
        assertEquals(2L << 32 | 1, call.a0());
        assertEquals(-1L << 32 | 5, call.a2());
        assertEquals(2, tracer.end());
    }

    @Test
    void crossingsAreExitsAndNothingElse() {
        int base = tracer.register(calls());
        tracer.exit(0, ExitCause.CALL, 0, 0, 0);
        tracer.endCall(tracer.beginCall(0, base, CallClass.CROSSING, 0, 0, 0, 0, 0, 0), 0);
        tracer.endCall(tracer.beginCall(1, base, CallClass.LOCAL, 0, 0, 0, 0, 0, 0), 0);
        tracer.exit(1, ExitCause.HIDDEN_FAULT, 0, 0, 0);

        Counts counts = tracer.counts();

        assertEquals(2, counts.crossings());
        assertEquals(List.of(1L, 1L), counts.crossingsPerVcpu());
        assertEquals(1, counts.hiddenFaults());
        assertEquals(Map.of(ExitCause.CALL, 1L, ExitCause.HIDDEN_FAULT, 1L), counts.exits());
        assertEquals(2, counts.calls("xen.mmu_update"));
    }

    @Test
    void itemsAreCountedBesideCalls() {
        int base = tracer.register(calls());
        tracer.item(0, base + 1, 0, 0, 0, 0);
        tracer.item(0, -1, 0, 0, 0, 0);

        assertEquals(Map.of("xen.mmuext_op.pin_l1", 1L), tracer.counts().items());
    }

    @Test
    void aBellClosesARoundAndTheNextBeginsAtZero() {
        retired[0] = 100;
        tracer.pteUpdate(0, 1, 0x1000, 0, 7);
        tracer.event(0, EventKind.BELL, 1, 0, 0, 0, 0);
        retired[0] = 150;
        tracer.refusal(0, Refusal.of(Why.RESERVED_BITS), 22);
        tracer.event(0, EventKind.BELL, 2, 0, 0, 0, 0);

        List<Tracer.ClosedRound> rounds = tracer.rounds();

        assertEquals(
                List.of(1, 2), rounds.stream().map(Tracer.ClosedRound::bell).toList());
        assertEquals(
                List.of(1L, 0L),
                rounds.stream().map(r -> r.counts().pteUpdates()).toList());
        assertEquals(
                List.of(100L, 50L),
                rounds.stream().map(r -> r.counts().instructions()).toList());
        assertEquals(1, rounds.get(1).counts().events(EventKind.REFUSAL));
        assertEquals(0, tracer.roundCounts().instructions());
        assertEquals(1, tracer.counts().pteUpdates());
    }

    @Test
    void lanesAddUpToTheTimeThatPassed() {
        tracer.running(0, 1);
        clock.advanceTo(3_000);
        tracer.running(0, 3);
        clock.advanceTo(10_000);
        tracer.idle(0);
        clock.advanceTo(100_000_000);
        tracer.exit(0, ExitCause.HALT, 0, 0, 0);
        tracer.settle();

        TraceView.Lane lane = tracer.lane(0, 0, 100_000_000, 7);

        assertEquals(3_000, sum(lane.kernel()));
        assertEquals(7_000, sum(lane.user()));
        assertEquals(99_990_000, sum(lane.idle()));
        assertEquals(7_000, tracer.counts().userTicks());
    }

    @Test
    void aCrossingIsInTheBinOfItsMoment() {
        clock.advanceTo(95_000);
        tracer.exit(0, ExitCause.CALL, 0, 0, 0);
        clock.advanceTo(100_000);
        tracer.settle();

        int[] crossings = tracer.lane(0, 0, 100_000, 2).crossings();

        assertEquals(0, crossings[0]);
    }

    @Test
    void foldingLanesLosesNothing() {
        tracer.running(1, 0);
        for (long t = 1; t <= 200; t++) {
            clock.advanceTo(t * 1_000_000);
            tracer.exit(1, ExitCause.CALL, 0, 0, 0);
        }
        tracer.settle();

        TraceView.Lane lane = tracer.lane(1, 0, 1L << 30, 3);

        assertEquals(200, sum(lane.crossings()));
        assertEquals(200_000_000, sum(lane.kernel()));
    }

    @Test
    void everyFieldOfAnEventIsInTheHash() {
        long before = tracer.hash();
        tracer.event(0, EventKind.CONSOLE, 1, 0, 0, 0, 0);
        long one = tracer.hash();
        Tracer other = new Tracer(new VirtualClock(), 2, v -> 0, SMALL);
        other.event(0, EventKind.CONSOLE, 1, 0, 0, 1, 0);

        assertNotEquals(before, one);
        assertNotEquals(one, other.hash());
    }

    @Test
    void readersOnOtherThreadsSeeWholeEventsOnly() throws InterruptedException {
        boolean[] torn = new boolean[1];
        boolean[] done = new boolean[1];
        Object lock = new Object();
        Thread reader = new Thread(() -> {
            long from = 0;
            while (true) {
                for (TraceEvent e : tracer.copy(from, 100)) {
                    if (e.a0() != e.a1() || e.a1() != e.a2() || e.id() != (int) e.a0()) torn[0] = true;
                    from = e.seq() + 1;
                }
                synchronized (lock) {
                    if (done[0]) return;
                }
            }
        });
        reader.start();
        for (int i = 0; i < 300_000; i++) tracer.event(0, EventKind.CONSOLE, i, i, i, i, 0);
        synchronized (lock) {
            done[0] = true;
        }
        reader.join();

        assertTrue(!torn[0]);
    }

    private static long sum(int[] bins) {
        long s = 0;
        for (int b : bins) s += b;
        return s;
    }
}
