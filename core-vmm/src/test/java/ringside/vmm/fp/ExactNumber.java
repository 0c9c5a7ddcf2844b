// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import java.math.BigInteger;
import java.util.Random;

/// A number with all its bits, and the one textbook way to make an extended value of it: the reference for
/// [Extended].
///
/// @param negative the sign, which zero has as well
/// @param n the magnitude, in units of 2 to the power of e
/// @param e the exponent of those units
/// @param more whether something not zero lies below the last bit
record ExactNumber(boolean negative, BigInteger n, int e, boolean more) {
    private static final int LEAST = -16382;
    private static final int GREATEST = 16383;

    static ExactNumber of(long m, int se) {
        BigInteger n = new BigInteger(Long.toUnsignedString(m));
        return new ExactNumber((se & 0x8000) != 0, n, Math.max(se & 0x7FFF, 1) - 16383 - 63, false);
    }

    /// The signed magnitude in units of 2 to the power of `unit`, which is to be no more than e.
    BigInteger in(int unit) {
        BigInteger whole = n.shiftLeft(e - unit);
        return negative ? whole.negate() : whole;
    }

    static ExactNumber of(BigInteger signed, int e, boolean more) {
        return new ExactNumber(signed.signum() < 0, signed.abs(), e, more);
    }

    ExactNumber plus(ExactNumber b) {
        int unit = Math.min(e, b.e);
        return of(in(unit).add(b.in(unit)), unit, false);
    }

    ExactNumber times(ExactNumber b) {
        return new ExactNumber(negative != b.negative, n.multiply(b.n), e + b.e, false);
    }

    ExactNumber over(ExactNumber b) {
        BigInteger[] parts = n.shiftLeft(200).divideAndRemainder(b.n);
        return new ExactNumber(negative != b.negative, parts[0], e - 200 - b.e, parts[1].signum() != 0);
    }

    ExactNumber root() {
        int shift = 200 + (e & 1);
        BigInteger[] parts = n.shiftLeft(shift).sqrtAndRemainder();
        return new ExactNumber(false, parts[0], e - shift >> 1, parts[1].signum() != 0);
    }

    /// Significand, sign and exponent, and flags, as text.
    String rounded(int precision, int direction) {
        int top = n.bitLength() + e;
        int free = top - precision;
        int bound = Math.max(free, LEAST + 1 - precision);
        Cut unbounded = cut(free, direction);
        Cut cut = cut(bound, direction);
        boolean tiny = unbounded.whole.bitLength() + free <= LEAST;
        int flags = cut.inexact ? Extended.PE | (tiny ? Extended.UE : 0) : 0;
        BigInteger whole = cut.whole;
        if (whole.bitLength() + bound - 1 > GREATEST) {
            flags |= Extended.PE | Extended.OE;
            boolean away = direction == Extended.NEAREST || direction == (negative ? Extended.DOWN : Extended.UP);
            return away
                    ? written(Long.MIN_VALUE, 0x7FFF, flags | Extended.ROUNDED_UP)
                    : written(-1L << 64 - precision, 0x7FFE, flags);
        }
        flags |= cut.up ? Extended.ROUNDED_UP : 0;
        if (whole.signum() == 0) return written(0, 0, flags);
        int exponent = Math.max(whole.bitLength() + bound - 1, LEAST);
        long m = whole.shiftLeft(bound - exponent + 63).longValue();
        return written(m, m < 0 ? exponent + 16383 : 0, flags);
    }

    private String written(long m, int exponent, int flags) {
        return text(m, exponent | (negative ? 0x8000 : 0), flags);
    }

    static String text(long m, int se, int flags) {
        return String.format("%04x:%016x %03x", se, m, flags);
    }

    private record Cut(BigInteger whole, boolean inexact, boolean up) {}

    private Cut cut(int unit, int direction) {
        BigInteger fine = n.shiftLeft(Math.max(e - unit, 0));
        int drop = Math.max(unit - e, 0);
        BigInteger whole = fine.shiftRight(drop);
        BigInteger rest = fine.subtract(whole.shiftLeft(drop));
        boolean inexact = more || rest.signum() != 0;
        BigInteger half = drop == 0 ? BigInteger.ONE : BigInteger.ONE.shiftLeft(drop - 1);
        int order = drop == 0 ? -1 : rest.compareTo(half);
        boolean up = inexact
                && switch (direction) {
                    case Extended.NEAREST -> order > 0 || order == 0 && (more || whole.testBit(0));
                    case Extended.UP -> !negative;
                    case Extended.DOWN -> negative;
                    default -> false;
                };
        return new Cut(up ? whole.add(BigInteger.ONE) : whole, inexact, up);
    }

    /// A significand with the integer bit: long, short, or next to a power of two.
    static long significand(Random random) {
        long m = switch (random.nextInt(7)) {
            case 0 -> 0;
            case 1 -> random.nextLong() << 40 ^ 1L << random.nextInt(41);
            case 2 -> random.nextLong() << 11 ^ 1L << random.nextInt(12);
            case 3 -> -1L << random.nextInt(64);
            case 4 -> random.nextInt(5) - 2;
            default -> random.nextLong();
        };
        return m | Long.MIN_VALUE;
    }
}
