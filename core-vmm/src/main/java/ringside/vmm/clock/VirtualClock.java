// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.clock;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Guest time. One tick is one retired instruction and one nanosecond (a 1 GHz machine, 1 GHz TSC).
///
/// Events fire between slices only, in order of time, then of scheduling. No host clock comes in here.
public final class VirtualClock implements Stateful {
    public static final long TICKS_PER_SECOND = 1_000_000_000L;
    /// Wall-clock time at tick 0, seconds since 1970: 2007-01-01 00:00:00 UTC on every host.
    public static final long EPOCH_SECONDS = 1_167_609_600L;

    /// Something that happens at a moment of guest time.
    public static final class Event implements Comparable<Event> {
        private final String name;
        private final Runnable action;
        private long at = -1;
        private long order;

        private Event(String name, Runnable action) {
            this.name = name;
            this.action = action;
        }

        /// Due time in ticks, or -1 when not scheduled.
        public long at() {
            return at;
        }

        public boolean scheduled() {
            return at >= 0;
        }

        @Override
        public int compareTo(Event o) {
            return at != o.at ? Long.compare(at, o.at) : Long.compare(order, o.order);
        }

        @Override
        public String toString() {
            return name + "@" + at;
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private long base;
    /// The latest time that any reading of a clock gave.
    private long told;
    private long orders;
    private long fired;
    private @Nullable Progress running;

    /// Makes an event; it is not scheduled yet. Parts make their events once, in their constructor.
    public Event event(String name, Runnable action) {
        return new Event(name, action);
    }

    /// Guest time in ticks, exact even in the middle of a slice.
    public long now() {
        return running == null ? base : base + running.sliceTicks();
    }

    /// What a clock of the guest shows: guest time, but never less than any vCPU was told before.
    ///
    /// vCPUs run the same stretch of time one after another. A later one begins where the first one began, and
    /// would see time go backwards against what the first one left in memory. So its clocks stand still until it
    /// has caught up: by a round at most. With one vCPU this is {@link #now}.
    public long shown() {
        return Math.max(now(), told);
    }

    /// Reads a clock: what is {@link #shown}, and from now on nobody is told less.
    public long read() {
        told = shown();
        return told;
    }

    /// (Re)schedules an event; a time in the past means as soon as possible.
    public void schedule(Event e, long at) {
        if (e.at >= 0) queue.remove(e);
        e.at = Math.max(at, now());
        e.order = orders++;
        queue.add(e);
        if (running != null) running.shortenSlice(e.at - base);
    }

    public void cancel(Event e) {
        if (e.at >= 0) {
            queue.remove(e);
            e.at = -1;
        }
    }

    /// Time of the next event, or `Long.MAX_VALUE`.
    public long nextAt() {
        Event e = queue.peek();
        return e == null ? Long.MAX_VALUE : e.at;
    }

    /// The machine says who runs; null between slices.
    public void running(@Nullable Progress p) {
        running = p;
    }

    /// Start of the current slice.
    public long sliceStart() {
        return base;
    }

    /// Moves time forward to `tick`. Called by the machine between slices only.
    public void advanceTo(long tick) {
        if (tick < base) throw new IllegalStateException("time runs backwards: " + base + " to " + tick);
        base = tick;
    }

    /// Fires everything that is due now.
    public void fireDue() {
        for (Event e = queue.peek(); e != null && e.at <= base; e = queue.peek()) {
            queue.poll();
            e.at = -1;
            fired++;
            e.action.run();
        }
    }

    /// Events fired since the start: with the time, a position between two rounds.
    public long fired() {
        return fired;
    }

    /// Shows an event's due time to the visitor, for the part that owns the event.
    public void state(StateVisitor v, Event e) {
        long at = v.i64(e.name, e.at);
        long order = v.exact() ? v.i64("order", e.order) : e.order;
        if (v.exact()) {
            put(e, at, order);
            return;
        }
        if (at == e.at) return;
        if (at < 0) cancel(e);
        else schedule(e, at);
    }

    /// Without a look at the time: a loaded event may be overdue.
    private void put(Event e, long at, long order) {
        if (at == e.at && order == e.order) return;
        cancel(e);
        e.at = at;
        e.order = order;
        if (at >= 0) queue.add(e);
    }

    @Override
    public void state(StateVisitor v) {
        base = v.i64("now", base);
        // Past times bind nobody; so states at the end of a round are alike whoever read a clock in it.
        told = base + v.i64("told", Math.max(0, told - base));
        if (!v.exact()) return;
        orders = v.i64("orders", orders);
        fired = v.i64("fired", fired);
    }
}
