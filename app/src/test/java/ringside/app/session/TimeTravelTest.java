// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringside.app.session.EngineCommand.Stride;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Kept;
import ringside.vmm.probe.WalkView;
import ringside.vmm.word.Iface;

@Timeout(120)
class TimeTravelTest {
    private static final BoutSpec SPEC =
            new BoutSpec("fork-storm", List.of(Iface.VMI), 2, 16 << 20, 7, new byte[0], new byte[0], "");
    private final CornerRunner runner = runner();

    private static CornerRunner runner() {
        if (!(Bouts.open(SPEC) instanceof Bouts.Opened.Ready(List<Corner> corners))) {
            throw new IllegalStateException("a gallery guest starts");
        }
        CornerRunner runner = new CornerRunner(0, corners.getFirst(), new BellGate(1, _ -> {}), 1);
        Thread.ofPlatform().daemon().start(runner);
        return runner;
    }

    @AfterEach
    void close() {
        runner.post(new EngineCommand.Close());
    }

    /// Posts, and waits until the engine has obeyed.
    private CornerState after(EngineCommand command) throws Exception {
        runner.post(command);
        CompletableFuture<List<WalkView>> answer = new CompletableFuture<>();
        runner.post(new EngineCommand.Inspect(0, 0, answer));
        answer.get(60, TimeUnit.SECONDS);
        return runner.state();
    }

    private CornerState when(Predicate<CornerState> holds) throws Exception {
        CornerState s = runner.state();
        while (!holds.test(s)) s = after(new EngineCommand.Nudge());
        return s;
    }

    private CornerState bell(int number) throws Exception {
        runner.post(new EngineCommand.StepBell());
        return when(s -> s.mode() == CornerState.Mode.PAUSED && s.lastBell() == number);
    }

    @Test
    void aCornerGoesBackAndReturnsToNow() throws Exception {
        bell(1);
        CornerState now = bell(2);
        assertTrue(now.travel().canGoBack());
        CornerState back = after(new EngineCommand.Back(Stride.BELL));
        assertTrue(back.travel().past());
        assertEquals(1, back.lastBell());
        assertEquals(1, back.rounds().size());
        assertEquals(now.travel().here(), back.travel().now());
        assertEquals(now.traceEnd(), back.traceEnd(), "the log keeps what it knows");
        CornerState one = after(new EngineCommand.Back(Stride.INSTRUCTION));
        assertEquals(back.travel().here() - 1, one.travel().here());
        CornerState again = after(new EngineCommand.ReturnToNow());
        assertFalse(again.travel().past());
        assertEquals(now.snapshot().total(), again.snapshot().total());
        assertEquals(now.rounds(), again.rounds());
    }

    @Test
    void runningOnFromThePastPassesThePresent() throws Exception {
        CornerState now = bell(1);
        after(new EngineCommand.GoTo(now.travel().here() / 2));
        assertEquals(1, bell(1).rounds().size());
        CornerState next = bell(2);
        assertFalse(next.travel().past());
        assertEquals(0, next.travel().branches());
    }

    @Test
    void aCornerThatHasEndedCanBeTakenBack() throws Exception {
        runner.post(new EngineCommand.Run());
        CornerState end = when(s -> s.mode() == CornerState.Mode.ENDED);
        CornerState back = after(new EngineCommand.Back(Stride.CROSSING));
        assertEquals(CornerState.Mode.PAUSED, back.mode());
        runner.post(new EngineCommand.Run());
        CornerState again = when(s -> s.mode() == CornerState.Mode.ENDED);
        assertEquals(end.runHash(), again.runHash());
    }

    @Test
    void typingInThePastMakesABranch() throws Exception {
        CornerState now = bell(1);
        after(new EngineCommand.GoTo(now.travel().here() - 1_000));
        CornerState typed = after(new EngineCommand.Type(new byte[] {'x'}));
        after(new EngineCommand.Pause());
        typed = runner.state();
        CornerState branched = after(new EngineCommand.Mark());
        assertFalse(branched.travel().past());
        assertEquals(1, branched.travel().branches());
        assertTrue(branched.travel().now() < now.travel().here());
        assertTrue(typed.version() < branched.version());
    }

    @Test
    void whatIsKeptGoesOnElsewhere() throws Exception {
        CornerState here = bell(1);
        CompletableFuture<Kept> answer = new CompletableFuture<>();
        runner.post(new EngineCommand.Keep(answer));
        Kept kept = answer.get(60, TimeUnit.SECONDS);
        if (!(Bouts.open(SPEC, List.of(kept)) instanceof Bouts.Opened.Ready(List<Corner> corners))) {
            throw new IllegalStateException("what was kept can be opened");
        }
        assertEquals(here.snapshot().total(), corners.getFirst().counts());
        assertEquals(here.snapshot().vcpus(), corners.getFirst().snapshot(8).vcpus());
    }

    @Test
    void aBreakpointStopsBothWays() throws Exception {
        CornerState there = bell(1);
        int eip = there.snapshot().vcpus().getFirst().eip();
        CornerState before = after(new EngineCommand.Back(Stride.INSTRUCTION));
        int at = before.snapshot().vcpus().getFirst().eip();
        after(new EngineCommand.Breakpoint(at, true));
        after(new EngineCommand.ReturnToNow());
        CornerState hit = after(new EngineCommand.Back(Stride.BREAK));
        assertEquals(at, hit.snapshot().vcpus().getFirst().eip(), "from " + Integer.toHexString(eip));
        assertTrue(hit.travel().past());
    }
}
