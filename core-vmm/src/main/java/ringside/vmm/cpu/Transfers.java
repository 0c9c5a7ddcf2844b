// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Near and far jumps, calls and returns, call gates, IRET. (IA-32 SDM volume 3, 5.8 and volume 2, IRET.)
abstract class Transfers extends Delivery {
    Transfers(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    /// IRET opens the door for the next NMI, even when it faults.
    abstract void nmiDone();

    // ---- near

    final void jump(int target, int size) throws GuestFault {
        int to = size == 2 ? target & 0xFFFF : target;
        if (Integer.compareUnsigned(to, limit[CS]) > 0) throw gp(0);
        eip = to;
    }

    final void call(int target, int size) throws GuestFault {
        int to = size == 2 ? target & 0xFFFF : target;
        if (Integer.compareUnsigned(to, limit[CS]) > 0) throw gp(0);
        push(eip, size);
        eip = to;
    }

    final void ret(int size, int release) throws GuestFault {
        int to = peek(0, size);
        if (Integer.compareUnsigned(to, limit[CS]) > 0) throw gp(0);
        drop(size + release);
        eip = to;
    }

    // ---- far jump

    final void jumpFar(int selector, int offset, int size, int nextEip) throws GuestFault {
        int to = size == 2 ? offset & 0xFFFF : offset;
        if (!protectedMode()) {
            realFar(selector, to);
            return;
        }
        int error = selector & 0xFFFC;
        if (error == 0) throw gp(0);
        long d = descriptor(selector, GP);
        if (Descriptors.segment(d)) jumpToCode(selector, d, to);
        else jumpThroughSystem(selector, d, nextEip);
    }

    private void realFar(int selector, int to) throws GuestFault {
        if (Integer.compareUnsigned(to, v86() ? 0xFFFF : limit[CS]) > 0) throw gp(0);
        setRealSegment(CS, selector);
        eip = to;
    }

    /// The checks of a direct transfer to a code segment at the current level.
    private void directCode(int selector, long d) throws GuestFault {
        int error = selector & 0xFFFC;
        if (!Descriptors.code(d)) throw gp(error);
        int dpl = Descriptors.dpl(d);
        if (Descriptors.conforming(d)) {
            if (dpl > cpl) throw gp(error);
        } else if ((selector & 3) > cpl || dpl != cpl) {
            throw gp(error);
        }
        if (!Descriptors.present(d)) throw np(error);
    }

    private void jumpToCode(int selector, long d, int to) throws GuestFault {
        directCode(selector, d);
        if (beyond(to, d)) throw gp(0);
        setCode(selector, access(selector, d), cpl, to);
    }

    private void jumpThroughSystem(int selector, long d, int nextEip) throws GuestFault {
        int error = selector & 0xFFFC;
        int type = Descriptors.type(d);
        switch (type) {
            case Descriptors.CALL_GATE16, Descriptors.CALL_GATE32 -> {
                gateRights(selector, d);
                int target = gateTarget(d);
                int codeSelector = Descriptors.gateSelector(d);
                long code = gateCode(codeSelector);
                if (Descriptors.conforming(code) ? Descriptors.dpl(code) > cpl : Descriptors.dpl(code) != cpl) {
                    throw gp(codeSelector & 0xFFFC);
                }
                if (!Descriptors.present(code)) throw np(codeSelector & 0xFFFC);
                if (beyond(target, code)) throw gp(0);
                setCode(codeSelector, access(codeSelector, code), cpl, target);
            }
            case Descriptors.TASK_GATE -> {
                gateRights(selector, d);
                int tss = Descriptors.gateSelector(d);
                switchTask(tss, availableTask(tss), BY_JUMP, nextEip, flags(), -1);
            }
            case Descriptors.TSS16, Descriptors.TSS32 -> {
                taskRights(selector, d);
                switchTask(selector, d, BY_JUMP, nextEip, flags(), -1);
            }
            default -> throw gp(error);
        }
    }

    private void gateRights(int selector, long d) throws GuestFault {
        int dpl = Descriptors.dpl(d);
        if (dpl < cpl || dpl < (selector & 3)) throw gp(selector & 0xFFFC);
        if (!Descriptors.present(d)) throw np(selector & 0xFFFC);
    }

    private void taskRights(int selector, long d) throws GuestFault {
        if ((selector & 4) != 0) throw gp(selector & 0xFFFC);
        gateRights(selector, d);
    }

    private static int gateTarget(long gate) {
        int offset = Descriptors.gateOffset(gate);
        return Descriptors.type(gate) >= 8 ? offset : offset & 0xFFFF;
    }

    private long gateCode(int selector) throws GuestFault {
        if ((selector & 0xFFFC) == 0) throw gp(0);
        long d = descriptor(selector, GP);
        if (!Descriptors.segment(d) || !Descriptors.code(d)) throw gp(selector & 0xFFFC);
        return d;
    }

    // ---- far call

    final void callFar(int selector, int offset, int size, int nextEip) throws GuestFault {
        int to = size == 2 ? offset & 0xFFFF : offset;
        if (!protectedMode()) {
            if (Integer.compareUnsigned(to, v86() ? 0xFFFF : limit[CS]) > 0) throw gp(0);
            push(sel[CS], size);
            push(nextEip, size);
            realFar(selector, to);
            return;
        }
        int error = selector & 0xFFFC;
        if (error == 0) throw gp(0);
        long d = descriptor(selector, GP);
        if (!Descriptors.segment(d)) {
            callThroughSystem(selector, d, nextEip);
            return;
        }
        directCode(selector, d);
        push(sel[CS], size);
        push(nextEip, size);
        if (beyond(to, d)) throw gp(0);
        setCode(selector, access(selector, d), cpl, to);
    }

    private void callThroughSystem(int selector, long d, int nextEip) throws GuestFault {
        switch (Descriptors.type(d)) {
            case Descriptors.CALL_GATE16, Descriptors.CALL_GATE32 -> {
                gateRights(selector, d);
                callGate(d, nextEip);
            }
            case Descriptors.TASK_GATE -> {
                gateRights(selector, d);
                int tss = Descriptors.gateSelector(d);
                switchTask(tss, availableTask(tss), BY_CALL, nextEip, flags(), -1);
            }
            case Descriptors.TSS16, Descriptors.TSS32 -> {
                taskRights(selector, d);
                switchTask(selector, d, BY_CALL, nextEip, flags(), -1);
            }
            default -> throw gp(selector & 0xFFFC);
        }
    }

    private void callGate(long gate, int nextEip) throws GuestFault {
        int selector = Descriptors.gateSelector(gate);
        int error = selector & 0xFFFC;
        int size = Descriptors.type(gate) >= 8 ? 4 : 2;
        int target = gateTarget(gate);
        long d = gateCode(selector);
        int dpl = Descriptors.dpl(d);
        if (dpl > cpl) throw gp(error);
        if (!Descriptors.present(d)) throw np(error);
        if (Descriptors.conforming(d) || dpl == cpl) {
            push(sel[CS], size);
            push(nextEip, size);
            if (beyond(target, d)) throw gp(0);
            setCode(selector, access(selector, d), cpl, target);
            return;
        }
        int words = (int) (gate >>> 32) & 31;
        int[] parameters = new int[words];
        for (int i = 0; i < words; i++) parameters[i] = peek(size * i, size);
        keepStack();
        try {
            enterInnerStack(dpl, 0);
            push(keptSs(), size);
            push(keptEsp(), size);
            for (int i = words - 1; i >= 0; i--) push(parameters[i], size);
            push(sel[CS], size);
            push(nextEip, size);
            if (beyond(target, d)) throw gp(0);
            d = access(selector, d);
        } catch (GuestFault f) {
            boolean stackFault = f.vector() == SS_VECTOR && f.error() == 0;
            int newSs = sel[SS];
            restoreStack(false);
            if (stackFault) f.set(SS_VECTOR, true, newSs & 0xFFFC, 0);
            throw f;
        }
        settleCounters(keptCpl());
        setSegment(CS, selector & 0xFFFC | dpl, d);
        eip = target;
        spectator.ring(self(), keptCpl(), dpl);
    }

    // ---- far return

    final void retFar(int size, int release) throws GuestFault {
        if (!protectedMode()) {
            int to = peek(0, size);
            int selector = peek(size, size);
            if (Integer.compareUnsigned(to, v86() ? 0xFFFF : limit[CS]) > 0) throw gp(0);
            drop(2 * size + release);
            realFar(selector, to);
            return;
        }
        int selector = peek(size, size) & 0xFFFF;
        int to = peek(0, size);
        returnTo(selector, to, size, 2 * size, release, -1);
    }

    /// The common end of RETF and IRET in protected mode.
    ///
    /// @param taken   bytes already read: where the outer ESP lies (RETF: behind the parameters)
    /// @param image   EFLAGS to load, or -1 as a long for none
    private void returnTo(int selector, int to, int size, int taken, int release, long image) throws GuestFault {
        int error = selector & 0xFFFC;
        if (error == 0) throw gp(0);
        long d = descriptor(selector, GP);
        int level = selector & 3;
        if (!Descriptors.segment(d) || !Descriptors.code(d) || level < cpl) throw gp(error);
        int dpl = Descriptors.dpl(d);
        if (Descriptors.conforming(d) ? dpl > level : dpl != level) throw gp(error);
        if (!Descriptors.present(d)) throw np(error);
        if (level == cpl) {
            if (beyond(to, d)) throw gp(0);
            d = access(selector, d);
            drop(taken + release);
            if (image >= 0) loadFlags((int) image, size, cpl);
            setCode(selector, d, cpl, to);
            return;
        }
        int outerSp = peek(taken + release, size);
        int outerSs = peek(taken + release + size, size) & 0xFFFF;
        // RETF raises #SS for a stack that is not present, IRET #NP.
        long stack = stackDescriptor(outerSs, level, GP, image < 0 ? SS_VECTOR : NP);
        if (beyond(to, d)) throw gp(0);
        d = access(selector, d);
        int was = cpl;
        if (image >= 0) loadFlags((int) image, size, was);
        int esp = regs[ESP];
        setSegment(SS, outerSs, stack);
        int sp = outerSp + release;
        regs[ESP] = size == 4 && stackMask == -1 ? sp : stackMask == -1 ? sp & 0xFFFF : esp & 0xFFFF0000 | sp & 0xFFFF;
        setCode(selector, d, level, to);
        dropPrivilegedSegments();
    }

    /// What IRET and POPF may change at a privilege level.
    final void loadFlags(int image, int size, int level) {
        int mask = TF | DF | NT;
        if (size == 4) mask |= RF | AC | ID;
        if (level == 0) mask |= IOPL | (size == 4 ? VIF | VIP : 0);
        if (level <= iopl()) mask |= IF;
        other = other & ~mask | image & mask;
        setArithmeticFlags(image);
        selectArrays();
    }

    // ---- IRET

    final void iret(int size) throws GuestFault {
        nmiDone();
        if (!protectedMode()) {
            realIret(size);
            return;
        }
        if ((other & NT) != 0) {
            taskReturn();
            return;
        }
        int to = peek(0, size);
        int selector = peek(size, size) & 0xFFFF;
        int image = peek(2 * size, size);
        if (size == 4 && (image & VM) != 0 && cpl == 0) {
            toV86(to, selector, image);
            return;
        }
        returnTo(selector, to, size, 3 * size, 0, image & 0xFFFFFFFFL);
    }

    private void realIret(int size) throws GuestFault {
        if (v86() && iopl() < 3) throw gp(0);
        int to = peek(0, size);
        int selector = peek(size, size) & 0xFFFF;
        int image = peek(2 * size, size);
        if (Integer.compareUnsigned(to, v86() ? 0xFFFF : limit[CS]) > 0) throw gp(0);
        drop(3 * size);
        loadFlags(v86() ? image & ~IOPL | other & IOPL : image, size, v86() ? 3 : 0);
        setRealSegment(CS, selector);
        eip = to;
    }

    private void toV86(int to, int selector, int image) throws GuestFault {
        int esp = peek(12, 4);
        int[] s = new int[6];
        for (int i = 0; i < 5; i++) s[i] = peek(16 + 4 * i, 4);
        if (Integer.compareUnsigned(to, 0xFFFF) > 0) throw gp(0);
        other = image & OTHER;
        setArithmeticFlags(image);
        setRealSegment(CS, selector);
        setRealSegment(SS, s[0]);
        setRealSegment(ES, s[1]);
        setRealSegment(DS, s[2]);
        setRealSegment(FS, s[3]);
        setRealSegment(GS, s[4]);
        regs[ESP] = esp;
        eip = to;
        setCpl(3);
        selectArrays();
    }

    private void taskReturn() throws GuestFault {
        int selector = systemLoad(trBase, 2);
        int error = selector & 0xFFFC;
        if ((selector & 4) != 0 || error == 0 || !inTable(selector)) throw ts(error);
        long d = systemLoad64(descriptorVa(selector));
        int type = Descriptors.type(d);
        if (Descriptors.segment(d) || type != Descriptors.BUSY_TSS16 && type != Descriptors.BUSY_TSS32) {
            throw ts(error);
        }
        if (!Descriptors.present(d)) throw np(error);
        switchTask(selector, d, BY_IRET, eip, flags() & ~NT, -1);
    }
}
