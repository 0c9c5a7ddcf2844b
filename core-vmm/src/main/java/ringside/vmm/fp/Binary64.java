// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Double precision as SSE2 computes it: values are longs with the bits of the format, exceptions go to the
/// environment. (IA-32 SDM volume 1, 4.8 and 11.5.)
///
/// ## Two ways to one result
/// The host's arithmetic is IEEE's, rounding to nearest. Its result is taken when MXCSR rounds to nearest as
/// well, no operand is denormal and the result is well inside the normal range, so that PE is the only flag in
/// question; whether it is exact is computed, unless PE is set already and masked. Everything else goes the slow
/// way, by {@link SoftBinary}.
public final class Binary64 {
    /// Outcomes of {@link #order}, as ZF, PF and CF in EFLAGS.
    public static final int GREATER = 0, LESS = 1, EQUAL = 0x40, UNORDERED = 0x45;
    private static final long SIGN = Long.MIN_VALUE, EXPONENT = 0x7FF0_0000_0000_0000L;
    private static final int PRECISION = 53, BIAS = 1023;

    final SoftBinary soft;
    private final SseEnvironment e;

    public Binary64(SseEnvironment environment) {
        e = environment;
        soft = new SoftBinary(environment, PRECISION, BIAS);
    }

    // ---- arithmetic

    public long add(long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double sum = x + y;
        long z = Double.doubleToRawLongBits(sum);
        if (!e.nearest || isDenormal(a) || isDenormal(b) || !isPlain(z) && !isZero(z)) return soft.add(a, b, false);
        if (e.watchesPrecision) watchSum(x, y, sum);
        return z;
    }

    public long subtract(long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double difference = x - y;
        long z = Double.doubleToRawLongBits(difference);
        if (!e.nearest || isDenormal(a) || isDenormal(b) || !isPlain(z) && !isZero(z)) return soft.add(a, b, true);
        if (e.watchesPrecision) watchSum(x, -y, difference);
        return z;
    }

    public long multiply(long a, long b) {
        long z = Double.doubleToRawLongBits(Double.longBitsToDouble(a) * Double.longBitsToDouble(b));
        if (e.nearest && !isDenormal(a) && !isDenormal(b)) {
            if (isPlain(z)) {
                if (e.watchesPrecision) watchProduct(a, b, z);
                return z;
            }
            if (isZero(z) && (isZero(a) || isZero(b))) return z;
        }
        return soft.multiply(a, b);
    }

    public long divide(long a, long b) {
        long z = Double.doubleToRawLongBits(Double.longBitsToDouble(a) / Double.longBitsToDouble(b));
        if (e.nearest && !isDenormal(a) && !isDenormal(b)) {
            if (isPlain(z)) {
                if (e.watchesPrecision) watchProduct(z, b, a);
                return z;
            }
            if (isZero(z) && isZero(a)) return z;
        }
        return soft.divide(a, b);
    }

    public long squareRoot(long a) {
        long z = Double.doubleToRawLongBits(Math.sqrt(Double.longBitsToDouble(a)));
        if (!e.nearest || isDenormal(a) || !isPlain(z)) return soft.squareRoot(a);
        if (e.watchesPrecision) watchProduct(z, z, a);
        return z;
    }

    /// The rounding error of a sum is a number of the format, and this is how to have it. (Knuth, 4.2.2)
    private void watchSum(double x, double y, double sum) {
        double yInSum = sum - x;
        if (x - (sum - yInSum) + (y - yInSum) != 0) e.flags |= SseEnvironment.PE;
    }

    /// Whether a product of plain numbers was exact, seen by its odd parts.
    private void watchProduct(long a, long b, long product) {
        long p = oddPart(a);
        long q = oddPart(b);
        // more than 64 bits: no format could hold it
        int spare = Long.numberOfLeadingZeros(p) + Long.numberOfLeadingZeros(q);
        if (spare < 64 || p * q != oddPart(product)) e.flags |= SseEnvironment.PE;
    }

    private static long oddPart(long v) {
        long m = v & ~(SIGN | EXPONENT) | 1L << PRECISION - 1;
        return m >>> Long.numberOfTrailingZeros(m);
    }

    // ---- comparison

    public long min(long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        if (isPeculiar(a) || isPeculiar(b)) return soft.extreme(a, b, false);
        return x < y ? a : b;
    }

    public long max(long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        if (isPeculiar(a) || isPeculiar(b)) return soft.extreme(a, b, true);
        return x > y ? a : b;
    }

    /// @param signals whether a quiet NaN raises IE too
    /// @return {@link #GREATER}, {@link #LESS}, {@link #EQUAL} or {@link #UNORDERED}
    public int order(long a, long b, boolean signals) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        if (isPeculiar(a) || isPeculiar(b)) return soft.order(a, b, signals);
        return x < y ? LESS : x > y ? GREATER : EQUAL;
    }

    /// CMPccPD: what of a predicate, 0 to 7, holds.
    public boolean compare(long a, long b, int predicate) {
        return holds(predicate, order(a, b, signals(predicate)));
    }

    /// LT, LE and their negations.
    static boolean signals(int predicate) {
        return (predicate & 3) == 1 || (predicate & 3) == 2;
    }

    static boolean holds(int predicate, int order) {
        boolean yes = switch (predicate & 3) {
            case 0 -> order == EQUAL;
            case 1 -> order == LESS;
            case 2 -> order == LESS || order == EQUAL;
            default -> order == UNORDERED;
        };
        return yes == ((predicate & 4) == 0);
    }

    // ---- conversion

    /// CVTSS2SD.
    public long fromSingle(int v, Binary32 singles) {
        if (!singles.isOrdinary(v)) return soft.convert(v & 0xFFFFFFFFL, singles.soft);
        return Double.doubleToRawLongBits(Float.intBitsToFloat(v));
    }

    /// CVTSI2SD; always exact.
    public static long fromInt(int v) {
        return Double.doubleToRawLongBits(v);
    }

    /// CVTSD2SI, and with `chop` CVTTSD2SI: 80000000h with IE for what does not fit. Denormals raise no DE.
    public int toInt(long v, boolean chop) {
        return e.toInt(isDenormal(v) && e.denormalsAreZeros() ? 0 : Double.longBitsToDouble(v), chop);
    }

    // ---- what a value is

    private static boolean isZero(long v) {
        return v << 1 == 0;
    }

    private static boolean isDenormal(long v) {
        return (v & EXPONENT) == 0 && v << 1 != 0;
    }

    /// Denormal or a NaN.
    private static boolean isPeculiar(long v) {
        return isDenormal(v) || (v & ~SIGN) > EXPONENT;
    }

    /// Finite, and above the numbers that might have been tiny before rounding: a biased exponent of 2 to 2046.
    private static boolean isPlain(long v) {
        return ((v >>> PRECISION - 1) - 2 & 0x7FF) < 0x7FD;
    }
}
