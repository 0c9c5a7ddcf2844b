// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Single precision as SSE computes it: values are ints with the bits of the format, flags go to the environment.
///
/// As in {@link Binary64}, which says how, the host's arithmetic is used where its result is provably the same.
public final class Binary32 {
    private static final int SIGN = Integer.MIN_VALUE, EXPONENT = 0x7F80_0000, QUIET = 0x0040_0000;
    private static final int INFINITY = EXPONENT, DEFAULT_NAN = SIGN | EXPONENT | QUIET;
    private static final int PRECISION = 24, BIAS = 127;

    final SoftBinary soft;
    private final SseEnvironment e;

    public Binary32(SseEnvironment environment) {
        e = environment;
        soft = new SoftBinary(environment, PRECISION, BIAS);
    }

    // ---- arithmetic

    public int add(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        float sum = x + y;
        int z = Float.floatToRawIntBits(sum);
        if (!e.nearest || isDenormal(a) || isDenormal(b) || !isPlain(z) && !isZero(z)) {
            return (int) soft.add(wide(a), wide(b), false);
        }
        if (e.watchesPrecision) watchSum(x, y, sum);
        return z;
    }

    public int subtract(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        float difference = x - y;
        int z = Float.floatToRawIntBits(difference);
        if (!e.nearest || isDenormal(a) || isDenormal(b) || !isPlain(z) && !isZero(z)) {
            return (int) soft.add(wide(a), wide(b), true);
        }
        if (e.watchesPrecision) watchSum(x, -y, difference);
        return z;
    }

    public int multiply(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        int z = Float.floatToRawIntBits(x * y);
        if (e.nearest && !isDenormal(a) && !isDenormal(b)) {
            if (isPlain(z)) {
                if (e.watchesPrecision) watchProduct(x, y, Float.intBitsToFloat(z));
                return z;
            }
            if (isZero(z) && (isZero(a) || isZero(b))) return z;
        }
        return (int) soft.multiply(wide(a), wide(b));
    }

    public int divide(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        int z = Float.floatToRawIntBits(x / y);
        if (e.nearest && !isDenormal(a) && !isDenormal(b)) {
            if (isPlain(z)) {
                if (e.watchesPrecision) watchProduct(Float.intBitsToFloat(z), y, x);
                return z;
            }
            if (isZero(z) && isZero(a)) return z;
        }
        return (int) soft.divide(wide(a), wide(b));
    }

    public int squareRoot(int a) {
        float x = Float.intBitsToFloat(a);
        float root = (float) Math.sqrt(x); // rounding twice is harmless for a root of 24 bits
        if (!e.nearest || isDenormal(a) || !isPlain(Float.floatToRawIntBits(root))) {
            return (int) soft.squareRoot(wide(a));
        }
        if (e.watchesPrecision) watchProduct(root, root, x);
        return Float.floatToRawIntBits(root);
    }

    /// See {@link Binary64}: the error of a sum is a number of the format.
    private void watchSum(float x, float y, float sum) {
        float yInSum = sum - x;
        if (x - (sum - yInSum) + (y - yInSum) != 0) e.flags |= SseEnvironment.PE;
    }

    /// A product of two singles is a double.
    private void watchProduct(float x, float y, float product) {
        if ((double) x * y != product) e.flags |= SseEnvironment.PE;
    }

    // ---- comparison

    public int min(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        if (isPeculiar(a) || isPeculiar(b)) return (int) soft.extreme(wide(a), wide(b), false);
        return x < y ? a : b;
    }

    public int max(int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        if (isPeculiar(a) || isPeculiar(b)) return (int) soft.extreme(wide(a), wide(b), true);
        return x > y ? a : b;
    }

    /// @param signals whether a quiet NaN raises IE too
    /// @return one of the outcomes of {@link Binary64#order}
    public int order(int a, int b, boolean signals) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        if (isPeculiar(a) || isPeculiar(b)) return soft.order(wide(a), wide(b), signals);
        return x < y ? Binary64.LESS : x > y ? Binary64.GREATER : Binary64.EQUAL;
    }

    /// CMPccPS: what of a predicate, 0 to 7, holds.
    public boolean compare(int a, int b, int predicate) {
        return Binary64.holds(predicate, order(a, b, Binary64.signals(predicate)));
    }

    // ---- conversion

    /// CVTSD2SS.
    public int fromDouble(long v, Binary64 doubles) {
        double x = Double.longBitsToDouble(v);
        float narrow = (float) x;
        int z = Float.floatToRawIntBits(narrow);
        if (!e.nearest || !isPlain(z)) return (int) soft.convert(v, doubles.soft);
        if (narrow != x) e.flags |= SseEnvironment.PE;
        return z;
    }

    /// CVTSI2SS.
    public int fromInt(int v, Binary64 doubles) {
        return fromDouble(Binary64.fromInt(v), doubles);
    }

    /// CVTSS2SI, and with `chop` CVTTSS2SI: 80000000h with IE for what does not fit. Denormals raise no DE.
    public int toInt(int v, boolean chop) {
        return e.toInt(isDenormal(v) && e.denormalsAreZeros() ? 0 : Float.intBitsToFloat(v), chop);
    }

    // ---- approximation: no rounding control, no flags, denormals are zeros (IA-32 SDM volume 2, RCPPS)

    /// RCPSS.
    public static int reciprocal(int v) {
        int s = v & SIGN;
        int m = v & ~SIGN;
        if (m > INFINITY) return v | QUIET;
        if (m == INFINITY) return s;
        if (m < 1 << PRECISION - 1) return s | INFINITY;
        return s | approximation(1 / (double) Float.intBitsToFloat(m & ~0xFFF | 0x800));
    }

    /// RSQRTSS.
    public static int reciprocalRoot(int v) {
        int s = v & SIGN;
        int m = v & ~SIGN;
        if (m > INFINITY) return v | QUIET;
        if (m < 1 << PRECISION - 1) return s | INFINITY;
        if (s != 0) return DEFAULT_NAN;
        if (m == INFINITY) return 0;
        return approximation(1 / Math.sqrt(Float.intBitsToFloat(m & ~0x1FFF | 0x1000)));
    }

    /// Intel's processors look 2,048 intervals up in a table, which says of each what its middle gives, with 12
    /// bits behind the leading one. The processors of other makers are as close, elsewhere.
    private static int approximation(double x) {
        long rounded = Double.doubleToRawLongBits(x) + (1L << 39) & -1L << 40;
        int z = Float.floatToRawIntBits((float) Double.longBitsToDouble(rounded));
        return z < 1 << PRECISION - 1 ? 0 : z;
    }

    // ---- what a value is

    /// Zero, or normal.
    boolean isOrdinary(int v) {
        int exponent = v & EXPONENT;
        return exponent != 0 && exponent != EXPONENT || isZero(v);
    }

    private static long wide(int v) {
        return v & 0xFFFFFFFFL;
    }

    private static boolean isZero(int v) {
        return v << 1 == 0;
    }

    private static boolean isDenormal(int v) {
        return (v & EXPONENT) == 0 && v << 1 != 0;
    }

    /// Denormal or a NaN.
    private static boolean isPeculiar(int v) {
        return isDenormal(v) || (v & ~SIGN) > INFINITY;
    }

    /// As {@link Binary64}'s: a biased exponent of 2 to 254.
    private static boolean isPlain(int v) {
        return ((v >>> PRECISION - 1) - 2 & 0xFF) < 0xFD;
    }
}
