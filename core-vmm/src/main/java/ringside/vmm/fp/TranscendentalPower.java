// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Powers and logarithms of base two, of operands that are ordinary numbers.
///
/// A result is left in [#value], a significand, with [#exponent] and [#negative].
final class TranscendentalPower {
    final Wide128 value = new Wide128();
    int exponent;
    boolean negative;

    private final Wide128 argument = new Wide128();
    private final Wide128 term = new Wide128();

    /// 2^x - 1 for x below one in magnitude.
    ///
    /// The first six bits of x's fraction choose a power from the table, the series is for the rest: 2^(j/64) (1 +
    /// q) - 1, put so that only positive numbers are added. With no such bits the series alone is the result,
    /// however small.
    void exp2m1(boolean minus, int e, long m) {
        negative = minus;
        value.set(m, 0);
        int j = 0;
        if (e >= -6) {
            value.shiftRight(-1 - e);
            j = (int) (value.hi >>> 58);
            value.hi &= (1L << 58) - 1;
            e = value.zero() ? 0 : -1 - value.normalize();
        }
        if (!value.zero()) {
            e = expm1(minus, e);
            if (j == 0) {
                exponent = e;
                return;
            }
            value.shiftRight(-1 - e);
        }
        long[] powers = TranscendentalTables.POWERS;
        term.set(value);
        if (minus) {
            long high = powers[128 - 2 * j];
            long low = powers[129 - 2 * j];
            argument.set(high, low);
            argument.negate();
            argument.shiftRight(1);
            term.multiply(argument.hi, argument.lo);
            value.subtract(term.hi, term.lo);
            value.add(argument.hi, argument.lo);
        } else {
            term.multiply(powers[2 * j], powers[2 * j + 1]);
            value.add(term.hi, term.lo);
            value.add(powers[2 * j], powers[2 * j + 1]);
        }
        exponent = -1 - value.normalize();
    }

    /// e^t - 1 of the value times ln 2, at most 1/64 ln 2: t (1 + t/2! + t^2/3! + ...).
    private int expm1(boolean minus, int e) {
        value.multiply(TranscendentalTables.LN2_HIGH, TranscendentalTables.LN2_LOW);
        e -= value.normalize();
        argument.set(value);
        argument.shiftRight(-1 - e);
        term.series(TranscendentalTables.FACTORIALS, 2, 10, 15, 1, argument, minus);
        return e + scale(minus);
    }

    /// The value times one plus or minus the term.
    ///
    /// @return 1 when that carried into the exponent, -1 when it borrowed from it
    private int scale(boolean minus) {
        term.multiply(value.hi, value.lo);
        if (minus) {
            value.subtract(term.hi, term.lo);
            return -value.normalize();
        }
        value.add(term.hi, term.lo);
        if (value.hi < 0) return 0;
        value.shiftRight(1);
        value.hi |= Long.MIN_VALUE;
        return 1;
    }

    /// The binary logarithm of x, above zero.
    ///
    /// @return false when x is a power of two: [#exponent] is the logarithm, the value is nothing
    boolean log2(int e, long m) {
        value.set(m, 0);
        return log2(e);
    }

    /// The binary logarithm of 1 + x, for x above -1 and not zero. As with [#log2].
    boolean log2p1(boolean minus, int e, long m) {
        value.set(m, 0);
        if (e < -8) {
            logarithm(minus, e);
            return true;
        }
        if (minus) {
            value.shiftRight(-e);
            value.negate();
            value.hi ^= Long.MIN_VALUE;
            return log2(-value.normalize());
        }
        if (e <= 0) {
            value.shiftRight(-e);
            value.hi += Long.MIN_VALUE;
            return log2(carry(e == 0, 0));
        }
        term.set(Long.MIN_VALUE, 0);
        term.shiftRight(e);
        value.add(term.hi, term.lo);
        return log2(carry(value.hi >= 0, e));
    }

    private int carry(boolean carried, int e) {
        if (!carried) return e;
        value.shiftRight(1);
        value.hi |= Long.MIN_VALUE;
        return e + 1;
    }

    /// The value is m, from one to below two: it is brought near one by a factor from the table, of nine bits, so
    /// exactly.
    private boolean log2(int k) {
        int i = (int) (value.hi >>> 56) & 127;
        long[] table = TranscendentalTables.LOGARITHMS;
        long factor = table[3 * i];
        value.shiftRight(3);
        long low = value.lo * factor;
        value.hi = value.hi * factor + Math.unsignedMultiplyHigh(value.lo, factor);
        value.lo = low;
        boolean below = value.hi < 0;
        if (below) value.negate();
        if (i == 127) k++;
        if (value.zero()) {
            exponent = k;
            return false;
        }
        logarithm(below, -6 - value.normalize());
        if (k == 0 && (i == 0 || i == 127)) return true;
        sum(k, table[3 * i + 1], table[3 * i + 2]);
        return true;
    }

    /// Adds an integer and a fraction to the value, which is small.
    private void sum(int k, long high, long low) {
        value.shiftRight(-1 - exponent);
        if (negative) {
            long l = low - value.lo;
            long borrow = Long.compareUnsigned(low, value.lo) < 0 ? 1 : 0;
            long h = high - value.hi - borrow;
            if (Long.compareUnsigned(high, value.hi) < 0 || high == value.hi && borrow != 0) k--;
            value.set(h, l);
        } else {
            value.add(high, low);
            if (Long.compareUnsigned(value.hi, high) < 0) k++;
        }
        negative = k < 0;
        if (negative) {
            value.negate();
            k = value.zero() ? -k : -1 - k;
        }
        if (k == 0) {
            exponent = -1 - value.normalize();
            return;
        }
        int bits = 32 - Integer.numberOfLeadingZeros(k);
        value.shiftRight(bits);
        value.hi |= (long) k << 64 - bits;
        exponent = bits - 1;
    }

    /// The binary logarithm of 1 + f, with f as the value, at most 1/128: f (1 - f/2 + f^2/3 - ...) log2 e.
    private void logarithm(boolean minus, int e) {
        argument.set(value);
        argument.shiftRight(-1 - e);
        term.series(TranscendentalTables.INVERSES, 2, 10, 20, 1, argument, !minus);
        e += scale(!minus);
        value.multiply(TranscendentalTables.LOG2E_HIGH, TranscendentalTables.LOG2E_LOW);
        exponent = e + 1 - value.normalize();
        negative = minus;
    }
}
