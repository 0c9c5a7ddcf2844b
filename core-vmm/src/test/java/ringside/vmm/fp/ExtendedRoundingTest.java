// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Every result is the exact one, rounded once, in all directions and precisions.
class ExtendedRoundingTest {
    private static final int COUNT = 3000;
    private static final int[] PRECISION = {24, 64, 53, 64};

    private final Extended x = new Extended();
    private final Random random = new Random(80387);
    private long am, bm;
    private int ase, bse;

    private interface Call {
        void run();
    }

    private interface Exact {
        ExactNumber of(ExactNumber a, ExactNumber b);
    }

    /// Two operands that have something to do with each other.
    ///
    /// @param sum whether it is their exponents' sum or difference that reaches the ends of the format
    private void operands(int sum) {
        am = ExactNumber.significand(random);
        bm = ExactNumber.significand(random);
        int ae = 1 + random.nextInt(0x7FFE);
        int be = switch (random.nextInt(4)) {
            case 0 -> ae + random.nextInt(140) - 70;
            case 1 -> ae + random.nextInt(3) - 1;
            case 2 ->
                sum * (random.nextBoolean() ? 0x3FFF : 0xBFFE)
                        - sum * ae
                        + (sum < 0 ? 0x7FFD : 0)
                        + random.nextInt(140)
                        - 70;
            default -> 1 + random.nextInt(0x7FFE);
        };
        if (random.nextInt(8) == 0) ae = 0;
        be = Math.clamp(be, 0, 0x7FFE);
        if (ae == 0) am = am >>> 1 + random.nextInt(63) | 1;
        if (be == 0) bm = bm >>> 1 + random.nextInt(63) | 1;
        ase = ae | random.nextInt() & 0x8000;
        bse = be | random.nextInt() & 0x8000;
    }

    private void check(int sum, Call call, Exact exact) {
        for (int k = 0; k < COUNT; k++) {
            operands(sum);
            ExactNumber truth = exact.of(ExactNumber.of(am, ase), ExactNumber.of(bm, bse));
            if (truth.n().signum() == 0) continue;
            for (int mode = 0; mode < 16; mode++) {
                int control = mode << 8 | 0x3F;
                x.begin(control);
                call.run();
                String expected = truth.rounded(PRECISION[mode & 3], mode >> 2);
                assertEquals(expected, ExactNumber.text(x.m, x.se, x.flags & ~Extended.DE), this::operandsInWords);
            }
        }
    }

    private String operandsInWords() {
        return String.format("%04x %04x:%016x %04x:%016x", x.control(), ase, am, bse, bm);
    }

    @Test
    void aSumIsRoundedOnce() {
        check(-1, () -> x.add(am, ase, bm, bse), ExactNumber::plus);
    }

    @Test
    void aDifferenceIsRoundedOnce() {
        check(-1, () -> x.sub(am, ase, bm, bse), (a, b) -> a.plus(new ExactNumber(!b.negative(), b.n(), b.e(), false)));
    }

    @Test
    void aProductIsRoundedOnce() {
        check(1, () -> x.mul(am, ase, bm, bse), ExactNumber::times);
    }

    @Test
    void aQuotientIsRoundedOnce() {
        check(-1, () -> x.div(am, ase, bm, bse), ExactNumber::over);
    }

    @Test
    void aRootIsRoundedOnce() {
        check(1, () -> x.sqrt(am, ase & 0x7FFF), (a, _) -> a.root());
    }

    @Test
    void aRootNextToASquareIsRoundedOnce() {
        check(1, () -> x.sqrt(am, ase & 0x7FFF), (_, _) -> {
            long root = random.nextLong() >>> 32 | 1L << 31;
            am = root * root + random.nextInt(3) - 1;
            am <<= Long.numberOfLeadingZeros(am);
            ase = 0x3FFF + random.nextInt(10);
            return ExactNumber.of(am, ase).root();
        });
    }

    @Test
    void whatFpremLeavesDiffersByWholeDivisors() {
        for (int k = 0; k < 20 * COUNT; k++) {
            operands(-1);
            if ((ase & 0x7FFF) == 0 || (bse & 0x7FFF) == 0) continue;
            if (random.nextBoolean()) bse = Math.max((ase & 0x7FFF) - random.nextInt(130) + 3, 1);
            boolean nearest = random.nextBoolean();
            x.begin(0x037F);
            int codes = x.remainder(am, ase, bm, bse, nearest);
            ExactNumber a = ExactNumber.of(am, ase);
            ExactNumber b = ExactNumber.of(bm, bse);
            ExactNumber r = ExactNumber.of(x.m, x.se);
            int unit = Math.min(Math.min(a.e(), b.e()), r.e());
            if (a.e() - b.e() > 3000 || b.e() - a.e() > 3000) continue;
            BigInteger divisor = b.in(unit).abs();
            BigInteger[] q = a.in(unit).subtract(r.in(unit)).divideAndRemainder(divisor);
            assertEquals(0, q[1].signum(), this::operandsInWords);
            BigInteger rest = r.in(unit).abs();
            if ((codes & Extended.C2) != 0) {
                int reduced = (ase & 0x7FFF) - (x.se & 0x7FFF);
                assertTrue(x.m == 0 || reduced >= 31, this::operandsInWords);
                continue;
            }
            assertTrue(
                    nearest ? rest.shiftLeft(1).compareTo(divisor) <= 0 : rest.compareTo(divisor) < 0,
                    this::operandsInWords);
            int low = q[0].abs().intValue() & 7;
            int expected = ((low & 4) != 0 ? Extended.C0 : 0)
                    | ((low & 2) != 0 ? Extended.C3 : 0)
                    | ((low & 1) != 0 ? Extended.C1 : 0);
            assertEquals(expected, codes, this::operandsInWords);
        }
    }

    @Test
    void scalingByTheExtractedExponentGivesTheValueBack() {
        for (int k = 0; k < COUNT; k++) {
            operands(1);
            x.begin(0x037F);
            x.extract(am, ase);
            assertEquals(0x3FFF, x.se2 & 0x7FFF);
            x.scale(x.m2, x.se2, x.m, x.se);
            assertEquals(ExactNumber.text(am, ase, 0), ExactNumber.text(x.m, x.se, 0));
        }
    }

    @Test
    void comparisonAgreesWithTheSignOfTheDifference() {
        for (int k = 0; k < 4 * COUNT; k++) {
            operands(-1);
            if (random.nextInt(4) == 0) {
                bm = am;
                bse = ase;
            }
            ExactNumber a = ExactNumber.of(am, ase);
            ExactNumber b = ExactNumber.of(bm, bse);
            int unit = Math.min(a.e(), b.e());
            int order = a.in(unit).compareTo(b.in(unit));
            x.begin(0x037F);
            assertEquals(order == 0 ? Extended.C3 : order < 0 ? Extended.C0 : 0, x.compare(am, ase, bm, bse, false));
        }
    }

    @Test
    void anUnmaskedOverflowWrapsTheExponent() {
        x.begin(0x0377);
        x.mul(0xC000_0000_0000_0000L, 0x7FFE, Long.MIN_VALUE, 0x4000);
        assertEquals("1fff:c000000000000000 008", ExactNumber.text(x.m, x.se, x.flags));
    }

    @Test
    void anUnmaskedUnderflowWrapsTheExponentThoughNothingIsLost() {
        x.begin(0x036F);
        x.div(0xC000_0000_0000_0000L, 1, Long.MIN_VALUE, 0x4000);
        assertEquals("6000:c000000000000000 010", ExactNumber.text(x.m, x.se, x.flags));
        x.begin(0x037F);
        x.div(0xC000_0000_0000_0000L, 1, Long.MIN_VALUE, 0x4000);
        assertEquals("0000:6000000000000000 000", ExactNumber.text(x.m, x.se, x.flags));
    }

    @Test
    void aQuietNanGoesBeforeASignalingOneAndTheLargerBeforeTheSmaller() {
        x.begin(0x037F);
        x.add(0xBFFF_FFFF_FFFF_FFFFL, 0x7FFF, 0xC000_0000_0000_0001L, 0xFFFF);
        assertEquals("ffff:c000000000000001 001", ExactNumber.text(x.m, x.se, x.flags));
        x.begin(0x037F);
        x.add(0xC000_0000_0000_0002L, 0x7FFF, 0xC000_0000_0000_0001L, 0xFFFF);
        assertEquals("7fff:c000000000000002 000", ExactNumber.text(x.m, x.se, x.flags));
    }

    @Test
    void whatRoundsUpToTheLeastNormalNumberIsNotTiny() {
        x.begin(0x037F);
        x.mul(Long.MIN_VALUE + 1, 1, -2L, 0x3FFE);
        assertEquals("0001:8000000000000000 220", ExactNumber.text(x.m, x.se, x.flags));
        x.begin(0x0F7F);
        x.mul(Long.MIN_VALUE + 1, 1, -2L, 0x3FFE);
        assertEquals("0000:7fffffffffffffff 030", ExactNumber.text(x.m, x.se, x.flags));
    }

    @Test
    void aTieBehindALongBorrowGoesToTheEvenNeighbour() {
        x.begin(0x037F);
        x.sub(Long.MIN_VALUE, 0x4008, Long.MIN_VALUE, 0x3FC7);
        assertEquals("4008:8000000000000000 220", ExactNumber.text(x.m, x.se, x.flags));
    }

    @Test
    void fprem1TakesTheEvenQuotientOfTwo() {
        String[] expected = {"3fff:8000000000000000 000", "bfff:8000000000000000 4000", "3fff:8000000000000000 4000"};
        for (int k = 0; k < 3; k++) {
            x.begin(0x037F);
            x.fromInt(2 * k + 1);
            int codes = x.remainder(x.m, x.se, Long.MIN_VALUE, 0x4000, true);
            assertEquals(expected[k], ExactNumber.text(x.m, x.se, codes));
        }
    }
}
