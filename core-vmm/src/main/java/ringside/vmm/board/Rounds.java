// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.clock.Progress;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Whose turn it is. All vCPUs that are online and awake run the same stretch of guest time, one after the other;
/// then the clock moves on and what is due fires.
///
/// A round ends where the next event is due. An event that is scheduled meanwhile cuts the round short only while
/// the first vCPU of the round runs: later ones must have the same stretch as the first. The position inside the
/// round is state, so that stopping anywhere and going on never changes the schedule. (Tour 8.2)
final class Rounds implements Progress, Stateful {
    /// Ticks of a round with several vCPUs. Short enough that a spinning vCPU does not wait long for the other.
    static final long SHARED = 10_000;
    /// Ticks of a round with one vCPU; bounds only how long typed input waits.
    static final long ALONE = 100_000;

    private static final int FRUITLESS_MAX = 10_000;

    /// A processor as the rounds see it.
    interface Runner {
        boolean runnable();

        /// A stretch of `ticks` begins.
        void begin(long ticks);

        /// Goes on for at most `ticks`, not beyond the stretch; fewer when it sleeps, goes offline or is told to
        /// stop.
        ///
        /// @return ticks done
        long run(long ticks);

        /// Ticks of the stretch done so far, exact in the middle of {@link #run}.
        long done();

        /// The stretch ends after `ticks`, or before the next instruction when those have passed.
        void shorten(long ticks);

        /// Ends {@link #run} before the next instruction; the stretch goes on later.
        void stop();
    }

    /// Why {@link #turn} came back.
    enum End {
        /// The round is over and the clock stands at its end.
        ROUND,
        /// The limit was reached inside the round.
        LIMIT,
        /// A stop was asked for.
        STOPPED
    }

    private final VirtualClock clock;
    private final Runner[] runners;
    private boolean open;
    private boolean othersRan;
    private int turn;
    private long length, done, longest;
    private boolean running, stop;
    private int fruitless;

    Rounds(VirtualClock clock, Runner[] runners) {
        this.clock = clock;
        this.runners = runners;
    }

    /// Whether a round has begun and not ended.
    boolean open() {
        return open;
    }

    /// The vCPU whose turn it is or comes next.
    int turn() {
        return turn;
    }

    /// Guest time at the present position.
    long now() {
        return clock.sliceStart() + (open ? done : 0);
    }

    /// Begins a round that ends at the next event and at `edge` at the latest. Due events have fired before.
    void begin(long edge) {
        long end = Math.min(clock.nextAt(), edge);
        long room = end == Long.MAX_VALUE ? Long.MAX_VALUE : end - clock.sliceStart();
        length = Math.max(1, Math.min(runners.length == 1 ? ALONE : SHARED, room));
        open = true;
        othersRan = false;
        turn = 0;
        done = longest = 0;
    }

    /// Asks the running vCPU to stop after its present instruction.
    void stop() {
        stop = true;
        if (running) runners[turn].stop();
    }

    /// Goes on in the open round.
    ///
    /// @param limit at most so many ticks of the vCPU whose turn it is
    End go(long limit) {
        long left = limit;
        while (turn < runners.length) {
            Runner r = runners[turn];
            while (done < length && r.runnable()) {
                if (left <= 0) return End.LIMIT;
                long did = run(r, Math.min(length - done, left));
                left -= did;
                fruitless = did > 0 ? 0 : fruitless + 1;
                if (fruitless > FRUITLESS_MAX) {
                    throw new IllegalStateException("a vCPU that can run retires something sooner or later");
                }
                if (stop) {
                    stop = false;
                    return End.STOPPED;
                }
            }
            if (done > 0) othersRan = true;
            longest = Math.max(longest, done);
            done = 0;
            turn++;
        }
        open = false;
        turn = 0;
        clock.advanceTo(clock.sliceStart() + longest);
        return End.ROUND;
    }

    /// Ends the open round where it stands: who has not had a turn yet has none.
    void abandon() {
        if (!open) return;
        open = false;
        turn = 0;
        clock.advanceTo(clock.sliceStart() + Math.max(longest, done));
    }

    private long run(Runner r, long ticks) {
        stop = false;
        running = true;
        clock.running(this);
        if (done == 0) r.begin(length);
        try {
            long did = r.run(ticks);
            done += did;
            return did;
        } finally {
            running = false;
            clock.running(null);
        }
    }

    @Override
    public long sliceTicks() {
        return running ? runners[turn].done() : done;
    }

    @Override
    public void shortenSlice(long ticks) {
        if (othersRan) return;
        length = Math.max(Math.min(length, ticks), sliceTicks());
        if (running) runners[turn].shorten(length);
    }

    @Override
    public void state(StateVisitor v) {
        open = v.flag("round.open", open);
        othersRan = v.flag("othersRan", othersRan);
        turn = v.u8("turn", turn);
        length = v.i64("length", length);
        done = v.i64("done", done);
        longest = v.i64("longest", longest);
        if (v.exact()) fruitless = v.i32("fruitless", fruitless);
    }
}
