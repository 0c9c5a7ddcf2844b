// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// The task state segment: stacks of inner levels, and the hardware task switch with 32- and 16-bit segments.
/// (IA-32 SDM volume 3, chapter 7.)
abstract class TaskSwitch extends Segmentation {
    /// What asked for the switch.
    static final int BY_JUMP = 0, BY_CALL = 1, BY_IRET = 2, BY_EVENT = 3;

    /// DR6.BT: the task that was switched to has its trap bit set.
    static final int TASK_TRAP = 0x8000;

    private static final int[] SEGMENT_ORDER = {ES, CS, SS, DS, FS, GS};
    private static final int CR3_AT = 28, EIP32 = 32, REGS32 = 40, SEGS32 = 72, LDT32 = 96, TRAP32 = 100;
    private static final int EIP16 = 14, REGS16 = 18, SEGS16 = 34, LDT16 = 42;

    TaskSwitch(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    /// CR3 as a task switch loads it: PDPTEs included.
    abstract void loadCr3(int value) throws GuestFault;

    final boolean wideTask() {
        return (trAttr & 0x800) != 0;
    }

    /// SS and ESP of an inner level: the selector in the upper half.
    final long innerStack(int level) throws GuestFault {
        boolean wide = wideTask();
        int at = wide ? 4 + 8 * level : 2 + 4 * level;
        int last = at + (wide ? 5 : 3);
        if (trAttr == 0 || Integer.compareUnsigned(last, trLimit) > 0) throw ts(trSel & 0xFFFC);
        int pointer = systemLoad(trBase + at, wide ? 4 : 2);
        int selector = systemLoad(trBase + at + (wide ? 4 : 2), 2);
        return (long) selector << 32 | pointer & 0xFFFFFFFFL;
    }

    /// The TSS descriptor that a task gate, a far jump or a far call names, if it is one that may be entered.
    final long availableTask(int selector) throws GuestFault {
        int error = selector & 0xFFFC;
        if (error == 0 || (selector & 4) != 0 || !inTable(selector)) throw gp(error);
        long d = systemLoad64(descriptorVa(selector));
        int type = Descriptors.type(d);
        if (Descriptors.segment(d) || type != Descriptors.TSS16 && type != Descriptors.TSS32) throw gp(error);
        if (!Descriptors.present(d)) throw np(error);
        return d;
    }

    /// Switches to the task whose TSS descriptor is `d`. Faults before the commit leave the old task as it was.
    ///
    /// @param image     EFLAGS to keep for the old task
    /// @param pushError the error code to push in the new task, or -1 for none
    final void switchTask(int selector, long d, int by, int nextEip, int image, long pushError) throws GuestFault {
        boolean wide = Descriptors.type(d) >= Descriptors.TSS32;
        int error = selector & 0xFFFC;
        int newBase = Descriptors.base(d);
        int newLimit = Descriptors.limit(d);
        if (Integer.compareUnsigned(newLimit, wide ? 103 : 43) < 0) throw ts(error);
        boolean nested = by == BY_CALL || by == BY_EVENT;
        systemCheck(newBase, wide ? 104 : 44, false);
        if (nested) systemCheck(newBase, 2, true);
        systemCheck(trBase, wideTask() ? 104 : 44, true);
        if (by != BY_IRET) systemCheck(descriptorVa(selector) + 5, 1, true);
        if (!nested && inTable(trSel)) systemCheck(descriptorVa(trSel) + 5, 1, true);
        int[] next = wide ? read32(newBase) : read16(newBase);
        if (by == BY_JUMP || by == BY_IRET) setBusy(trSel, false);
        save(nextEip, image);
        if (nested) systemStore(newBase, 2, trSel);
        if (by != BY_IRET) setBusy(selector, true);
        trSel = selector & 0xFFFF;
        trBase = newBase;
        trLimit = newLimit;
        trAttr = Descriptors.attr(d) | 0x200;
        cr0 |= CR0_TS;
        dr[7] &= ~0x155;
        try {
            load(next, nested, wide);
        } catch (GuestFault f) {
            finishUnchecked(next, f);
            if (by == BY_EVENT && f.hasError() && f.vector() != PF_VECTOR) f.set(f.vector(), true, f.error() | 1, 0);
            throw f;
        }
        if (pushError >= 0) push((int) pushError, wide ? 4 : 2);
        if (beyond(eip, foldedDescriptor(CS))) throw gp(0);
    }

    private void setBusy(int selector, boolean busy) throws GuestFault {
        if ((selector & 0xFFFC) == 0 || !inTable(selector)) return;
        int va = descriptorVa(selector) + 5;
        int old = systemLoad(va, 1);
        systemStore(va, 1, busy ? old | 2 : old & ~2);
    }

    private void save(int nextEip, int eflags) throws GuestFault {
        if (wideTask()) {
            systemStore(trBase + EIP32, 4, nextEip);
            systemStore(trBase + EIP32 + 4, 4, eflags);
            for (int r = 0; r < 8; r++) systemStore(trBase + REGS32 + 4 * r, 4, regs[r]);
            for (int i = 0; i < 6; i++) systemStore(trBase + SEGS32 + 4 * i, 2, sel[SEGMENT_ORDER[i]]);
        } else {
            systemStore(trBase + EIP16, 2, nextEip);
            systemStore(trBase + EIP16 + 2, 2, eflags);
            for (int r = 0; r < 8; r++) systemStore(trBase + REGS16 + 2 * r, 2, regs[r]);
            for (int i = 0; i < 4; i++) systemStore(trBase + SEGS16 + 2 * i, 2, sel[SEGMENT_ORDER[i]]);
        }
    }

    /// CR3, EIP, EFLAGS, eight registers, six selectors, LDT, trap bit.
    private int[] read32(int at) throws GuestFault {
        int[] v = new int[19];
        v[0] = systemLoad(at + CR3_AT, 4);
        for (int i = 0; i < 10; i++) v[1 + i] = systemLoad(at + EIP32 + 4 * i, 4);
        for (int i = 0; i < 6; i++) v[11 + i] = systemLoad(at + SEGS32 + 4 * i, 2);
        v[17] = systemLoad(at + LDT32, 2);
        v[18] = systemLoad(at + TRAP32, 2) & 1;
        return v;
    }

    private int[] read16(int at) throws GuestFault {
        int[] v = new int[19];
        for (int i = 0; i < 10; i++) v[1 + i] = systemLoad(at + EIP16 + 2 * i, 2) | (i >= 2 ? 0xFFFF0000 : 0);
        for (int i = 0; i < 4; i++) v[11 + i] = systemLoad(at + SEGS16 + 2 * i, 2);
        v[17] = systemLoad(at + LDT16, 2);
        return v;
    }

    /// The new task's state. From here on faults belong to the new task.
    private void load(int[] v, boolean nested, boolean wide) throws GuestFault {
        eip = v[1];
        int f = nested ? v[2] | NT : v[2];
        other = f & OTHER;
        setArithmeticFlags(f);
        System.arraycopy(v, 3, regs, 0, 8);
        startEip = eip;
        startEsp = regs[ESP];
        for (int i = 0; i < 6; i++) {
            setSegment(SEGMENT_ORDER[i], v[11 + i], 0);
        }
        ldtSel = v[17];
        ldtAttr = 0;
        setCpl((other & VM) != 0 ? 3 : v[12] & 3);
        selectArrays();
        if (wide && (cr0 & CR0_PG) != 0) loadCr3(v[0]);
        if (v[18] != 0) breakHits |= TASK_TRAP;
        if ((other & VM) != 0) {
            for (int i = 0; i < 6; i++) setRealSegment(SEGMENT_ORDER[i], v[11 + i]);
            loadTaskLdt(v[17]);
            return;
        }
        loadTaskLdt(v[17]);
        loadTaskCode(v[12]);
        setSegment(SS, v[13], stackDescriptor(v[13], cpl, TS));
        for (int i = 0; i < 6; i++) {
            if (SEGMENT_ORDER[i] != CS && SEGMENT_ORDER[i] != SS) loadTaskData(SEGMENT_ORDER[i], v[11 + i]);
        }
    }

    /// Something of the new task's is bad. The switch is completed without checks as far as that goes, and the
    /// new task takes the fault before its first instruction, on its own stack. (IA-32 SDM volume 3, 7.3)
    private void finishUnchecked(int[] v, GuestFault f) {
        int vector = f.vector();
        boolean hasError = f.hasError();
        int error = f.error();
        int va = f.va();
        if (!v86()) {
            for (int i = 0; i < 6; i++) if (attr[SEGMENT_ORDER[i]] == 0) loadUnchecked(SEGMENT_ORDER[i], v[11 + i]);
        }
        f.set(vector, hasError, error, va);
    }

    private void loadUnchecked(int s, int selector) {
        if ((selector & 0xFFFC) == 0 || !inTable(selector)) return;
        try {
            long d = systemLoad64(descriptorVa(selector));
            if (Descriptors.segment(d) && Descriptors.present(d)) setSegment(s, selector, d);
        } catch (GuestFault unreadable) {
            // then it stays null
        }
    }

    private void loadTaskLdt(int selector) throws GuestFault {
        if ((selector & 0xFFFC) == 0) return;
        if ((selector & 4) != 0 || !inTable(selector)) throw ts(selector & 0xFFFC);
        long d = systemLoad64(descriptorVa(selector));
        if (Descriptors.segment(d) || Descriptors.type(d) != Descriptors.LDT || !Descriptors.present(d)) {
            throw ts(selector & 0xFFFC);
        }
        ldtBase = Descriptors.base(d);
        ldtLimit = Descriptors.limit(d);
        ldtAttr = Descriptors.attr(d);
    }

    private void loadTaskCode(int selector) throws GuestFault {
        int error = selector & 0xFFFC;
        if (error == 0) throw ts(0);
        long d = descriptor(selector, TS);
        int dpl = Descriptors.dpl(d);
        boolean fits = Descriptors.conforming(d) ? dpl <= (selector & 3) : dpl == (selector & 3);
        if (!Descriptors.segment(d) || !Descriptors.code(d) || !fits) throw ts(error);
        if (!Descriptors.present(d)) throw np(error);
        setSegment(CS, selector, access(selector, d));
    }

    private void loadTaskData(int s, int selector) throws GuestFault {
        int error = selector & 0xFFFC;
        if (error == 0) return;
        long d = descriptor(selector, TS);
        boolean code = Descriptors.code(d);
        if (!Descriptors.segment(d) || code && !Descriptors.readWrite(d)) throw ts(error);
        int dpl = Descriptors.dpl(d);
        boolean free = code && Descriptors.conforming(d);
        if (!free && ((selector & 3) > dpl || cpl > dpl)) throw ts(error);
        if (!Descriptors.present(d)) throw np(error);
        setSegment(s, selector, access(selector, d));
    }
}
