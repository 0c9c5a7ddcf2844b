// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// The eight transcendental functions of the x87, on the values and rules of an [Extended].
///
/// Each leaves its result and its exceptions in that [Extended], begun beforehand by the caller. As everywhere,
/// the caller looks at the flags: with an unmasked IE, DE or ZE nothing is stored. Empty registers are the
/// caller's business as well. (IA-32 SDM volume 1, section 8.3.7.)
///
/// Results are calculated to some 118 bits and then rounded, so they are the nearest ones but for a chance of
/// 2^-50, and so in the other directions of RC. Processors promise one unit of the last place. As on them, PC is
/// not looked at and PE is set even where a result happens to be exact. Sine, cosine and tangent have the
/// processors' pi, of 66 bits.
///
/// Operands out of a function's range, where the manual promises nothing, come back as they are, as on the
/// processors tried.
public final class Transcendental {
    private static final int BIAS = Rounding.BIAS;
    private static final long ONE = Rounding.ONE;

    private final Extended x;
    private final TranscendentalPower power = new TranscendentalPower();
    private final TranscendentalAngle angle = new TranscendentalAngle();

    public Transcendental(Extended x) {
        this.x = x;
    }

    /// F2XM1: 2 to the power of the operand, less one. Its range is -1 to 1.
    public void exp2m1(long m, int se) {
        if (special(m, se)) return;
        boolean minus = (se & 0x8000) != 0;
        if (Extended.infinite(m, se)) {
            result(minus ? BIAS | 0x8000 : se, m);
            return;
        }
        if (Extended.zero(m, se)) {
            result(se, m);
            return;
        }
        if ((se & 0x7FFF) >= BIAS) {
            boolean one = m == ONE && (se & 0x7FFF) == BIAS;
            result(one && minus ? BIAS - 1 | 0x8000 : se, m);
            x.flags |= Extended.PE;
            return;
        }
        if (stops(m, se)) return;
        power.exp2m1(minus, exponent(m, se), Rounding.significand(m));
        round(minus, power.exponent, power.value);
    }

    /// FYL2X: y times the binary logarithm of x, where x is ST(0) and y is ST(1).
    public void ylog2x(long xm, int xse, long ym, int yse) {
        if (special(xm, xse, ym, yse)) return;
        boolean yZero = Extended.zero(ym, yse);
        boolean yInfinite = Extended.infinite(ym, yse);
        int sign = yse & 0x8000;
        if (Extended.zero(xm, xse)) {
            if (yZero) {
                x.invalid();
                return;
            }
            if (!yInfinite) x.flags |= Extended.ZE;
            result(sign ^ 0xFFFF, ONE);
            return;
        }
        boolean one = xm == ONE && xse == BIAS;
        if (xse >= 0x8000 || one && yInfinite || Extended.infinite(xm, xse) && yZero) {
            x.invalid();
            return;
        }
        if (stops(xm, xse, ym, yse)) return;
        if (Extended.infinite(xm, xse)) {
            result(sign | 0x7FFF, ONE);
            return;
        }
        boolean below = exponent(xm, xse) < 0;
        if (yInfinite || yZero || one) {
            result((below ? sign ^ 0x8000 : sign) | (yInfinite ? 0x7FFF : 0), yInfinite ? ONE : 0);
            return;
        }
        times(power.log2(exponent(xm, xse), Rounding.significand(xm)), ym, yse);
    }

    /// FYL2XP1: y times the binary logarithm of x + 1, where x is ST(0) and y is ST(1).
    ///
    /// The manual's range is x within 1 - sqrt(2)/2 of zero. Above -1 the logarithm is right all the same.
    public void ylog2xp1(long xm, int xse, long ym, int yse) {
        if (special(xm, xse, ym, yse)) return;
        boolean xZero = Extended.zero(xm, xse);
        boolean yZero = Extended.zero(ym, yse);
        boolean yInfinite = Extended.infinite(ym, yse);
        boolean minus = xse >= 0x8000;
        int sign = (xse ^ yse) & 0x8000;
        if (xZero && yInfinite || Extended.infinite(xm, xse) && (minus || yZero)) {
            x.invalid();
            return;
        }
        if (stops(xm, xse, ym, yse)) return;
        if (Extended.infinite(xm, xse) || yInfinite) {
            result(sign | 0x7FFF, ONE);
            return;
        }
        if (xZero || yZero) {
            result(sign, 0);
            return;
        }
        int e = exponent(xm, xse);
        if (minus && e >= 0) {
            result(xse, xm);
            x.flags |= Extended.PE;
            return;
        }
        times(power.log2p1(minus, e, Rounding.significand(xm)), ym, yse);
    }

    /// The logarithm times y, neither of them zero.
    private void times(boolean general, long ym, int yse) {
        int e = exponent(ym, yse);
        long y = Rounding.significand(ym);
        boolean minus = yse >= 0x8000;
        Wide128 value = power.value;
        if (!general) {
            int k = power.exponent;
            value.product(y, Math.abs(k));
            e += 64 - value.normalize();
            x.round(minus ^ k < 0, e + BIAS, value.hi, value.lo);
            x.flags |= (x.se & 0x7FFF) == 0 ? Extended.PE | Extended.UE : Extended.PE;
            return;
        }
        value.multiply(y, 0);
        e += power.exponent + 1;
        if (value.hi >= 0) e -= value.normalize();
        round(minus ^ power.negative, e, value);
    }

    /// FPATAN: the angle of the point (x, y), where y is ST(1) and x is ST(0).
    public void atan(long ym, int yse, long xm, int xse) {
        if (special(xm, xse, ym, yse)) return;
        boolean yInfinite = Extended.infinite(ym, yse);
        boolean xInfinite = Extended.infinite(xm, xse);
        boolean xZero = Extended.zero(xm, xse);
        boolean yZero = Extended.zero(ym, yse);
        boolean xMinus = xse >= 0x8000;
        boolean yMinus = yse >= 0x8000;
        if (stops(xm, xse, ym, yse)) return;
        if (yZero || xInfinite && !yInfinite) {
            if (xMinus) {
                eighths(yMinus, 4);
            } else {
                result(yse & 0x8000, 0);
            }
        } else if (xZero || yInfinite) {
            eighths(yMinus, !xInfinite ? 2 : xMinus ? 3 : 1);
        } else {
            angle.arc(
                    yMinus,
                    exponent(ym, yse),
                    Rounding.significand(ym),
                    xMinus,
                    exponent(xm, xse),
                    Rounding.significand(xm));
            round(yMinus, angle.exponent, angle.value);
        }
    }

    /// Eighths of the circle.
    private void eighths(boolean minus, int n) {
        Wide128 value = angle.value;
        value.set(TranscendentalTables.PI_HIGH, TranscendentalTables.PI_LOW);
        if (n == 3) {
            value.shiftRight(2);
            value.negate();
            value.add(TranscendentalTables.PI_HIGH, TranscendentalTables.PI_LOW);
        }
        round(minus, n == 1 ? -1 : n == 2 ? 0 : 1, value);
    }

    /// FPTAN. What it pushes on top, mostly 1, is the second result.
    ///
    /// @return false when out of range (a magnitude of 2^63 or more): C2 is the caller's, and nothing is done
    public boolean tan(long m, int se) {
        if (noAngle(m, se)) {
            copy();
            return true;
        }
        if (outside(se)) return false;
        x.m2 = ONE;
        x.se2 = BIAS;
        if (Extended.zero(m, se)) {
            result(se, m);
            return true;
        }
        if (stops(m, se)) return true;
        boolean minus = reduce(m, se);
        angle.tangent(minus);
        round(angle.negative, angle.exponent, angle.value);
        return true;
    }

    /// FSIN. Out of range as with [#tan].
    public boolean sin(long m, int se) {
        if (noAngle(m, se)) return true;
        if (outside(se)) return false;
        if (Extended.zero(m, se)) {
            result(se, m);
            return true;
        }
        if (stops(m, se)) return true;
        boolean minus = reduce(m, se);
        angle.sine(minus);
        round(angle.negative, angle.exponent, angle.value);
        return true;
    }

    /// FCOS. Out of range as with [#tan].
    public boolean cos(long m, int se) {
        if (noAngle(m, se)) return true;
        if (outside(se)) return false;
        if (Extended.zero(m, se)) {
            result(BIAS, ONE);
            return true;
        }
        if (stops(m, se)) return true;
        reduce(m, se);
        angle.cosine();
        round(angle.negative, angle.exponent, angle.value);
        return true;
    }

    /// FSINCOS: the sine as the result, the cosine, which it pushes, as the second result. Out of range as with
    /// [#tan].
    public boolean sincos(long m, int se) {
        if (noAngle(m, se)) {
            copy();
            return true;
        }
        if (outside(se)) return false;
        if (Extended.zero(m, se)) {
            result(se, m);
            x.m2 = ONE;
            x.se2 = BIAS;
            return true;
        }
        if (stops(m, se)) return true;
        boolean minus = reduce(m, se);
        angle.cosine();
        round(angle.negative, angle.exponent, angle.value);
        copy();
        angle.sine(minus);
        round(angle.negative, angle.exponent, angle.value);
        return true;
    }

    private boolean noAngle(long m, int se) {
        if (special(m, se)) return true;
        if (!Extended.infinite(m, se)) return false;
        x.invalid();
        return true;
    }

    private static boolean outside(int se) {
        return (se & 0x7FFF) >= BIAS + 63;
    }

    private boolean reduce(long m, int se) {
        angle.reduce(exponent(m, se), Rounding.significand(m));
        return (se & 0x8000) != 0;
    }

    /// Whether the operand has settled the result: unsupported or not a number.
    private boolean special(long m, int se) {
        return (m >= 0 || (se & 0x7FFF) == 0x7FFF) && special(m, se, m, se);
    }

    private boolean special(long am, int ase, long bm, int bse) {
        if (Extended.unsupported(am, ase) || Extended.unsupported(bm, bse)) {
            x.invalid();
            return true;
        }
        if (!Extended.nan(am, ase) && !Extended.nan(bm, bse)) return false;
        x.propagate(am, ase, bm, bse);
        return true;
    }

    /// Raises DE for a denormal operand.
    ///
    /// @return whether it is unmasked, and the instruction at its end
    private boolean stops(long m, int se) {
        return Extended.denormal(m, se) && x.denormalStops();
    }

    private boolean stops(long am, int ase, long bm, int bse) {
        return (Extended.denormal(am, ase) || Extended.denormal(bm, bse)) && x.denormalStops();
    }

    /// The exponent, without bias, of a number once its significand is normalized.
    private static int exponent(long m, int se) {
        return Rounding.exponent(m, se) - BIAS;
    }

    private void result(int se, long m) {
        x.m = m;
        x.se = se;
    }

    private void copy() {
        x.m2 = x.m;
        x.se2 = x.se;
    }

    /// Rounds what is never exact.
    private void round(boolean minus, int e, Wide128 value) {
        x.round(minus, e + BIAS, value.hi, value.lo | 1);
    }
}
