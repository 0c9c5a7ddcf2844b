// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// What an SSE instruction computes under, and what it raises: MXCSR as it was, and flags of its own.
/// (IA-32 SDM volume 1, 10.2.3 and 11.5.)
///
/// All lanes of an instruction share one environment. Afterwards {@link #raised} has the flags that belong into
/// MXCSR and {@link #faults} says whether one of them is unmasked.
public final class SseEnvironment {
    /// Exceptions, at their places in MXCSR. Their masks are 7 bits higher.
    public static final int IE = 1, DE = 2, ZE = 4, OE = 8, UE = 0x10, PE = 0x20;

    /// MXCSR: denormal operands are zeros; RC; tiny results are zeros.
    public static final int DAZ = 0x40, RC = 0x6000, FTZ = 0x8000;

    /// Rounding control, bits 13 and 14 of MXCSR.
    static final int NEAREST = 0, DOWN = 1, UP = 2, CHOP = 3;
    private static final int BEFORE = IE | DE | ZE, ALL = 0x3F, MASKS = 7;
    private static final int PM = PE << MASKS;

    /// Exceptions of the lanes so far.
    int flags;
    /// RC is to nearest, which is what the host computes in.
    boolean nearest;
    /// Whether PE makes a difference: it is not set yet, or not masked.
    boolean watchesPrecision;

    private int control;

    /// Starts an instruction under this MXCSR.
    public void begin(int mxcsr) {
        flags = 0;
        control = mxcsr;
        nearest = (mxcsr & RC) == 0;
        watchesPrecision = (mxcsr & (PM | PE)) != (PM | PE);
    }

    int rounding() {
        return control >>> 13 & 3;
    }

    boolean denormalsAreZeros() {
        return (control & DAZ) != 0;
    }

    /// FTZ acts only where underflow is masked.
    boolean tinyIsZero() {
        return (control & (FTZ | UE << MASKS)) == (FTZ | UE << MASKS);
    }

    boolean masked(int exception) {
        return (control & exception << MASKS) != 0;
    }

    /// A number as a 32-bit integer: rounded, or cut off with `chop`. 80000000h with IE for what does not fit.
    int toInt(double x, boolean chop) {
        double whole = switch (chop ? CHOP : rounding()) {
            case NEAREST -> Math.rint(x);
            case DOWN -> Math.floor(x);
            case UP -> Math.ceil(x);
            default -> x < 0 ? Math.ceil(x) : Math.floor(x);
        };
        if (!(whole >= Integer.MIN_VALUE && whole <= Integer.MAX_VALUE)) {
            flags |= IE;
            return Integer.MIN_VALUE;
        }
        if (whole != x) flags |= PE;
        return (int) whole;
    }

    /// An unmasked exception was raised: the destination stays as it was.
    public boolean faults() {
        return (flags & ~(control >>> MASKS) & ALL) != 0;
    }

    /// The flags to set. Operands are looked at in all lanes before any lane is computed: an unmasked exception
    /// there leaves no flag of the computation.
    public int raised() {
        return (flags & ~(control >>> MASKS) & BEFORE) != 0 ? flags & BEFORE : flags;
    }
}
