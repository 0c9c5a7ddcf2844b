// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import java.util.Random;

/// Operands that find faults: plain numbers, numbers near each end of the range, few bits, and the values at
/// which a format changes its mind.
final class SseOperandsSource {
    private static final long[] SINGLES = {
        0,
        1,
        0x7FFFFF,
        0x800000,
        0x800001,
        0x400000,
        0x7F7FFFFF,
        0x7F800000,
        0x7FC00000,
        0x7F800001,
        0x7FD55555,
        0x3F800000,
        0x3F800001,
        0x3F7FFFFF,
        0x4F000000,
        0x4EFFFFFF,
        0x34000000,
        0x5F000000,
        0x1F800000,
        0x20000000
    };
    private static final long[] DOUBLES = {
        0,
        1,
        0xFFFFFFFFFFFFFL,
        0x10000000000000L,
        0x10000000000001L,
        0x7FEFFFFFFFFFFFFFL,
        0x7FF0000000000000L,
        0x7FF8000000000000L,
        0x7FF0000000000001L,
        0x3FF0000000000000L,
        0x3FEFFFFFFFFFFFFFL,
        0x41DFFFFFFFC00000L,
        0x41E0000000000000L,
        0x41DFFFFFFFE00000L,
        0x380FFFFFFFFFFFFFL,
        0x3810000000000000L,
        0x380FFFFFF0000000L,
        0x36A0000000000000L,
        0x3690000000000000L,
        0x47EFFFFFE0000000L,
        0x47EFFFFFF0000000L,
        0x1FF0000000000000L
    };

    private final Random random;

    SseOperandsSource(long seed) {
        random = new Random(seed);
    }

    int single() {
        int sign = random.nextInt() & 0x80000000;
        int bits = switch (random.nextInt(6)) {
            case 0 -> (int) SINGLES[random.nextInt(SINGLES.length)];
            case 1 -> random.nextInt();
            case 2 -> random.nextInt() & 0xFFFFFF;
            case 3 -> 0x3F000000 + random.nextInt(0x2000000);
            case 4 -> random.nextInt(256) << 23 | random.nextInt() & random.nextInt() & 0x7FFFFF;
            default -> Float.floatToRawIntBits(random.nextInt(4000) / 64f);
        };
        return bits & 0x7FFFFFFF | sign;
    }

    long real() {
        long sign = random.nextLong() & Long.MIN_VALUE;
        long bits = switch (random.nextInt(7)) {
            case 0 -> DOUBLES[random.nextInt(DOUBLES.length)];
            case 1 -> random.nextLong();
            case 2 -> random.nextLong() >>> 11;
            case 3 -> 0x3FE0000000000000L + (random.nextLong() >>> 11);
            case 4 -> (long) random.nextInt(2048) << 52 | random.nextLong() & random.nextLong() >>> 12;
            case 5 -> (long) (870 + random.nextInt(300)) << 52 | random.nextLong() >>> 12 + random.nextInt(40);
            default -> Double.doubleToRawLongBits(random.nextInt(4000) / 64.0);
        };
        return bits & Long.MAX_VALUE | sign;
    }

    int finiteSingle() {
        int v = single();
        return (v & 0x7F800000) == 0x7F800000 ? v ^ 0x40000000 : v;
    }

    long finiteReal() {
        long v = real();
        return (v & 0x7FF0000000000000L) == 0x7FF0000000000000L ? v ^ 0x4000000000000000L : v;
    }

    /// All rounding modes, masks, DAZ and FTZ, and flags that are set already.
    int mxcsr() {
        int masked = 0x1F80 | random.nextInt(4) << 13;
        return switch (random.nextInt(4)) {
            case 0 -> masked;
            case 1 -> masked | SseEnvironment.PE | (random.nextInt() & 0x8040);
            case 2 -> masked & ~(0x80 << random.nextInt(6));
            default -> random.nextInt(0x10000);
        };
    }

    boolean coin() {
        return random.nextBoolean();
    }

    int integer() {
        return random.nextInt() >> random.nextInt(32);
    }
}
