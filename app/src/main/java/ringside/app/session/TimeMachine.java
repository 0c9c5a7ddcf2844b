// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Kept;
import ringside.vmm.history.History;
import ringside.vmm.history.Replayable.Sought;

/// A corner's history, as its engine thread uses it: how far apart points lie, and where the corner stands.
final class TimeMachine {
    /// Host time between two points: so much, and so much more a megabyte of RAM, because a point looks at all of it.
    private static final long SPACING_NANOS = 60_000_000, SPACING_NANOS_PER_MB = 2_000_000;
    private static final long LEAST_SPACING = 200_000;
    /// Of the host's heap, the part that all histories together may take: one of so many.
    private static final int HEAP_SHARE = 4;
    /// What a scrubbing hand waits for, besides the loading of a point.
    private static final long SCRUB_NANOS = 10_000_000, LEAST_SCRUB = 200_000;

    private final Corner corner;
    private final int corners;
    private long budget;
    private final long spacingNanos;
    private String obstacle = "";
    private double rate;
    private List<Future> futures = List.of();
    private final Map<Integer, Integer> reached = new HashMap<>();
    private int branches;
    private long branchedAt;

    TimeMachine(Corner corner, int corners) {
        this.corner = corner;
        this.corners = corners;
        budget = Math.min(History.BUDGET, Runtime.getRuntime().maxMemory() / HEAP_SHARE) / corners;
        spacingNanos = SPACING_NANOS + (corner.memoryBytes() >> 20) * SPACING_NANOS_PER_MB;
    }

    /// Gives the histories of all corners together so much of the host's memory, as far as its heap allows.
    void budget(long bytes) {
        budget = Math.min(bytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE) / corners;
        History h = corner.history();
        if (h != null) h.budget(budget);
    }

    void begin() {
        String why = corner.keepHistory(budget);
        obstacle = why == null ? "" : why;
    }

    /// The corner has run. Points are to lie as far apart in host time whatever it does and however fast it is.
    void ran(long instructions, long nanos) {
        History h = corner.history();
        if (h == null || nanos <= 0) return;
        rate += 0.1 * ((double) instructions / nanos - rate);
        h.spacing(Math.max(LEAST_SPACING, (long) (rate * spacingNanos)));
    }

    boolean past() {
        History h = corner.history();
        return h != null && h.past();
    }

    /// @return whether the corner has moved
    boolean back(EngineCommand.Stride stride) {
        History h = corner.history();
        if (h == null) return false;
        switch (stride) {
            case INSTRUCTION -> h.backInstruction();
            case CROSSING -> h.back(Sought.CROSSING);
            case BELL -> h.back(Sought.BELL);
            case BREAK -> h.back(Sought.BREAK);
        }
        return true;
    }

    boolean goTo(long place) {
        History h = corner.history();
        if (h != null) h.goTo(place);
        return h != null;
    }

    boolean goToTick(long tick) {
        History h = corner.history();
        if (h != null) h.goToTick(tick);
        return h != null;
    }

    boolean returnToNow() {
        History h = corner.history();
        if (h != null) h.returnToNow();
        return h != null;
    }

    /// What a file keeps of the corner: the present, even while somebody looks at the past.
    @Nullable
    Kept keep() {
        History h = corner.history();
        if (h == null || !h.past()) return corner.kept();
        long here = corner.instructions();
        h.returnToNow();
        Kept kept = corner.kept();
        h.goTo(here);
        return kept;
    }

    void mark() {
        History h = corner.history();
        if (h != null) h.mark();
    }

    /// Somebody changes something: the future that was ahead is left.
    ///
    /// @param bell the last one that it had rung, or -1
    /// @return whether there was one
    boolean branch(int bell) {
        History h = corner.history();
        if (h == null || !h.past()) return false;
        h.branch();
        known(h, bell);
        branches++;
        branchedAt = corner.trace().end();
        return true;
    }

    /// To a future that was left. @return whether there is one of this number
    boolean goOver(int number) {
        History h = corner.history();
        if (h == null) return false;
        h.returnToNow();
        int bell = lastBell(Long.MAX_VALUE);
        if (!h.goOver(number)) return false;
        known(h, bell);
        branches++;
        branchedAt = 0;
        return true;
    }

    /// The newest of the futures is the one that was just left.
    ///
    /// @param bell the last one that it had rung
    private void known(History h, int bell) {
        History.Branch newest = h.branches().getLast();
        reached.put(newest.number(), bell);
        futures = h.branches().stream().map(this::future).toList();
    }

    private Future future(History.Branch b) {
        int bell = lastBell(b.fromTick());
        long since = b.fromTick() - bellTick(b.fromTick());
        return new Future(b.number(), bell, since, b.fromTick(), reached.getOrDefault(b.number(), -1), b.toTick());
    }

    private int lastBell(long before) {
        int bell = -1;
        for (Corner.Round r : corner.rounds()) if (r.tick() <= before) bell = r.bell();
        return bell;
    }

    private long bellTick(long before) {
        long tick = 0;
        for (Corner.Round r : corner.rounds()) if (r.tick() <= before) tick = r.tick();
        return tick;
    }

    /// To a guest time, or near it: a frame of the window has no more time than this.
    boolean scrub(long tick) {
        History h = corner.history();
        if (h == null) return false;
        h.goNear(tick, Math.max(LEAST_SCRUB, (long) (rate * SCRUB_NANOS)));
        return true;
    }

    Travel where() {
        History h = corner.history();
        if (h == null)
            return new Travel(obstacle, false, corner.instructions(), 0, 0, 0, 0, 0, branches, branchedAt, futures);
        return new Travel(
                "",
                h.past(),
                corner.instructions(),
                h.nowInstructions(),
                h.nowTick(),
                h.first(),
                h.bytes(),
                h.budget(),
                branches,
                branchedAt,
                futures);
    }
}
