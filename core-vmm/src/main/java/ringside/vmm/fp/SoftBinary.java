// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// One IEEE format by integers alone: right for all operands, rounding modes and flags. (IA-32 SDM volume 1,
/// 4.8, 4.9 and 11.5; what the manual leaves open is as processors do it.)
///
/// Values have the bits of the format, from bit 0 up.
final class SoftBinary {
    private final SseEnvironment e;
    private final Significands n = new Significands();
    private final int precision;
    private final int bias;
    private final long sign;
    private final long infinity;
    private final long smallestNormal;
    private final long quiet;
    private final long defaultNan;

    /// @param precision bits of the significand, the leading one included
    /// @param bias      of the exponent
    SoftBinary(SseEnvironment environment, int precision, int bias) {
        e = environment;
        this.precision = precision;
        this.bias = bias;
        smallestNormal = 1L << precision - 1;
        infinity = (2L * bias + 1) << precision - 1;
        sign = infinity + smallestNormal;
        quiet = smallestNormal >>> 1;
        defaultNan = sign | infinity | quiet;
    }

    // ---- what a value is

    private long magnitude(long v) {
        return v & ~sign;
    }

    private boolean isNaN(long v) {
        return magnitude(v) > infinity;
    }

    private boolean isInfinite(long v) {
        return magnitude(v) == infinity;
    }

    private boolean isZero(long v) {
        return magnitude(v) == 0;
    }

    private boolean isDenormal(long v) {
        return !isZero(v) && magnitude(v) < smallestNormal;
    }

    /// A signalling NaN raises IE. The result is the first operand that is a NaN, quiet.
    private long nan(long a, long b) {
        if (isSignalling(a) || isSignalling(b)) e.flags |= SseEnvironment.IE;
        return (isNaN(a) ? a : b) | quiet;
    }

    private boolean isSignalling(long v) {
        return isNaN(v) && (v & quiet) == 0;
    }

    private long invalid() {
        e.flags |= SseEnvironment.IE;
        return defaultNan;
    }

    /// The operand as it counts: a denormal is a zero under DAZ, else it raises DE.
    private long operand(long v) {
        long x = seen(v);
        if (isDenormal(x)) e.flags |= SseEnvironment.DE;
        return x;
    }

    /// The same where IE or ZE comes before DE.
    private long seen(long v) {
        return isDenormal(v) && e.denormalsAreZeros() ? v & sign : v;
    }

    private int exponent(long v) {
        long m = magnitude(v);
        if (m >= smallestNormal) return (int) (m >>> precision - 1) - bias;
        return 1 - bias - (Long.numberOfLeadingZeros(m) - (64 - precision));
    }

    private long significand(long v) {
        long m = magnitude(v);
        if (m >= smallestNormal) return (m & smallestNormal - 1 | smallestNormal) << 63 - precision;
        return m << Long.numberOfLeadingZeros(m) - 1;
    }

    private long pack() {
        return n.pack(e, precision, bias);
    }

    /// The number itself, which may still be too small for the environment.
    private long pack(long v) {
        n.set((v & sign) != 0, exponent(v), significand(v));
        return pack();
    }

    // ---- arithmetic

    long add(long a, long b, boolean subtract) {
        if (isNaN(a) || isNaN(b)) return nan(a, b);
        long x = operand(a);
        long y = operand(b) ^ (subtract ? sign : 0);
        if (isInfinite(x)) return isInfinite(y) && x != y ? invalid() : x;
        if (isInfinite(y)) return y;
        if (isZero(x)) return isZero(y) ? x == y ? x : nothing() : pack(y);
        if (isZero(y)) return pack(x);
        n.add((x & sign) != 0, exponent(x), significand(x), (y & sign) != 0, exponent(y), significand(y));
        return n.significand == 0 ? nothing() : pack();
    }

    /// The zero of a sum that cancels.
    private long nothing() {
        return e.rounding() == SseEnvironment.DOWN ? sign : 0;
    }

    long multiply(long a, long b) {
        if (isNaN(a) || isNaN(b)) return nan(a, b);
        long x = operand(a);
        long y = operand(b);
        long s = (x ^ y) & sign;
        if (isInfinite(x) || isInfinite(y)) return isZero(x) || isZero(y) ? invalid() : s | infinity;
        if (isZero(x) || isZero(y)) return s;
        n.multiply(s != 0, exponent(x), significand(x), exponent(y), significand(y));
        return pack();
    }

    long divide(long a, long b) {
        if (isNaN(a) || isNaN(b)) return nan(a, b);
        long s = (a ^ b) & sign;
        if (isZero(seen(b)) && !isInfinite(a)) {
            if (isZero(seen(a))) return invalid();
            e.flags |= SseEnvironment.ZE;
            return s | infinity;
        }
        long x = operand(a);
        long y = operand(b);
        if (isInfinite(x)) return isInfinite(y) ? invalid() : s | infinity;
        if (isInfinite(y)) return s;
        if (isZero(x)) return s;
        n.divide(s != 0, exponent(x), significand(x), exponent(y), significand(y));
        return pack();
    }

    long squareRoot(long a) {
        if (isNaN(a)) return nan(a, a);
        if ((a & sign) != 0) return isZero(seen(a)) ? sign : invalid();
        long x = operand(a);
        if (isZero(x) || x == infinity) return x;
        n.squareRoot(exponent(x), significand(x));
        return pack();
    }

    // ---- comparison

    /// The smaller one, or the larger one. The second operand when they are equal, and when one is a NaN, quiet
    /// or not, which raises IE.
    long extreme(long a, long b, boolean larger) {
        if (isNaN(a) || isNaN(b)) {
            e.flags |= SseEnvironment.IE;
            return seen(b);
        }
        long x = operand(a);
        long y = operand(b);
        return (larger ? less(y, x) : less(x, y)) ? x : y;
    }

    /// @param signals whether a quiet NaN raises IE too
    /// @return one of the outcomes of {@link Binary64}
    int order(long a, long b, boolean signals) {
        if (isNaN(a) || isNaN(b)) {
            if (signals || isSignalling(a) || isSignalling(b)) e.flags |= SseEnvironment.IE;
            return Binary64.UNORDERED;
        }
        long x = operand(a);
        long y = operand(b);
        return less(x, y) ? Binary64.LESS : less(y, x) ? Binary64.GREATER : Binary64.EQUAL;
    }

    private boolean less(long x, long y) {
        return ordinal(x) < ordinal(y);
    }

    /// Numbers in their order; the two zeros are one.
    private long ordinal(long v) {
        return (v & sign) != 0 ? -magnitude(v) : v;
    }

    // ---- from the other format

    /// @param v a value of `from`
    long convert(long v, SoftBinary from) {
        int wider = precision - from.precision;
        if (from.isNaN(v)) {
            if (from.isSignalling(v)) e.flags |= SseEnvironment.IE;
            long payload = v & from.smallestNormal - 1;
            long s = (v & from.sign) != 0 ? sign : 0;
            return s | infinity | quiet | (wider > 0 ? payload << wider : payload >>> -wider);
        }
        long x = from.operand(v);
        long s = (x & from.sign) != 0 ? sign : 0;
        if (from.isZero(x)) return s;
        if (from.isInfinite(x)) return s | infinity;
        n.set(s != 0, from.exponent(x), from.significand(x));
        return pack();
    }
}
