// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.history.Replayable.Arrival;
import ringside.vmm.history.Replayable.Sought;
import ringside.vmm.trace.TraceTail;

/// Time that runs both ways: states of the machine at points of its run, from which every place between them is
/// reached again by running on. All on the machine's thread.
///
/// A place is the number of instructions that all vCPUs have retired. The machine is in the *present*, or in its
/// *past*: then nothing from outside comes in but what came in at that time, and the present waits to be returned to.
/// A change made in the past makes the past the present; the future that was left is kept and can be returned to
/// ({@link #branch}, {@link #goOver}).
///
/// Points lie close together near the present and ever wider apart before it, within a budget of host memory.
public final class History {
    /// Host memory that points may take.
    public static final long BUDGET = 512L << 20;
    /// Instructions between two points near the present.
    public static final long SPACING = 2_000_000;

    /// Of a point's age, the gap that it may leave when it is dropped.
    private static final int AGE_SHARE = 16;
    /// Of the budget, the part that recorded inputs may take.
    private static final int INPUT_SHARE = 4;
    /// Of the spacing, how close in front of a place that was gone to another point is made.
    private static final int NEAR = 20;

    /// Of the budget, the part that futures which were left may take.
    private static final int LEFT_SHARE = 3;

    /// @param kept it was made by a change from outside: no run leads over it
    private record Point(long instructions, long tick, long inputs, MachineState state, boolean kept) {}

    private final Replayable machine;
    private long budget;
    private final List<Point> points = new ArrayList<>();
    private final List<Left> left = new ArrayList<>();
    private int numbered;
    private @Nullable Point now;
    private long spacing = SPACING;
    private long bytes;

    /// A future that was left, as others see it.
    ///
    /// @param number   grows with each one
    /// @param from     the place where it leaves the present run
    /// @param fromTick guest time there
    /// @param to       the place where it stood
    /// @param toTick   guest time there
    public record Branch(int number, long from, long fromTick, long to, long toTick) {}

    /// @param points all that lead to it, from the beginning on
    /// @param event  number of the first event that the present run does not share with it
    private record Left(
            Branch branch, List<Point> points, Point end, List<InputRecord> inputs, long event, TraceTail trace) {
        long bytes() {
            long sum = end.state().ownBytes() + trace.bytes() + 64L * inputs.size();
            for (Point p : points)
                if (p.instructions() > branch.from()) sum += p.state().ownBytes();
            return sum;
        }

        /// The same without the points that make going back in it quick.
        Left lean() {
            List<Point> few = points.stream()
                    .filter(p -> p.kept() || p.instructions() <= branch.from())
                    .toList();
            return new Left(branch, few, end, inputs, event, trace);
        }
    }

    /// Begins where the machine is now.
    public History(Replayable machine, long budget) {
        this.machine = machine;
        this.budget = budget;
        add(0, point(null, true));
    }

    /// Another distance of points. @param instructions between two of them
    public void spacing(long instructions) {
        spacing = Math.max(1, instructions);
    }

    // ---- the present ----------------------------------------------------------------------------------------------

    /// Instructions that may be run before {@link #note} wants to make the next point.
    public long untilNext() {
        return Math.max(1, points.getLast().instructions() + spacing - machine.instructions());
    }

    /// The machine has run on in the present.
    public void note() {
        if (now != null || machine.instructions() < points.getLast().instructions() + spacing) return;
        append(false);
    }

    /// A point right here, however close the last one is.
    public void mark() {
        if (now == null && machine.instructions() > points.getLast().instructions()) append(false);
    }

    /// Somebody is about to change the machine from outside. In the past this makes a branch.
    public void beforeChange() {
        if (now != null) branch();
    }

    /// Somebody has changed the machine from outside: no run leads here from before.
    public void changed() {
        while (points.size() > 1 && points.getLast().instructions() >= machine.instructions()) {
            remove(points.size() - 1);
        }
        append(true);
    }

    private void append(boolean kept) {
        add(points.size(), point(points.getLast().state(), kept));
        thin();
    }

    private Point point(@Nullable MachineState before, boolean kept) {
        MachineState state = MachineState.of(machine, before);
        return new Point(machine.instructions(), machine.tick(), machine.inputsTaken(), state, kept);
    }

    private void add(int at, Point p) {
        points.add(at, p);
        bytes += p.state().ownBytes();
    }

    private void remove(int at) {
        bytes -= points.get(at).state().freedBetween(state(at - 1), state(at + 1));
        points.remove(at);
    }

    private @Nullable MachineState state(int at) {
        return at < 0 || at >= points.size() ? null : points.get(at).state();
    }

    /// The first and the newest point stay; of the others those whose loss is felt least go first.
    private void thin() {
        for (int i = points.size() - 2; i > 0; i--) {
            if (loss(i) <= 1) remove(i);
        }
        thinLeft();
        while (bytes + leftBytes() > budget && points.size() > 2) {
            int least = -1;
            for (int i = 1; i < points.size() - 1; i++) {
                if (!points.get(i).kept() && (least < 0 || loss(i) < loss(least))) least = i;
            }
            if (least < 0) break;
            remove(least);
        }
        while (machine.inputBytes() > budget / INPUT_SHARE && points.size() > 2) {
            remove(0);
            machine.forgetInputs(points.getFirst().inputs());
        }
    }

    /// Futures that were left lose their points first, the oldest before all; then the oldest goes.
    private void thinLeft() {
        for (int i = 0; i < left.size() && leftBytes() > budget / LEFT_SHARE; i++)
            left.set(i, left.get(i).lean());
        while (left.size() > 1 && leftBytes() > budget / LEFT_SHARE) left.removeFirst();
    }

    private long leftBytes() {
        long sum = 0;
        for (Left l : left) sum += l.bytes();
        return sum;
    }

    /// The gap that a point's end would leave, as a multiple of what is all right at its age.
    private double loss(int at) {
        Point p = points.get(at);
        if (p.kept()) return Double.MAX_VALUE;
        long gap = points.get(at + 1).instructions() - points.get(at - 1).instructions();
        long age = points.getLast().instructions() - p.instructions();
        return (double) gap / Math.max(spacing, age / AGE_SHARE);
    }

    // ---- where we are ---------------------------------------------------------------------------------------------

    /// Whether the machine is in its past.
    public boolean past() {
        return now != null;
    }

    /// The place of the present.
    public long nowInstructions() {
        return now == null ? machine.instructions() : now.instructions();
    }

    /// Guest time of the present.
    public long nowTick() {
        return now == null ? machine.tick() : now.tick();
    }

    /// The earliest place that can be gone to.
    public long first() {
        return points.getFirst().instructions();
    }

    /// Host memory in use.
    public long bytes() {
        return bytes + leftBytes() + machine.inputBytes();
    }

    public long budget() {
        return budget;
    }

    /// From now on it may take so much.
    public void budget(long bytes) {
        budget = bytes;
        if (now == null) thin();
    }

    /// Number of points.
    public int points() {
        return points.size();
    }

    // ---- going ----------------------------------------------------------------------------------------------------

    /// Goes to a place: the moment after so many instructions. Outside of what is known it goes to the nearest end.
    public void goTo(long instructions) {
        if (instructions >= nowInstructions()) {
            returnToNow();
            return;
        }
        leave();
        long to = Math.max(first(), instructions);
        int at = pointBefore(to);
        Point p = points.get(at);
        long here = machine.instructions();
        if (here > to || here < p.instructions()) load(p);
        for (long ahead : new long[] {spacing, spacing / NEAR}) {
            long stop = to - ahead;
            if (stop - machine.instructions() <= ahead) continue;
            machine.runTo(stop, Sought.NOTHING);
            add(++at, point(points.get(at - 1).state(), false));
        }
        machine.runTo(to, Sought.NOTHING);
    }

    /// The last point at or before a place.
    private int pointBefore(long instructions) {
        int at = points.size() - 1;
        while (at > 0 && points.get(at).instructions() > instructions) at--;
        return at;
    }

    /// Goes back to guest time `tick`, as far as instructions lead there; idle time passes with none.
    public void goToTick(long tick) {
        if (tick >= nowTick()) {
            returnToNow();
            return;
        }
        leave();
        int at = points.size() - 1;
        while (at > 0 && points.get(at).tick() > tick) at--;
        load(points.get(at));
        machine.idleOrRunTo(tick, Long.MAX_VALUE);
    }

    /// Goes to guest time `tick`, or as far on the way there from a point as so many instructions lead: for a hand
    /// that moves on at once. Where it does not get there it makes a point, so the next time it gets further.
    public void goNear(long tick, long instructions) {
        if (tick >= nowTick()) {
            returnToNow();
            return;
        }
        leave();
        int at = points.size() - 1;
        while (at > 0 && points.get(at).tick() > tick) at--;
        Point p = points.get(at);
        long here = machine.tick();
        boolean onTheWay = here >= p.tick() && here <= tick && machine.instructions() >= p.instructions();
        if (!onTheWay) load(p);
        machine.idleOrRunTo(tick, instructions);
        boolean room = at + 1 == points.size() || points.get(at + 1).instructions() > machine.instructions();
        if (machine.tick() < tick && room && machine.instructions() > p.instructions()) {
            add(at + 1, point(p.state(), false));
        }
    }

    /// One instruction back. @return false at the beginning of what is known
    public boolean backInstruction() {
        long here = machine.instructions();
        if (here <= first()) return false;
        goTo(here - 1);
        return true;
    }

    /// Back to the last place before this one where `what` happened.
    ///
    /// @return false when it did not: the machine is then at the beginning of what is known
    public boolean back(Sought what) {
        leave();
        long here = machine.instructions();
        long end = here;
        for (int at = pointBefore(here - 1); at >= 0 && end > first(); at--) {
            load(points.get(at));
            long last = -1;
            while (machine.instructions() < end && machine.runTo(end, what) == Arrival.FOUND) {
                long place = machine.found();
                if (place < here) last = place;
            }
            if (last >= 0) {
                goTo(Math.max(last, first()));
                machine.arrived(last);
                return true;
            }
            end = points.get(at).instructions();
        }
        goTo(first());
        return false;
    }

    /// Everything is again as it was when the present was left.
    public void returnToNow() {
        if (now == null) return;
        Point present = now;
        now = null;
        machine.comeBack();
        present.state().into(machine);
        thin();
    }

    /// The machine goes on from here; the future that it leaves is kept.
    public void branch() {
        Point end = now;
        if (end == null) return;
        parted(machine.instructions(), machine.tick(), machine.events(), new ArrayList<>(points), end);
        now = null;
        machine.branch();
        while (points.size() > 1 && points.getLast().instructions() > machine.instructions()) remove(points.size() - 1);
        if (points.getLast().instructions() < machine.instructions()) append(false);
        thinLeft();
    }

    /// The present run is left at a place: what follows there becomes one of the futures that were left. Those that
    /// part from it later part from the present one here, from now on.
    private void parted(long place, long tick, long event, List<Point> all, Point end) {
        TraceTail rest = machine.eventsFrom(event);
        for (int i = 0; i < left.size(); i++) {
            Left l = left.get(i);
            if (l.event() <= event) continue;
            Branch b = l.branch();
            left.set(
                    i,
                    new Left(
                            new Branch(b.number(), place, tick, b.to(), b.toTick()),
                            l.points(),
                            l.end(),
                            l.inputs(),
                            event,
                            rest.upTo(l.event(), l.trace())));
        }
        Branch branch = new Branch(++numbered, place, tick, end.instructions(), end.tick());
        left.add(new Left(branch, all, end, machine.inputs(), event, rest));
    }

    /// Futures that were left, the oldest first.
    public List<Branch> branches() {
        return left.stream().map(Left::branch).toList();
    }

    /// A future that was left becomes the present again, as it stood; the present one is left for it.
    ///
    /// @return false when there is none of this number any more
    public boolean goOver(int number) {
        Left to = null;
        for (Left l : left) if (l.branch().number() == number) to = l;
        if (to == null) return false;
        returnToNow();
        left.remove(to);
        Branch b = to.branch();
        Point end = point(points.getLast().state(), true);
        parted(b.from(), b.fromTick(), to.event(), new ArrayList<>(points), end);
        machine.goOver(to.inputs(), to.trace());
        to.end().state().into(machine);
        points.clear();
        points.addAll(to.points());
        if (points.getLast().instructions() < to.end().instructions()) points.add(to.end());
        bytes = 0;
        for (Point p : points) bytes += p.state().ownBytes();
        thin();
        return true;
    }

    private void leave() {
        if (now != null) return;
        now = point(points.getLast().state(), true);
        machine.goBack();
    }

    private void load(Point p) {
        p.state().into(machine);
        machine.loaded();
    }
}
