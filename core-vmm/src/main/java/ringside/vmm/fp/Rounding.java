// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// What every operation on extended values shares: the result, the flags, the classes of values, the one place
/// where a long significand becomes a short one, and NaNs.
abstract sealed class Rounding permits Conversions {
    /// Exceptions, at their places in the status and control words.
    public static final int IE = 1, DE = 2, ZE = 4, OE = 8, UE = 0x10, PE = 0x20;
    /// C1 of the status word: the last rounding went away from zero.
    public static final int ROUNDED_UP = 0x200;
    /// Condition codes, at their places in the status word.
    public static final int C0 = 0x100, C1 = 0x200, C2 = 0x400, C3 = 0x4000;

    /// Rounding control, bits 10 and 11 of the control word.
    public static final int NEAREST = 0, DOWN = 1, UP = 2, CHOP = 3;

    static final int BIAS = 0x3FFF;
    /// The exponent of infinities and NaNs.
    static final int TOP = 0x7FFF;
    static final int SIGN = 0x8000;
    /// The integer bit, and as such the significand of powers of two and of infinity.
    static final long ONE = 1L << 63;
    static final long QUIET = 1L << 62;
    /// What an exponent moves by when overflow or underflow is unmasked. (SDM volume 1, 8.5.4 and 8.5.5.)
    private static final int WRAP = 0x6000;

    /// The result of the last operation.
    public long m;
    public int se;
    /// The second result of {@link Extended#extract}.
    public long m2;
    public int se2;
    /// Exceptions since {@link #begin}, and {@link #ROUNDED_UP} when the last rounding went up.
    public int flags;

    private int control = 0x037F;
    private int direction = NEAREST;
    private int drop;

    /// Starts an instruction: no flags, this control word (masks, PC, RC).
    public void begin(int controlWord) {
        flags = 0;
        if (controlWord != control) {
            control = controlWord;
            direction = controlWord >> 10 & 3;
            int precision = controlWord >> 8 & 3;
            drop = precision == 0 ? 40 : precision == 2 ? 11 : 0;
        }
    }

    /// The control word of {@link #begin}.
    public int control() {
        return control;
    }

    public static boolean nan(long m, int se) {
        return (se & TOP) == TOP && m < 0 && m << 1 != 0;
    }

    public static boolean signaling(long m, int se) {
        return (se & TOP) == TOP && m < 0 && (m & QUIET) == 0 && m << 1 != 0;
    }

    /// Unnormals, pseudo-NaNs and pseudo-infinities: an exponent without the integer bit.
    public static boolean unsupported(long m, int se) {
        return (se & TOP) != 0 && m >= 0;
    }

    /// Denormals and pseudo-denormals.
    public static boolean denormal(long m, int se) {
        return (se & TOP) == 0 && m != 0;
    }

    public static boolean zero(long m, int se) {
        return (se & TOP) == 0 && m == 0;
    }

    public static boolean infinite(long m, int se) {
        return (se & TOP) == TOP && m == ONE;
    }

    /// The tag of a register that is not empty: 0 valid, 1 zero, 2 special.
    public static int tag(long m, int se) {
        if (normal(m, se)) {
            return 0;
        }
        return zero(m, se) ? 1 : 2;
    }

    /// FXAM of a register that is not empty: the class in C3, C2 and C0, the sign in C1.
    public static int examine(long m, int se) {
        int sign = (se & SIGN) != 0 ? C1 : 0;
        int exponent = se & TOP;
        if (exponent == 0) {
            return sign | (m == 0 ? C3 : C3 | C2);
        }
        if (m >= 0) {
            return sign;
        }
        if (exponent != TOP) {
            return sign | C2;
        }
        return sign | (m == ONE ? C2 | C0 : C0);
    }

    /// Neither zero, denormal, infinite, NaN nor unsupported.
    static boolean normal(long m, int se) {
        return m < 0 && ordinary(se);
    }

    /// Whether the exponent is neither the lowest nor the highest.
    static boolean ordinary(int se) {
        return (se + 1 & 0x7FFE) != 0;
    }

    /// The exponent that the value would have with a significand whose integer bit is set; pairs with
    /// [#significand].
    static int exponent(long m, int se) {
        int exponent = se & TOP;
        return exponent != 0 ? exponent : 1 - Long.numberOfLeadingZeros(m);
    }

    static long significand(long m) {
        return m << Long.numberOfLeadingZeros(m);
    }

    final int direction() {
        return direction;
    }

    final boolean masked(int exception) {
        return (control & exception) != 0;
    }

    final void result(long m, int se) {
        this.m = m;
        this.se = se;
    }

    /// An invalid operation: the default NaN and IE, and nothing else.
    public void invalid() {
        flags = IE;
        result(ONE | QUIET, SIGN | TOP);
    }

    /// What two operands give of which at least one is a NaN: of two the larger significand, but a quiet one
    /// before a signaling one; of equal ones the positive. Made quiet. (SDM volume 1, table 4-7.)
    public void propagate(long am, int ase, long bm, int bse) {
        boolean first = nan(am, ase);
        boolean second = nan(bm, bse);
        boolean signals = first && (am & QUIET) == 0 || second && (bm & QUIET) == 0;
        flags = signals ? IE : 0;
        boolean takeFirst = first;
        if (first && second) {
            if (signals && ((am ^ bm) & QUIET) != 0) {
                takeFirst = (am & QUIET) != 0;
            } else {
                takeFirst = am == bm ? (ase & SIGN) == 0 : am > bm;
            }
        }
        result((takeFirst ? am : bm) | QUIET, takeFirst ? ase : bse);
    }

    /// Raises DE.
    ///
    /// @return whether it is unmasked, and nothing more to be done
    final boolean denormalStops() {
        flags |= DE;
        return !masked(DE);
    }

    /// The NaN of a single operand.
    final void quiet(long am, int ase) {
        flags = (am & QUIET) == 0 ? IE : 0;
        result(am | QUIET, ase);
    }

    /// Deals with operands that are no numbers of this format, or no numbers at all.
    final boolean special(long am, int ase, long bm, int bse) {
        if (unsupported(am, ase) || unsupported(bm, bse)) {
            invalid();
            return true;
        }
        if (nan(am, ase) || nan(bm, bse)) {
            propagate(am, ase, bm, bse);
            return true;
        }
        return false;
    }

    final boolean special(long am, int ase) {
        if (unsupported(am, ase)) {
            invalid();
            return true;
        }
        if (nan(am, ase)) {
            quiet(am, ase);
            return true;
        }
        return false;
    }

    final boolean denormalStops(long am, int ase, long bm, int bse) {
        return (denormal(am, ase) || denormal(bm, bse)) && denormalStops();
    }

    final boolean denormalStops(long am, int ase) {
        return denormal(am, ase) && denormalStops();
    }

    /// Whether a significand is to be raised by one unit, for what lies below that unit.
    ///
    /// @param odd the unit's bit
    /// @param fraction bit 63 worth half a unit, and bit 0 for all that is smaller than the rest
    /// @param sign not 0 for a negative value
    final boolean away(boolean odd, long fraction, int sign) {
        return switch (direction) {
            case NEAREST -> fraction < 0 && (odd || fraction != Long.MIN_VALUE);
            case DOWN -> sign != 0 && fraction != 0;
            case UP -> sign == 0 && fraction != 0;
            default -> false;
        };
    }

    /// Rounds to 64 bits by RC, whatever PC says, with all flags that overflow, underflow and loss bring.
    ///
    /// The value is `high:low / 2^127 * 2^(exponent - 16383)`: bit 63 of `high` is the integer bit and must be
    /// set. The lowest bit of `low` may stand for anything not zero below it.
    ///
    /// @param exponent biased by 16,383; may lie outside what the format holds
    final void round(boolean negative, int exponent, long high, long low) {
        settle(negative ? SIGN : 0, exponent, high, low, 0);
    }

    /// As [#round], with the precision that PC wants.
    final void roundShort(int sign, int exponent, long high, long low) {
        settle(sign, exponent, high, low, drop);
    }

    /// @param cut bits of `high` that the precision leaves out
    final void settle(int sign, int exponent, long high, long low, int cut) {
        long kept = high;
        long fraction = low;
        if (cut != 0) {
            fraction = high << 64 - cut | (low != 0 ? 1 : 0);
            kept = high >>> cut << cut;
        }
        if (exponent <= 0) {
            settleTiny(sign, exponent, kept, fraction, cut);
            return;
        }
        int e = exponent;
        if (fraction != 0) {
            flags |= PE;
            if (away((kept >>> cut & 1) != 0, fraction, sign)) {
                flags |= ROUNDED_UP;
                kept += 1L << cut;
                if (kept == 0) {
                    kept = ONE;
                    e++;
                }
            }
        }
        if (e >= TOP) {
            overflow(sign, e, kept, cut);
            return;
        }
        m = kept;
        se = sign | e;
    }

    private void overflow(int sign, int exponent, long kept, int cut) {
        flags |= OE;
        boolean wraps = !masked(OE);
        if (wraps && exponent - WRAP < TOP) {
            result(kept, sign | exponent - WRAP);
            return;
        }
        flags |= PE;
        // Only FSCALE gets so far that wrapping is not enough: infinity then, and zero at the other end.
        if (wraps || direction == NEAREST || direction == (sign != 0 ? DOWN : UP)) {
            flags |= ROUNDED_UP;
            result(ONE, sign | TOP);
        } else {
            flags &= ~ROUNDED_UP;
            result(-1L << cut, sign | TOP - 1);
        }
    }

    /// Below the least normal number. Tiny is what would be so with any exponent allowed, after rounding.
    private void settleTiny(int sign, int exponent, long kept, long fraction, int cut) {
        long unit = 1L << cut;
        boolean up = fraction != 0 && away((kept & unit) != 0, fraction, sign);
        boolean carries = up && kept + unit == 0;
        boolean tiny = exponent < 0 || !carries;
        if (tiny && !masked(UE)) {
            flags |= UE;
            if (exponent + WRAP <= 0) {
                flags |= PE;
                result(0, sign);
                return;
            }
            if (fraction != 0) {
                flags |= up ? PE | ROUNDED_UP : PE;
            }
            result(carries ? ONE : up ? kept + unit : kept, sign | exponent + (carries ? 1 : 0) + WRAP);
            return;
        }
        int shift = 1 - exponent;
        long whole = shift < 64 ? kept >>> shift : 0;
        // What is shifted out goes on top of the fraction.
        long lost = shift < 64 ? kept << 64 - shift : shift == 64 ? kept : 1;
        long top = cut == 0 ? lost : whole << 64 - cut | (lost != 0 ? 1 : 0);
        top |= fraction != 0 ? 1 : 0;
        whole &= -unit;
        if (top != 0) {
            flags |= tiny ? UE | PE : PE;
            if (away((whole & unit) != 0, top, sign)) {
                flags |= ROUNDED_UP;
                whole += unit;
            }
        }
        result(whole, sign | (whole < 0 ? 1 : 0));
    }
}
