// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Extended;
import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// Arithmetic, comparisons and functions of the x87. (IA-32 SDM volume 1, 8.3.)
abstract class X87Arithmetic extends X87Stack {
    private long am, bm;
    private int ase, bse;
    /// DE, when the memory operand was denormal in its own format: in 80 bits it is not one any more.
    private int fromMemory;

    X87Arithmetic(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    // ---- operands

    /// Destination and source of FADD and its like.
    ///
    /// @return physical register of the destination; -1: a stack fault, dealt with
    final int operands(Insn i, boolean pops) throws GuestFault {
        if (i.k0 == Insn.MEM) return withMemory(i);
        fromMemory = 0;
        int d = f.physical(i.n0);
        int s = f.physical(i.n1);
        if (empty(d) || empty(s)) return underflow(d, pops);
        am = f.significand[d];
        ase = f.signExponent[d];
        bm = f.significand[s];
        bse = f.signExponent[s];
        return d;
    }

    private int withMemory(Insn i) throws GuestFault {
        readReal(i);
        return top();
    }

    /// ST(0) and an integer in memory.
    final int withInteger(Insn i) throws GuestFault {
        readInteger(i);
        return top();
    }

    private void readInteger(Insn i) throws GuestFault {
        int v = cpu.readMemory(i, i.s0);
        fromMemory = 0;
        begin();
        x.fromInt(i.s0 == 2 ? (short) v : v);
        bm = x.m;
        bse = x.se;
    }

    /// ST(0) as the first operand and the destination.
    private int top() {
        int d = f.top;
        if (empty(d)) return underflow(d, false);
        am = f.significand[d];
        ase = f.signExponent[d];
        return d;
    }

    /// ST(0) and ST(1).
    private boolean topTwo() {
        int d = f.top;
        int s = d + 1 & 7;
        if (empty(d) || empty(s)) return false;
        am = f.significand[d];
        ase = f.signExponent[d];
        bm = f.significand[s];
        bse = f.signExponent[s];
        return true;
    }

    private int underflow(int d, boolean pops) {
        if (stackFault(0)) {
            putNan(d);
            if (pops) pop();
        }
        return -1;
    }

    /// The memory operand as 80 bits: a signaling NaN stays one, which FLD's conversion would not leave it.
    private void readReal(Insn i) throws GuestFault {
        if (i.s0 == 4) {
            int v = cpu.load32(cpu.operandForRead(i, 4));
            begin();
            x.widenSingle(v);
        } else {
            long v = cpu.read64(i);
            begin();
            x.widenDouble(v);
        }
        bm = x.m;
        bse = x.se;
        fromMemory = x.flags & DE;
    }

    /// The denormal in memory counts unless the operation was invalid, divided by zero, or a NaN took precedence.
    private void mergeDenormal() {
        if ((x.flags & (IE | ZE)) == 0 && !Extended.nan(am, ase)) x.flags |= DE;
    }

    // ---- the four operations

    private void finish(int d, boolean pops) {
        if (fromMemory != 0) mergeDenormal();
        if (!settle()) return;
        put(d);
        if (pops) pop();
    }

    final void add(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.add(am, ase, bm, bse);
        finish(d, pops);
    }

    final void mul(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.mul(am, ase, bm, bse);
        finish(d, pops);
    }

    final void sub(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.sub(am, ase, bm, bse);
        finish(d, pops);
    }

    /// Source less destination.
    final void subReversed(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.sub(bm, bse, am, ase);
        finish(d, pops);
    }

    final void div(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.div(am, ase, bm, bse);
        finish(d, pops);
    }

    /// Source over destination.
    final void divReversed(int d, boolean pops) {
        if (d < 0) return;
        begin();
        x.div(bm, bse, am, ase);
        finish(d, pops);
    }

    // ---- comparisons

    /// FCOM, FUCOM and their popping forms, with a register or a real in memory.
    final void compare(Insn i, boolean quiet, int pops) throws GuestFault {
        if (i.k0 == Insn.MEM) {
            readReal(i);
            compareTop(quiet, pops);
        } else {
            compareWith(i.n0, quiet, pops);
        }
    }

    final void compareInteger(Insn i, int pops) throws GuestFault {
        readInteger(i);
        compareTop(false, pops);
    }

    /// FCOMPP, FUCOMPP, and all that name a register.
    final void compareWith(int n, boolean quiet, int pops) {
        int s = f.physical(n);
        fromMemory = 0;
        bm = f.significand[s];
        bse = f.signExponent[s];
        codes(empty(s) ? unordered(pops) : compared(quiet, pops));
    }

    private void compareTop(boolean quiet, int pops) {
        codes(compared(quiet, pops));
    }

    /// Zero, with no denormal of its own.
    final void ftst() {
        fromMemory = 0;
        bm = 0;
        bse = 0;
        codes(compared(false, 0));
    }

    /// FCOMI and its like: the answer goes to EFLAGS.
    final void compareToFlags(Insn i, boolean quiet, int pops) {
        int s = f.physical(i.n1);
        fromMemory = 0;
        bm = f.significand[s];
        bse = f.signExponent[s];
        int codes = empty(s) ? unordered(pops) : compared(quiet, pops);
        cpu.setArithmeticFlags(codes >>> 8 & (Registers.ZF | Registers.PF | Registers.CF));
    }

    private int compared(boolean quiet, int pops) {
        int a = f.top;
        if (empty(a)) return unordered(pops);
        am = f.significand[a];
        ase = f.signExponent[a];
        x.begin(f.control | DE); // the codes come even with an unmasked denormal
        int codes = x.compare(am, ase, bm, bse, quiet);
        if (fromMemory != 0) mergeDenormal();
        if (settle()) popBy(pops);
        return codes;
    }

    private int unordered(int pops) {
        if (stackFault(0)) popBy(pops);
        return CC;
    }

    private void popBy(int n) {
        for (int k = 0; k < n; k++) pop();
    }

    private void codes(int codes) {
        f.status = f.status & ~CC | codes;
    }

    final void examine() {
        int p = f.top;
        int codes = empty(p)
                ? C3 | C0 | (f.signExponent[p] & 0x8000) >>> 6
                : Extended.examine(f.significand[p], f.signExponent[p]);
        f.status = f.status & ~(CC | C1) | codes;
    }

    // ---- one operand

    /// FCHS flips the sign, FABS clears it; nothing is ever raised but a stack fault.
    final void sign(int keep, int flip) {
        int d = f.top;
        if (empty(d)) {
            underflow(d, false);
            return;
        }
        f.status &= ~C1;
        f.signExponent[d] = f.signExponent[d] & keep ^ flip;
    }

    final void sqrt() {
        int d = single();
        if (d < 0) return;
        x.sqrt(am, ase);
        finish(d, false);
    }

    final void roundToInteger() {
        int d = single();
        if (d < 0) return;
        x.roundToInteger(am, ase);
        finish(d, false);
    }

    final void exp2m1() {
        int d = single();
        if (d < 0) return;
        functions.exp2m1(am, ase);
        finish(d, false);
    }

    private int single() {
        fromMemory = 0;
        begin();
        return top();
    }

    final void sin() {
        f.status &= ~C2;
        int d = single();
        if (d >= 0 && inRange(functions.sin(am, ase))) finish(d, false);
    }

    final void cos() {
        f.status &= ~C2;
        int d = single();
        if (d >= 0 && inRange(functions.cos(am, ase))) finish(d, false);
    }

    /// Out of range: C2 is set and the operand stays.
    private boolean inRange(boolean in) {
        if (!in) f.status = f.status & ~C1 | C2;
        return in;
    }

    // ---- two operands

    final void scale() {
        fromMemory = 0;
        if (!topTwo()) {
            underflow(f.top, false);
            return;
        }
        begin();
        x.scale(am, ase, bm, bse);
        finish(f.top, false);
    }

    final void remainder(boolean nearest) {
        f.status &= ~C2;
        if (!topTwo()) {
            underflow(f.top, false);
            return;
        }
        begin();
        int codes = x.remainder(am, ase, bm, bse, nearest);
        if (!settle()) return;
        put(f.top);
        // A NaN leaves C3 and C0 as they were.
        if (!Extended.nan(x.m, x.se)) f.status = f.status & ~(CC | C1) | codes;
    }

    final void ylog2x() {
        if (!functionOfTwo()) return;
        functions.ylog2x(am, ase, bm, bse);
        finish(f.physical(1), true);
    }

    final void ylog2xp1() {
        if (!functionOfTwo()) return;
        functions.ylog2xp1(am, ase, bm, bse);
        finish(f.physical(1), true);
    }

    final void atan() {
        if (!functionOfTwo()) return;
        functions.atan(bm, bse, am, ase);
        finish(f.physical(1), true);
    }

    /// The result goes to ST(1), and ST(0) is popped.
    private boolean functionOfTwo() {
        fromMemory = 0;
        begin();
        if (topTwo()) return true;
        underflow(f.physical(1), true);
        return false;
    }

    // ---- one operand, two results

    final void tan() {
        f.status &= ~C2;
        int d = pushing();
        if (d < 0 || !inRange(functions.tan(am, ase)) || !settle()) return;
        put(d);
        if (Extended.nan(x.m, x.se)) push(x.m, x.se);
        else push(Long.MIN_VALUE, 0x3FFF);
    }

    final void sincos() {
        f.status &= ~C2;
        int d = pushing();
        if (d < 0 || !inRange(functions.sincos(am, ase)) || !settle()) return;
        put(d);
        push(x.m2, x.se2);
    }

    final void extract() {
        int d = pushing();
        if (d < 0) return;
        x.extract(am, ase);
        if (!settle()) return;
        put(d);
        push(x.m2, x.se2);
    }

    /// An operand in ST(0) and room above it; a stack fault leaves default NaNs in both.
    private int pushing() {
        fromMemory = 0;
        int d = f.top;
        boolean underflow = empty(d);
        if (underflow || !empty(d - 1 & 7)) {
            if (stackFault(underflow ? 0 : C1)) {
                putNan(d);
                push(NAN_M, NAN_SE);
            }
            return -1;
        }
        begin();
        return top();
    }
}
