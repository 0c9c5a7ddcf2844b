// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// The eight transcendental functions of the x87, on the values and rules of an [Extended].
///
/// Each leaves its result and its exceptions in that [Extended], begun beforehand by the caller. As everywhere, the
/// caller looks at the flags: with an unmasked IE, DE or ZE nothing is stored. Empty registers are the caller's
/// business as well. (IA-32 SDM volume 1, section 8.3.7.)
public final class Transcendental {
    private final Extended x;

    public Transcendental(Extended x) {
        this.x = x;
    }

    /// F2XM1: 2 to the power of the operand, less one.
    public void exp2m1(long m, int se) {
        x.m = m;
        x.se = se;
    }

    /// FYL2X: y times the binary logarithm of x, where x is ST(0) and y is ST(1).
    public void ylog2x(long xm, int xse, long ym, int yse) {
        x.m = xm;
        x.se = xse;
    }

    /// FYL2XP1: y times the binary logarithm of x + 1, where x is ST(0) and y is ST(1).
    public void ylog2xp1(long xm, int xse, long ym, int yse) {
        x.m = xm;
        x.se = xse;
    }

    /// FPATAN: the angle of the point (x, y), where y is ST(1) and x is ST(0).
    public void atan(long ym, int yse, long xm, int xse) {
        x.m = ym;
        x.se = yse;
    }

    /// FPTAN, without the 1 that it pushes.
    ///
    /// @return false when the operand is out of range (a magnitude of 2^63 or more): C2 is the caller's, nothing is done
    public boolean tan(long m, int se) {
        x.m = m;
        x.se = se;
        return true;
    }

    /// FSIN. Out of range as with [#tan].
    public boolean sin(long m, int se) {
        x.m = m;
        x.se = se;
        return true;
    }

    /// FCOS. Out of range as with [#tan].
    public boolean cos(long m, int se) {
        x.m = m;
        x.se = se;
        return true;
    }

    /// FSINCOS: the sine as the result, the cosine as the second result. Out of range as with [#tan].
    public boolean sincos(long m, int se) {
        x.m = m;
        x.se = se;
        return true;
    }
}
