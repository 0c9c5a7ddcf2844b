// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import java.math.BigInteger;

/// What SSE makes of finite operands, by integers as long as it takes: slow, and with nothing in common with the
/// code it judges.
///
/// A magnitude is an integer that counts units of 2^-SCALE; `more` says that a bit of something is above it.
final class SseReference {
    private static final int SCALE = 2300;
    private static final int UM = 0x800, OM = 0x400;

    private final int precision;
    private final int bias;
    private final int mxcsr;

    /// The outcome of the last operation.
    long bits;
    int flags;

    private BigInteger magnitude = BigInteger.ZERO;
    private boolean more;
    private boolean negative;

    /// @param precision bits of the significand, the leading one included
    SseReference(int precision, int bias, int mxcsr) {
        this.precision = precision;
        this.bias = bias;
        this.mxcsr = mxcsr;
    }

    static SseReference single(int mxcsr) {
        return new SseReference(24, 127, mxcsr);
    }

    static SseReference real(int mxcsr) {
        return new SseReference(53, 1023, mxcsr);
    }

    // ---- operands

    private long signBit() {
        return 1L << precision + Integer.bitCount(bias);
    }

    private long field(long v) {
        return (v & signBit() - 1) >>> precision - 1;
    }

    private long fraction(long v) {
        return v & (1L << precision - 1) - 1;
    }

    private boolean isNegative(long v) {
        return (v & signBit()) != 0;
    }

    /// Notes a denormal, or makes it a zero.
    private BigInteger operand(long v) {
        if (field(v) == 0 && fraction(v) != 0) {
            if ((mxcsr & SseEnvironment.DAZ) != 0) return BigInteger.ZERO;
            flags |= SseEnvironment.DE;
        }
        return magnitudeOf(v);
    }

    private BigInteger magnitudeOf(long v) {
        long significand = field(v) == 0 ? fraction(v) : fraction(v) | 1L << precision - 1;
        int exponent = (int) Math.max(field(v), 1) - bias - (precision - 1);
        return BigInteger.valueOf(significand).shiftLeft(SCALE + exponent);
    }

    private boolean down() {
        return (mxcsr & SseEnvironment.RC) == 0x2000;
    }

    // ---- operations

    void add(long a, long b, boolean subtract) {
        BigInteger x = operand(a);
        BigInteger y = operand(b);
        boolean minusY = isNegative(b) != subtract;
        if (isNegative(a)) x = x.negate();
        if (minusY) y = y.negate();
        BigInteger sum = x.add(y);
        boolean zerosAgree = x.signum() == 0 && y.signum() == 0 && isNegative(a) == minusY;
        negative = sum.signum() < 0 || sum.signum() == 0 && (zerosAgree ? isNegative(a) : down());
        magnitude = sum.abs();
        round();
    }

    void multiply(long a, long b) {
        BigInteger product = operand(a).multiply(operand(b));
        negative = isNegative(a) != isNegative(b);
        magnitude = product.shiftRight(SCALE);
        more = !magnitude.shiftLeft(SCALE).equals(product);
        round();
    }

    /// The divisor is not zero, nor a denormal under DAZ.
    void divide(long a, long b) {
        BigInteger[] q = operand(a).shiftLeft(SCALE).divideAndRemainder(operand(b));
        negative = isNegative(a) != isNegative(b);
        magnitude = q[0];
        more = q[1].signum() != 0;
        round();
    }

    /// Of what is not negative.
    void squareRoot(long a) {
        BigInteger[] root = operand(a).shiftLeft(SCALE).sqrtAndRemainder();
        magnitude = root[0];
        more = root[1].signum() != 0;
        round();
    }

    /// From another format.
    void convert(long v, SseReference from) {
        magnitude = from.operand(v);
        flags = from.flags;
        negative = from.isNegative(v);
        round();
    }

    // ---- rounding

    private void round() {
        long sign = negative ? signBit() : 0;
        if (magnitude.signum() == 0 && !more) {
            bits = sign;
            return;
        }
        int leading = magnitude.bitLength() - 1 - SCALE;
        BigInteger smallestNormal = BigInteger.ONE.shiftLeft(SCALE + 1 - bias);
        BigInteger unbounded = roundedTo(leading - precision + 1);
        boolean inexact = more || !unbounded.equals(magnitude);
        if (unbounded.compareTo(smallestNormal) < 0) {
            tiny(sign, inexact);
        } else if (unbounded.bitLength() - 1 - SCALE > bias) {
            flags |= SseEnvironment.OE;
            if ((mxcsr & OM) == 0) {
                if (inexact) flags |= SseEnvironment.PE;
                return;
            }
            flags |= SseEnvironment.PE;
            long infinity = (2L * bias + 1) << precision - 1;
            bits = sign | (up(true) ? infinity : infinity - 1);
        } else {
            if (inexact) flags |= SseEnvironment.PE;
            bits = sign | pack(unbounded);
        }
    }

    private void tiny(long sign, boolean inexact) {
        if ((mxcsr & UM) == 0) {
            flags |= SseEnvironment.UE | (inexact ? SseEnvironment.PE : 0);
        } else if ((mxcsr & SseEnvironment.FTZ) != 0) {
            flags |= SseEnvironment.UE | SseEnvironment.PE;
            bits = sign;
        } else {
            BigInteger rounded = roundedTo(1 - bias - (precision - 1));
            if (more || !rounded.equals(magnitude)) flags |= SseEnvironment.UE | SseEnvironment.PE;
            bits = sign | pack(rounded);
        }
    }

    private long pack(BigInteger v) {
        int exponent = Math.max(v.bitLength() - 1 - SCALE, 1 - bias);
        long significand = v.shiftRight(SCALE + exponent - precision + 1).longValueExact();
        long hidden = 1L << precision - 1;
        return significand < hidden ? significand : significand - hidden | (long) (exponent + bias) << precision - 1;
    }

    /// The magnitude as a multiple of 2^quantum.
    private BigInteger roundedTo(int quantum) {
        int drop = SCALE + quantum;
        BigInteger kept = magnitude.shiftRight(drop);
        BigInteger lost = magnitude.subtract(kept.shiftLeft(drop));
        int half = lost.compareTo(BigInteger.ONE.shiftLeft(drop - 1));
        boolean above = half > 0 || half == 0 && more;
        boolean nearestUp = above || half == 0 && kept.testBit(0);
        boolean up = (lost.signum() != 0 || more) && up(nearestUp);
        return (up ? kept.add(BigInteger.ONE) : kept).shiftLeft(drop);
    }

    /// Away from zero?
    private boolean up(boolean nearest) {
        return switch (mxcsr >>> 13 & 3) {
            case 0 -> nearest;
            case 1 -> negative;
            case 2 -> !negative;
            default -> false;
        };
    }

    /// Flags that are left when an operand's exception is unmasked.
    int raised() {
        int before = flags & (SseEnvironment.IE | SseEnvironment.DE | SseEnvironment.ZE);
        return (before & ~(mxcsr >>> 7)) != 0 ? before : flags;
    }

    boolean faults() {
        return (flags & ~(mxcsr >>> 7) & 0x3F) != 0;
    }
}
