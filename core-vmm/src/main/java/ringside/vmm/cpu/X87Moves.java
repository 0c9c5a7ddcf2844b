// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// Loads, stores and exchanges of the x87. (IA-32 SDM volume 1, 8.3.3 and 8.3.4.)
///
/// A store is converted first, then it goes to memory, and only then flags and stack change: a page fault leaves
/// them.
abstract class X87Moves extends X87Arithmetic {
    private static final int SINGLE_NAN = 0xFFC00000;
    private static final long DOUBLE_NAN = 0xFFF8_0000_0000_0000L;
    /// Packed BCD indefinite, upper two bytes; the lower eight are those of {@link #NAN_M}.
    private static final int BCD_INDEFINITE = 0xFFFF;

    X87Moves(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    // ---- loads

    final void load(Insn i) throws GuestFault {
        if (i.k0 == Insn.ST) {
            loadRegister(i.n0);
        } else if (i.s0 == 8) {
            long v = cpu.read64(i);
            begin();
            x.fromDouble(v);
            pushResult();
        } else if (i.s0 == 4) {
            int v = cpu.load32(cpu.operandForRead(i, 4));
            begin();
            x.fromSingle(v);
            pushResult();
        } else {
            long v = cpu.read80(i);
            if (!room()) return;
            f.status &= ~C1;
            push(v, cpu.high16);
        }
    }

    /// The stack is looked at before the value is. An unmasked DE is reported, and the value is there all the
    /// same.
    private void pushResult() {
        if (!room()) return;
        settle();
        if ((x.flags & IE & ~f.control) == 0) push(x.m, x.se);
    }

    private void loadRegister(int n) {
        int s = f.physical(n);
        long m = f.significand[s];
        int se = f.signExponent[s];
        // An empty source counts before a full stack.
        if (empty(s)) {
            if (stackFault(0)) push(NAN_M, NAN_SE);
        } else if (room()) {
            f.status &= ~C1;
            push(m, se);
        }
    }

    final void loadInteger(Insn i) throws GuestFault {
        long v;
        if (i.s0 == 8) {
            v = cpu.read64(i);
        } else {
            int n = cpu.readMemory(i, i.s0);
            v = i.s0 == 2 ? (short) n : n;
        }
        begin();
        x.fromInt(v);
        pushResult();
    }

    final void loadBcd(Insn i) throws GuestFault {
        long low = cpu.read80(i);
        begin();
        x.fromBcd(low, cpu.high16);
        pushResult();
    }

    final void constant(int which) {
        begin();
        x.constant(which);
        pushResult();
    }

    // ---- stores

    final void store(Insn i, boolean pops) throws GuestFault {
        if (i.k0 == Insn.ST) storeRegister(i.n0, pops);
        else if (i.s0 == 10) store80(i);
        else storeReal(i, pops);
    }

    private void storeRegister(int n, boolean pops) {
        int s = f.top;
        if (empty(s)) {
            if (!stackFault(0)) return;
            putNan(f.physical(n));
        } else {
            f.status &= ~C1;
            put(f.physical(n), f.significand[s], f.signExponent[s]);
        }
        if (pops) pop();
    }

    /// FSTPNCE: from an empty source nothing is copied, and nothing is reported.
    final void storeUnchecked(Insn i) {
        int s = f.top;
        if (!empty(s)) put(f.physical(i.n0), f.significand[s], f.signExponent[s]);
        f.status &= ~C1;
        pop();
    }

    private void storeReal(Insn i, boolean pops) throws GuestFault {
        int s = f.top;
        if (empty(s)) {
            if (masked()) {
                if (i.s0 == 8) cpu.write64(i, DOUBLE_NAN);
                else cpu.writeMemory(i, 4, SINGLE_NAN);
            }
            stored(pops);
            return;
        }
        begin();
        if (i.s0 == 8) {
            long v = x.toDouble(f.significand[s], f.signExponent[s]);
            if (storable()) cpu.write64(i, v);
        } else {
            int v = x.toSingle(f.significand[s], f.signExponent[s]);
            if (storable()) cpu.writeMemory(i, 4, v);
        }
        settleStore(pops);
    }

    private void store80(Insn i) throws GuestFault {
        int s = f.top;
        if (empty(s)) {
            if (masked()) cpu.write80(i, NAN_M, NAN_SE);
            stored(true);
            return;
        }
        cpu.write80(i, f.significand[s], f.signExponent[s]);
        f.status &= ~C1;
        pop();
    }

    final void storeInteger(Insn i, boolean pops) throws GuestFault {
        int s = f.top;
        if (empty(s)) {
            if (masked()) writeInteger(i, Long.MIN_VALUE >> 64 - 8 * i.s0);
            stored(pops);
            return;
        }
        begin();
        long v = x.toInt(f.significand[s], f.signExponent[s], i.s0, false);
        if (storable()) writeInteger(i, v);
        settleStore(pops);
    }

    private void writeInteger(Insn i, long v) throws GuestFault {
        if (i.s0 == 8) cpu.write64(i, v);
        else cpu.writeMemory(i, i.s0, (int) v);
    }

    final void storeBcd(Insn i) throws GuestFault {
        int s = f.top;
        if (empty(s)) {
            if (masked()) cpu.write80(i, NAN_M, BCD_INDEFINITE);
            stored(true);
            return;
        }
        begin();
        x.toBcd(f.significand[s], f.signExponent[s]);
        if (storable()) cpu.write80(i, x.m, x.se);
        settleStore(true);
    }

    private boolean masked() {
        return (f.control & IE) != 0;
    }

    /// No exception keeps the value from memory; only an unmasked PE lets it go there.
    private boolean storable() {
        return (x.flags & (IE | OE | UE) & ~f.control) == 0;
    }

    private void settleStore(boolean pops) {
        boolean storable = storable();
        if (settle() && storable && pops) pop();
    }

    /// After the masked response to an empty source, or instead of the unmasked one.
    private void stored(boolean pops) {
        if (stackFault(0) && pops) pop();
    }

    // ---- within the stack

    final void exchange(int n) {
        int a = f.top;
        int b = f.physical(n);
        if (empty(a) || empty(b)) {
            if (!stackFault(0)) return;
            if (empty(a)) putNan(a);
            if (empty(b)) putNan(b);
        } else {
            f.status &= ~C1;
        }
        long m = f.significand[a];
        int se = f.signExponent[a];
        put(a, f.significand[b], f.signExponent[b]);
        put(b, m, se);
    }

    /// FCMOVcc. An empty register counts whether the condition holds or not; without one C1 stays.
    final void conditional(Insn i, boolean holds) {
        int d = f.top;
        int s = f.physical(i.n1);
        if (empty(d) || empty(s)) {
            if (stackFault(0)) putNan(d);
            return;
        }
        if (holds) put(d, f.significand[s], f.signExponent[s]);
    }

    /// FINCSTP (1) and FDECSTP (-1): tags and contents stay where they are.
    final void rotate(int by) {
        f.top = f.top + by & 7;
        f.status &= ~C1;
    }

    final void free(int n) {
        f.used &= ~(1 << f.physical(n));
    }
}
