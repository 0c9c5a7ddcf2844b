// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Extended;

/// What translated x87 code calls: arithmetic on values that the code keeps in its own locals. A result is a
/// significand, which is returned, and {@link #se}.
///
/// Normal operands are computed here, rounding to nearest; all else is {@link Extended}'s. An exception that is not
/// masked makes the code leave before anything was changed. Sticky flags go to the status word at once, C1 and the
/// condition codes when the region ends or the word is asked for.
final class X87Unit {
    private static final int SIGN = 0x8000, TOP = 0x7FFF, BIAS = 0x3FFF, RC = 0xC00;
    private static final int PE = X87Stack.PE, ALL = X87Stack.ALL, C1 = X87Stack.C1, CC = X87Stack.CC;
    private static final int PENDING = X87Stack.ES | X87Stack.B;
    private static final long ONE = 1L << 63;
    private static final int ADD = 0, SUB = 1, MUL = 2, DIV = 3, SQRT = 4, ROUND = 5;

    /// Sign and exponent of the last result.
    int se;
    /// The physical register of slot 0.
    int turn;
    /// The state of the x87 is not what the region was made for: it leaves for every x87 instruction.
    boolean misfit;

    final long[] significand;
    final int[] signExponent;
    private final FpuState f;
    private final Extended exact = new Extended();
    private int c1, codes;

    X87Unit(FpuState f) {
        this.f = f;
        significand = f.significand;
        signExponent = f.signExponent;
    }

    // ---- into a region and out of it

    /// @param state   what the region expects, from {@link X87Flow#state}
    /// @param control the control word that it was made for
    /// @return not 0: it does not fit
    int enter(Interpreter c, int state, int control) {
        turn = f.top - state & 7;
        int used = (f.used | f.used << 8) >>> turn & 0xFF;
        codes = f.status & CC;
        c1 = f.status & C1;
        int differs = c.cr0 & (Registers.CR0_EM | Registers.CR0_TS)
                | f.status & PENDING
                | (f.control ^ control) & X87Flow.ASSUMED
                | used ^ state >>> 3;
        misfit = differs != 0 || f.ferr;
        return misfit ? 1 : 0;
    }

    /// @param opcode  of the last instruction that was no control instruction, or -1
    /// @param segment of its memory operand, or of the last that had one; -1: none
    void leave(Interpreter c, int state, int ip, int opcode, int dp, int segment) {
        if (misfit) return;
        f.top = turn + state & 7;
        int used = state >>> 3;
        f.used = (used << 8 | used) >>> 8 - turn & 0xFF;
        f.status = f.status & ~(CC | C1) | codes | c1;
        if (opcode < 0) return;
        f.ip = ip;
        f.ipSelector = c.sel[Registers.CS];
        f.opcode = opcode;
        if (segment < 0) return;
        f.dp = dp;
        f.dpSelector = c.sel[segment];
    }

    /// The status word.
    ///
    /// @param depth the slot of ST(0)
    int statusWord(int depth) {
        return f.status & ~(0x3800 | CC | C1) | codes | c1 | (turn + depth & 7) << 11;
    }

    int controlWord() {
        return f.control;
    }

    /// FLDCW. Leaves when the region does not fit the new word, or an exception becomes pending.
    void setControlWord(int v) {
        int control = v & 0x1F3F | 0x40;
        if (((control ^ f.control) & X87Flow.ASSUMED) != 0) throw Leave.IT;
        if ((f.status & ALL & ~control) != 0) throw Leave.IT;
        f.control = control;
    }

    void clearC1() {
        c1 = 0;
    }

    // ---- the four operations

    private static boolean ordinary(int a, int b) {
        return inside((a & TOP) - 1, TOP - 1) && inside((b & TOP) - 1, TOP - 1);
    }

    private static boolean inside(int v, int end) {
        return Integer.compareUnsigned(v, end) < 0;
    }

    private boolean fast(long am, int ase, long bm, int bse) {
        return (am & bm) < 0 && ordinary(ase, bse) && (f.control & RC) == 0;
    }

    /// @param cut bits of the significand that the precision leaves out
    long add(long am, int ase, long bm, int bse, int cut) {
        if (!fast(am, ase, bm, bse)) return slow(ADD, am, ase, bm, bse);
        if (((ase ^ bse) & SIGN) == 0) return sum(ADD, am, ase, bm, bse, cut);
        return difference(ADD, am, ase, bm, bse, bse & SIGN, cut);
    }

    long sub(long am, int ase, long bm, int bse, int cut) {
        if (!fast(am, ase, bm, bse)) return slow(SUB, am, ase, bm, bse);
        if (((ase ^ bse) & SIGN) != 0) return sum(SUB, am, ase, bm, bse, cut);
        return difference(SUB, am, ase, bm, bse, ~bse & SIGN, cut);
    }

    /// Magnitudes are added; the sign is that of `a`.
    private long sum(int op, long am, int ase, long bm, int bse, int cut) {
        int ae = ase & TOP;
        int be = bse & TOP;
        boolean swap = ae < be;
        long larger = swap ? bm : am;
        long smaller = swap ? am : bm;
        int e = Math.max(ae, be);
        int distance = e - Math.min(ae, be);
        if (distance > 63 || e > 0x7FF0) return slow(op, am, ase, bm, bse);
        long high = larger + (smaller >>> distance);
        long low = smaller << 1 << 63 - distance;
        // A carry is the new integer bit, and all moves down by one.
        int carry = (int) (high >>> 63) ^ 1 | (distance == 0 ? 1 : 0);
        low = high << 63 & -carry | low >>> carry | low & carry;
        high = high >>> carry | (long) carry << 63;
        return rounded(ase & SIGN, e + carry, high, low, cut);
    }

    /// @param bs the sign that the second has when it is the larger
    private long difference(int op, long am, int ase, long bm, int bse, int bs, int cut) {
        int ae = ase & TOP;
        int be = bse & TOP;
        boolean swap = ae < be || ae == be && Long.compareUnsigned(am, bm) < 0;
        long larger = swap ? bm : am;
        long smaller = swap ? am : bm;
        int sign = swap ? bs : ase & SIGN;
        int e = Math.max(ae, be);
        int distance = e - Math.min(ae, be);
        if (distance > 63) return slow(op, am, ase, bm, bse);
        long low = -(smaller << 1 << 63 - distance);
        long high = larger - (smaller >>> distance) - (low != 0 ? 1 : 0);
        if (high == 0) return slow(op, am, ase, bm, bse);
        int shift = Long.numberOfLeadingZeros(high);
        if (e - shift <= 0) return slow(op, am, ase, bm, bse);
        return rounded(sign, e - shift, high << shift | low >>> 1 >>> 63 - shift, low << shift, cut);
    }

    long mul(long am, int ase, long bm, int bse, int cut) {
        int e = (ase & TOP) + (bse & TOP) - BIAS;
        if (!fast(am, ase, bm, bse) || e < 1 || e > 0x7FF0) return slow(MUL, am, ase, bm, bse);
        long high = Math.unsignedMultiplyHigh(am, bm);
        long low = am * bm;
        int shift = (int) (high >>> 63) ^ 1;
        high = high << shift | low >>> 1 >>> 63 - shift;
        return rounded((ase ^ bse) & SIGN, e + 1 - shift, high, low << shift, cut);
    }

    long div(long am, int ase, long bm, int bse, int cut) {
        int e = (ase & TOP) - (bse & TOP) + BIAS;
        if (cut != 11 || ((am | bm) & 0x7FF) != 0 || !fast(am, ase, bm, bse) || e < 2 || e > 0x7FF0) {
            return slow(DIV, am, ase, bm, bse);
        }
        // The machine's quotient of two numbers of 53 bits is the one that is wanted.
        long a = am >>> 11;
        long b = bm >>> 11;
        int less = a < b ? 1 : 0;
        long q = (long) ((double) a / (double) b * (less != 0 ? 0x1p53 : 0x1p52));
        long rest = (a << 52 + less) - q * b;
        return exactly((ase ^ bse) & SIGN, e - less, q << 11, rest);
    }

    long sqrt(long am, int ase, int cut) {
        if (cut != 11 || (am & 0x7FF) != 0 || (ase & SIGN) != 0 || !fast(am, ase, am, ase)) {
            return slow(SQRT, am, ase, 0, 0);
        }
        long a = am >>> 11;
        int e = ase - BIAS;
        int odd = e & 1;
        long r = (long) Math.sqrt((double) a * (odd != 0 ? 0x1p53 : 0x1p52));
        long rest = (a << 52 + odd) - r * r;
        return exactly(0, (e >> 1) + BIAS, r << 11, rest);
    }

    long round(long am, int ase) {
        return slow(ROUND, am, ase, 0, 0);
    }

    /// A result that was rounded already.
    ///
    /// @param rest what the exact one lies above it; only its sign counts
    private long exactly(int sign, int exponent, long m, long rest) {
        if (rest != 0 && (f.status & PE) == 0) f.status |= PE;
        c1 = (int) (rest >>> 63) << 9;
        se = sign | exponent;
        return m;
    }

    /// Rounds to nearest. The exponent is far enough from the ends.
    private long rounded(int sign, int exponent, long high, long low, int cut) {
        long kept = high;
        long fraction = low;
        if (cut != 0) {
            fraction = high << 64 - cut | (low | -low) >>> 63;
            kept = high >>> cut << cut;
        }
        long below = fraction << 1;
        long up = fraction >>> 63 & (kept >>> cut | (below | -below) >>> 63);
        long m = kept + (up << cut);
        int carry = (int) (m >>> 63) ^ 1;
        if (fraction != 0 && (f.status & PE) == 0) f.status |= PE;
        c1 = (int) up << 9;
        se = sign | exponent + carry;
        return m | ONE;
    }

    private long slow(int op, long am, int ase, long bm, int bse) {
        exact.begin(f.control);
        switch (op) {
            case ADD -> exact.add(am, ase, bm, bse);
            case SUB -> exact.sub(am, ase, bm, bse);
            case MUL -> exact.mul(am, ase, bm, bse);
            case DIV -> exact.div(am, ase, bm, bse);
            case SQRT -> exact.sqrt(am, ase);
            default -> exact.roundToInteger(am, ase);
        }
        return taken();
    }

    /// Takes what {@link #exact} did.
    private long taken() {
        settle();
        se = exact.se;
        return exact.m;
    }

    private void settle() {
        int flags = exact.flags;
        if ((flags & ALL & ~f.control) != 0) throw Leave.IT;
        f.status |= flags & ALL;
        c1 = flags & C1;
    }

    // ---- comparisons

    /// FCOM and FUCOM. @return the condition codes
    int compare(long am, int ase, long bm, int bse, boolean quiet) {
        if ((am & bm) >= 0 || !ordinary(ase, bse)) return slowly(am, ase, bm, bse, quiet);
        c1 = 0;
        codes = ordered(am, ase, bm, bse);
        return codes;
    }

    /// FCOMI and FUCOMI: the condition codes stay. @return what they would be
    int order(long am, int ase, long bm, int bse, boolean quiet) {
        int was = codes;
        int now = compare(am, ase, bm, bse, quiet);
        codes = was;
        return now;
    }

    private static int ordered(long am, int ase, long bm, int bse) {
        boolean negative = (ase & SIGN) != 0;
        if (((ase ^ bse) & SIGN) != 0) return negative ? X87Stack.C0 : 0;
        if (ase == bse && am == bm) return X87Stack.C3;
        boolean less = ase != bse ? ase < bse : am < bm;
        return less != negative ? X87Stack.C0 : 0;
    }

    private int slowly(long am, int ase, long bm, int bse, boolean quiet) {
        exact.begin(f.control | X87Stack.DE);
        int now = exact.compare(am, ase, bm, bse, quiet);
        settle();
        codes = now;
        return now;
    }

    void examine(long m, int s) {
        int now = Extended.examine(m, s);
        codes = now & CC;
        c1 = now & C1;
    }

    // ---- loads

    /// FLD of a double.
    long fromDouble(long v) {
        int e = (int) (v >>> 52) & 0x7FF;
        if (!inside(e - 1, 0x7FE) && v << 1 != 0) {
            exact.begin(f.control);
            exact.fromDouble(v);
            return taken();
        }
        c1 = 0;
        return wideDouble(v, e);
    }

    /// A double as an operand: what is not a normal number or zero, is the interpreter's.
    long operandDouble(long v) {
        int e = (int) (v >>> 52) & 0x7FF;
        if (!inside(e - 1, 0x7FE) && v << 1 != 0) throw Leave.IT;
        return wideDouble(v, e);
    }

    private long wideDouble(long v, int e) {
        int sign = (int) (v >>> 48) & SIGN;
        if (e == 0) {
            se = sign;
            return 0;
        }
        se = sign | e + (BIAS - 0x3FF);
        return v << 11 | ONE;
    }

    /// FLD of a single.
    long fromSingle(int v) {
        int e = v >>> 23 & 0xFF;
        if (!inside(e - 1, 0xFE) && v << 1 != 0) {
            exact.begin(f.control);
            exact.fromSingle(v);
            return taken();
        }
        c1 = 0;
        return wideSingle(v, e);
    }

    long operandSingle(int v) {
        int e = v >>> 23 & 0xFF;
        if (!inside(e - 1, 0xFE) && v << 1 != 0) throw Leave.IT;
        return wideSingle(v, e);
    }

    private long wideSingle(int v, int e) {
        int sign = v >>> 16 & SIGN;
        if (e == 0) {
            se = sign;
            return 0;
        }
        se = sign | e + (BIAS - 0x7F);
        return (long) v << 40 | ONE;
    }

    /// An integer as an operand.
    long integer(long v) {
        if (v == 0) {
            se = 0;
            return 0;
        }
        long magnitude = Math.abs(v);
        int shift = Long.numberOfLeadingZeros(magnitude);
        se = (int) (v >>> 48) & SIGN | BIAS + 63 - shift;
        return magnitude << shift;
    }

    /// FLD1 and its like, in the order of their opcodes.
    long constant(int which) {
        exact.begin(f.control);
        exact.constant(which);
        return taken();
    }

    // ---- stores: the place was found writable before

    long toDouble(long m, int s) {
        int e = (s & TOP) - BIAS + 0x3FF;
        if (m >= 0 || e < 1 || e > 0x7FD || (f.control & RC) != 0) {
            exact.begin(f.control);
            long v = exact.toDouble(m, s);
            settle();
            return v;
        }
        long fraction = m << 53;
        long kept = m >>> 11;
        long below = fraction << 1;
        long up = fraction >>> 63 & (kept | (below | -below) >>> 63);
        if (fraction != 0 && (f.status & PE) == 0) f.status |= PE;
        c1 = (int) up << 9;
        return (long) (s & SIGN) << 48 | ((long) (e - 1) << 52) + kept + up;
    }

    int toSingle(long m, int s) {
        int e = (s & TOP) - BIAS + 0x7F;
        if (m >= 0 || e < 1 || e > 0xFD || (f.control & RC) != 0) {
            exact.begin(f.control);
            int v = exact.toSingle(m, s);
            settle();
            return v;
        }
        long fraction = m << 24;
        long kept = m >>> 40;
        long below = fraction << 1;
        long up = fraction >>> 63 & (kept | (below | -below) >>> 63);
        if (fraction != 0 && (f.status & PE) == 0) f.status |= PE;
        c1 = (int) up << 9;
        return (s & SIGN) << 16 | (e - 1 << 23) + (int) (kept + up);
    }

    /// FIST. @param bytes 2, 4 or 8
    long toInteger(long m, int s, int bytes) {
        exact.begin(f.control);
        long v = exact.toInt(m, s, bytes, false);
        settle();
        return v;
    }
}
