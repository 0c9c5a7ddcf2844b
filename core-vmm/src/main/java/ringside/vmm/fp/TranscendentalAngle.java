// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Angles: sine, cosine, tangent and arc tangent of operands that are ordinary numbers.
///
/// A result is left in [#value], a significand, with [#exponent] and [#negative].
final class TranscendentalAngle {
    /// The pi of the processors, of 66 bits: 3 and this over 2^64. (SDM volume 1, section 8.3.8.)
    private static final long PI_FRACTION = 0x243F6A8885A308D3L;
    /// Two over that pi.
    private static final long TWO_OVER_PI = 0xA2F9836E4E441529L;
    private static final long HALF_PI_HIGH = TranscendentalTables.PI_HIGH >>> 1;
    private static final long HALF_PI_LOW = TranscendentalTables.PI_LOW >>> 1 | TranscendentalTables.PI_HIGH << 63;
    /// 1 / (n (n - 1)): what a factorial's inverse has over the one before the last.
    private static final long[] RATIOS = new long[35];

    static {
        for (int n = 2; n < RATIOS.length; n++) RATIOS[n] = Long.divideUnsigned(-1, (long) n * (n - 1));
    }

    final Wide128 value = new Wide128();
    int exponent;
    boolean negative;

    /// The operand less the nearest multiple of pi / 2, and that multiple.
    private final Wide128 reduced = new Wide128();
    private int reducedExponent;
    private boolean reducedNegative;
    private int quarter;
    /// Its square.
    private final Wide128 square = new Wide128();
    private final Wide128 first = new Wide128();
    private final Wide128 second = new Wide128();

    /// Takes an operand below 2^63 in magnitude. Then [#sine], [#cosine] and [#tangent] are about this one.
    ///
    /// From 1/2 on it is reduced, exactly, by the multiple of the processor's pi / 2: not by that of pi, so that
    /// the results near its multiples, and of large operands, are those that programs know.
    void reduce(int e, long m) {
        reducedNegative = false;
        quarter = 0;
        reduced.set(m, 0);
        if (e >= -1) {
            e = multiples(e + 2, m);
        }
        reducedExponent = e;
        square.set(reduced);
        square.shiftRight(-1 - e);
        square.multiply(square.hi, square.lo);
    }

    /// In units of 2^-65: the operand is `m << shift`, pi / 2 is 66 bits, everything is an integer. The remainder
    /// cannot be zero, as no odd multiple of pi / 2 has as few as 64 bits.
    private int multiples(int shift, long m) {
        long n = Math.unsignedMultiplyHigh(m, TWO_OVER_PI) >>> 1 >>> 64 - shift;
        long low = n * PI_FRACTION;
        long high = n * 3 + Math.unsignedMultiplyHigh(n, PI_FRACTION);
        reduced.set(shift == 64 ? m : m >>> 64 - shift, shift == 64 ? 0 : m << shift);
        reduced.subtract(high, low);
        while (reduced.hi > 3 || reduced.hi == 3 && Long.compareUnsigned(reduced.lo, PI_FRACTION) >= 0) {
            reduced.subtract(3, PI_FRACTION);
            n++;
        }
        long half = PI_FRACTION >>> 1 | 1L << 63;
        if (reduced.hi > 1 || reduced.hi == 1 && Long.compareUnsigned(reduced.lo, half) > 0) {
            reduced.subtract(3, PI_FRACTION);
            reduced.negate();
            reducedNegative = true;
            n++;
        }
        quarter = (int) n & 3;
        return 62 - reduced.normalize();
    }

    void sine(boolean minus) {
        if ((quarter & 1) == 0) {
            exponent = odd(value);
            negative = minus ^ reducedNegative ^ quarter == 2;
        } else {
            exponent = even(value);
            negative = minus ^ quarter == 3;
        }
    }

    void cosine() {
        if ((quarter & 1) == 0) {
            exponent = even(value);
            negative = quarter == 2;
        } else {
            exponent = odd(value);
            negative = reducedNegative ^ quarter == 1;
        }
    }

    void tangent(boolean minus) {
        boolean inverse = (quarter & 1) != 0;
        negative = minus ^ reducedNegative ^ inverse;
        if (!inverse && reducedExponent < -60) {
            value.set(reduced);
            exponent = reducedExponent;
            return;
        }
        int sine = odd(first);
        int cosine = even(second);
        exponent =
                inverse ? cosine - sine + value.quotient(second, first) : sine - cosine + value.quotient(first, second);
    }

    /// The sine of the reduced operand: r (1 - r^2/3! + ...), always a little less than r.
    private int odd(Wide128 to) {
        factorials(to, 3, 19, 33);
        to.multiply(reduced.hi, reduced.lo);
        to.negate();
        to.add(reduced.hi, reduced.lo);
        to.subtract(0, 1);
        return reducedExponent - to.normalize();
    }

    /// Its cosine: 1 - r^2/2! + ..., always a little less than one.
    private int even(Wide128 to) {
        factorials(to, 2, 20, 34);
        to.negate();
        if (to.zero()) to.subtract(0, 1);
        return -1 - to.normalize();
    }

    /// The series z (1/from! - z (1/(from + 2)! - ...)) of the square. As that is not small, the coefficients past
    /// the wide ones are taken as ratios, so that 64 bits of them are enough.
    private void factorials(Wide128 to, int from, int wide, int last) {
        long z = square.hi;
        long u = 0;
        for (int n = last; n > wide; n -= 2) {
            u = Math.unsignedMultiplyHigh(Math.unsignedMultiplyHigh(z, RATIOS[n]), ~u);
        }
        long[] c = TranscendentalTables.FACTORIALS;
        to.set(c[2 * wide], c[2 * wide + 1]);
        to.multiply(~u, 0);
        to.series(c, from, wide - 2, 2, square, true);
    }

    /// The angle of the point (x, y).
    ///
    /// It is found below pi / 4, from the quotient of the smaller by the larger, and brought to its octant.
    void arc(boolean yMinus, int ye, long ym, boolean xMinus, int xe, long xm) {
        negative = yMinus;
        boolean steep = ye > xe || ye == xe && Long.compareUnsigned(ym, xm) > 0;
        if (steep) {
            angle(xm, ym, ye - xe);
        } else {
            angle(ym, xm, xe - ye);
        }
        if (!steep && !xMinus) return;
        value.shiftRight(1 - exponent);
        if (!xMinus || !steep) value.negate();
        if (steep) {
            value.add(HALF_PI_HIGH, HALF_PI_LOW);
        } else {
            value.add(TranscendentalTables.PI_HIGH, TranscendentalTables.PI_LOW);
        }
        exponent = 1 - value.normalize();
    }

    /// The arc tangent of a / b / 2^distance, which is at most one.
    ///
    /// The nearest n / 64 has its arc in the table, and atan q - atan (n / 64) = atan ((64 q - n) / (64 + n q)).
    /// The series is for that; with n = 0 it is the result, however small.
    private void angle(long a, long b, int distance) {
        int n = distance > 7 ? 0 : (int) ((double) (a >>> 1) / (double) (b >>> 1) * (64.0 / (1 << distance)) + 0.5);
        if (n == 0) {
            first.set(a, 0);
            second.set(b, 0);
            exponent = value.quotient(first, second) - distance;
            small();
            return;
        }
        first.product(a, 64 << 7 - distance);
        second.product(b, n << 7);
        first.subtract(second.hi, second.lo);
        boolean below = first.hi < 0;
        if (below) first.negate();
        if (first.zero()) {
            value.set(0, 0);
        } else {
            second.product(a, n << 7 - distance);
            value.product(b, 64 << 7);
            second.add(value.hi, value.lo);
            exponent = -first.normalize() + second.normalize();
            exponent += value.quotient(first, second);
            small();
            value.shiftRight(-1 - exponent);
            if (below) value.negate();
        }
        value.add(TranscendentalTables.ARCS[2 * n], TranscendentalTables.ARCS[2 * n + 1]);
        exponent = -1 - value.normalize();
    }

    /// The arc tangent of the value, at most about 1/128: q (1 - q^2/3 + q^4/5 - ...), always a little less than
    /// q.
    private void small() {
        square.set(value);
        square.shiftRight(-1 - exponent);
        square.multiply(square.hi, square.lo);
        first.series(TranscendentalTables.INVERSES, 3, 11, 19, 2, square, true);
        first.multiply(value.hi, value.lo);
        value.subtract(first.hi, first.lo);
        value.subtract(0, 1);
        exponent -= value.normalize();
    }
}
