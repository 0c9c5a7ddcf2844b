// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Kept;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.trace.Counts;

/// The engine thread of one corner.
///
/// It owns the {@link Corner}, runs it in slices of a few host milliseconds, looks at its commands between slices and
/// publishes a state at most sixty times a second. So whatever the guest does, a command is answered within a slice.
final class CornerRunner implements Runnable {
    private static final long SLICE_NANOS = 3_000_000;
    private static final long PUBLISH_NANOS = 16_000_000;
    private static final long MIN_BUDGET = 1_000;
    private static final long MAX_BUDGET = 250_000;
    private static final int CODE_LINES = 8;
    private static final long NOWHERE = Long.MIN_VALUE;
    /// A corner that has stood still for so long is hashed, unless that takes longer than people wait.
    private static final long STILL_MILLIS = 250, MOST_HASHED = 128 << 20;

    /// What the thread is after.
    private enum Goal {
        NONE,
        RUN,
        BELL,
        CROSSING
    }

    private final int index;
    private final Corner corner;
    private final BellGate gate;
    private final TimeMachine time;
    private final BlockingQueue<EngineCommand> commands = new LinkedBlockingQueue<>();

    private Goal goal = Goal.NONE;
    private CornerState.Mode mode = CornerState.Mode.READY;
    private long budget = 20_000;
    private long ticksPerSecond;
    private long resumeAt;
    private long lastPublished;
    private long version;
    private List<Bell> rounds = List.of();
    private Present present = new Present(List.of(), Counts.ZERO, 0);
    private final IdlePace idle = new IdlePace();
    private final AtomicLong scrubTo = new AtomicLong(NOWHERE);
    private boolean hashed;
    private String fault = "";
    private String runHash = "";
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private boolean closed;
    private boolean watched;
    private volatile BellKeeper keeper = BellKeeper.NONE;
    private volatile @Nullable ScreenView screen;
    private volatile @Nullable CornerState state;
    private volatile @Nullable StoppedAt stoppedAt;
    private long timesStopped;

    /// @param corners of the bout: they share the memory for history
    CornerRunner(int index, Corner corner, BellGate gate, int corners) {
        this.index = index;
        this.corner = corner;
        this.gate = gate;
        time = new TimeMachine(corner, corners);
        rounds = bells();
        publish();
    }

    void post(EngineCommand command) {
        commands.add(command);
    }

    /// Goes to a guest time, or near it; of several wishes the last one counts. On any thread.
    void scrub(long tick) {
        if (scrubTo.getAndSet(tick) == NOWHERE) post(new EngineCommand.Scrub());
    }

    /// Who keeps this corner at its bells.
    void keeper(BellKeeper who) {
        keeper = who;
    }

    /// The newest screen, or null while nobody has watched.
    @Nullable
    ScreenView screen() {
        return screen;
    }

    /// Where a person wanted it to stop and it last did, or null.
    @Nullable
    StoppedAt stoppedAt() {
        return stoppedAt;
    }

    CornerState state() {
        CornerState s = state;
        if (s == null) throw new IllegalStateException("a corner publishes its first state before anybody can ask");
        return s;
    }

    @Override
    public void run() {
        begin();
        while (!closed) {
            try {
                turn();
            } catch (InterruptedException _) {
                closed = true;
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError broken) {
                freeze(broken);
            }
        }
        gate.moves(index, false, rounds.size());
        try {
            corner.close();
        } finally {
            gone.complete(null);
        }
    }

    private void begin() {
        try {
            time.begin();
            if (corner.instructions() > 0) goOn();
            corner.keepSites();
            publish();
        } catch (RuntimeException | OutOfMemoryError broken) {
            freeze(broken);
        }
    }

    /// The corner comes out of a file: it stands where it stood.
    private void goOn() {
        rounds = bells();
        Snapshot s = corner.snapshot(0);
        mode = s.knockdown() != null
                ? CornerState.Mode.KNOCKED_DOWN
                : s.exit() != null ? CornerState.Mode.ENDED : CornerState.Mode.PAUSED;
        if (mode == CornerState.Mode.ENDED) runHash = corner.runHash();
        gate.moves(index, false, rounds.size());
    }

    /// Completes when the thread has ended and let go of what the corner held.
    CompletableFuture<Void> gone() {
        return gone;
    }

    private void turn() throws InterruptedException {
        EngineCommand command = next();
        if (command != null) {
            if (command.travels() && mode == CornerState.Mode.RUNNING) publish(); // where the present is
            obey(command);
        } else if (goal != Goal.NONE) {
            slice();
        }
    }

    private @Nullable EngineCommand next() throws InterruptedException {
        boolean blocked = mode == CornerState.Mode.AT_BELL || mode == CornerState.Mode.WAITING_FOR_INPUT;
        if (goal == Goal.NONE || blocked) {
            if (commands.isEmpty()) publish();
            if (blocked || hashed || corner.memoryBytes() > MOST_HASHED) return commands.take();
            EngineCommand command = commands.poll(STILL_MILLIS, TimeUnit.MILLISECONDS);
            if (command == null) hash();
            return command;
        }
        long wait = resumeAt - System.nanoTime();
        return wait > 0 ? commands.poll(wait, TimeUnit.NANOSECONDS) : commands.poll();
    }

    /// It has stood still for a moment: there is time to say which run this is.
    private void hash() {
        hashed = true;
        if (mode != CornerState.Mode.PAUSED && mode != CornerState.Mode.KNOCKED_DOWN) return;
        runHash = corner.runHash();
        publish();
    }

    private void obey(EngineCommand command) {
        switch (command) {
            case EngineCommand.Run _ -> pursue(Goal.RUN);
            case EngineCommand.StepBell _ -> pursue(Goal.BELL);
            case EngineCommand.StepCrossing _ -> pursue(Goal.CROSSING);
            case EngineCommand.StepInstruction _ -> stepInstruction();
            case EngineCommand.Back(var stride) -> travelled(time.back(stride));
            case EngineCommand.GoTo(long place) -> travelled(time.goTo(place));
            case EngineCommand.GoToTick(long tick) -> travelled(time.goToTick(tick));
            case EngineCommand.Scrub _ -> {
                long tick = scrubTo.getAndSet(NOWHERE);
                if (tick != NOWHERE) travelled(time.scrub(tick));
            }
            case EngineCommand.ReturnToNow _ -> travelled(time.returnToNow());
            case EngineCommand.Branch _ -> travelled(time.branch(present.lastBell()));
            case EngineCommand.GoOver(int number) -> travelled(time.goOver(number));
            case EngineCommand.Interactive(boolean on) -> idle.set(on);
            case EngineCommand.Mark _ -> {
                time.mark();
                publish();
            }
            case EngineCommand.Keep(CompletableFuture<Kept> answer) -> keep(answer);
            case EngineCommand.Breakpoint(int linear, boolean set) -> breakpoint(linear, set);
            case EngineCommand.Watchpoint(int linear, int length, boolean set) ->
                watchpoint(new Breaks.Watch(linear, length, false, true), set);
            case EngineCommand.Break(var change) -> {
                Breaks breaks = corner.breaks();
                if (breaks != null) change.accept(breaks);
            }
            case EngineCommand.HistoryBudget(long bytes) -> time.budget(bytes);
            case EngineCommand.Pause _ -> {
                if (goal != Goal.NONE) rest(CornerState.Mode.PAUSED);
            }
            case EngineCommand.Type(byte[] bytes) -> type(bytes);
            case EngineCommand.Key(int key, boolean down) -> {
                changes();
                corner.key(key, down);
                heard();
            }
            case EngineCommand.Mouse(int right, int up, int turn, int buttons) -> {
                if (time.past()) return; // a hand that only passes by changes no past
                corner.mouse(right, up, turn, buttons);
                heard();
            }
            case EngineCommand.Watch(boolean on) -> {
                watched = on;
                publish();
            }
            case EngineCommand.Inspect inspect -> inspect(inspect);
            case EngineCommand.Look(var question) -> question.accept(corner.inspect());
            case EngineCommand.Pace(long pace) -> {
                ticksPerSecond = pace;
                resumeAt = 0;
            }
            case EngineCommand.Nudge _ -> passGate();
            case EngineCommand.Close _ -> closed = true;
        }
    }

    /// The corner stands somewhere else in its time.
    private void travelled(boolean moved) {
        if (!moved || mode == CornerState.Mode.BROKEN) return;
        rounds = bells();
        moved();
        wanted(false);
        Snapshot s = corner.snapshot(0);
        if (s.knockdown() != null) rest(CornerState.Mode.KNOCKED_DOWN);
        else rest(s.exit() != null ? CornerState.Mode.ENDED : CornerState.Mode.PAUSED);
    }

    /// The run hash, if there was one, was of another moment.
    private void moved() {
        runHash = "";
        hashed = false;
    }

    private void keep(CompletableFuture<Kept> answer) {
        try {
            Kept kept = time.keep();
            if (kept == null) answer.completeExceptionally(new IllegalStateException("a corner without a machine"));
            else answer.complete(kept);
        } catch (RuntimeException | OutOfMemoryError broken) {
            answer.completeExceptionally(broken);
        }
    }

    private void breakpoint(int linear, boolean set) {
        Breaks breaks = corner.breaks();
        if (breaks == null) return;
        if (set) breaks.add(linear);
        else breaks.remove(linear);
    }

    private void watchpoint(Breaks.Watch watch, boolean set) {
        Breaks breaks = corner.breaks();
        if (breaks == null) return;
        if (set) breaks.add(watch);
        else breaks.remove(watch);
    }

    private void pursue(Goal wanted) {
        if (mode.over()) return;
        Breaks breaks = corner.breaks();
        if (breaks != null && goal == Goal.NONE) breaks.resume();
        goal = wanted;
        moved();
        resumeAt = 0;
        mode = CornerState.Mode.RUNNING;
        gate.moves(index, wanted == Goal.RUN, rounds.size());
        if (wanted == Goal.RUN && !gate.open(index)) mode = CornerState.Mode.AT_BELL;
        publish();
    }

    private void rest(CornerState.Mode at) {
        goal = Goal.NONE;
        mode = at;
        hashed = false;
        if (at == CornerState.Mode.ENDED) runHash = corner.runHash();
        gate.moves(index, false, rounds.size());
        publish();
    }

    private void stepInstruction() {
        if (mode.over()) return;
        goal = Goal.NONE;
        moved();
        Corner.Stop stop = corner.stepInstruction();
        if (stop == Corner.Stop.CONDITION) wanted(true);
        rounds = bells();
        CornerState.Mode at = switch (stop) {
            case EXITED -> CornerState.Mode.ENDED;
            case KNOCKED_DOWN -> CornerState.Mode.KNOCKED_DOWN;
            default -> CornerState.Mode.PAUSED;
        };
        rest(at);
    }

    private void type(byte[] bytes) {
        changes();
        corner.console().type(bytes);
        heard();
    }

    /// Somebody is about to change something.
    private void changes() {
        moved();
        if (time.branch(present.lastBell())) rounds = bells();
    }

    private void heard() {
        if (mode == CornerState.Mode.WAITING_FOR_INPUT) {
            mode = CornerState.Mode.RUNNING;
            gate.moves(index, goal == Goal.RUN, rounds.size());
        }
    }

    private void inspect(EngineCommand.Inspect inspect) {
        try {
            inspect.answer().complete(corner.walk(inspect.vcpu(), inspect.va()));
        } catch (RuntimeException broken) {
            inspect.answer().completeExceptionally(broken);
        }
    }

    private void passGate() {
        if (mode == CornerState.Mode.AT_BELL && gate.open(index)) {
            mode = CornerState.Mode.RUNNING;
            publish();
        }
    }

    private void slice() {
        long limit = ticksPerSecond == 0 ? budget : Math.max(1, Math.min(budget, ticksPerSecond / 50));
        long before = corner.instructions(), tick = corner.tick();
        long began = System.nanoTime();
        Corner.Stop stop = goal == Goal.CROSSING
                ? corner.stepCrossing(limit)
                : corner.run(limit, goal == Goal.BELL || gate.waiting() || keeper.keeps());
        long now = System.nanoTime();
        if (limit == budget) adapt(now - began);
        long ran = corner.instructions() - before;
        time.ran(ran, now - began);
        if (ticksPerSecond > 0) resumeAt = began + limit * 1_000_000_000L / ticksPerSecond;
        else if (goal == Goal.RUN && !time.past())
            resumeAt = now + idle.after(corner.tick() - tick, ran, corner.tick(), now);
        stopped(stop);
        if (now - lastPublished >= PUBLISH_NANOS) publish();
    }

    /// Slices stay near their length in host time, whatever the guest is doing.
    private void adapt(long nanos) {
        if (nanos > 2 * SLICE_NANOS) {
            budget = Math.max(MIN_BUDGET, budget * SLICE_NANOS / nanos);
        } else if (nanos < SLICE_NANOS / 2) {
            budget = Math.min(MAX_BUDGET, budget * 2);
        }
    }

    private void stopped(Corner.Stop stop) {
        switch (stop) {
            case BUDGET -> {}
            case INSTRUCTION, CROSSING, CONDITION -> {
                if (stop == Corner.Stop.CONDITION) wanted(true);
                rounds = bells();
                rest(CornerState.Mode.PAUSED);
            }
            case BELL -> rang();
            case EXITED -> {
                rounds = bells();
                rest(CornerState.Mode.ENDED);
            }
            case KNOCKED_DOWN -> {
                rounds = bells();
                rest(CornerState.Mode.KNOCKED_DOWN);
            }
            case WAITING_FOR_INPUT -> {
                mode = CornerState.Mode.WAITING_FOR_INPUT;
                gate.moves(index, false, rounds.size());
            }
        }
    }

    /// Remembers where a person wanted it to stop, if that is why it stands still.
    private void wanted(boolean forward) {
        Breaks breaks = corner.breaks();
        Breaks.Hit hit = breaks == null ? null : breaks.hit();
        if (hit != null) stoppedAt = new StoppedAt(++timesStopped, hit, forward);
    }

    private void rang() {
        rounds = bells();
        if (keeper.keeps() && !time.past()) {
            Kept kept = corner.kept();
            if (kept != null) keeper.rang(index, rounds.size(), kept);
        }
        if (goal != Goal.RUN) {
            if (goal == Goal.BELL) rest(CornerState.Mode.PAUSED);
            return;
        }
        gate.moves(index, true, rounds.size());
        if (!gate.open(index)) mode = CornerState.Mode.AT_BELL;
    }

    private List<Bell> bells() {
        return corner.rounds().stream()
                .map(r -> new Bell(r.bell(), r.tick(), r.counts()))
                .toList();
    }

    /// The engine contradicted itself: this corner stands still, the others go on.
    private void freeze(Throwable broken) {
        fault = broken.toString();
        goal = Goal.NONE;
        mode = CornerState.Mode.BROKEN;
        gate.moves(index, false, rounds.size());
        CornerState last = state();
        state = new CornerState(
                mode, last.snapshot(), rounds, last.traceEnd(), fault, runHash, ++version, last.travel(), present);
    }

    private void publish() {
        lastPublished = System.nanoTime();
        if (watched) screen = corner.screen(screen);
        if (mode == CornerState.Mode.RUNNING && !gate.waiting()) rounds = bells();
        int lines = mode == CornerState.Mode.RUNNING ? 0 : CODE_LINES;
        Snapshot snapshot = corner.snapshot(lines);
        if (!time.past()) present = new Present(rounds, snapshot.round(), snapshot.tick());
        state = new CornerState(
                mode, snapshot, rounds, corner.trace().end(), fault, runHash, ++version, time.where(), present);
    }
}
