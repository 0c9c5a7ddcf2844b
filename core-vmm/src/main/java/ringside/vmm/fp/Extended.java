// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Arithmetic of the 80-bit extended format, as the x87 does it. (IA-32 SDM volume 1, chapters 4 and 8.)
///
/// A value is two numbers: `m`, the significand with its explicit integer bit 63, and `se`, the sign in bit 15 over the
/// 15-bit exponent, biased by 16,383. An operation leaves its result in [#m] and [#se] and adds its exceptions to
/// [#flags]. Nothing is allocated.
///
/// The control word given beforehand decides rounding, precision, and what overflow and underflow deliver: with the
/// exception masked the IEEE result, unmasked the exponent wrapped by 24,576. For unmasked IE, DE and ZE the caller
/// looks at [#flags] and stores nothing; the result is then without meaning.
public final class Extended {
    /// Exceptions, at their places in the status and control words.
    public static final int IE = 1, DE = 2, ZE = 4, OE = 8, UE = 0x10, PE = 0x20;
    /// C1 of the status word: the last rounding went away from zero.
    public static final int ROUNDED_UP = 0x200;
    /// Condition codes, at their places in the status word.
    public static final int C0 = 0x100, C1 = 0x200, C2 = 0x400, C3 = 0x4000;

    /// Rounding control, bits 10 and 11 of the control word.
    public static final int NEAREST = 0, DOWN = 1, UP = 2, CHOP = 3;

    /// The result of the last operation.
    public long m;
    public int se;
    /// The second result of [#extract].
    public long m2;
    public int se2;
    /// Exceptions since {@link #begin}, and {@link #ROUNDED_UP} when the last rounding went up.
    public int flags;

    private int control = 0x037F;

    /// Starts an instruction: no flags, this control word (masks, PC, RC).
    public void begin(int controlWord) {
        control = controlWord;
        flags = 0;
    }

    /// The control word of {@link #begin}.
    public int control() {
        return control;
    }

    /// a + b.
    public void add(long am, int ase, long bm, int bse) {
    }

    /// a - b.
    public void sub(long am, int ase, long bm, int bse) {
    }

    /// a times b.
    public void mul(long am, int ase, long bm, int bse) {
    }

    /// a over b.
    public void div(long am, int ase, long bm, int bse) {
    }

    /// The square root.
    public void sqrt(long am, int ase) {
    }

    /// Compares a with b: C3 equal, C0 less, all three unordered.
    ///
    /// @param quiet a quiet NaN raises nothing (FUCOM)
    public int compare(long am, int ase, long bm, int bse, boolean quiet) {
        return 0;
    }

    /// FILD: always exact.
    public void fromInt(long v) {
    }

    /// FLD of a single.
    public void fromSingle(int bits) {
    }

    /// FLD of a double.
    public void fromDouble(long bits) {
    }

    /// FST to a single: with unmasked IE, OE or UE the caller stores nothing.
    public int toSingle(long am, int ase) {
        return 0;
    }

    /// FST to a double: with unmasked IE, OE or UE the caller stores nothing.
    public long toDouble(long am, int ase) {
        return 0;
    }

    /// FIST, FISTTP: out of range is IE and the integer indefinite of that size. With unmasked IE the caller stores nothing.
    ///
    /// @param bytes 2, 4 or 8
    /// @param chop towards zero, whatever RC says
    public long toInt(long am, int ase, int bytes, boolean chop) {
        return 0;
    }

    /// FRNDINT.
    public void roundToInteger(long am, int ase) {
    }

    /// FSCALE: a times 2 to the power of b, b chopped.
    public void scale(long am, int ase, long bm, int bse) {
    }

    /// FXTRACT: the exponent as the result, the significand in [#m2] and [#se2].
    public void extract(long am, int ase) {
    }

    /// FPREM, and with `nearest` FPREM1, of a by b.
    ///
    /// @return C2 when incomplete, or the low bits of the quotient in C0 (bit 2), C3 (bit 1) and C1 (bit 0)
    public int remainder(long am, int ase, long bm, int bse, boolean nearest) {
        return 0;
    }

    /// FXAM of a register that is not empty: the class in C3, C2 and C0, the sign in C1.
    public static int examine(long am, int ase) {
        return 0;
    }

    /// FBLD: always exact. Digits above nine count as they stand.
    ///
    /// @param low the first eight bytes, sixteen digits
    /// @param high16 two digits more, and the sign in bit 15
    public void fromBcd(long low, int high16) {
    }

    /// FBSTP: the low eight bytes in [#m], the other two in [#se]. With unmasked IE the caller stores nothing.
    public void toBcd(long am, int ase) {
    }

    /// FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ, in the order of their opcodes (0 to 6).
    public void constant(int which) {
    }

    /// What two operands give of which at least one is a NaN: the larger significand, made quiet.
    public void propagate(long am, int ase, long bm, int bse) {
    }

    /// An invalid operation: the default NaN and IE.
    public void invalid() {
    }

    /// Rounds to 64 bits by RC, whatever PC says, with all flags that overflow, underflow and loss bring.
    ///
    /// The value is `high:low / 2^127 * 2^(exponent - 16383)`: bit 63 of `high` is the integer bit and must be set. The
    /// lowest bit of `low` may stand for anything not zero below it.
    ///
    /// @param exponent biased by 16,383; may lie outside what the format holds
    void round(boolean negative, int exponent, long high, long low) {
    }

    public static boolean nan(long m, int se) {
        return (se & 0x7FFF) == 0x7FFF && m < 0 && m << 1 != 0;
    }

    public static boolean signaling(long m, int se) {
        return (se & 0x7FFF) == 0x7FFF && m < 0 && (m & 1L << 62) == 0 && m << 1 != 0;
    }

    /// Unnormals, pseudo-NaNs and pseudo-infinities: exponent without the integer bit.
    public static boolean unsupported(long m, int se) {
        return (se & 0x7FFF) != 0 && m >= 0;
    }

    /// Denormals and pseudo-denormals.
    public static boolean denormal(long m, int se) {
        return (se & 0x7FFF) == 0 && m != 0;
    }

    public static boolean zero(long m, int se) {
        return (se & 0x7FFF) == 0 && m == 0;
    }

    public static boolean infinite(long m, int se) {
        return (se & 0x7FFF) == 0x7FFF && m == Long.MIN_VALUE;
    }

    /// The tag of a register that is not empty: 0 valid, 1 zero, 2 special.
    public static int tag(long m, int se) {
        int exponent = se & 0x7FFF;
        if (m < 0 && exponent != 0 && exponent != 0x7FFF) {
            return 0;
        }
        return exponent == 0 && m == 0 ? 1 : 2;
    }
}
