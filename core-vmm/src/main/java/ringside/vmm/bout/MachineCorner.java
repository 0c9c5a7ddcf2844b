// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.board.Console;
import ringside.vmm.board.Hands;
import ringside.vmm.board.Machine;
import ringside.vmm.history.History;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.RunHash;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.CallSite;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.MachineInspection;
import ringside.vmm.probe.ScreenLook;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.probe.VcpuProbe;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkProbe;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.Hook;
import ringside.vmm.trace.TraceView;
import ringside.vmm.trace.Tracer;
import ringside.vmm.word.Iface;

/// A machine seen as a corner.
final class MachineCorner implements Corner {
    private final Machine machine;
    private final ConsoleView console;
    private final VcpuProbe vcpus;
    private final WalkProbe walks;
    private final @Nullable ScreenLook screen;
    private final MachineInspection inspection;
    private final @Nullable Hands hands;
    private final Runnable ended;
    private final Supplier<@Nullable String> captureFailure;
    private boolean closed;
    private @Nullable History history;

    /// @param ended is run once when the corner is closed
    /// @param captureFailure why the file of its network's frames is not whole, or null
    MachineCorner(Machine machine, Runnable ended, Supplier<@Nullable String> captureFailure) {
        this.captureFailure = captureFailure;
        this.ended = ended;
        this.machine = machine;
        machine.tracer().position(() -> Math.max(machine.tick(), machine.clock().now()), machine::turn);
        console = new Typewriter(machine.console());
        vcpus = new VcpuProbe(machine.memory());
        inspection = new MachineInspection(machine.memory(), machine.hypervisor(), machine.iface(), machine::vcpu);
        walks = new WalkProbe(machine.memory(), machine.hypervisor(), machine.iface());
        screen = machine.screen();
        hands = machine.hands();
    }

    @Override
    public @Nullable String captureFailure() {
        return captureFailure.get();
    }

    @Override
    public Iface iface() {
        return machine.iface();
    }

    @Override
    public void setTier(int tier) {
        machine.setTier(tier);
    }

    @Override
    public int vcpus() {
        return machine.vcpus();
    }

    @Override
    public long memoryBytes() {
        return machine.spec().memoryBytes();
    }

    @Override
    public long tick() {
        return machine.tick();
    }

    @Override
    public long instructions() {
        return machine.retired();
    }

    @Override
    public Counts counts() {
        return machine.tracer().counts();
    }

    @Override
    public Stop run(long ticks, boolean stopAtBell) {
        return travel(ticks, (left, instructions) -> machine.run(left, stopAtBell, instructions));
    }

    @Override
    public Stop stepInstruction() {
        boolean past = backInPresent() && history != null && history.past();
        Stop why = stop(machine.stepInstruction());
        if (past) backInPresent();
        else if (history != null) history.note();
        return why;
    }

    @Override
    public Stop stepCrossing(long ticks) {
        return travel(ticks, machine::stepCrossing);
    }

    /// A way to run for some ticks, but not beyond some instructions.
    private interface Stretch {
        ringside.vmm.board.Stop run(long ticks, long instructions);
    }

    /// In the present, history makes its points on the way. In the past, the way ends where the present waits.
    private Stop travel(long ticks, Stretch stretch) {
        History h = history;
        if (h == null) return stop(stretch.run(ticks, Long.MAX_VALUE));
        if (h.past()) {
            if (!backInPresent()) return Stop.BUDGET;
            Stop why = stop(stretch.run(ticks, h.nowInstructions() - machine.retired()));
            if (isEnd(why)) {
                h.returnToNow(); // which says itself whether it is an end
                return Stop.BUDGET;
            }
            backInPresent();
            return why;
        }
        long until = machine.tick() + ticks < 0 ? Long.MAX_VALUE : machine.tick() + ticks;
        while (true) {
            Stop why = stop(stretch.run(until - machine.tick(), h.untilNext()));
            h.note();
            if (why != Stop.BUDGET || machine.tick() >= until) return why;
        }
    }

    private static boolean isEnd(Stop why) {
        return why == Stop.EXITED || why == Stop.KNOCKED_DOWN || why == Stop.WAITING_FOR_INPUT;
    }

    /// At the place of the present the past is over. @return false when it was so just now
    private boolean backInPresent() {
        if (history == null || !history.past() || machine.retired() < history.nowInstructions()) return true;
        history.returnToNow();
        return false;
    }

    @Override
    public @Nullable String keepHistory(long bytes) {
        if (!machine.rewinds()) return "a drive that is written to a file of the host";
        if (history == null) history = new History(machine.rewind(), bytes);
        return null;
    }

    @Override
    public void keepSites() {
        CallSite sites = new CallSite(machine.memory(), machine.iface());
        machine.tracer().sites(n -> sites.of(machine.vcpu(n)));
    }

    @Override
    public void keepInputs() {
        machine.inputs().keep();
    }

    @Override
    public Kept kept() {
        return new Kept(MachineState.toMove(machine), machine.inputs().records());
    }

    @Override
    public @Nullable History history() {
        return history;
    }

    @Override
    public Inside inside() {
        return new MachineInside(machine, history);
    }

    @Override
    public Breaks breaks() {
        return machine.breaks();
    }

    private static Stop stop(ringside.vmm.board.Stop why) {
        return switch (why) {
            case BUDGET -> Stop.BUDGET;
            case INSTRUCTION -> Stop.INSTRUCTION;
            case CROSSING -> Stop.CROSSING;
            case BELL -> Stop.BELL;
            case REQUESTED -> Stop.CONDITION;
            case EXITED -> Stop.EXITED;
            case KNOCKED_DOWN -> Stop.KNOCKED_DOWN;
            case WAITING_FOR_INPUT -> Stop.WAITING_FOR_INPUT;
        };
    }

    @Override
    public Snapshot snapshot(int codeLines) {
        Tracer tracer = machine.tracer();
        List<VcpuView> views = new ArrayList<>();
        for (int v = 0; v < machine.vcpus(); v++) views.add(vcpus.view(machine.vcpu(v), codeLines));
        return new Snapshot(
                machine.tick(),
                machine.lastBell(),
                List.copyOf(views),
                machine.exit(),
                machine.status(),
                machine.knockdown(),
                tracer.counts(),
                tracer.roundCounts());
    }

    @Override
    public List<WalkView> walk(int vcpu, int va) {
        return walks.walk(machine.vcpu(vcpu), va);
    }

    @Override
    public Inspection inspect() {
        return inspection;
    }

    @Override
    public List<Round> rounds() {
        return machine.tracer().rounds().stream()
                .map(r -> new Round(r.bell(), r.tick(), r.counts()))
                .toList();
    }

    @Override
    public String runHash() {
        return RunHash.of(List.of(machine), machine.tracer().hash());
    }

    @Override
    public List<Hook> hooks() {
        return machine.hypervisor().hooks();
    }

    @Override
    public List<Integer> postCodes() {
        return machine.postCodes();
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        ended.run();
    }

    @Override
    public TraceView trace() {
        return machine.tracer();
    }

    @Override
    public ConsoleView console() {
        return console;
    }

    @Override
    public ScreenView screen(@Nullable ScreenView before) {
        return screen == null ? Corner.super.screen(before) : screen.look(machine.tick(), before);
    }

    @Override
    public boolean hasScreen() {
        return screen != null;
    }

    @Override
    public void key(int key, boolean down) {
        if (hands != null) hands.key(key, down);
    }

    @Override
    public void mouse(int right, int up, int turn, int buttons) {
        if (hands != null) hands.mouse(right, up, turn, buttons);
    }

    @Override
    public void powerButton() {
        if (hands != null) hands.powerButton();
    }

    @Override
    public List<VcpuView.CodeLine> disassemble(int vcpu, int linear, int lines) {
        return vcpus.code(machine.vcpu(vcpu), linear, lines);
    }

    /// The machine's console, seen from outside.
    private record Typewriter(Console console) implements ConsoleView {
        @Override
        public long written() {
            return console.written();
        }

        @Override
        public String tail(int max) {
            return console.tail(max);
        }

        @Override
        public byte[] between(long from, long to) {
            return console.between(from, to);
        }

        @Override
        public byte[] logSince(long from) {
            return console.logSince(from);
        }

        @Override
        public void type(byte[] bytes) {
            console.type(bytes);
        }
    }
}
