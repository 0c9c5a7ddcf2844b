// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.history.History;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.Hook;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// One machine of a bout, under its transport. All methods but {@link #trace}, {@link #console}, {@link #key} and
/// {@link #mouse} belong to the thread that runs the corner.
public interface Corner {
    /// Why control came back.
    enum Stop {
        /// The tick budget is used up.
        BUDGET,
        INSTRUCTION,
        CROSSING,
        BELL,
        /// The `--until` condition holds.
        CONDITION,
        EXITED,
        KNOCKED_DOWN,
        /// Every vCPU sleeps, no event is due, and only typed input can wake it.
        WAITING_FOR_INPUT
    }

    Iface iface();

    /// Why the file that the frames of its network go to is not whole, or null. To be asked after the end.
    default @Nullable String captureFailure() {
        return null;
    }

    int vcpus();

    long memoryBytes();

    /// Guest time in ticks.
    default long tick() {
        return snapshot(0).tick();
    }

    /// Instructions retired so far, all vCPUs.
    default long instructions() {
        return counts().instructions();
    }

    /// Counts since the start; cheaper than a whole snapshot.
    default Counts counts() {
        return snapshot(0).total();
    }

    /// Chooses how the processors carry out code: 0 instruction by instruction, 2 translated. Only the speed differs.
    default void setTier(int tier) {}

    /// Runs until something stops it, at most `ticks` of guest time. Stops at every bell when `stopAtBell`.
    Stop run(long ticks, boolean stopAtBell);

    /// One instruction of the vCPU whose turn it is. Pausing and stepping never change the schedule.
    Stop stepInstruction();

    /// To the next crossing (native: the next delivered exception or interrupt), at most `ticks`.
    Stop stepCrossing(long ticks);

    /// A copy of the state. @param codeLines disassembled lines per vCPU, 0 for none
    Snapshot snapshot(int codeLines);

    /// The walks of `va` on a vCPU: one on native and Xen, two under VMI (guest's copy, shadow).
    List<WalkView> walk(int vcpu, int va);

    /// Counts of each finished round: element n is from bell n (or the start) to the next.
    List<Round> rounds();

    /// @param bell the bell that closed the round
    record Round(int bell, long tick, Counts counts) {}

    /// Hash over architectural state and trace, hex.
    String runHash();

    /// The calls that the guest hooked up by itself (VMI), and where it makes them.
    default List<Hook> hooks() {
        return List.of();
    }

    /// The newest POST codes, oldest first.
    default List<Integer> postCodes() {
        return List.of();
    }

    TraceView trace();

    ConsoleView console();

    /// The console as others see it; thread-safe.
    interface ConsoleView {
        /// Bytes printed since the start.
        long written();

        /// The newest bytes, at most `max`, as ISO-8859-1.
        String tail(int max);

        /// Bytes `[from, to)` as far as kept. Whoever follows a console asks for {@link #written} first and reads up
        /// to there: the guest may print meanwhile.
        byte[] between(long from, long to);

        /// What the guest printed on the hypervisor's own console (Xen's `console_io`), from byte `from` on.
        default byte[] logSince(long from) {
            return new byte[0];
        }

        /// Queues typed bytes; they reach the guest when the machine next looks.
        void type(byte[] bytes);
    }

    /// What the PC's screen shows now. @param before an earlier look, which comes back when nothing has changed
    default ScreenView screen(@Nullable ScreenView before) {
        return before != null ? before : ScreenView.none();
    }

    /// Whether there is a screen, and a keyboard in front of it.
    default boolean hasScreen() {
        return false;
    }

    /// A key of the PC's keyboard goes down or up, when the machine next looks. On any thread.
    ///
    /// @param key its number in scan-code set 1, plus 0xE000 for those with the prefix E0
    default void key(int key, boolean down) {}

    /// The PC's mouse moves, its wheel turns, its buttons are so. On any thread.
    ///
    /// @param right   counts to the right
    /// @param up      counts away from the person
    /// @param turn    notches towards the person
    /// @param buttons bit 0 left, 1 right, 2 middle
    default void mouse(int right, int up, int turn, int buttons) {}

    /// Somebody presses the PC's power button: a guest that listens switches itself off. On any thread.
    default void powerButton() {}

    /// From now on the corner can be taken back. @param bytes of the host for it
    ///
    /// @return what keeps it from that, or null
    default @Nullable String keepHistory(long bytes) {
        return "a corner without a history";
    }

    /// From now on the trace also keeps where in the guest each call comes from.
    default void keepSites() {}

    /// From now on what comes into the corner is recorded, so that {@link #kept} has it.
    default void keepInputs() {}

    /// What a file keeps of the corner as it stands; null where there is no machine.
    default @Nullable Kept kept() {
        return null;
    }

    /// The corner's history, or null while none is kept.
    default @Nullable History history() {
        return null;
    }

    /// Where a person wants the corner to stop; null where that cannot be. A run that stops there has ended with
    /// {@link Stop#CONDITION}.
    default @Nullable Breaks breaks() {
        return null;
    }

    /// Registers and memory for a debugger; null where there is no machine.
    default @Nullable Inside inside() {
        return null;
    }

    /// The corner is not used any more: lets go of files of the host.
    default void close() {}

    /// Answers about the machine as it stands.
    default Inspection inspect() {
        return Inspection.NONE;
    }

    /// Disassembles `lines` instructions from a linear address through the vCPU's translation.
    List<VcpuView.CodeLine> disassemble(int vcpu, int linear, int lines);
}
