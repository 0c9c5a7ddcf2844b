// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class RoundsTest {
    private final VirtualClock clock = new VirtualClock();
    private final List<String> log = new ArrayList<>();

    /// Runs one tick at a time; schedules an event or sleeps at a given tick of its life.
    private final class Walker implements Rounds.Runner {
        private final String name;
        private long lived, done, end;
        long sleepsAt = -1, schedulesAt = -1, scheduleIn;

        Walker(String name) {
            this.name = name;
        }

        @Override
        public boolean runnable() {
            return lived != sleepsAt;
        }

        @Override
        public void begin(long ticks) {
            done = 0;
            end = ticks;
        }

        @Override
        public long run(long ticks) {
            long from = done;
            log.add(name + " " + clock.now());
            while (done < Math.min(end, from + ticks) && runnable()) {
                done++;
                lived++;
                if (lived == schedulesAt) {
                    clock.schedule(clock.event(name, () -> log.add("event@" + clock.now())), clock.now() + scheduleIn);
                }
            }
            log.add("+" + (done - from));
            return done - from;
        }

        @Override
        public long done() {
            return done;
        }

        @Override
        public void shorten(long ticks) {
            end = Math.min(end, Math.max(ticks, done));
        }

        @Override
        public void stop() {
            throw new IllegalStateException("nobody stops a walker");
        }
    }

    private void round(Rounds rounds) {
        clock.fireDue();
        rounds.begin(Long.MAX_VALUE);
        while (rounds.go(Long.MAX_VALUE) != Rounds.End.ROUND) {}
        clock.fireDue();
    }

    @Test
    void everyProcessorRunsTheSameStretchOfTime() {
        Rounds rounds = new Rounds(clock, new Rounds.Runner[] {new Walker("a"), new Walker("b")});
        round(rounds);
        round(rounds);
        assertEquals(List.of("a 0", "+10000", "b 0", "+10000", "a 10000", "+10000", "b 10000", "+10000"), log);
    }

    @Test
    void theFirstToRunMayShortenTheRound() {
        Walker a = new Walker("a");
        a.schedulesAt = 100;
        a.scheduleIn = 50;
        round(new Rounds(clock, new Rounds.Runner[] {a, new Walker("b")}));
        assertEquals(List.of("a 0", "+150", "b 0", "+150", "event@150"), log);
    }

    @Test
    void laterOnesMayNotShortenIt() {
        Walker b = new Walker("b");
        b.schedulesAt = 100;
        b.scheduleIn = 50;
        round(new Rounds(clock, new Rounds.Runner[] {new Walker("a"), b}));
        assertEquals(List.of("a 0", "+10000", "b 0", "+10000", "event@10000"), log);
    }

    @Test
    void aRoundEndsAtTheNextEvent() {
        clock.schedule(clock.event("x", () -> log.add("event@" + clock.now())), 77);
        round(new Rounds(clock, new Rounds.Runner[] {new Walker("a")}));
        assertEquals(List.of("a 0", "+77", "event@77"), log);
    }

    @Test
    void whenAllSleepTheRoundIsAsLongAsTheLastOneWasAwake() {
        Walker a = new Walker("a"), b = new Walker("b");
        a.sleepsAt = 10;
        b.sleepsAt = 30;
        round(new Rounds(clock, new Rounds.Runner[] {a, b}));
        assertEquals(30, clock.now());
    }

    @Test
    void stoppingAnywhereChangesNothing() {
        List<String> whole = schedule(Long.MAX_VALUE);
        for (long limit : new long[] {1, 7, 99, 150, 10_000}) assertEquals(whole, schedule(limit), "limit " + limit);
    }

    private static List<String> schedule(long limit) {
        RoundsTest t = new RoundsTest();
        Walker a = t.new Walker("a"), b = t.new Walker("b");
        a.schedulesAt = 100;
        a.scheduleIn = 300;
        b.schedulesAt = 20;
        b.scheduleIn = 10;
        b.sleepsAt = 650;
        Rounds rounds = new Rounds(t.clock, new Rounds.Runner[] {a, b});
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            t.clock.fireDue();
            rounds.begin(Long.MAX_VALUE);
            while (rounds.go(limit) != Rounds.End.ROUND) {}
            seen.add(t.clock.now() + " a" + a.lived + " b" + b.lived);
        }
        seen.addAll(t.log.stream().filter(s -> s.startsWith("event")).toList());
        return seen;
    }
}
