// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/// The functions again, in decimal and by other series, to 70 digits.
final class TranscendentalReference {
    static final MathContext DIGITS = new MathContext(70);
    static final BigDecimal ONE = BigDecimal.ONE;
    static final BigDecimal TWO = BigDecimal.TWO;
    static final BigDecimal LN2 =
            atanh(ONE.divide(BigDecimal.valueOf(3), DIGITS)).multiply(TWO, DIGITS);
    /// By Machin.
    static final BigDecimal PI = atanSeries(ONE.divide(BigDecimal.valueOf(5), DIGITS))
            .multiply(BigDecimal.valueOf(16))
            .subtract(atanSeries(ONE.divide(BigDecimal.valueOf(239), DIGITS)).multiply(BigDecimal.valueOf(4)), DIGITS);
    /// The 66 bits of it that the processors have, halved.
    private static final BigDecimal HALF_PI =
            new BigDecimal(new BigInteger("3243F6A8885A308D3", 16)).multiply(power(-65));

    private TranscendentalReference() {}

    /// Exact down to 2^-400, then to [#DIGITS].
    static BigDecimal power(int n) {
        return n >= 0 ? TWO.pow(n) : n >= -400 ? new BigDecimal("0.5").pow(-n) : TWO.pow(n, DIGITS);
    }

    static BigDecimal value(long m, int se) {
        BigDecimal v = new BigDecimal(new BigInteger(Long.toUnsignedString(m))).multiply(unit(se));
        return (se & 0x8000) != 0 ? v.negate() : v;
    }

    /// What the lowest bit of the significand is worth.
    static BigDecimal unit(int se) {
        return power(Math.max(se & 0x7FFF, 1) - 16383 - 63);
    }

    static BigDecimal exp2m1(BigDecimal x) {
        return expm1(x.multiply(LN2, DIGITS));
    }

    private static BigDecimal expm1(BigDecimal t) {
        BigDecimal term = t;
        BigDecimal sum = t;
        for (int n = 2; n < 60; n++) {
            term = term.multiply(t, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /// The binary logarithm of 1 + x, for x around zero; the precision is that of x.
    static BigDecimal log2p1(BigDecimal x) {
        return atanh(x.divide(x.add(TWO), DIGITS)).multiply(TWO).divide(LN2, DIGITS);
    }

    /// The binary logarithm of m times 2^k, with m around one.
    static BigDecimal log2(BigDecimal m, int k) {
        return log2p1(m.subtract(ONE)).add(BigDecimal.valueOf(k), DIGITS);
    }

    private static BigDecimal atanh(BigDecimal s) {
        return inverses(s, s.multiply(s, DIGITS));
    }

    private static BigDecimal atanSeries(BigDecimal s) {
        return inverses(s, s.multiply(s, DIGITS).negate());
    }

    private static BigDecimal inverses(BigDecimal s, BigDecimal square) {
        BigDecimal power = s;
        BigDecimal sum = s;
        for (int n = 3; n < 150; n += 2) {
            power = power.multiply(square, DIGITS);
            sum = sum.add(power.divide(BigDecimal.valueOf(n), DIGITS), DIGITS);
            if (power.signum() == 0 || sum.precision() - sum.scale() - power.precision() + power.scale() > 72) break;
        }
        return sum;
    }

    /// The angle of the point (x, y), neither zero: halved thrice, then the series.
    static BigDecimal atan(BigDecimal y, BigDecimal x) {
        BigDecimal a = y.abs();
        BigDecimal b = x.abs();
        boolean steep = a.compareTo(b) > 0;
        BigDecimal q = steep ? b.divide(a, DIGITS) : a.divide(b, DIGITS);
        for (int i = 0; i < 3; i++) {
            q = q.divide(q.multiply(q).add(ONE, DIGITS).sqrt(DIGITS).add(ONE), DIGITS);
        }
        BigDecimal angle = atanSeries(q).multiply(BigDecimal.valueOf(8));
        if (steep) angle = PI.divide(TWO, DIGITS).subtract(angle, DIGITS);
        if (x.signum() < 0) angle = PI.subtract(angle, DIGITS);
        return y.signum() < 0 ? angle.negate() : angle;
    }

    static BigDecimal sin(BigDecimal x) {
        BigInteger n = quarters(x);
        BigDecimal r = x.subtract(HALF_PI.multiply(new BigDecimal(n)));
        BigDecimal v = n.testBit(0) ? cosSeries(r) : sinSeries(r);
        return n.testBit(1) ? v.negate() : v;
    }

    static BigDecimal cos(BigDecimal x) {
        BigInteger n = quarters(x);
        BigDecimal r = x.subtract(HALF_PI.multiply(new BigDecimal(n)));
        BigDecimal v = n.testBit(0) ? sinSeries(r) : cosSeries(r);
        return n.testBit(0) != n.testBit(1) ? v.negate() : v;
    }

    static BigDecimal tan(BigDecimal x) {
        return sin(x).divide(cos(x), DIGITS);
    }

    private static BigInteger quarters(BigDecimal x) {
        BigDecimal quotient = x.divide(HALF_PI, DIGITS);
        return quotient.add(BigDecimal.valueOf(quotient.signum()).multiply(new BigDecimal("0.5")))
                .toBigInteger();
    }

    private static BigDecimal sinSeries(BigDecimal r) {
        return factorials(r, r, 2);
    }

    private static BigDecimal cosSeries(BigDecimal r) {
        return factorials(ONE, r, 1);
    }

    private static BigDecimal factorials(BigDecimal first, BigDecimal r, int from) {
        BigDecimal square = r.multiply(r, DIGITS).negate();
        BigDecimal term = first;
        BigDecimal sum = first;
        for (int n = from; n < 56; n += 2) {
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf((long) n * (n + 1)), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /// 2^128 times a number from zero to one, cut off.
    static BigInteger fraction(BigDecimal v) {
        return v.multiply(power(128)).toBigInteger();
    }
}
