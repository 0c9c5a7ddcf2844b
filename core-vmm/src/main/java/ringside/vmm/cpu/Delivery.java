// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Spectator;
import ringside.vmm.trap.Verdict;

/// Interrupts and exceptions: through the vector table or the IDT, double and triple faults, and the monitor in
/// front. (IA-32 SDM volume 3, chapter 6.)
abstract class Delivery extends TaskSwitch {
    /// Where an event comes from: decides the gate's privilege check and the EXT bit.
    static final int SOFTWARE = 0, EXCEPTION = 1, EXTERNAL = 2;

    /// An #AC whose handler runs at CPL 3 on a misaligned stack raises #AC for ever, on silicon too. Here it is a
    /// triple fault after so many rounds, because a step must end.
    private static final int ENDLESS = 16;

    Spectator spectator = NoSpectator.INSTANCE;
    /// A triple fault happened: the board resets the machine or stops it.
    boolean shutdown;
    /// The monitor has answered DELIVER for what is being thrown: do not ask again.
    boolean asked;

    /// Where what was delivered last returns to. Whoever is told of a delivery may ask; nothing else.
    int interruptedEip;

    /// An event was delivered, or handed to the monitor, in this step: no single-step trap follows.
    boolean eventTaken;

    private int oldSs, oldSsBase, oldSsLimit, oldSsAttr, oldEsp, oldCpl;

    Delivery(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    abstract void shutDown();

    @Override
    final void setCpl(int to) {
        int from = cpl;
        if (from == to) return;
        settleCounters(from);
        cpl = to;
        selectArrays();
        spectator.ring(self(), from, to);
    }

    // ---- exceptions

    private static boolean contributory(int vector) {
        return vector == DE || vector >= TS && vector <= GP;
    }

    /// Raises what is in `f`; EIP and ESP are those of the instruction.
    final void raise(GuestFault f) {
        int vector = f.vector();
        boolean hasError = f.hasError();
        int error = f.error();
        int va = f.va();
        boolean ask = !asked;
        asked = false;
        boolean faultLike = faultLikeDebug;
        // What the instruction hit before it faulted is hit again later; what delivery hits is reported behind it.
        breakHits = 0;
        faultLikeDebug = false;
        for (int attempts = 0; ; attempts++) {
            if (ask && monitor.intercepts(self())) {
                Verdict v = leave(new Exit.Fault(vector, hasError, error, va));
                busTouched = true;
                if (v == Verdict.RESUME) return;
            }
            ask = true;
            if (vector == PF_VECTOR) cr2 = va;
            // The handler may have the debug registers.
            if (vector == DB) dr[7] &= ~0x2000;
            boolean trap = vector == DB && !faultLike || vector == BP || vector == OV;
            try {
                event(vector, EXCEPTION, hasError, error, eip, trap ? flags() : flags() | RF);
                spectator.delivered(self(), vector, Spectator.Source.EXCEPTION, error, va);
                return;
            } catch (GuestFault second) {
                eip = startEip;
                int next = second.vector();
                if (vector == DF_VECTOR || attempts == ENDLESS) {
                    tripleFault();
                    return;
                }
                boolean escalate = contributory(vector) && contributory(next)
                        || vector == PF_VECTOR && (next == PF_VECTOR || contributory(next));
                va = second.va();
                if (escalate) {
                    if (next == PF_VECTOR) cr2 = va;
                    vector = DF_VECTOR;
                    hasError = true;
                    error = 0;
                    va = 0;
                    // A shadow page table may be behind the second fault: the monitor sees it first.
                    if (monitor.intercepts(self())) {
                        Verdict v = leave(new Exit.Fault(next, second.hasError(), second.error(), second.va()));
                        if (v == Verdict.RESUME) return;
                        ask = false;
                    }
                } else {
                    vector = next;
                    hasError = second.hasError();
                    error = second.error();
                }
            }
        }
    }

    /// The #DB being raised is a fault that pushes RF (general detect).
    boolean faultLikeDebug;

    private void tripleFault() {
        if (monitor.intercepts(self()) && leave(new Exit.TripleFault()) == Verdict.RESUME) return;
        shutdown = true;
        shutDown();
    }

    /// An external interrupt that has been acknowledged.
    final void interrupt(int vector) {
        startEip = eip;
        startEsp = regs[ESP];
        try {
            event(vector, EXTERNAL, false, 0, eip, flags());
            spectator.delivered(self(), vector, Spectator.Source.EXTERNAL, 0, 0);
        } catch (GuestFault f) {
            eip = startEip;
            regs[ESP] = startEsp;
            raise(f);
        }
    }

    /// INT n, INT3, INTO, ICEBP: the checks of the gate included.
    final void softwareInterrupt(int vector, Exit.SoftInt.Kind kind, int nextEip) throws GuestFault {
        eventTaken = true;
        if (monitor.intercepts(self())) {
            eip = startEip;
            Verdict v = leave(new Exit.SoftInt(vector, nextEip, kind));
            busTouched = true;
            if (v == Verdict.RESUME) return;
        }
        if (kind == Exit.SoftInt.Kind.INT_N && v86() && iopl() < 3) throw gp(0);
        event(vector, kind == Exit.SoftInt.Kind.ICEBP ? EXCEPTION : SOFTWARE, false, 0, nextEip, flags());
        boolean plain = kind == Exit.SoftInt.Kind.INT_N;
        spectator.delivered(self(), vector, plain ? Spectator.Source.SOFTWARE : Spectator.Source.EXCEPTION, 0, 0);
    }

    // ---- through the table

    private void event(int vector, int source, boolean hasError, int error, int returnEip, int image)
            throws GuestFault {
        held = NOTHING_HELD;
        interruptedEip = returnEip;
        if ((cr0 & CR0_PE) == 0) {
            realEvent(vector, returnEip);
            return;
        }
        int ext = source == SOFTWARE ? 0 : 1;
        int gateError = vector * 8 + 2 + ext;
        if (vector * 8 + 7 > (idtLimit & 0xFFFF)) throw gp(gateError);
        long gate = systemLoad64(idtBase + vector * 8);
        int type = Descriptors.type(gate);
        boolean known = type == Descriptors.TASK_GATE || (type & 6) == 6;
        if (Descriptors.segment(gate) || !known) throw gp(gateError);
        if (source == SOFTWARE && Descriptors.dpl(gate) < cpl) throw gp(gateError);
        if (!Descriptors.present(gate)) throw np(gateError);
        if (type == Descriptors.TASK_GATE)
            throughTaskGate(gate, ext, hasError ? error & 0xFFFFFFFFL : -1, returnEip, image);
        else throughGate(gate, ext, hasError, error, returnEip, image);
    }

    private void throughTaskGate(long gate, int ext, long error, int returnEip, int image) throws GuestFault {
        int selector = Descriptors.gateSelector(gate);
        long d;
        try {
            d = availableTask(selector);
        } catch (GuestFault f) {
            if (f.vector() != PF_VECTOR) f.set(f.vector(), true, f.error() | ext, 0);
            throw f;
        }
        switchTask(selector, d, BY_EVENT, returnEip, image, error);
    }

    private void realEvent(int vector, int returnEip) throws GuestFault {
        if (vector * 4 + 3 > (idtLimit & 0xFFFF)) throw gp(vector * 8 + 2);
        int target = systemLoad(idtBase + vector * 4, 4);
        int esp = regs[ESP];
        try {
            push(flags(), 2);
            push(sel[CS], 2);
            push(returnEip, 2);
        } catch (GuestFault f) {
            regs[ESP] = esp;
            throw f;
        }
        other &= ~(IF | TF | AC | RF);
        selectArrays();
        setRealSegment(CS, target >>> 16);
        eip = target & 0xFFFF;
    }

    private void throughGate(long gate, int ext, boolean hasError, int error, int returnEip, int image)
            throws GuestFault {
        int selector = Descriptors.gateSelector(gate);
        int code = selector & 0xFFFC;
        if (code == 0) throw gp(ext);
        if (!inTable(selector)) throw gp(code + ext);
        long d = systemLoad64(descriptorVa(selector));
        int dpl = Descriptors.dpl(d);
        if (!Descriptors.segment(d) || !Descriptors.code(d) || dpl > cpl) throw gp(code + ext);
        if (!Descriptors.present(d)) throw np(code + ext);
        boolean inner = !Descriptors.conforming(d) && dpl < cpl;
        if (v86() && (!inner || dpl != 0)) throw gp(code + ext);
        boolean wide = Descriptors.type(gate) >= 8;
        int target = wide ? Descriptors.gateOffset(gate) : Descriptors.gateOffset(gate) & 0xFFFF;
        boolean wasV86 = v86();
        keepStack();
        try {
            if (inner) enterInnerStack(dpl, ext);
            frame(wide ? 4 : 2, inner, wasV86, hasError, error, returnEip, image);
            if (beyond(target, d)) throw gp(ext);
            d = access(selector, d);
        } catch (GuestFault f) {
            boolean stackFault = f.vector() == SS_VECTOR && f.error() == 0;
            int newSs = sel[SS];
            restoreStack(wasV86);
            if (stackFault) f.set(SS_VECTOR, true, (inner ? newSs & 0xFFFC : 0) | ext, 0);
            throw f;
        }
        other &= ~(TF | NT | RF | VM | ((Descriptors.type(gate) & 1) == 0 ? IF : 0));
        if (wasV86) for (int s = 0; s < 6; s++) if (s != CS && s != SS) setSegment(s, 0, 0);
        int level = inner ? dpl : oldCpl;
        if (level != oldCpl) settleCounters(oldCpl);
        cpl = level;
        selectArrays();
        setSegment(CS, selector & 0xFFFC | level, d);
        eip = target;
        if (level != oldCpl) spectator.ring(self(), oldCpl, level);
    }

    // ---- the stack of an inner level, with a way back

    final void keepStack() {
        oldSs = sel[SS];
        oldSsBase = base[SS];
        oldSsLimit = limit[SS];
        oldSsAttr = attr[SS];
        oldEsp = regs[ESP];
        oldCpl = cpl;
    }

    final void restoreStack(boolean wasV86) {
        if (wasV86) other |= VM;
        sel[SS] = oldSs;
        base[SS] = oldSsBase;
        limit[SS] = oldSsLimit;
        attr[SS] = oldSsAttr;
        regs[ESP] = oldEsp;
        cpl = oldCpl;
        selectArrays();
        derive(SS);
    }

    /// Takes SS:ESP of `level` out of the TSS; CPL is that level from here on, nobody is told yet.
    final void enterInnerStack(int level, int ext) throws GuestFault {
        try {
            long stack = innerStack(level);
            int selector = (int) (stack >>> 32);
            long d = stackDescriptor(selector, level, TS);
            other &= ~VM;
            setSegment(SS, selector, d);
            regs[ESP] = stackMask == -1 ? (int) stack : oldEsp & 0xFFFF0000 | (int) stack & 0xFFFF;
            cpl = level;
            selectArrays();
        } catch (GuestFault f) {
            if (f.vector() != PF_VECTOR) f.set(f.vector(), true, f.error() | ext, 0);
            throw f;
        }
    }

    final int keptSs() {
        return oldSs;
    }

    final int keptEsp() {
        return oldEsp;
    }

    final int keptCpl() {
        return oldCpl;
    }

    private void frame(int size, boolean inner, boolean wasV86, boolean hasError, int error, int returnEip, int image)
            throws GuestFault {
        if (wasV86) {
            push(sel[GS], size);
            push(sel[FS], size);
            push(sel[DS], size);
            push(sel[ES], size);
        }
        if (inner) {
            push(oldSs, size);
            push(oldEsp, size);
        }
        push(image, size);
        push(sel[CS], size);
        push(returnEip, size);
        if (hasError) push(error, size);
    }
}
