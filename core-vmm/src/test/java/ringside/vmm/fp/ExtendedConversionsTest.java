// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Integers, decimals and the shorter formats, against the arithmetic of the class library.
class ExtendedConversionsTest {
    private static final int COUNT = 40_000;
    private static final RoundingMode[] MODES = {
        RoundingMode.HALF_EVEN, RoundingMode.FLOOR, RoundingMode.CEILING, RoundingMode.DOWN
    };

    private final Extended x = new Extended();
    private final Random random = new Random(8231);
    private long m;
    private int se;

    private void operand(int low, int high) {
        m = ExactNumber.significand(random);
        se = 0x3FFF + low + random.nextInt(high - low) | random.nextInt() & 0x8000;
    }

    private BigDecimal value(long am, int ase) {
        ExactNumber a = ExactNumber.of(am, ase);
        BigInteger whole = a.in(Math.min(a.e(), 0));
        return a.e() >= 0 ? new BigDecimal(whole) : new BigDecimal(whole).divide(power(-a.e()));
    }

    private static BigDecimal power(int n) {
        return new BigDecimal(BigInteger.ONE.shiftLeft(n));
    }

    private String operandInWords() {
        return String.format("%04x %04x:%016x", x.control(), se, m);
    }

    @Test
    void everyLongComesBack() {
        for (int k = 0; k < COUNT; k++) {
            long v = k < 3 ? Long.MIN_VALUE + k : random.nextLong() >> random.nextInt(64);
            x.begin(0x037F);
            x.fromInt(v);
            assertEquals(v, x.toInt(x.m, x.se, 8, false));
            assertEquals(0, x.flags);
        }
    }

    @Test
    void everyDoubleComesBack() {
        for (int k = 0; k < COUNT; k++) {
            long bits = random.nextLong();
            if (k % 8 == 0) bits &= 0x800F_FFFF_FFFF_FFFFL;
            if (Double.isNaN(Double.longBitsToDouble(bits))) bits |= 1L << 51;
            x.begin(0x037F);
            x.fromDouble(bits);
            x.begin(0x037F);
            assertEquals(bits, x.toDouble(x.m, x.se));
            assertEquals(0, x.flags);
        }
    }

    @Test
    void everySingleComesBack() {
        for (int k = 0; k < COUNT; k++) {
            int bits = random.nextInt();
            if (k % 8 == 0) bits &= 0x807F_FFFF;
            if (Float.isNaN(Float.intBitsToFloat(bits))) bits |= 1 << 22;
            x.begin(0x037F);
            x.fromSingle(bits);
            x.begin(0x037F);
            assertEquals(bits, x.toSingle(x.m, x.se));
            assertEquals(0, x.flags);
        }
    }

    @Test
    void aDoubleIsTheNearestThereIs() {
        for (int k = 0; k < COUNT / 8; k++) {
            operand(-1080, 1030);
            x.begin(0x037F);
            double expected = value(m, se).doubleValue();
            assertEquals(Double.doubleToRawLongBits(expected), x.toDouble(m, se), this::operandInWords);
            boolean exact = Double.isFinite(expected) && new BigDecimal(expected).compareTo(value(m, se)) == 0;
            assertEquals(exact, (x.flags & Extended.PE) == 0, this::operandInWords);
            assertEquals(Double.isInfinite(expected), (x.flags & Extended.OE) != 0, this::operandInWords);
        }
    }

    @Test
    void aSingleIsTheNearestThereIs() {
        for (int k = 0; k < COUNT / 2; k++) {
            operand(-155, 135);
            x.begin(0x037F);
            float expected = value(m, se).floatValue();
            assertEquals(Float.floatToRawIntBits(expected), x.toSingle(m, se), this::operandInWords);
        }
    }

    @Test
    void anIntegerIsRoundedTheWayTheControlWordSays() {
        for (int k = 0; k < COUNT; k++) {
            operand(-4, 66);
            int mode = random.nextInt(4);
            int bytes = 2 << random.nextInt(3);
            boolean chop = random.nextInt(4) == 0;
            BigDecimal truth = value(m, se);
            BigInteger whole =
                    truth.setScale(0, chop ? RoundingMode.DOWN : MODES[mode]).toBigInteger();
            x.begin(0x037F | mode << 10);
            long got = x.toInt(m, se, bytes, chop);
            if (whole.bitLength() >= 8 * bytes) {
                assertEquals(-1L << 8 * bytes - 1, got, this::operandInWords);
                assertEquals(Extended.IE, x.flags, this::operandInWords);
                continue;
            }
            BigDecimal rounded = new BigDecimal(whole);
            int flags = (rounded.compareTo(truth) != 0 ? Extended.PE : 0)
                    | (rounded.abs().compareTo(truth.abs()) > 0 ? Extended.ROUNDED_UP : 0);
            assertEquals(whole.longValue(), got, this::operandInWords);
            assertEquals(flags, x.flags, this::operandInWords);
            if (!chop) {
                x.begin(0x037F | mode << 10);
                x.roundToInteger(m, se);
                assertEquals(0, value(x.m, x.se).compareTo(rounded), this::operandInWords);
                assertEquals(se & 0x8000, x.se & 0x8000, this::operandInWords);
                assertEquals(flags, x.flags, this::operandInWords);
            }
        }
    }

    @Test
    void eighteenDigitsComeBack() {
        x.begin(0x037F);
        x.fromBcd(0x9876_5432_1098_7654L, 0x8032);
        x.toBcd(x.m, x.se);
        assertEquals(0x9876_5432_1098_7654L, x.m);
        assertEquals(0x8032, x.se);
        assertEquals(0, x.flags);
    }

    @Test
    void aNineteenthDigitIsInvalid() {
        x.begin(0x037F);
        x.fromInt(1_000_000_000_000_000_000L);
        x.toBcd(x.m, x.se);
        assertEquals(0xC000_0000_0000_0000L, x.m);
        assertEquals(0xFFFF, x.se);
        assertEquals(Extended.IE, x.flags);
    }

    @Test
    void aConstantIsTheNeighbourThatRoundingPicks() {
        String[] digits = {
            "3.32192809488736234787031942948939017586483139302458",
            "1.44269504088896340735992468100189213742664595415298",
            "3.14159265358979323846264338327950288419716939937510",
            "0.30102999566398119521373889472449302676818988146210",
            "0.69314718055994530941723212145817656807550013436025"
        };
        for (int which = 1; which <= 5; which++) {
            BigDecimal truth = new BigDecimal(digits[which - 1]);
            for (int mode = 0; mode < 4; mode++) {
                x.begin(0x037F | mode << 10);
                x.constant(which);
                BigDecimal unit = BigDecimal.ONE.divide(power(0x3FFF + 63 - x.se), MathContext.UNLIMITED);
                BigInteger expected = truth.divide(unit, MathContext.UNLIMITED)
                        .setScale(0, MODES[mode])
                        .toBigInteger();
                assertEquals(expected.toString(16), Long.toHexString(x.m));
                assertEquals(0, x.flags);
            }
        }
    }
}
