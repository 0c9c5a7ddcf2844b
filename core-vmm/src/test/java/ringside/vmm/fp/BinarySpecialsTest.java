// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ringside.vmm.fp.SseEnvironment.DE;
import static ringside.vmm.fp.SseEnvironment.IE;
import static ringside.vmm.fp.SseEnvironment.OE;
import static ringside.vmm.fp.SseEnvironment.PE;
import static ringside.vmm.fp.SseEnvironment.UE;
import static ringside.vmm.fp.SseEnvironment.ZE;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;

/// NaNs, infinities, zeros and denormals, and which flag comes before which.
class BinarySpecialsTest {
    private static final int MASKED = 0x1F80, DAZ = 0x40, FTZ = 0x8000;
    private static final int NAN = 0x7FC00005, SIGNALLING = 0xFF800007, DEFAULT = 0xFFC00000;
    private static final int INFINITY = 0x7F800000, ONE = 0x3F800000, DENORMAL = 5, SMALLEST = 0x00800000;
    private static final int SIGN = 0x80000000, LARGEST = 0x7F7FFFFF;
    private static final RoundingMode[] MODES = {
        RoundingMode.HALF_EVEN, RoundingMode.FLOOR, RoundingMode.CEILING, RoundingMode.DOWN
    };

    private final SseEnvironment e = new SseEnvironment();
    private final Binary32 f = new Binary32(e);
    private final Binary64 d = new Binary64(e);

    private void is(int bits, int flags, int got) {
        assertEquals(String.format("%08x, flags %x", bits, flags), String.format("%08x, flags %x", got, e.raised()));
    }

    private Binary32 under(int mxcsr) {
        e.begin(mxcsr);
        return f;
    }

    @Test
    void theFirstNanIsTheResultAndQuiet() {
        is(NAN, 0, under(MASKED).add(NAN, 0x7FC00009));
        is(NAN, IE, under(MASKED).add(NAN, SIGNALLING));
        is(SIGNALLING | 0x400000, IE, under(MASKED).multiply(SIGNALLING, NAN));
        is(NAN, 0, under(MASKED).divide(ONE, NAN));
        is(SIGNALLING | 0x400000, IE, under(MASKED).squareRoot(SIGNALLING));
        is(NAN | SIGN, 0, under(MASKED).subtract(ONE, NAN | SIGN));
    }

    @Test
    void invalidOperationsGiveTheDefaultNan() {
        is(DEFAULT, IE, under(MASKED).subtract(INFINITY, INFINITY));
        is(DEFAULT, IE, under(MASKED).add(INFINITY, INFINITY | SIGN));
        is(DEFAULT, IE, under(MASKED).multiply(0, INFINITY));
        is(DEFAULT, IE, under(MASKED).divide(0, SIGN));
        is(DEFAULT, IE, under(MASKED).divide(INFINITY, INFINITY));
        is(DEFAULT, IE, under(MASKED).squareRoot(ONE | SIGN));
        is(DEFAULT, IE, under(MASKED | DAZ).multiply(DENORMAL, INFINITY));
    }

    @Test
    void infinitiesAndZerosAreExact() {
        is(INFINITY, 0, under(MASKED).add(INFINITY, ONE));
        is(INFINITY | SIGN, 0, under(MASKED).subtract(ONE, INFINITY));
        is(SIGN, 0, under(MASKED).divide(ONE | SIGN, INFINITY));
        is(INFINITY | SIGN, 0, under(MASKED).divide(INFINITY, SIGN));
        is(SIGN, 0, under(MASKED).squareRoot(SIGN));
        is(SIGN, 0, under(MASKED).add(SIGN, SIGN));
        is(0, 0, under(MASKED).add(SIGN, 0));
        is(SIGN, 0, under(MASKED | 0x2000).subtract(ONE, ONE));
    }

    @Test
    void aDivisionByZeroSaysNothingOfItsDividend() {
        is(INFINITY, ZE, under(MASKED).divide(ONE, 0));
        is(INFINITY | SIGN, ZE, under(MASKED).divide(DENORMAL, SIGN));
        is(INFINITY, ZE, under(MASKED | DAZ).divide(ONE, DENORMAL));
        is(DEFAULT, IE, under(MASKED | DAZ).divide(DENORMAL, DENORMAL));
    }

    @Test
    void denormalOperandsAreNotedUnlessSomethingWorseIs() {
        is(ONE, DE | PE, under(MASKED).add(ONE, DENORMAL));
        is(INFINITY, DE, under(MASKED).add(INFINITY, DENORMAL));
        is(0, DE, under(MASKED).divide(DENORMAL, INFINITY));
        is(NAN, 0, under(MASKED).add(NAN, DENORMAL));
        is(DEFAULT, IE, under(MASKED).squareRoot(DENORMAL | SIGN));
        is(ONE, 0, under(MASKED | DAZ).add(ONE, DENORMAL));
        is(SIGN, 0, under(MASKED | DAZ).squareRoot(DENORMAL | SIGN));
    }

    @Test
    void tinyResultsUnderflowWhenInexactOrUnmasked() {
        is(DENORMAL * 2, DE, under(MASKED).add(DENORMAL, DENORMAL));
        is(SMALLEST >> 1, 0, under(MASKED).multiply(SMALLEST, 0x3F000000));
        is(0x00400000, UE | PE, under(MASKED).multiply(SMALLEST | 1, 0x3F000000));
        e.begin(MASKED & ~0x800);
        f.multiply(SMALLEST, 0x3F000000);
        assertEquals(UE, e.raised());
        is(SIGN, UE | PE, under(MASKED | FTZ).multiply(SMALLEST | SIGN, 0x3F000000));
    }

    @Test
    void tininessIsSeenAfterRounding() {
        is(SMALLEST, PE, under(MASKED | FTZ).multiply(SMALLEST + 1, 0x3F7FFFFF - 1));
        is(SMALLEST, UE | PE, under(MASKED).multiply(SMALLEST, 0x3F7FFFFF));
    }

    @Test
    void flushingToZeroNeedsUnderflowMasked() {
        e.begin((MASKED | FTZ) & ~0x800);
        f.multiply(SMALLEST, 0x3F000000);
        assertEquals(UE, e.raised());
        assertEquals(true, e.faults());
    }

    @Test
    void overflowGoesWhereRoundingPoints() {
        is(INFINITY, OE | PE, under(MASKED).add(LARGEST, LARGEST));
        is(LARGEST, OE | PE, under(MASKED | 0x2000).add(LARGEST, LARGEST));
        is(INFINITY | SIGN, OE | PE, under(MASKED | 0x2000).subtract(LARGEST | SIGN, LARGEST));
        is(LARGEST | SIGN, OE | PE, under(MASKED | 0x4000).subtract(LARGEST | SIGN, LARGEST));
        is(LARGEST, OE | PE, under(MASKED | 0x6000).add(LARGEST, LARGEST));
        e.begin(MASKED & ~0x400);
        f.add(LARGEST, LARGEST);
        assertEquals(OE, e.raised());
    }

    @Test
    void extremesOfUnorderedOrEqualOperandsAreTheSecond() {
        is(ONE, IE, under(MASKED).min(NAN, ONE));
        is(SIGNALLING, IE, under(MASKED).max(ONE, SIGNALLING));
        is(SIGN, 0, under(MASKED).min(0, SIGN));
        is(0, 0, under(MASKED).max(SIGN, 0));
        is(DENORMAL, DE, under(MASKED).min(DENORMAL, ONE));
        is(0, 0, under(MASKED | DAZ).min(DENORMAL, ONE));
        is(SIGN, IE, under(MASKED | DAZ).min(NAN, DENORMAL | SIGN));
    }

    @Test
    void orderingPredicatesSignalForQuietNans() {
        StringBuilder said = new StringBuilder();
        for (int predicate = 0; predicate < 8; predicate++) {
            e.begin(MASKED);
            said.append(f.compare(NAN, ONE, predicate) ? 'T' : 'F').append(e.raised());
        }
        assertEquals("F0F1F1T0T0T1T1F0", said.toString());
        is(Binary64.UNORDERED, 0, under(MASKED).order(NAN, ONE, false));
        is(Binary64.UNORDERED, IE, under(MASKED).order(SIGNALLING, ONE, false));
        is(Binary64.LESS, DE, under(MASKED).order(DENORMAL, ONE, true));
        is(Binary64.EQUAL, 0, under(MASKED | DAZ).order(DENORMAL, SIGN, true));
    }

    @Test
    void conversionsKeepTheTopOfANan() {
        e.begin(MASKED);
        assertEquals(0xFFF8_0000_E000_0000L, d.fromSingle(SIGNALLING, f));
        assertEquals(IE, e.raised());
        is(0xFFC00007, IE, under(MASKED).fromDouble(0xFFF0_0000_E000_0001L, d));
        is(0x7FC00000, 0, under(MASKED).fromDouble(0x7FF8_0000_0000_0001L, d));
    }

    @Test
    void integersThatDoNotFitAreIndefinite() {
        is(0x80000000, IE, under(MASKED).toInt(0x4F000000, true));
        is(0x80000000, 0, under(MASKED).toInt(0xCF000000, true));
        is(0x80000000, IE, under(MASKED).toInt(NAN, false));
        is(0, PE, under(MASKED).toInt(DENORMAL, false));
        is(1, PE, under(MASKED | 0x4000).toInt(DENORMAL, false));
        is(0, 0, under(MASKED | DAZ | 0x4000).toInt(DENORMAL, false));
    }

    @Test
    void doublesBecomeIntegersAsDecimalsDo() {
        SseOperandsSource source = new SseOperandsSource(31);
        for (int n = 0; n < 100_000; n++) {
            long v = source.coin()
                    ? source.finiteReal()
                    : Double.doubleToRawLongBits(source.integer() + (source.integer() & 7) / 8.0);
            boolean chop = source.coin();
            int mxcsr = source.mxcsr() & ~DAZ;
            BigDecimal exact = new BigDecimal(Double.longBitsToDouble(v));
            BigDecimal whole = exact.setScale(0, chop ? RoundingMode.DOWN : MODES[mxcsr >>> 13 & 3]);
            boolean fits = whole.equals(BigDecimal.valueOf(whole.intValue()));
            int flags = !fits ? IE : whole.compareTo(exact) != 0 ? PE : 0;
            e.begin(mxcsr);
            is(fits ? whole.intValue() : 0x80000000, flags, d.toInt(v, chop));
        }
    }

    @Test
    void reciprocalsAreWithinTheirBoundAndRaiseNothing() {
        for (int m = SMALLEST; m < 0x7E800000; m += 0x1235) {
            double x = Float.intBitsToFloat(m);
            double r = Float.intBitsToFloat(Binary32.reciprocal(m)) * x;
            double q = Float.intBitsToFloat(Binary32.reciprocalRoot(m)) * Math.sqrt(x);
            assertEquals(1, r, 1.5 / 4096);
            assertEquals(1, q, 1.5 / 4096);
        }
        assertEquals(0x3F7FF000, Binary32.reciprocal(ONE));
        assertEquals(0, Binary32.reciprocal(0x7E800000));
        assertEquals(INFINITY | SIGN, Binary32.reciprocal(DENORMAL | SIGN));
        assertEquals(SIGN, Binary32.reciprocal(INFINITY | SIGN));
        assertEquals(INFINITY | SIGN, Binary32.reciprocalRoot(SIGN));
        assertEquals(DEFAULT, Binary32.reciprocalRoot(ONE | SIGN));
        assertEquals(0, Binary32.reciprocalRoot(INFINITY));
        assertEquals(SIGNALLING | 0x400000, Binary32.reciprocalRoot(SIGNALLING));
    }
}
