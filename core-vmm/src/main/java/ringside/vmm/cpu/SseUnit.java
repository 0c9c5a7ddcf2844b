// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Binary32;
import ringside.vmm.fp.Binary64;
import ringside.vmm.fp.SseEnvironment;
import ringside.vmm.isa.Op;

/// What translated SSE code calls, with the source operand as numbers. What an instruction means is in {@link
/// SseFloat} and {@link Packed}. An exception that is not masked makes the code leave; nothing is stored then.
final class SseUnit {
    private static final int PM = SseEnvironment.PE << 7;
    private static final long DOUBLE = 0x7FFL << 52;
    private static final int SINGLE = 0xFF << 23;

    /// The XMM registers, as in {@link FpuState#xmm}.
    final long[] xmm;

    private final FpuState f;
    private final SseEnvironment environment = new SseEnvironment();
    private final Binary32 singles = new Binary32(environment);
    private final Binary64 doubles = new Binary64(environment);

    SseUnit(FpuState f) {
        this.f = f;
        xmm = f.xmm;
    }

    /// Leaves unless SSE may be used.
    static void ready(Interpreter c) {
        boolean stops = (c.cr0 & (Registers.CR0_EM | Registers.CR0_TS)) != 0;
        if (stops || (c.cr4 & Registers.CR4_OSFXSR) == 0) throw Leave.IT;
    }

    private void begin() {
        environment.begin(f.mxcsr);
    }

    private void settle() {
        int raised = environment.raised();
        if (raised == 0) return;
        if (environment.faults()) throw Leave.IT;
        f.mxcsr |= raised;
    }

    // ---- arithmetic

    /// To nearest, and PE is set already and masked: an easy operation raises nothing new.
    private boolean settled() {
        return (f.mxcsr & (SseEnvironment.RC | PM | SseEnvironment.PE)) == (PM | SseEnvironment.PE);
    }

    /// No operand is denormal, and the result is finite and above all that might be tiny.
    private static boolean easy(long a, long b, long r) {
        boolean operands = ((a & DOUBLE) != 0 || a << 1 == 0) && ((b & DOUBLE) != 0 || b << 1 == 0);
        return operands && ((r >>> 52) - 2 & 0x7FF) < 0x7FD;
    }

    private static boolean easy(int a, int b, int r) {
        boolean operands = ((a & SINGLE) != 0 || a << 1 == 0) && ((b & SINGLE) != 0 || b << 1 == 0);
        return operands && ((r >>> 23) - 2 & 0xFF) < 0xFD;
    }

    void addDouble(int n, long v) {
        long a = xmm[2 * n];
        long r = Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(v));
        if (settled() && easy(a, v, r)) xmm[2 * n] = r;
        else scalarDouble(Op.ADDSD, n, v);
    }

    void subtractDouble(int n, long v) {
        long a = xmm[2 * n];
        long r = Double.doubleToRawLongBits(Double.longBitsToDouble(a) - Double.longBitsToDouble(v));
        if (settled() && easy(a, v, r)) xmm[2 * n] = r;
        else scalarDouble(Op.SUBSD, n, v);
    }

    void multiplyDouble(int n, long v) {
        long a = xmm[2 * n];
        long r = Double.doubleToRawLongBits(Double.longBitsToDouble(a) * Double.longBitsToDouble(v));
        if (settled() && easy(a, v, r)) xmm[2 * n] = r;
        else scalarDouble(Op.MULSD, n, v);
    }

    void divideDouble(int n, long v) {
        long a = xmm[2 * n];
        long r = Double.doubleToRawLongBits(Double.longBitsToDouble(a) / Double.longBitsToDouble(v));
        if (settled() && easy(a, v, r)) xmm[2 * n] = r;
        else scalarDouble(Op.DIVSD, n, v);
    }

    void addSingle(int n, int v) {
        int a = (int) xmm[2 * n];
        int r = Float.floatToRawIntBits(Float.intBitsToFloat(a) + Float.intBitsToFloat(v));
        if (settled() && easy(a, v, r)) setLowSingle(n, r);
        else scalarSingle(Op.ADDSS, n, v);
    }

    void subtractSingle(int n, int v) {
        int a = (int) xmm[2 * n];
        int r = Float.floatToRawIntBits(Float.intBitsToFloat(a) - Float.intBitsToFloat(v));
        if (settled() && easy(a, v, r)) setLowSingle(n, r);
        else scalarSingle(Op.SUBSS, n, v);
    }

    void multiplySingle(int n, int v) {
        int a = (int) xmm[2 * n];
        int r = Float.floatToRawIntBits(Float.intBitsToFloat(a) * Float.intBitsToFloat(v));
        if (settled() && easy(a, v, r)) setLowSingle(n, r);
        else scalarSingle(Op.MULSS, n, v);
    }

    void divideSingle(int n, int v) {
        int a = (int) xmm[2 * n];
        int r = Float.floatToRawIntBits(Float.intBitsToFloat(a) / Float.intBitsToFloat(v));
        if (settled() && easy(a, v, r)) setLowSingle(n, r);
        else scalarSingle(Op.DIVSS, n, v);
    }

    void scalarDouble(int op, int n, long v) {
        begin();
        long r = compute(op, xmm[2 * n], v);
        settle();
        xmm[2 * n] = r;
    }

    void packedDoubles(int op, int n, long low, long high) {
        begin();
        long l = compute(op, xmm[2 * n], low);
        long h = compute(op, xmm[2 * n + 1], high);
        settle();
        f.setXmm(n, l, h);
    }

    void scalarSingle(int op, int n, int v) {
        begin();
        int r = compute(op, (int) xmm[2 * n], v);
        settle();
        setLowSingle(n, r);
    }

    void packedSingles(int op, int n, long low, long high) {
        begin();
        long l = pair(op, xmm[2 * n], low);
        long h = pair(op, xmm[2 * n + 1], high);
        settle();
        f.setXmm(n, l, h);
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

    private long pair(int op, long a, long b) {
        return SseOperands.pair(compute(op, (int) a, (int) b), compute(op, SseOperands.upper(a), SseOperands.upper(b)));
    }

    private void setLowSingle(int n, int v) {
        xmm[2 * n] = xmm[2 * n] & ~0xFFFFFFFFL | v & 0xFFFFFFFFL;
    }

    // ---- comparisons: the flags as EFLAGS has them

    int orderDoubles(int n, long v, boolean signals) {
        begin();
        int order = doubles.order(xmm[2 * n], v, signals);
        settle();
        return order;
    }

    int orderSingles(int n, int v, boolean signals) {
        begin();
        int order = singles.order((int) xmm[2 * n], v, signals);
        settle();
        return order;
    }

    // ---- conversions

    void doubleFromInt(int n, int v) {
        xmm[2 * n] = Binary64.fromInt(v);
    }

    void singleFromInt(int n, int v) {
        begin();
        int r = singles.fromInt(v, doubles);
        settle();
        setLowSingle(n, r);
    }

    void doubleFromSingle(int n, int v) {
        begin();
        long r = doubles.fromSingle(v, singles);
        settle();
        xmm[2 * n] = r;
    }

    void singleFromDouble(int n, long v) {
        begin();
        int r = singles.fromDouble(v, doubles);
        settle();
        setLowSingle(n, r);
    }

    int intFromDouble(long v, boolean chop) {
        begin();
        int r = doubles.toInt(v, chop);
        settle();
        return r;
    }

    int intFromSingle(int v, boolean chop) {
        begin();
        int r = singles.toInt(v, chop);
        settle();
        return r;
    }

    // ---- integers

    void lanes(int op, int n, long low, long high) {
        xmm[2 * n] = Lanes.apply(op, xmm[2 * n], low);
        xmm[2 * n + 1] = Lanes.apply(op, xmm[2 * n + 1], high);
    }

    void shift(int op, int n, int count) {
        xmm[2 * n] = Lanes.shift(op, xmm[2 * n], count);
        xmm[2 * n + 1] = Lanes.shift(op, xmm[2 * n + 1], count);
    }

    void shuffleDoubleWords(int n, long low, long high, int control) {
        f.setXmm(n, Packed.doubleWords(low, high, control), Packed.doubleWords(low, high, control >>> 4));
    }

    void shuffleSingles(int n, long low, long high, int control) {
        long own = Packed.doubleWords(xmm[2 * n], xmm[2 * n + 1], control);
        f.setXmm(n, own, Packed.doubleWords(low, high, control >>> 4));
    }

    /// @param a a half of the destination
    /// @param b the same half of the source
    void interleave(int op, int n, long a, long b) {
        long l = Packed.interleaved(op, (int) a, (int) b);
        f.setXmm(n, l, Packed.interleaved(op, (int) (a >>> 32), (int) (b >>> 32)));
    }
}
