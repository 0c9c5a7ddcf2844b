// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.Progress;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;
import ringside.vmm.mem.Tlb;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.FloatingErrors;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.InterruptSource;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.Spectator;
import ringside.vmm.trap.Verdict;

/// One virtual processor of a {@link CpuModel}: what the board runs and what a monitor holds by the
/// {@link GuestState}.
///
/// ## Time
/// A tick is one instruction, or one iteration of a string instruction with a repeat prefix (at least one, when its
/// count is zero). An instruction that faults takes its tick too; delivering the fault, an interrupt or an Attention
/// takes none. Every tier keeps to this, so that slices end at the same instruction everywhere.
///
/// The board says {@link #startSlice} and then {@link #run} as often as it likes; the position inside the slice is
/// state. After a run that used fewer ticks than it was given, look at {@link #asleep}, {@link #online},
/// {@link #hasShutDown} and {@link #sliceLeft}.
///
/// There is no system management mode: an SMI goes nowhere and RSM is undefined. An NMI waits for the IRET of
/// the one before it, and one instruction behind MOV SS.
///
/// A vCPU that is asleep wakes in `run` when its {@link InterruptSource} is pending and IF is set, by an NMI, or
/// by {@link #wake}.
public final class Vcpu extends Interpreter implements GuestState, Progress, Stateful {
    private static final int ATTENTION = 1, NMI = 2, WATCH = 4, BREAKPOINTS = 8, ONCE = 16, STOP = 32, ASLEEP = 64;
    private static final int OFFLINE = 128, NMI_BLOCKED = 256, DEBUGGED = 512;
    /// Which breakpoints were hit: a new debug exception begins anew; the rest of DR6 only software clears.
    private static final int DR6_HITS = 15;
    /// Conditions that make every step take the careful way.
    private static final int CAREFUL = ~NMI_BLOCKED;

    /// The tier that vCPUs begin with.
    public static final int HIGHEST_TIER = 2;
    /// Jumps to an instruction before it is translated.
    public static final int HOT = 30_000;

    private static final InterruptSource QUIET = new InterruptSource() {
        @Override
        public boolean pending() {
            return false;
        }

        @Override
        public int acknowledge() {
            return 0xFF;
        }
    };

    private InterruptSource interrupts = QUIET;
    private @Nullable Debugger debugger;
    private boolean monitorReads;
    private int special;
    private long sliceTicks;
    private long sliceLimit = Long.MAX_VALUE;
    private long runLimit;
    private long retired;
    private int onceSerial;

    /// @param number vCPU number and initial local APIC id
    /// @param bus    physical addresses outside RAM
    public Vcpu(
            int number,
            MachineMemory memory,
            Bus bus,
            Ports ports,
            VirtualClock clock,
            Monitor monitor,
            CpuModel model) {
        super(number, memory, bus, ports, clock, monitor, model);
        setTier(HIGHEST_TIER, HOT);
        reset(false);
    }

    /// Where INTR comes from. Without one there is none.
    public void setInterrupts(InterruptSource source) {
        interrupts = source;
        busTouched = true;
    }

    /// Where x87 exceptions go while CR0.NE is clear. Without a PC they go nowhere.
    public void setFloatingErrors(FloatingErrors wires) {
        floatingErrors = wires;
    }

    public void setSpectator(@Nullable Spectator s) {
        spectator = s == null ? NoSpectator.INSTANCE : s;
    }

    /// Chooses how code is carried out. What a guest sees is the same.
    ///
    /// @param tier      0: instruction by instruction; 1: strips of instructions decoded before; 2: that, and hot
    /// code is translated to JVM bytecode
    /// @param threshold jumps to an instruction before it counts as hot
    public void setTier(int tier, int threshold) {
        if (tier < 0 || tier > HIGHEST_TIER) throw new IllegalArgumentException("there is no tier " + tier);
        strips = tier == 0 ? null : new Strips(this, threshold);
        translator = tier < 2 ? null : new Translator(this, threshold);
        forgetHeads();
    }

    /// Ticks that passed in translated code since the tier was chosen.
    public long translatedTicks() {
        return translator == null ? 0 : translator.ticks;
    }

    /// What it remembers of its tables. For probes.
    public Tlb tlb() {
        return tlb;
    }

    @Override
    GuestState self() {
        return this;
    }

    // ---- running

    /// Begins a slice of `ticks` ticks. Whatever was left of the last one is gone.
    public void startSlice(long ticks) {
        sliceTicks = 0;
        sliceLimit = ticks;
    }

    /// Ticks until the slice ends, shortened or not.
    public long sliceLeft() {
        return Math.max(0, sliceLimit - sliceTicks);
    }

    /// Runs for up to `ticks` ticks, not beyond the end of the slice. Stops early asleep, offline, after {@link
    /// #stop}, and when {@link #shortenSlice} says so.
    ///
    /// @return ticks used
    public long run(long ticks) {
        long from = sliceTicks;
        runLimit = ticks > sliceLimit - from ? sliceLimit : from + ticks;
        special &= ~STOP;
        busTouched = true;
        code.mayHaveChanged();
        while (sliceTicks < runLimit) {
            if ((special & CAREFUL & ~WATCH) != 0
                    || held != NOTHING_HELD
                    || (other & (TF | RF)) != 0
                    || busTouched && (other & IF) != 0) {
                if (!carefulStep()) break;
            } else {
                long used;
                if ((special & WATCH) != 0 && noteFetch()) {
                    stepBudget = 1;
                    one();
                    used = 1;
                } else {
                    stepBudget = runLimit - sliceTicks;
                    used = oneOrMore(stepBudget);
                    if (used == 0) used = 1 + extraTicks;
                }
                if (breakHits != 0) unexpectedTraps();
                extraTicks = 0;
                sliceTicks += used;
                retired += used;
            }
        }
        return sliceTicks - from;
    }

    /// One instruction, or one iteration of a string instruction. @return ticks used: 1, or 0 when nothing could run
    public long step() {
        return run(1);
    }

    /// Ends the current {@link #run} before the next instruction.
    public void stop() {
        special |= STOP;
    }

    private boolean carefulStep() {
        if ((special & (STOP | OFFLINE)) != 0) return false;
        int waits = held;
        held = NOTHING_HELD;
        if ((special & ASLEEP) != 0 && !wakesItself()) return false;
        startEip = eip;
        startEsp = regs[Registers.ESP];
        if (waits == NOTHING_HELD) {
            if (!takePending()) return false;
            if (breakHits != 0) debugTraps(false);
        }
        if ((special & DEBUGGED) != 0 && debugger != null && debugger.before(this, base[Registers.CS] + eip)) {
            held = waits;
            return false;
        }
        boolean trap = (other & TF) != 0;
        int serial = onceSerial;
        boolean once = (special & ONCE) != 0;
        // Behind MOV SS and POP SS an instruction breakpoint is held back like everything else.
        if (waits == ALL_HELD || !codeBreakpoint()) {
            boolean passes = (other & RF) != 0;
            other &= ~RF;
            if ((special & WATCH) != 0) noteFetch();
            stepBudget = 1;
            eventTaken = false;
            repeats = false;
            // What MOV SS hit is reported after the instruction behind it.
            if (waits != ALL_HELD) breakHits = 0;
            if (one()) {
                // RF covers a repeated string as a whole.
                if (passes && repeats) other |= RF;
                debugTraps(trap && !eventTaken);
            } else if (breakHits != 0) {
                debugTraps(false);
            }
        }
        if (once && serial == onceSerial) endOnce();
        extraTicks = 0;
        sliceTicks++;
        retired++;
        return true;
    }

    /// Attention, NMI, INTR. @return false when the vCPU stopped running by it
    private boolean takePending() {
        if ((special & ATTENTION) != 0) {
            special &= ~ATTENTION;
            leave(new Exit.Attention());
            busTouched = true;
            if ((special & (STOP | OFFLINE | ASLEEP)) != 0) return false;
        }
        if (nmiDue()) {
            takeNmi();
        } else if (busTouched && (other & IF) != 0) {
            if (interrupts.pending()) interrupt(interrupts.acknowledge());
            else busTouched = false;
        }
        return (special & OFFLINE) == 0;
    }

    /// An NMI waits and no other is being served.
    public boolean nmiDue() {
        return (special & (NMI | NMI_BLOCKED)) == NMI;
    }

    /// A monitor underneath decides itself when its guest may have the next one.
    private void takeNmi() {
        special &= ~NMI;
        if (monitor.intercepts(this)) {
            busTouched = true;
            if (leave(new Exit.Nmi()) == Verdict.RESUME) return;
        }
        special |= NMI_BLOCKED;
        interrupt(2);
    }

    private boolean wakesItself() {
        boolean intr = (other & IF) != 0 && interrupts.pending();
        if (!intr && !nmiDue()) return false;
        busTouched = true;
        wake();
        return true;
    }

    /// Tells the monitor of an instruction in the watched range. Each iteration of a string counts, so those are not
    /// done in bulk there.
    private boolean noteFetch() {
        int linear = base[Registers.CS] + eip;
        if (Integer.compareUnsigned(linear - watchStart, watchEnd - watchStart) >= 0) return false;
        code.mayHaveChanged();
        monitor.fetched(this, linear);
        return true;
    }

    // ---- debugging

    /// Somebody outside who wants to stop the vCPU in places. Every instruction then takes the careful way.
    ///
    /// @param watches also told of every access to memory
    public void setDebugger(@Nullable Debugger d, boolean watches) {
        debugger = d;
        special = d == null ? special & ~DEBUGGED : special | DEBUGGED;
        watched = d != null && watches;
        selectArrays();
    }

    @Override
    void touched(int va, int size, boolean write) {
        if (debugger != null && !monitorReads && !monitorStores) debugger.touched(this, va, size, write);
    }

    /// Raises #DB for an instruction breakpoint at EIP, unless RF holds it back. The handler has to set RF itself:
    /// of all faults only this one does not push it. (IA-32 SDM volume 3, 17.3.1.1)
    private boolean codeBreakpoint() {
        if ((special & BREAKPOINTS) == 0 || (other & RF) != 0) return false;
        int linear = base[Registers.CS] + eip;
        int hits = 0;
        for (int i = 0; i < 4; i++) {
            boolean enabled = (dr[7] >>> 2 * i & 3) != 0 && (dr[7] >>> 16 + 4 * i & 3) == 0;
            if (enabled && dr[i] == linear) hits |= 1 << i;
        }
        if (hits == 0) return false;
        dr[6] = dr[6] & ~DR6_HITS | hits;
        startEip = eip;
        startEsp = regs[Registers.ESP];
        raise(plain(DB));
        return true;
    }

    /// An instruction may switch to a task with the trap bit while nothing else is being debugged.
    private void unexpectedTraps() {
        debugTraps(false);
        breakHits = 0;
    }

    /// Raises #DB for what the last instruction, or the delivery of an event, hit.
    private void debugTraps(boolean singleStep) {
        if (held == ALL_HELD || !singleStep && breakHits == 0) return;
        dr[6] = dr[6] & ~DR6_HITS | breakHits | (singleStep ? 0x4000 : 0);
        breakHits = 0;
        startEip = eip;
        startEsp = regs[Registers.ESP];
        raise(plain(DB));
    }

    @Override
    void breakpointsChanged() {
        dataBreaks = false;
        portBreaks = false;
        special &= ~BREAKPOINTS;
        for (int i = 0; i < 4; i++) {
            if ((dr[7] >>> 2 * i & 3) == 0) continue;
            int kind = dr[7] >>> 16 + 4 * i & 3;
            if (kind == 2 && (cr4 & CR4_DE) == 0) continue;
            special |= BREAKPOINTS;
            if (kind == 2) portBreaks = true;
            else if (kind != 0) dataBreaks = true;
        }
        flushAll();
    }

    @Override
    void bell(int n) {
        spectator.bell(this, n);
    }

    // ---- sleep, reset

    @Override
    void fallAsleep() {
        sleep();
    }

    @Override
    void ferr(boolean asserted) {
        fpu.ferr = asserted;
        floatingErrors.error(asserted);
    }

    @Override
    void shutDown() {
        setOnline(false);
    }

    /// A triple fault put this vCPU off; the board decides what a reset line would do.
    public boolean hasShutDown() {
        return shutdown;
    }

    /// Raises NMI; taken at the next boundary, and not again before an IRET.
    public void requestNmi() {
        special |= NMI;
    }

    @Override
    void nmiDone() {
        special &= ~NMI_BLOCKED;
    }

    /// A start-up IPI: online in real mode at `vector` * 4 KB. Only after {@link #reset} with `init`.
    public void startUp(int vector) {
        setRealSegment(Registers.CS, (vector & 0xFF) << 8);
        eip = 0;
        setOnline(true);
    }

    @Override
    public void reset(boolean init) {
        Arrays.fill(regs, 0);
        regs[Registers.EDX] = model.signature();
        other = 0;
        setArithmeticFlags(0);
        cr0 = init ? cr0 & (CR0_CD | CR0_NW) | CR0_ET : CR0_CD | CR0_NW | CR0_ET;
        cr2 = 0;
        cr3 = 0;
        cr4 = 0;
        cpl = 0;
        Arrays.fill(pdptes, 0);
        for (int s = 0; s < 6; s++) setSegment(s, 0, 0x0000_9300_0000_FFFFL);
        sel[Registers.CS] = 0xF000;
        base[Registers.CS] = 0xFFFF0000;
        eip = 0xFFF0;
        Arrays.fill(dr, 0);
        dr[6] = 0xFFFF0FF0;
        dr[7] = 0x400;
        gdtBase = 0;
        gdtLimit = 0xFFFF;
        idtBase = 0;
        idtLimit = 0xFFFF;
        applyLdt(0, 0);
        applyTr(0, 0);
        efer = init ? efer : 0;
        if (!init) resetModelRegisters();
        held = NOTHING_HELD;
        onceMaddr = -1;
        shutdown = false;
        asleep = false;
        special = special & DEBUGGED | (number == 0 ? 0 : OFFLINE);
        breakpointsChanged();
        selectArrays();
        flushAll();
    }

    private void resetModelRegisters() {
        sysenterCs = 0;
        sysenterEsp = 0;
        sysenterEip = 0;
        modelRegisters.powerUp();
        fpu.powerUp();
    }

    @Override
    public void sleep() {
        if (asleep) return;
        asleep = true;
        special |= ASLEEP;
        spectator.idle(this, true);
    }

    @Override
    public void wake() {
        if (!asleep) return;
        asleep = false;
        special &= ~ASLEEP;
        spectator.idle(this, false);
    }

    @Override
    public boolean asleep() {
        return asleep;
    }

    @Override
    public boolean online() {
        return (special & OFFLINE) == 0;
    }

    @Override
    public void setOnline(boolean online) {
        special = online ? special & ~OFFLINE : special | OFFLINE;
    }

    // ---- progress

    @Override
    public long sliceTicks() {
        return sliceTicks + ahead;
    }

    @Override
    public void shortenSlice(long ticks) {
        sliceLimit = Math.min(sliceLimit, Math.max(ticks, sliceTicks + ahead));
        runLimit = Math.min(runLimit, sliceLimit);
    }

    @Override
    public long retired() {
        return retired + ahead;
    }

    // ---- registers, as a monitor sees them

    @Override
    public int vcpu() {
        return number;
    }

    @Override
    public int reg(int r) {
        return regs[r];
    }

    @Override
    public void setReg(int r, int value) {
        regs[r] = value;
    }

    @Override
    public int eip() {
        return eip;
    }

    @Override
    public int interruptedEip() {
        return interruptedEip;
    }

    @Override
    public void setEip(int value) {
        eip = value;
    }

    @Override
    public int eflags() {
        return flags();
    }

    @Override
    public void setEflags(int value) {
        boolean modeChanges = ((other ^ value) & VM) != 0;
        other = value & OTHER;
        setArithmeticFlags(value);
        if (modeChanges) deriveAll();
        selectArrays();
    }

    @Override
    public int cpl() {
        return cpl;
    }

    @Override
    public int selector(int seg) {
        return sel[seg];
    }

    @Override
    public long cachedDescriptor(int seg) {
        return foldedDescriptor(seg);
    }

    @Override
    public int segmentBase(int seg) {
        return base[seg];
    }

    @Override
    public void forceSegment(int seg, int selector, long descriptor) {
        setSegment(seg, selector, descriptor);
        if (seg == Registers.CS) setCpl((cr0 & CR0_PE) == 0 ? 0 : v86() ? 3 : selector & 3);
    }

    @Override
    public void loadSegment(int seg, int selector) throws GuestFault {
        loadSegmentRegister(seg, selector & 0xFFFF);
    }

    @Override
    public int cr(int n) {
        return controlRegister(n);
    }

    @Override
    public void setCr(int n, int value) {
        switch (n) {
            case 0 -> {
                applyCr0(value);
                reloadPdptes(cr3);
            }
            case 2 -> cr2 = value;
            case 3 -> {
                applyCr3(value);
                reloadPdptes(cr3);
            }
            case 4 -> {
                applyCr4(value);
                reloadPdptes(cr3);
            }
            default -> {}
        }
    }

    @Override
    public int dr(int n) {
        return dr[n];
    }

    @Override
    public void setDr(int n, int value) {
        applyDr(n, value);
    }

    @Override
    public int gdtBase() {
        return gdtBase;
    }

    @Override
    public int gdtLimit() {
        return gdtLimit;
    }

    @Override
    public void setGdt(int tableBase, int tableLimit) {
        gdtBase = tableBase;
        gdtLimit = tableLimit & 0xFFFF;
    }

    @Override
    public int idtBase() {
        return idtBase;
    }

    @Override
    public int idtLimit() {
        return idtLimit;
    }

    @Override
    public void setIdt(int tableBase, int tableLimit) {
        idtBase = tableBase;
        idtLimit = tableLimit & 0xFFFF;
    }

    @Override
    public int ldtSelector() {
        return ldtSel;
    }

    @Override
    public void forceLdt(int selector, long descriptor) {
        applyLdt(selector, descriptor);
    }

    @Override
    public int trSelector() {
        return trSel;
    }

    @Override
    public void forceTr(int selector, long descriptor) {
        applyTr(selector, descriptor);
    }

    @Override
    public long msr(int index) {
        return readMsr(index);
    }

    @Override
    public void setMsr(int index, long value) {
        applyMsr(index, value); // a monitor's value that the register refuses is lost
    }

    @Override
    public long tsc() {
        return timeStamp();
    }

    // ---- x87, MMX and SSE registers, as an FXSAVE image of 512 bytes

    @Override
    public void saveFpu(byte[] image) {
        fpu.save(image);
    }

    @Override
    public void loadFpu(byte[] image) {
        fpu.load(image);
    }

    // ---- memory, as a monitor sees it

    @Override
    public int read(int va, int size, boolean user) throws GuestFault {
        int hits = breakHits;
        monitorReads = true;
        try {
            return loadSlow(va, size, user);
        } finally {
            monitorReads = false;
            breakHits = hits; // a monitor's read trips no breakpoint
        }
    }

    @Override
    public void write(int va, int size, int value, boolean user) throws GuestFault {
        boolean before = monitorStores;
        int hits = breakHits;
        monitorStores = true;
        try {
            storeSlow(va, size, value, user);
        } finally {
            monitorStores = before;
            breakHits = hits;
        }
    }

    @Override
    public long translate(int va, boolean write, boolean user) {
        return look(va, write, user);
    }

    @Override
    public void invalidate(int va) {
        tlb.drop(va);
    }

    @Override
    public void flushTlb(boolean global) {
        tlb.flush(!global);
    }

    @Override
    public void mapOnce(int va, int maddrPage) {
        onceVa = va;
        onceMaddr = maddrPage & 0xFFFFF000;
        onceSerial++;
        special |= ONCE;
        tlb.drop(va);
    }

    private void endOnce() {
        onceMaddr = -1;
        special &= ~ONCE;
    }

    @Override
    public void setPhysMap(@Nullable PhysMap map) {
        setMap(map);
        reloadPdptes(cr3);
    }

    @Override
    public void watchFetch(int start, int end) {
        watchStart = start;
        watchEnd = end;
        modeChanged = true;
        stripGeneration++;
        special = start == end ? special & ~WATCH : special | WATCH;
    }

    @Override
    public void requestAttention() {
        special |= ATTENTION;
    }

    // ---- state

    /// The PhysMap is the monitor's to set again after loading; derived fields and the TLB are rebuilt here.
    @Override
    public void state(StateVisitor v) {
        long before = digest();
        settleCounters(cpl);
        v.ints("regs", regs);
        eip = v.i32("eip", eip);
        int f = v.i32("eflags", flags());
        other = f & OTHER;
        setArithmeticFlags(f);
        cpl = v.u8("cpl", cpl);
        v.ints("selectors", sel);
        v.ints("bases", base);
        v.ints("limits", limit);
        v.ints("attributes", attr);
        cr0 = v.i32("cr0", cr0);
        cr2 = v.i32("cr2", cr2);
        cr3 = v.i32("cr3", cr3);
        cr4 = v.i32("cr4", cr4);
        v.longs("pdptes", pdptes);
        v.ints("dr", dr);
        tables(v);
        modelRegisters(v);
        fpu.state(v);
        held = v.u8("held", held);
        breakHits = v.i32("breakHits", breakHits);
        special = v.i32("special", special & ~DEBUGGED) & ~DEBUGGED | special & DEBUGGED;
        asleep = (special & ASLEEP) != 0;
        shutdown = v.flag("shutdown", shutdown);
        watchStart = v.i32("watchStart", watchStart);
        watchEnd = v.i32("watchEnd", watchEnd);
        onceVa = v.i32("onceVa", onceVa);
        onceMaddr = v.i32("onceMaddr", onceMaddr);
        sliceTicks = v.i64("sliceTicks", sliceTicks);
        sliceLimit = v.i64("sliceLimit", sliceLimit);
        retired = v.i64("retired", retired);
        crossings = v.i64("crossings", crossings);
        if (v.loads() || digest() != before) rebuild();
        if (!v.exact()) return;
        busTouched = v.flag("busTouched", busTouched);
        tlb.state(v);
        if (v.loads()) selectArrays();
    }

    private void rebuild() {
        forgetTranslations();
        deriveAll();
        selectArrays();
        breakpointsChanged();
        busTouched = true;
    }

    /// Tells a loader from a visitor that only looks: looking must not even empty the TLB.
    private long digest() {
        long d = retired;
        for (int part : new int[] {Arrays.hashCode(regs), Arrays.hashCode(sel), Arrays.hashCode(base)})
            d = 31 * d + part;
        for (int part : new int[] {Arrays.hashCode(attr), Arrays.hashCode(limit), Arrays.hashCode(dr)})
            d = 31 * d + part;
        for (int part : new int[] {eip, flags(), cpl, cr0, cr2, cr3, cr4, special, held}) d = 31 * d + part;
        return d;
    }

    private void tables(StateVisitor v) {
        gdtBase = v.i32("gdtBase", gdtBase);
        gdtLimit = v.i32("gdtLimit", gdtLimit);
        idtBase = v.i32("idtBase", idtBase);
        idtLimit = v.i32("idtLimit", idtLimit);
        ldtSel = v.i32("ldtSel", ldtSel);
        ldtBase = v.i32("ldtBase", ldtBase);
        ldtLimit = v.i32("ldtLimit", ldtLimit);
        ldtAttr = v.i32("ldtAttr", ldtAttr);
        trSel = v.i32("trSel", trSel);
        trBase = v.i32("trBase", trBase);
        trLimit = v.i32("trLimit", trLimit);
        trAttr = v.i32("trAttr", trAttr);
    }

    private void modelRegisters(StateVisitor v) {
        efer = v.i64("efer", efer);
        modelRegisters.state(v);
        tscOffset = v.i64("tscOffset", tscOffset);
        sysenterCs = v.i32("sysenterCs", sysenterCs);
        sysenterEsp = v.i32("sysenterEsp", sysenterEsp);
        sysenterEip = v.i32("sysenterEip", sysenterEip);
    }
}
