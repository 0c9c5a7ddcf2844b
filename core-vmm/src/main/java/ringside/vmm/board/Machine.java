// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.frames.P2m;
import ringside.vmm.history.InputRecord;
import ringside.vmm.iface.spi.Controls;
import ringside.vmm.iface.spi.FrameBuffer;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.FrameBufferProbe;
import ringside.vmm.probe.ScreenLook;
import ringside.vmm.probe.ScreenProbe;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trace.Trace;
import ringside.vmm.trace.Tracer;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.InterruptSource;
import ringside.vmm.trap.Ports;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Knockdown;
import ringside.vmm.word.Problem;

/// One machine: processors, memory, clock, what is around them and who is underneath. Made by {@link Boards}.
///
/// Runs on one thread at a time. A guest can only end it, never hurt it: whatever the engine itself throws freezes
/// the machine with the invariant in words.
public final class Machine implements Platform, Stateful {
    private static final int TIME_STAMP_COUNTER = 0x10;

    private final MachineSpec spec;
    private final MachineMemory memory;
    private final VirtualClock clock = new VirtualClock();
    private final Console console = new Console();
    private final PortMap ports = new PortMap();
    private final Tracer tracer;
    private final TraceWatch trace;
    private final Witness witness;
    private final Core[] cores;
    private final Rounds rounds;
    private final Breaks breaks;
    private final @Nullable Pc pc;
    private final GuestDma ram;
    private final Inputs inputs;
    private final Cables cables;
    private final PcResets resets = new PcResets();
    private final BusyHost host;
    private final Hypervisor hypervisor;
    private final @Nullable Hands hands;
    private final List<BellListener> bellListeners = new ArrayList<>();

    private @Nullable String exit;
    private int status;
    private @Nullable Knockdown knockdown;
    private int lastBell = -1;
    private @Nullable Stop stop;
    private boolean stopAtBell, stopAtCrossing;
    private long lastInstruction = Long.MAX_VALUE;
    private int printed;

    /// Is told each bell on the machine's thread, before anything stops.
    @FunctionalInterface
    public interface BellListener {
        void rang(int bell, int vcpu, long tick);
    }

    /// Makes the interface for a machine that has everything but it.
    interface HypervisorMaker {
        Hypervisor make(Platform platform);
    }

    Machine(MachineSpec wanted, int machineBytes, boolean isPc, HypervisorMaker maker) {
        inputs = new Inputs(clock);
        cables = new Cables(wanted.options().networks(), inputs);
        spec = wanted.with(wanted.options().withNetworks(cables.wires()));
        memory = new MachineMemory(machineBytes);
        ram = new GuestDma(memory);
        cores = new Core[spec.vcpus()];
        tracer = new Tracer(clock, spec.vcpus(), n -> cores[n] == null ? 0 : cores[n].cpu.retired());
        trace = new TraceWatch(tracer, this::crossed);
        witness = new Witness(this, tracer);
        console.tap(this::printed);
        Pc.debugExit(ports, value -> exited("debug exit", value));
        PcWires wires = new PcWires();
        pc = isPc ? new Pc(spec, ports, clock, console, ram, wires) : null;
        Bus bus = pc == null ? new Nothing() : pc;
        MonitorSlot slot = new MonitorSlot();
        host = new BusyHost(spec.options().settings().host(), spec.seed(), cores.length, new Tenants());
        for (int i = 0; i < cores.length; i++) {
            cores[i] = new Core(i, bus, slot);
            cores[i].cpu.reset(false);
        }
        if (pc != null) cores[0].cpu.setFloatingErrors(pc.floatingErrors());
        rounds = new Rounds(clock, cores);
        Vcpu[] cpus = new Vcpu[cores.length];
        for (int i = 0; i < cores.length; i++) cpus[i] = cores[i].cpu;
        breaks = new Breaks(cpus, this::requestStop);
        trace.breaks(breaks);
        ports.breaks(breaks);
        hypervisor = maker.make(this);
        slot.plug(hypervisor);
        Controls controls = hypervisor.controls();
        hands = pc != null ? pc.hands : controls == null ? null : new Hands(controls);
    }

    /// Loads the image; the machine can run when the list is empty.
    List<Problem> start() {
        List<Problem> problems = hypervisor.start(spec.image());
        for (Core core : cores) witness.settled(core.cpu);
        return problems;
    }

    // ---- running --------------------------------------------------------------------------------------------------

    /// Runs until something stops it: at most about `ticks` of guest time (exactly with one vCPU, to the round's end
    /// with several). Stops after every bell when `stopAtBell`.
    public Stop run(long ticks, boolean stopAtBell) {
        return guarded(ticks, stopAtBell, false);
    }

    /// The same, and not beyond so many instructions of all vCPUs together.
    public Stop run(long ticks, boolean stopAtBell, long instructions) {
        return limited(ticks, instructions, stopAtBell, false);
    }

    /// The same, and not beyond so many instructions of all vCPUs together.
    public Stop stepCrossing(long ticks, long instructions) {
        return limited(ticks, instructions, false, true);
    }

    private Stop limited(long ticks, long instructions, boolean bells, boolean crossings) {
        lastInstruction = saturatedAdd(retired(), instructions);
        try {
            return guarded(ticks, bells, crossings);
        } finally {
            lastInstruction = Long.MAX_VALUE;
        }
    }

    /// Runs to the next crossing; on the native corner, and before a paravirtual guest has switched over, to the next
    /// exception or interrupt that is delivered.
    public Stop stepCrossing(long ticks) {
        return guarded(ticks, false, true);
    }

    /// One instruction of the vCPU whose turn it is; while all sleep, to the moment that the first one wakes.
    public Stop stepInstruction() {
        stopAtBell = stopAtCrossing = false;
        breaks.begin();
        try {
            return finish(oneInstruction());
        } catch (RuntimeException | StackOverflowError e) {
            return frozen(e);
        }
    }

    private Stop guarded(long ticks, boolean bells, boolean crossings) {
        stopAtBell = bells;
        stopAtCrossing = crossings;
        breaks.begin();
        try {
            return finish(runTo(saturatedAdd(rounds.now(), Math.max(0, ticks))));
        } catch (RuntimeException | StackOverflowError e) {
            return frozen(e);
        }
    }

    /// Runs until so many instructions are retired in all, exactly.
    Stop runToInstruction(long count, boolean bells, boolean crossings) {
        if (retired() >= count) return finish(Stop.BUDGET);
        return limited(Long.MAX_VALUE, count - retired(), bells, crossings);
    }

    private static long saturatedAdd(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private Stop finish(Stop s) {
        stop = null;
        if (knockdown != null) return Stop.KNOCKED_DOWN;
        return exit != null ? Stop.EXITED : s;
    }

    private Stop frozen(Throwable e) {
        StackTraceElement[] where = e.getStackTrace();
        knockdown(new Knockdown(
                "Ringside itself is wrong here, and this corner is frozen: " + e,
                where.length == 0 ? e.getClass().getSimpleName() : "at " + where[0],
                rounds.now()));
        return finish(Stop.KNOCKED_DOWN);
    }

    private boolean ended() {
        return exit != null || knockdown != null;
    }

    private Stop runTo(long until) {
        while (!ended()) {
            if (!rounds.open()) {
                Stop s = betweenRounds(until);
                if (s != null) return s;
                if (!rounds.open()) continue;
            }
            long limit = cores.length == 1 ? until - rounds.now() : Long.MAX_VALUE;
            Rounds.End end = rounds.go(Math.min(limit, lastInstruction - retired()));
            if (end == Rounds.End.ROUND) tracer.settle();
            if (resets.due()) restart();
            if (stop != null) return stop;
            if (retired() >= lastInstruction) return Stop.BUDGET;
            if (end == Rounds.End.LIMIT) return Stop.BUDGET;
        }
        return Stop.BUDGET;
    }

    private Stop oneInstruction() {
        while (!ended()) {
            if (!rounds.open()) {
                Stop s = betweenRounds(Long.MAX_VALUE);
                if (s != null) return s;
                if (!rounds.open()) continue;
            }
            long before = retired();
            Rounds.End end = rounds.go(1);
            if (end == Rounds.End.ROUND) tracer.settle();
            if (resets.due()) restart();
            if (end != Rounds.End.ROUND || retired() != before) break;
        }
        return stop != null ? stop : Stop.INSTRUCTION;
    }

    /// The reset line was pulled: chips and processors begin anew, and the image is loaded again as at the start.
    /// RAM keeps what it has, and guest time goes on.
    private void restart() {
        Pc board = pc;
        if (board == null) throw new IllegalStateException("without a PC nobody pulls its reset line");
        ResetCause why = resets.take();
        trace.event(rounds.turn(), EventKind.RESET, why.ordinal(), resets.count(), 0, 0, 0);
        rounds.abandon();
        if (resets.count() > PcResets.MOST) {
            String what = "reset " + resets.count() + " times: a guest that starts over and over is ended here";
            knockdown(new Knockdown(what, "the last reset was by " + why.words(), clock.now()));
            return;
        }
        board.reset(PcResets.switchedOn(spec, clock.now(), ram));
        hypervisor.restart();
        for (Core core : cores) core.reset();
        host.restart(clock.now());
        List<Problem> problems = hypervisor.start(spec.image());
        for (Core core : cores) witness.settled(core.cpu);
        if (!problems.isEmpty()) {
            knockdown(new Knockdown(
                    "the image cannot be loaded again", problems.getFirst().toString(), clock.now()));
        }
    }

    /// Takes input in, fires what is due, and begins a round, or jumps while all sleep. @return why to stop, or null
    private @Nullable Stop betweenRounds(long until) {
        do {
            takeInputs();
            clock.fireDue();
        } while (inputs.moreHere() && !ended());
        if (ended()) return null;
        if (stop != null) return stop;
        host.look(clock.sliceStart());
        if (anyRunnable()) {
            if (clock.sliceStart() >= until) return Stop.BUDGET;
            rounds.begin(host.edge());
            return null;
        }
        if (host.someReady()) {
            if (clock.sliceStart() >= until) return Stop.BUDGET;
            clock.advanceTo(Math.min(Math.min(cables.next(clock), host.edge()), until));
            tracer.settle();
            return null;
        }
        long next = cables.next(clock);
        if (next == Long.MAX_VALUE || !anyWakeable()) {
            if (anyWakeable() && hearsConsole() || inputs.repeats()) return Stop.WAITING_FOR_INPUT;
            knockdown(new Knockdown("every vCPU sleeps and nothing can wake it", sleepers(), clock.now()));
            return null;
        }
        if (clock.sliceStart() >= until) return Stop.BUDGET;
        long to = Math.min(next, until);
        cables.await(to - clock.sliceStart());
        if (anyRunnable()) return null; // something has come
        clock.advanceTo(to);
        tracer.settle();
        return null;
    }

    private void takeInputs() {
        if (inputs.repeats()) {
            for (InputRecord r : inputs.dueHere()) {
                if (r.source() == Inputs.CONSOLE) console.typed(r.data());
                else if (r.source() != Inputs.HANDS) cables.arrives(r.source(), r.data());
                else if (hands != null) hands.again(r.data());
            }
        } else {
            inputs.begin();
            console.pump(inputs);
            if (hands != null) hands.pump(inputs);
        }
        cables.poll();
    }

    private boolean anyRunnable() {
        for (Core c : cores) if (c.runnable()) return true;
        return false;
    }

    /// Whether any sleeping vCPU would take an interrupt.
    private boolean anyWakeable() {
        for (Core c : cores) {
            if (!c.cpu.online()) continue;
            boolean nmi = pc != null && pc.interrupts.mayRaiseNmi(c.cpu.vcpu());
            if (nmi || hypervisor.intercepts(c.cpu) || interruptible(c.cpu)) return true;
        }
        return false;
    }

    private static boolean interruptible(GuestState g) {
        return (g.eflags() & 0x200) != 0;
    }

    private boolean hearsConsole() {
        return pc == null ? console.heard() : pc.hearsConsole();
    }

    private String sleepers() {
        StringBuilder text = new StringBuilder();
        for (Core c : cores) {
            if (!text.isEmpty()) text.append("; ");
            text.append("vCPU ").append(c.cpu.vcpu());
            if (!c.cpu.online()) text.append(" is off");
            else {
                text.append(" sleeps before EIP ").append(hex(c.cpu.eip()));
                text.append(interruptible(c.cpu) ? " with interrupts on" : " with interrupts off");
            }
        }
        return text.toString();
    }

    private static String hex(int value) {
        return String.format("0x%08x", value);
    }

    private void halt(Stop why) {
        if (stop == null) stop = why;
        rounds.stop();
    }

    /// Asks the machine to stop after the present instruction. On the machine's thread only (from a listener).
    public void requestStop() {
        halt(Stop.REQUESTED);
    }

    /// Crosses, or delivers where nobody is underneath.
    void crossed() {
        if (stopAtCrossing) halt(Stop.CROSSING);
    }

    /// Whether the vCPU, which could run, waits for a physical CPU.
    boolean waits(int vcpu) {
        return host.begins(vcpu, clock.now());
    }

    void bell(int vcpu, int number) {
        lastBell = number;
        for (BellListener l : bellListeners) l.rang(number, vcpu, clock.now());
        if (stopAtBell) halt(Stop.BELL);
    }

    private void printed(int b) {
        printed++;
        if (b != '\n' && printed < 256) return;
        trace.event(rounds == null ? 0 : rounds.turn(), EventKind.CONSOLE, printed, 0, 0, 0, 0);
        printed = 0;
    }

    /// Chooses how all vCPUs carry out code: 0 or 2. It changes nothing but the speed.
    public void setTier(int tier) {
        for (Core c : cores) c.cpu.setTier(tier, Vcpu.HOT);
    }

    // ---- what others may read -------------------------------------------------------------------------------------

    public MachineSpec spec() {
        return spec;
    }

    public Iface iface() {
        return spec.iface();
    }

    public Hypervisor hypervisor() {
        return hypervisor;
    }

    public Tracer tracer() {
        return tracer;
    }

    @Override
    public Console console() {
        return console;
    }

    /// Guest time at the present position of the round.
    public long tick() {
        return rounds.now();
    }

    /// The vCPU whose turn it is.
    public int turn() {
        return rounds.turn();
    }

    /// Instructions retired, all vCPUs.
    public long retired() {
        long n = 0;
        for (Core c : cores) n += c.cpu.retired();
        return n;
    }

    /// How the guest ended itself, or null.
    public @Nullable String exit() {
        return exit;
    }

    /// The status that it left.
    public int status() {
        return status;
    }

    /// Why it cannot go on, or null. The first cause.
    public @Nullable Knockdown knockdown() {
        return knockdown;
    }

    /// The last bell, or -1.
    public int lastBell() {
        return lastBell;
    }

    /// The newest POST codes, oldest first.
    public List<Integer> postCodes() {
        return pc == null ? List.of() : pc.postCodes();
    }

    /// The person's hands at keyboard and mouse, or null.
    public @Nullable Hands hands() {
        return hands;
    }

    /// Where a person wants it to stop.
    public Breaks breaks() {
        return breaks;
    }

    /// Makes the machine one that can be taken back. From now on inputs are recorded.
    public Rewind rewind() {
        return new Rewind(this, inputs);
    }

    /// What came into it.
    public Inputs inputs() {
        return inputs;
    }

    /// Whether everything that the guest does can be taken back: not what it writes to a file of the host.
    public boolean rewinds() {
        List<BlockMedium> media = new ArrayList<>(spec.options().disks());
        media.addAll(spec.options().cds());
        return media.stream().allMatch(BlockMedium::rewinds);
    }

    /// A look at the screen, or null.
    public @Nullable ScreenLook screen() {
        FrameBuffer own = hypervisor.frameBuffer();
        if (own != null) return new FrameBufferProbe(own, memory);
        if (pc == null) return null;
        return new ScreenProbe(pc.vga, pc.display, memory, frame -> {
            P2m p2m = hypervisor.p2m();
            return p2m == null ? frame : p2m.toMachine(frame);
        });
    }

    public void onBell(BellListener listener) {
        bellListeners.add(listener);
    }

    /// Parts with architectural state. What the processors know of the others' comes behind it.
    public List<Stateful> parts() {
        List<Stateful> parts = new ArrayList<>(List.of(clock, rounds, host));
        if (pc != null) parts.add(pc);
        parts.add(hypervisor);
        parts.add(console);
        parts.add(memory);
        for (Core c : cores) parts.add(c.cpu);
        return parts;
    }

    @Override
    public void state(StateVisitor v) {
        for (Stateful part : parts()) part.state(v);
        status = v.i32("status", status);
        lastBell = v.i32("lastBell", lastBell);
        if (!v.exact()) return;
        for (Core c : cores) c.waitsForStartup = v.flag("waitsForStartup", c.waitsForStartup);
        printed = v.i32("printed", printed);
        resets.state(v);
        exit = text(v, "exit", exit);
        String what = text(v, "knockdown", knockdown == null ? null : knockdown.what());
        String cause = text(v, "cause", knockdown == null ? null : knockdown.firstCause());
        long when = v.i64("knocked", knockdown == null ? 0 : knockdown.tick());
        if (v.loads()) knockdown = what == null || cause == null ? null : new Knockdown(what, cause, when);
        witness.state(v);
        tracer.state(v);
        inputs.state(v);
        cables.state(v);
    }

    private static @Nullable String text(StateVisitor v, String name, @Nullable String value) {
        boolean there = v.flag(name, value != null);
        if (!there) return null;
        byte[] bytes = v.sized(name, value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    // ---- Platform -------------------------------------------------------------------------------------------------

    @Override
    public MachineMemory memory() {
        return memory;
    }

    @Override
    public VirtualClock clock() {
        return clock;
    }

    @Override
    public Trace trace() {
        return trace;
    }

    @Override
    public Ports ports() {
        return ports;
    }

    @Override
    public List<BlockMedium> disks() {
        return spec.options().disks();
    }

    @Override
    public List<BlockMedium> cds() {
        return spec.options().cds();
    }

    @Override
    public List<Wire> networks() {
        return spec.options().networks();
    }

    @Override
    public int vcpus() {
        return cores.length;
    }

    @Override
    public Vcpu vcpu(int n) {
        return cores[n].cpu;
    }

    @Override
    public List<Problem> bootPc(GuestImage image, PhysMap map, int guestFrames) {
        ram.guest(map, (long) guestFrames * MachineMemory.PAGE);
        GuestPhysical to = new GuestPhysical(memory, map, (long) guestFrames * MachineMemory.PAGE);
        PcLoader loader = new PcLoader(to, cores[0].cpu, cores.length, spec.iface() != Iface.VMI);
        if (!image.isFirmware() && !spec.ownFirmware()) return loader.load(image);
        List<Problem> problems = image.kernel().length > 0 ? loader.loadRealMode(image) : List.of();
        if (spec.ownFirmware()) loader.firmware();
        Firmware.of(spec).start(to);
        return problems;
    }

    @Override
    public long stolen(int vcpu) {
        return host.stolen(vcpu, clock.now());
    }

    @Override
    public long apicBase(int vcpu) {
        return pc == null ? -1 : pc.apic(vcpu).base();
    }

    @Override
    public boolean setApicBase(int vcpu, long value) {
        return pc != null && pc.apic(vcpu).setBase(value);
    }

    @Override
    public int apicRead(int vcpu, int offset) {
        return pc == null ? -1 : pc.apic(vcpu).read(offset);
    }

    @Override
    public void apicWrite(int vcpu, int offset, int value) {
        if (pc != null) pc.apic(vcpu).write(offset, value);
    }

    @Override
    public void apicTimerFire(int vcpu) {
        if (pc != null) pc.apic(vcpu).timerFired();
    }

    @Override
    public void irq0() {
        if (pc != null) pc.interrupts.irq0();
    }

    @Override
    public boolean interruptPending(int vcpu) {
        return pc != null && pc.interrupts.pending(vcpu);
    }

    @Override
    public int acknowledgeInterrupt(int vcpu) {
        return pc == null ? 0xFF : pc.interrupts.acknowledge(vcpu);
    }

    @Override
    public void reset(ResetCause why) {
        if (pc == null || spec.options().settings().endsAtReset()) {
            exited("reset", 0);
            return;
        }
        resets.pull(why);
        rounds.stop();
    }

    @Override
    public void exited(String how, int status) {
        if (ended()) return;
        exit = how;
        this.status = status;
        rounds.stop();
    }

    @Override
    public void knockdown(Knockdown k) {
        if (ended()) return;
        knockdown = withPost(k);
        rounds.stop();
    }

    /// How far firmware had come; the same port means nothing when a kernel writes there.
    private Knockdown withPost(Knockdown k) {
        if (!spec.image().isFirmware() || postCodes().isEmpty()) return k;
        String post = String.format("; the last POST code is %02X", postCodes().getLast());
        return new Knockdown(k.what(), k.firstCause() + post, k.tick());
    }

    @Override
    public long seed() {
        return spec.seed();
    }

    // ---- parts ----------------------------------------------------------------------------------------------------

    /// One processor and its place among the others.
    private final class Core implements Rounds.Runner, InterruptSource {
        final Vcpu cpu;
        boolean waitsForStartup;

        Core(int n, Bus bus, MonitorSlot slot) {
            cpu = new Vcpu(n, memory, bus, ports, clock, slot, Processors.model(spec));
            cpu.setSpectator(witness);
            cpu.setInterrupts(this);
            waitsForStartup = n > 0;
        }

        /// As by the reset pin, the time stamp counter too.
        void reset() {
            cpu.reset(false);
            cpu.setMsr(TIME_STAMP_COUNTER, 0);
            waitsForStartup = cpu.vcpu() > 0;
        }

        @Override
        public boolean runnable() {
            return !host.takes(cpu.vcpu()) && wants();
        }

        boolean wants() {
            if (!cpu.online()) return false;
            // It wakes itself when it runs: only then does the clock know whose time it is.
            return !cpu.asleep() || cpu.nmiDue() || pending() && interruptible(cpu);
        }

        @Override
        public void begin(long ticks) {
            cpu.startSlice(ticks);
        }

        @Override
        public long run(long ticks) {
            long did = cpu.run(ticks);
            if (cpu.hasShutDown()) {
                knockdown(new Knockdown(
                        "triple fault: vCPU " + cpu.vcpu() + " shut down", witness.lastFault(cpu.vcpu()), clock.now()));
            }
            return did;
        }

        @Override
        public long done() {
            return cpu.sliceTicks();
        }

        @Override
        public void shorten(long ticks) {
            cpu.shortenSlice(ticks);
        }

        @Override
        public void stop() {
            cpu.stop();
        }

        /// To the processor itself: a monitor underneath takes interrupts on its own.
        @Override
        public boolean pending() {
            return !hypervisor.intercepts(cpu) && interruptPending(cpu.vcpu());
        }

        @Override
        public int acknowledge() {
            return acknowledgeInterrupt(cpu.vcpu());
        }
    }

    /// What the host does to the processors.
    private final class Tenants implements BusyHost.Tenant {
        @Override
        public boolean wants(int n) {
            return cores[n].wants();
        }

        @Override
        public void preempted(int n) {
            trace.event(n, EventKind.VCPU, VcpuChange.PREEMPTED.ordinal(), 0, 0, 0, 0);
            tracer.ready(n);
            hypervisor.preempted(n);
        }

        @Override
        public void resumed(int n, boolean runs) {
            if (runs) trace.event(n, EventKind.VCPU, VcpuChange.RESUMED.ordinal(), 0, 0, 0, 0);
            witness.settled(cores[n].cpu);
            hypervisor.resumed(n);
        }
    }

    /// What the chips do to the processors.
    private final class PcWires implements Pc.Wires {
        @Override
        public void interruptInput(int n) {
            // Chips settle while the machine is being put together; there is nobody to tell yet.
            if (cores[n] == null) return;
            Vcpu cpu = cores[n].cpu;
            if (hypervisor.intercepts(cpu)) hypervisor.interruptLine(n);
        }

        @Override
        public GuestState atWork() {
            return cores[turn()].cpu;
        }

        @Override
        public void reset(ResetCause why) {
            Machine.this.reset(why);
        }

        @Override
        public void powerOff() {
            exited("powered off", 0);
        }

        @Override
        public void nmi(int n) {
            cores[n].cpu.requestNmi();
        }

        @Override
        public void init(int n) {
            if (hypervisor.startup(n, true, 0)) {
                witness.settled(cores[n].cpu);
                return;
            }
            if (n == 0) {
                reset(ResetCause.INIT);
                return;
            }
            Vcpu cpu = cores[n].cpu;
            if (cpu.online()) trace.event(n, EventKind.VCPU, VcpuChange.STOPPED.ordinal(), 0, 0, 0, 0);
            cpu.reset(true);
            cpu.setOnline(false);
            cores[n].waitsForStartup = true;
            witness.settled(cpu);
        }

        @Override
        public void startup(int n, int vector) {
            Vcpu cpu = cores[n].cpu;
            if (hypervisor.startup(n, false, vector)) {
                witness.settled(cpu);
                return;
            }
            if (!cores[n].waitsForStartup) return;
            cores[n].waitsForStartup = false;
            cpu.startUp(vector);
            trace.event(n, EventKind.VCPU, VcpuChange.STARTED.ordinal(), 0, 0, 0, 0);
            witness.settled(cpu);
        }

        @Override
        public void sent(int from, int to, int vector) {
            trace.event(from, EventKind.IPI, to, vector, 0, 0, 0);
        }
    }

    /// No device anywhere.
    private static final class Nothing implements Bus {
        @Override
        public int read(int vcpu, long maddr, int size) {
            return -1;
        }

        @Override
        public void write(int vcpu, long maddr, int size, int value) {
            // Nobody hears.
        }
    }
}
