// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Binary32;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// The floating-point instructions of SSE and SSE2: dispatch, and arithmetic on one lane or all.
final class SseFloat extends SseCompare {
    SseFloat(WideMemory cpu, FpuState f) {
        super(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.ADDSD, Op.SUBSD, Op.MULSD, Op.DIVSD, Op.SQRTSD, Op.MINSD, Op.MAXSD -> scalarDouble(i);
            case Op.ADDPD, Op.SUBPD, Op.MULPD, Op.DIVPD, Op.SQRTPD, Op.MINPD, Op.MAXPD -> packedDoubles(i);
            case Op.ADDSS, Op.SUBSS, Op.MULSS, Op.DIVSS, Op.SQRTSS, Op.MINSS, Op.MAXSS -> scalarSingle(i);
            case Op.ADDPS, Op.SUBPS, Op.MULPS, Op.DIVPS, Op.SQRTPS, Op.MINPS, Op.MAXPS -> packedSingles(i);
            case Op.RCPSS, Op.RSQRTSS -> setLowSingle(i.n0, approximate(i.op, source32(i)));
            case Op.RCPPS, Op.RSQRTPS -> {
                source128(i);
                f.setXmm(i.n0, approximatePair(i.op, low), approximatePair(i.op, high));
            }
            case Op.CMPPS, Op.CMPPD, Op.CMPSS, Op.CMPSD -> compare(i);
            case Op.COMISS, Op.COMISD, Op.UCOMISS, Op.UCOMISD -> compare(i);
            default -> convert(i);
        }
    }

    private void scalarDouble(Insn i) throws GuestFault {
        long v = source64(i);
        begin();
        long r = compute(i.op, f.xmm[2 * i.n0], v);
        finish(i);
        f.xmm[2 * i.n0] = r;
    }

    private void packedDoubles(Insn i) throws GuestFault {
        source128(i);
        begin();
        long l = compute(i.op, f.xmm[2 * i.n0], low);
        long h = compute(i.op, f.xmm[2 * i.n0 + 1], high);
        finish(i);
        f.setXmm(i.n0, l, h);
    }

    private void scalarSingle(Insn i) throws GuestFault {
        int v = source32(i);
        begin();
        int r = compute(i.op, (int) f.xmm[2 * i.n0], v);
        finish(i);
        setLowSingle(i.n0, r);
    }

    private void packedSingles(Insn i) throws GuestFault {
        source128(i);
        begin();
        long l = computePair(i.op, f.xmm[2 * i.n0], low);
        long h = computePair(i.op, f.xmm[2 * i.n0 + 1], high);
        finish(i);
        f.setXmm(i.n0, l, h);
    }

    private long compute(int op, long a, long b) {
        return switch (op) {
            case Op.ADDSD, Op.ADDPD -> doubles.add(a, b);
            case Op.SUBSD, Op.SUBPD -> doubles.subtract(a, b);
            case Op.MULSD, Op.MULPD -> doubles.multiply(a, b);
            case Op.DIVSD, Op.DIVPD -> doubles.divide(a, b);
            case Op.SQRTSD, Op.SQRTPD -> doubles.squareRoot(b);
            case Op.MINSD, Op.MINPD -> doubles.min(a, b);
            default -> doubles.max(a, b);
        };
    }

    private int compute(int op, int a, int b) {
        return switch (op) {
            case Op.ADDSS, Op.ADDPS -> singles.add(a, b);
            case Op.SUBSS, Op.SUBPS -> singles.subtract(a, b);
            case Op.MULSS, Op.MULPS -> singles.multiply(a, b);
            case Op.DIVSS, Op.DIVPS -> singles.divide(a, b);
            case Op.SQRTSS, Op.SQRTPS -> singles.squareRoot(b);
            case Op.MINSS, Op.MINPS -> singles.min(a, b);
            default -> singles.max(a, b);
        };
    }

    private long computePair(int op, long a, long b) {
        return pair(compute(op, (int) a, (int) b), compute(op, upper(a), upper(b)));
    }

    private static int approximate(int op, int v) {
        return op == Op.RCPSS || op == Op.RCPPS ? Binary32.reciprocal(v) : Binary32.reciprocalRoot(v);
    }

    private static long approximatePair(int op, long v) {
        return pair(approximate(op, (int) v), approximate(op, upper(v)));
    }
}
