// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Arithmetic of finite nonzero numbers without a format: the part that single and double precision share.
///
/// A number is `significand * 2^(exponent - 62)`, its significand normalized so that bit 62 is the leading one.
/// An operation leaves its result in the fields: at least 55 bits as they are, and below them a bit that is set
/// when anything nonzero was lost. That is enough to round correctly to any precision of up to 53 bits.
final class Significands {
    boolean negative;
    int exponent;
    /// Zero only where a sum cancels exactly.
    long significand;

    void set(boolean sign, int exp, long sig) {
        negative = sign;
        exponent = exp;
        significand = sig;
    }

    void add(boolean signA, int expA, long sigA, boolean signB, int expB, long sigB) {
        boolean aFirst = expA != expB ? expA > expB : sigA >= sigB;
        long large = aFirst ? sigA : sigB;
        long small = aFirst ? shiftRight(sigB, expA - expB) : shiftRight(sigA, expB - expA);
        negative = aFirst ? signA : signB;
        exponent = aFirst ? expA : expB;
        if (signA == signB) {
            settle(large + small);
            return;
        }
        significand = large - small;
        if (significand == 0) return;
        int up = Long.numberOfLeadingZeros(significand) - 1;
        significand <<= up;
        exponent -= up;
    }

    void multiply(boolean sign, int expA, long sigA, int expB, long sigB) {
        long high = Math.multiplyHigh(sigA, sigB);
        long low = sigA * sigB;
        negative = sign;
        exponent = expA + expB;
        settle(high << 2 | low >>> 62 | (low << 2 != 0 ? 1 : 0));
    }

    /// Long division, ten bits at a time. The significands have at most 53 bits.
    void divide(boolean sign, int expA, long sigA, int expB, long sigB) {
        long divisor = sigB >>> 10;
        long rest = sigA >>> 10;
        negative = sign;
        exponent = expA - expB;
        long quotient = 0;
        if (rest >= divisor) {
            rest -= divisor;
            quotient = 1;
        }
        for (int k = 0; k < 6; k++) {
            rest <<= 10;
            long digits = rest / divisor;
            rest -= digits * divisor;
            quotient = quotient << 10 | digits;
        }
        quotient = quotient << 1 | (rest != 0 ? 1 : 0);
        int up = Long.numberOfLeadingZeros(quotient) - 1;
        significand = quotient << up;
        exponent -= up - 1;
    }

    /// Digit by digit, two bits of the radicand for one of the root. The significand has at most 53 bits.
    void squareRoot(int exp, long sig) {
        // m * 2^(2h) with m of 53 or 54 bits; the root has 27 bits of m and 31 more behind the point
        int odd = exp & 1;
        long m = sig >>> 10 - odd;
        long rest = 0;
        long root = 0;
        for (int k = 0; k < 58; k++) {
            int at = 52 - 2 * k;
            long pair = at >= 0 ? m >>> at & 3 : 0;
            rest = rest << 2 | pair;
            long trial = root << 2 | 1;
            root <<= 1;
            if (rest >= trial) {
                rest -= trial;
                root |= 1;
            }
        }
        negative = false;
        exponent = exp - odd >> 1;
        root = root << 1 | (rest != 0 ? 1 : 0);
        significand = root << Long.numberOfLeadingZeros(root) - 1;
    }

    /// A sum or product of up to 64 bits: one place to the right when it grew by a bit.
    private void settle(long unsigned) {
        if (unsigned < 0) {
            unsigned = unsigned >>> 1 | unsigned & 1;
            exponent++;
        }
        significand = unsigned;
    }

    /// To the right; what falls out is remembered in bit 0.
    static long shiftRight(long v, int by) {
        if (by == 0) return v;
        if (by > 62) return v != 0 ? 1 : 0;
        return v >>> by | (v << -by != 0 ? 1 : 0);
    }

    /// Rounds to a format and packs it.
    ///
    /// @param precision bits of the significand, the leading one included
    /// @param bias      of the format's exponent
    /// @return sign, exponent and fraction as the format has them, from bit 0 up
    long pack(SseEnvironment e, int precision, int bias) {
        int drop = 63 - precision;
        long sign = negative ? 1L << precision + exponentBits(bias) - 1 : 0;
        int biased = exponent + bias;
        long rounded = roundOff(e, significand, drop);
        boolean inexact = (significand & (1L << drop) - 1) != 0;
        boolean carried = rounded >>> precision != 0;
        if (biased <= 0 && !(biased == 0 && carried)) return packTiny(e, sign, biased, drop, inexact);
        if (carried) {
            rounded >>>= 1;
            biased++;
        }
        if (inexact) e.flags |= SseEnvironment.PE;
        int infinite = 2 * bias + 1;
        if (biased < infinite) return sign | (long) biased << precision - 1 | rounded & (1L << precision - 1) - 1;
        e.flags |= SseEnvironment.OE;
        if (!e.masked(SseEnvironment.OE)) return sign;
        e.flags |= SseEnvironment.PE;
        long infinity = (long) infinite << precision - 1;
        return sign | (overflowsToInfinity(e) ? infinity : infinity - 1);
    }

    /// The number is below the smallest normal one, even after rounding with an exponent of any size.
    private long packTiny(SseEnvironment e, long sign, int biased, int drop, boolean inexact) {
        if (!e.masked(SseEnvironment.UE)) {
            e.flags |= SseEnvironment.UE | (inexact ? SseEnvironment.PE : 0);
            return sign;
        }
        if (e.tinyIsZero()) {
            e.flags |= SseEnvironment.UE | SseEnvironment.PE;
            return sign;
        }
        long denormal = shiftRight(significand, 1 - biased);
        if ((denormal & (1L << drop) - 1) != 0) e.flags |= SseEnvironment.UE | SseEnvironment.PE;
        return sign | roundOff(e, denormal, drop); // a carry makes the smallest normal number
    }

    private long roundOff(SseEnvironment e, long sig, int drop) {
        long half = 1L << drop - 1;
        long kept = sig >>> drop;
        long lost = sig & (1L << drop) - 1;
        boolean up = switch (e.rounding()) {
            case SseEnvironment.NEAREST -> lost > half || lost == half && (kept & 1) != 0;
            case SseEnvironment.DOWN -> negative && lost != 0;
            case SseEnvironment.UP -> !negative && lost != 0;
            default -> false;
        };
        return up ? kept + 1 : kept;
    }

    private boolean overflowsToInfinity(SseEnvironment e) {
        return switch (e.rounding()) {
            case SseEnvironment.NEAREST -> true;
            case SseEnvironment.DOWN -> negative;
            case SseEnvironment.UP -> !negative;
            default -> false;
        };
    }

    private static int exponentBits(int bias) {
        return 33 - Integer.numberOfLeadingZeros(bias);
    }
}
