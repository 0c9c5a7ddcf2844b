// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import ringside.vmm.bout.Kept;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.WalkView;

/// All that the window may ask of a corner's engine thread.
public sealed interface EngineCommand {
    /// Run on until told otherwise.
    record Run() implements EngineCommand {}

    record Pause() implements EngineCommand {}

    record StepInstruction() implements EngineCommand {}

    record StepCrossing() implements EngineCommand {}

    record StepBell() implements EngineCommand {}

    /// How far back.
    enum Stride {
        INSTRUCTION,
        CROSSING,
        BELL,
        /// To where a breakpoint or watchpoint was last hit.
        BREAK
    }

    /// Back in time; the present waits.
    record Back(Stride stride) implements EngineCommand {}

    /// To the moment after so many instructions of all vCPUs.
    record GoTo(long instructions) implements EngineCommand {}

    /// To a guest time, or a little behind it.
    record GoToTick(long tick) implements EngineCommand {}

    /// To where the hand at the scrubber is now; see {@link CornerFeed#scrub}.
    record Scrub() implements EngineCommand {}

    /// To a future that was left; the present is left for it. @param number as {@link Future#number}
    record GoOver(int number) implements EngineCommand {}

    /// Whether somebody sits at the corner: then its time passes no faster than the host's while it sleeps.
    record Interactive(boolean on) implements EngineCommand {}

    record ReturnToNow() implements EngineCommand {}

    /// This place becomes the present; the future that was ahead of it is kept.
    record Branch() implements EngineCommand {}

    /// A point of history right here.
    record Mark() implements EngineCommand {}

    /// A breakpoint at a linear address, set or taken away.
    record Breakpoint(int linear, boolean set) implements EngineCommand {}

    /// Memory to stop at when it is written, from a linear address on, or not any more.
    record Watchpoint(int linear, int length, boolean set) implements EngineCommand {}

    /// Places to stop at are set or taken away.
    record Break(Consumer<Breaks> change) implements EngineCommand {}

    /// Host memory that the histories of all corners may take together.
    record HistoryBudget(long bytes) implements EngineCommand {}

    /// Asks for what a file keeps of the corner as it stands; the answer is completed on the engine thread.
    record Keep(CompletableFuture<Kept> answer) implements EngineCommand {}

    /// Bytes for the guest's console.
    record Type(byte[] bytes) implements EngineCommand {}

    /// A key of the PC's keyboard, down or up.
    record Key(int key, boolean down) implements EngineCommand {}

    /// The PC's mouse: counts to the right and away from the person, notches towards, buttons.
    record Mouse(int right, int up, int turn, int buttons) implements EngineCommand {}

    /// Whether the screen is to be published too.
    record Watch(boolean on) implements EngineCommand {}

    /// Walks of `va`; the answer is completed on the engine thread.
    record Inspect(int vcpu, int va, CompletableFuture<List<WalkView>> answer) implements EngineCommand {}

    /// A question about the machine; it is answered on the engine thread.
    record Look(Consumer<Inspection> question) implements EngineCommand {}

    /// At most so many guest ticks a host second; 0 is as fast as it goes.
    record Pace(long ticksPerSecond) implements EngineCommand {}

    /// Something that this corner waits for has changed.
    record Nudge() implements EngineCommand {}

    /// Ends the thread.
    record Close() implements EngineCommand {}

    /// Whether it takes the corner to another place of its time.
    default boolean travels() {
        return this instanceof Back || this instanceof GoTo || this instanceof GoToTick || this instanceof Scrub;
    }
}
