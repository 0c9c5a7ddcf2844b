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

    /// Rounding control, bits 10 and 11 of the control word.
    public static final int NEAREST = 0, DOWN = 1, UP = 2, CHOP = 3;

    /// The result of the last operation.
    public long m;
    public int se;
    /// Exceptions since {@link #begin}, and {@link #ROUNDED_UP} when the last rounding went up.
    public int flags;

    private int control = 0x037F;

    /// Starts an instruction: no flags, this control word (masks, PC, RC).
    public void begin(int controlWord) {
        control = controlWord;
        flags = 0;
    }
}
