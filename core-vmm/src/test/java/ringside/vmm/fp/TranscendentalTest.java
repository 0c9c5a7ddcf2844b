// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Results against the reference: nearest ones, and in the other directions the neighbours on either side.
class TranscendentalTest {
    private static final long ONE = Long.MIN_VALUE;
    private static final int BIAS = 16383;
    private static final int COUNT = 1500;
    /// Half a unit, and a little for an error 40 bits below.
    private static final BigDecimal HALF = new BigDecimal("0.500000000001");

    private final Extended x = new Extended();
    private final Transcendental functions = new Transcendental(x);
    private final Random random = new Random(8087);

    private long m;
    private int se;

    /// A significand; now and then a short one, or one near a power of two.
    private long significand() {
        return switch (random.nextInt(8)) {
            case 0 -> ONE | random.nextLong() << 48 & ~ONE;
            case 1 -> ONE | random.nextLong() >>> 34 + random.nextInt(30);
            case 2 -> ~(random.nextLong() >>> 34 + random.nextInt(30));
            default -> ONE | random.nextLong();
        };
    }

    private void operand(int low, int high) {
        m = significand();
        se = BIAS + low + random.nextInt(high - low) | random.nextInt() & 0x8000;
    }

    @FunctionalInterface
    private interface Call {
        void run();
    }

    /// @param expected what the result stands for, exactly
    private void compare(BigDecimal expected, Call call) {
        x.begin(0x037F);
        call.run();
        BigDecimal unit = TranscendentalReference.unit(x.se);
        BigDecimal error = TranscendentalReference.value(x.m, x.se)
                .subtract(expected)
                .abs()
                .divide(unit, TranscendentalReference.DIGITS);
        assertTrue(
                error.compareTo(HALF) <= 0,
                () -> error + " units at " + Long.toHexString(m) + " " + Integer.toHexString(se));
        x.begin(0x077F);
        call.run();
        BigDecimal below = TranscendentalReference.value(x.m, x.se);
        x.begin(0x0B7F);
        call.run();
        BigDecimal above = TranscendentalReference.value(x.m, x.se);
        assertTrue(
                below.compareTo(expected) <= 0 && expected.compareTo(above) <= 0,
                () -> "not between neighbours at " + Long.toHexString(m) + " " + Integer.toHexString(se));
        assertTrue(above.subtract(below).compareTo(unit.multiply(BigDecimal.TWO)) <= 0);
        x.begin(0x0F7F);
        call.run();
        assertEquals(expected.signum() < 0 ? above : below, TranscendentalReference.value(x.m, x.se));
        assertTrue((x.flags & Extended.PE) != 0);
    }

    @Test
    void exp2m1IsTheNearest() {
        for (int i = 0; i < COUNT; i++) {
            operand(i % 4 == 0 ? -300 : -12, 0);
            compare(TranscendentalReference.exp2m1(value()), () -> functions.exp2m1(m, se));
        }
    }

    @Test
    void ylog2xIsTheNearest() {
        for (int i = 0; i < COUNT; i++) {
            operand(-20, 20);
            long ym = m;
            int yse = se;
            operand(i % 4 == 0 ? -16000 : -3, i % 4 == 0 ? 16000 : 3);
            se &= 0x7FFF;
            if (i % 4 == 1) {
                int n = random.nextInt(62);
                m = i % 8 == 1 ? ONE | ~ONE >>> n & random.nextLong() | 1 : ~(~ONE >>> n & random.nextLong());
                se = i % 8 == 1 ? BIAS : BIAS - 1;
            }
            if (m == ONE && se == BIAS) continue;
            int k = se - BIAS;
            BigDecimal logarithm = m << 1 >= 0
                    ? TranscendentalReference.log2(TranscendentalReference.value(m, BIAS), k)
                    : TranscendentalReference.log2(TranscendentalReference.value(m, BIAS - 1), k + 1);
            compare(
                    logarithm.multiply(TranscendentalReference.value(ym, yse), TranscendentalReference.DIGITS),
                    () -> functions.ylog2x(m, se, ym, yse));
        }
    }

    @Test
    void ylog2xp1IsTheNearest() {
        for (int i = 0; i < COUNT; i++) {
            operand(-20, 20);
            long ym = m;
            int yse = se;
            operand(i % 4 == 0 ? -300 : -12, -1);
            compare(
                    TranscendentalReference.log2p1(value())
                            .multiply(TranscendentalReference.value(ym, yse), TranscendentalReference.DIGITS),
                    () -> functions.ylog2xp1(m, se, ym, yse));
        }
    }

    @Test
    void ylog2xp1IsTheNearestAboveItsRangeToo() {
        for (int i = 0; i < COUNT; i++) {
            operand(-1, 70);
            se &= 0x7FFF;
            BigDecimal sum = value().add(BigDecimal.ONE);
            int k = 0;
            while (sum.compareTo(new BigDecimal("1.5")) > 0) {
                sum = sum.divide(BigDecimal.TWO);
                k++;
            }
            compare(TranscendentalReference.log2(sum, k), () -> functions.ylog2xp1(m, se, ONE, BIAS));
        }
    }

    @Test
    void atanIsTheNearest() {
        for (int i = 0; i < COUNT; i++) {
            operand(i % 4 == 0 ? -50 : -9, i % 4 == 0 ? 50 : 9);
            long ym = m;
            int yse = se;
            operand(i % 4 == 0 ? -50 : -9, i % 4 == 0 ? 50 : 9);
            compare(
                    TranscendentalReference.atan(TranscendentalReference.value(ym, yse), value()),
                    () -> functions.atan(ym, yse, m, se));
        }
    }

    @Test
    void sineIsTheNearestForTheProcessorsPi() {
        for (int i = 0; i < COUNT; i++) {
            angle(i);
            compare(TranscendentalReference.sin(value()), () -> functions.sin(m, se));
        }
    }

    @Test
    void cosineIsTheNearestForTheProcessorsPi() {
        for (int i = 0; i < COUNT; i++) {
            angle(i);
            compare(TranscendentalReference.cos(value()), () -> functions.cos(m, se));
        }
    }

    @Test
    void tangentIsTheNearestForTheProcessorsPi() {
        for (int i = 0; i < COUNT; i++) {
            angle(i);
            compare(TranscendentalReference.tan(value()), () -> functions.tan(m, se));
        }
    }

    @Test
    void sincosIsSineAndCosine() {
        for (int i = 0; i < COUNT; i++) {
            angle(i);
            x.begin(0x037F);
            functions.sincos(m, se);
            long sine = x.m;
            int sineSe = x.se;
            long cosine = x.m2;
            int cosineSe = x.se2;
            functions.sin(m, se);
            assertEquals(sine, x.m);
            assertEquals(sineSe, x.se);
            functions.cos(m, se);
            assertEquals(cosine, x.m);
            assertEquals(cosineSe, x.se);
        }
    }

    /// Small ones, ordinary ones, large ones, and every third near a multiple of pi / 4.
    private void angle(int i) {
        if (i % 3 != 0) {
            operand(i % 6 == 1 ? -100 : -6, i % 6 == 4 ? 3 : 63);
            return;
        }
        double near = (1 + random.nextInt(1 << 1 + random.nextInt(24))) * (StrictMath.PI / 4);
        x.begin(0x037F);
        x.widenDouble(Double.doubleToRawLongBits(near));
        m = x.m + (random.nextLong() >> 50 + random.nextInt(14));
        se = x.se | random.nextInt() & 0x8000;
    }

    private BigDecimal value() {
        return TranscendentalReference.value(m, se);
    }

    @Test
    void oddFunctionsAreOddAndCosineIsEven() {
        for (int i = 0; i < COUNT; i++) {
            angle(i);
            odd(() -> functions.sin(m, se));
            odd(() -> functions.tan(m, se));
            x.begin(0x037F);
            functions.cos(m, se);
            long cosine = x.m;
            int sign = x.se;
            functions.cos(m, se ^ 0x8000);
            assertEquals(cosine, x.m);
            assertEquals(sign, x.se);
            odd(() -> functions.atan(m, se, ONE, BIAS));
            odd(() -> functions.atan(m, se, ONE, BIAS | 0x8000));
            odd(() -> functions.ylog2x(3L << 62, BIAS, m, se));
        }
    }

    private void odd(Call call) {
        x.begin(0x037F);
        call.run();
        long result = x.m;
        int sign = x.se;
        se ^= 0x8000;
        call.run();
        se ^= 0x8000;
        assertEquals(result, x.m);
        assertEquals(sign, x.se ^ 0x8000);
    }

    @Test
    void fromTwoToThe63UpAnglesAreOutOfRange() {
        for (int exponent : new int[] {63, 64, 1000, 16383}) {
            int out = BIAS + exponent | 0x8000;
            x.begin(0x037F);
            assertFalse(functions.sin(ONE, out));
            assertFalse(functions.cos(ONE, out));
            assertFalse(functions.tan(ONE, out));
            assertFalse(functions.sincos(ONE, out));
            assertEquals(0, x.flags);
        }
        assertTrue(functions.sin(-1L, BIAS + 62));
    }

    /// As a processor gave it: with a longer pi it would be 735,000 units away.
    @Test
    void piHas66Bits() {
        x.begin(0x037F);
        functions.sin(0x9EFA3D0000000000L, 0x4018);
        assertEquals(0xAB610A1AA187D64CL, x.m);
        assertEquals(0xBFFE, x.se);
    }
}
