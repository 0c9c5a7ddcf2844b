// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import ringside.vmm.clock.Seeded;

/// Numbers at which processors are wrong.
final class Interesting {
    private static final int[] WORDS = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        15,
        16,
        31,
        32,
        33,
        63,
        64,
        127,
        128,
        255,
        256,
        0x7FFF,
        0x8000,
        0xFFFF,
        0x10000,
        0x7FFFFFFF,
        0x80000000,
        -1,
        -2,
        -128,
        -32768,
        0x55555555,
        0xAAAAAAAA,
        0x01020304,
        0x99999999,
        0x9A0F
    };
    /// Singles, then upper halves of doubles: zeros, ones, infinities, NaNs of both kinds, denormals, extremes.
    private static final int[] FLOATS = {
        0,
        0x80000000,
        0x3F800000,
        0xBF800000,
        0x7F800000,
        0xFF800000,
        0x7FC00000,
        0x7F800001,
        0xFFC12345,
        1,
        0x80000001,
        0x007FFFFF,
        0x00800000,
        0x7F7FFFFF,
        0x4B000000,
        0x4F000000,
        0xCF000000,
        0x3F7FFFFF,
        0x3F000000,
        0x3FF00000,
        0xBFF00000,
        0x7FF00000,
        0xFFF00000,
        0x7FF80000,
        0x7FF00001,
        0x000FFFFF,
        0x00100000,
        0x7FEFFFFF,
        0x43300000,
        0x41E00000,
        0xC1E00000,
        0x36A00000,
        0x47EFFFFF
    };
    private static final int[] EXPONENTS = {
        0, 1, 2, 0x3FFF, 0x3FFE, 0x4000, 0x401E, 0x403E, 0x403F, 0x7FFE, 0x7FFF, 0x3F81, 0x3F80, 0x3C01, 0x3C00, 0x43FE,
        0x407E
    };
    private static final long[] SIGNIFICANDS = {
        0,
        1L << 63,
        -1,
        3L << 62,
        1,
        (1L << 63) + 1,
        1L << 62,
        0x8000_0080_0000_0000L,
        0x8000_0000_0000_0400L,
        0xFFFF_FFFF_FFFF_F800L,
        0xFFFF_FF80_0000_0000L
    };

    private Interesting() {}

    static int number(Seeded random) {
        return switch (random.nextInt(8)) {
            case 0 -> (int) random.nextLong();
            case 1 -> (byte) random.nextLong();
            case 2 -> 1 << random.nextInt(32);
            case 3 -> FLOATS[random.nextInt(FLOATS.length)];
            default -> WORDS[random.nextInt(WORDS.length)];
        };
    }

    static long quad(Seeded random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> (long) FLOATS[random.nextInt(FLOATS.length)] << 32 | random.nextInt(2) * 0xFFFFFFFFL;
            default -> (long) number(random) << 32 | number(random) & 0xFFFFFFFFL;
        };
    }

    /// An FXSAVE image with values of every class.
    static byte[] fpu(Seeded random) {
        byte[] image = new byte[512];
        // Mostly as FNINIT leaves it, and with exceptions masked: unmasked ones end most programs' interest in x87.
        int control = 0x37F;
        if (random.nextInt(3) == 0) control = random.nextInt(0x1000) | 0x40;
        else if (random.nextInt(2) == 0) control = 0x7F | random.nextInt(16) << 8;
        int mxcsr = 0x1F80;
        if (random.nextInt(3) == 0) mxcsr = random.nextInt(0x10000);
        else if (random.nextInt(2) == 0) mxcsr |= random.nextInt(8) << 13 | random.nextInt(2) << 6;
        int status = random.nextInt(3) == 0 ? random.nextInt(0x10000) & 0x7F00 | random.nextInt(0x80) & ~control : 0;
        little(image, 0, 2, control);
        little(image, 2, 2, random.nextInt(4) == 0 ? status & 0x3FFF & ~0x80 : 0);
        little(image, 4, 1, random.nextInt(3) == 0 ? 0 : random.nextInt(256));
        little(image, 24, 4, mxcsr & 0xFFFF);
        for (int i = 0; i < 8; i++) {
            little(image, 32 + 16 * i, 8, SIGNIFICANDS[random.nextInt(SIGNIFICANDS.length)]);
            if (random.nextInt(3) == 0) little(image, 32 + 16 * i, 8, random.nextLong() | 1L << 63);
            int exponent =
                    random.nextInt(3) == 0 ? 0x3FE0 + random.nextInt(64) : EXPONENTS[random.nextInt(EXPONENTS.length)];
            little(image, 40 + 16 * i, 2, exponent | random.nextInt(2) << 15);
            little(image, 160 + 16 * i, 8, quad(random));
            little(image, 168 + 16 * i, 8, quad(random));
        }
        return image;
    }

    private static void little(byte[] image, int at, int bytes, long value) {
        for (int i = 0; i < bytes; i++) image[at + i] = (byte) (value >>> 8 * i);
    }
}
