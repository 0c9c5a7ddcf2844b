// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// Zeros, infinities, NaNs, denormals, and operands beyond a function's range, by the tables of the manual (SDM
/// volume 2, F2XM1, FPATAN, FYL2X, FYL2XP1) and, where those are silent, by processors.
class TranscendentalSpecialsTest {
    private static final int IE = Extended.IE, DE = Extended.DE, ZE = Extended.ZE, UE = Extended.UE, PE = Extended.PE;
    private static final long ONE = Long.MIN_VALUE;
    private static final int BIAS = 16383;

    /// A value: its significand, sign and exponent.
    private record V(long m, int se) {
        V negated() {
            return new V(m, se ^ 0x8000);
        }
    }

    private static final V ZERO = new V(0, 0);
    private static final V UNIT = new V(ONE, BIAS);
    private static final V THREE = new V(3L << 62, BIAS + 1);
    private static final V HALF = new V(ONE, BIAS - 1);
    private static final V DENORMAL = new V(0x123456, 0);
    private static final V INFINITY = new V(ONE, 0x7FFF);
    private static final V INVALID = new V(3L << 62, 0xFFFF);
    private static final V UNNORMAL = new V(0x123, 0x4000);
    private static final V SIGNALING = new V(0x8123L << 48, 0x7FFF);
    private static final V QUIET = new V(0xC123L << 48, 0x7FFF);
    private static final V QUARTER_PI = new V(0xC90FDAA22168C235L, BIAS - 1);
    private static final V HALF_PI = new V(0xC90FDAA22168C235L, BIAS);
    private static final V THREE_QUARTERS_PI = new V(0x96CBE3F9990E91A8L, BIAS + 1);
    private static final V PI = new V(0xC90FDAA22168C235L, BIAS + 1);

    private final Extended x = new Extended();
    private final Transcendental functions = new Transcendental(x);

    private interface One {
        void run(long m, int se);
    }

    private interface Two {
        void run(long xm, int xse, long ym, int yse);
    }

    private void gives(V expected, int flags, One function, V operand) {
        x.begin(0x037F);
        function.run(operand.m, operand.se);
        assertEquals(expected, new V(x.m, x.se), () -> "of " + operand);
        assertEquals(flags, x.flags & 0x3F, () -> "flags of " + operand);
    }

    private void gives(V expected, int flags, Two function, V first, V second) {
        x.begin(0x037F);
        function.run(first.m, first.se, second.m, second.se);
        assertEquals(expected, new V(x.m, x.se), () -> "of x " + first + ", y " + second);
        assertEquals(flags, x.flags & 0x3F, () -> "flags of x " + first + ", y " + second);
    }

    private void exp2m1(V expected, int flags, V operand) {
        gives(expected, flags, functions::exp2m1, operand);
    }

    private void log(V expected, int flags, V first, V second) {
        gives(expected, flags, functions::ylog2x, first, second);
    }

    private void logp1(V expected, int flags, V first, V second) {
        gives(expected, flags, functions::ylog2xp1, first, second);
    }

    private void atan(V expected, int flags, V first, V second) {
        gives(expected, flags, (xm, xse, ym, yse) -> functions.atan(ym, yse, xm, xse), first, second);
        gives(
                expected.negated(),
                flags,
                (xm, xse, ym, yse) -> functions.atan(ym, yse, xm, xse),
                first,
                second.negated());
    }

    @Test
    void exp2m1HasExactEnds() {
        exp2m1(ZERO, 0, ZERO);
        exp2m1(ZERO.negated(), 0, ZERO.negated());
        exp2m1(UNIT, PE, UNIT);
        exp2m1(HALF.negated(), PE, UNIT.negated());
        exp2m1(INFINITY, 0, INFINITY);
        exp2m1(UNIT.negated(), 0, INFINITY.negated());
    }

    @Test
    void exp2m1LeavesWhatIsOutOfItsRange() {
        exp2m1(THREE, PE, THREE);
        exp2m1(new V(-1L, 0xFFFE), PE, new V(-1L, 0xFFFE));
    }

    @Test
    void denormalsUnderflow() {
        exp2m1(new V(0xC9E4C, 0), DE | UE | PE, DENORMAL);
        gives(DENORMAL, DE | UE | PE, functions::sin, DENORMAL);
        gives(DENORMAL, DE | UE | PE, functions::tan, DENORMAL);
        gives(UNIT, DE | PE, functions::cos, DENORMAL);
        log(DENORMAL, DE | UE | PE, new V(ONE, BIAS + 1), DENORMAL);
        logp1(new V(0x1A4372, 0), DE | UE | PE, DENORMAL, UNIT);
        atan(DENORMAL, DE | UE | PE, UNIT, DENORMAL);
        atan(HALF_PI, DE | PE, DENORMAL, UNIT);
    }

    @Test
    void anUnmaskedDenormalEndsTheInstruction() {
        x.begin(0x037D);
        functions.sin(DENORMAL.m, DENORMAL.se);
        functions.exp2m1(DENORMAL.m, DENORMAL.se);
        functions.ylog2x(UNIT.m, UNIT.se, DENORMAL.m, DENORMAL.se);
        functions.atan(DENORMAL.m, DENORMAL.se, UNIT.m, UNIT.se);
        assertEquals(DE, x.flags);
    }

    @Test
    void anExactProductOfALogarithmIsInexactAllTheSame() {
        log(THREE, PE, new V(ONE, BIAS + 1), THREE);
        log(new V(9L << 60, BIAS + 4).negated(), PE, new V(ONE, BIAS - 6), THREE);
        logp1(THREE.negated(), PE, HALF.negated(), THREE);
    }

    @Test
    void logarithmOfOneIsAZeroWithTheSignOfY() {
        log(ZERO, 0, UNIT, THREE);
        log(ZERO.negated(), 0, UNIT, THREE.negated());
        log(ZERO, DE, UNIT, DENORMAL);
        log(INVALID, IE, UNIT, INFINITY);
    }

    @Test
    void logarithmOfZeroDividesByZero() {
        log(INFINITY.negated(), ZE, ZERO, THREE);
        log(INFINITY, ZE, ZERO.negated(), THREE.negated());
        log(INFINITY.negated(), ZE, ZERO, DENORMAL);
        log(INFINITY.negated(), 0, ZERO.negated(), INFINITY);
        log(INVALID, IE, ZERO, ZERO.negated());
    }

    @Test
    void logarithmBelowZeroIsInvalid() {
        log(INVALID, IE, THREE.negated(), ZERO);
        log(INVALID, IE, DENORMAL.negated(), THREE);
        log(INVALID, IE, INFINITY.negated(), INFINITY);
        logp1(INVALID, IE, INFINITY.negated(), THREE);
    }

    @Test
    void logarithmsOfInfinity() {
        log(INFINITY, 0, INFINITY, THREE);
        log(INFINITY.negated(), DE, INFINITY, DENORMAL.negated());
        log(INVALID, IE, INFINITY, ZERO);
        log(INFINITY.negated(), 0, HALF, INFINITY);
        log(INFINITY, DE, DENORMAL, INFINITY.negated());
        logp1(INFINITY, 0, INFINITY, THREE);
        logp1(INVALID, IE, INFINITY, ZERO);
        logp1(INVALID, IE, ZERO, INFINITY);
        logp1(INFINITY.negated(), 0, HALF, INFINITY.negated());
    }

    @Test
    void zeroTimesALogarithmHasTheProductOfTheSigns() {
        log(ZERO.negated(), 0, HALF, ZERO);
        log(ZERO.negated(), 0, THREE, ZERO.negated());
        logp1(ZERO, 0, ZERO.negated(), THREE.negated());
        logp1(ZERO.negated(), 0, HALF.negated(), ZERO);
    }

    @Test
    void ylog2xp1LeavesWhatIsBelowItsRange() {
        logp1(UNIT.negated(), PE, UNIT.negated(), THREE);
        logp1(THREE.negated(), PE, THREE.negated(), HALF);
    }

    @Test
    void atanHasTheManualsTable() {
        V huge = new V(-1L, 0x7FFE);
        V small = new V(ONE, 1);
        atan(ZERO, 0, ZERO, ZERO);
        atan(PI, PE, ZERO.negated(), ZERO);
        atan(ZERO, 0, THREE, ZERO);
        atan(PI, PE, THREE.negated(), ZERO);
        atan(HALF_PI, PE, ZERO, THREE);
        atan(HALF_PI, PE, ZERO.negated(), THREE);
        atan(QUARTER_PI, PE, INFINITY, INFINITY);
        atan(THREE_QUARTERS_PI, PE, INFINITY.negated(), INFINITY);
        atan(HALF_PI, PE, THREE.negated(), INFINITY);
        atan(ZERO, 0, INFINITY, huge);
        atan(PI, PE, INFINITY.negated(), huge);
        atan(ZERO, UE | PE, huge, small);
        atan(PI, PE, huge.negated(), small);
        atan(HALF_PI, PE, small, huge);
        atan(QUARTER_PI, PE, THREE, THREE);
        atan(THREE_QUARTERS_PI, PE, THREE.negated(), THREE);
        atan(ZERO, DE, INFINITY, DENORMAL);
        atan(PI, DE | PE, DENORMAL.negated(), ZERO);
    }

    @Test
    void anglesOfZeroAreExactAndOfInfinityInvalid() {
        gives(ZERO.negated(), 0, functions::sin, ZERO.negated());
        gives(UNIT, 0, functions::cos, ZERO.negated());
        gives(ZERO.negated(), 0, functions::tan, ZERO.negated());
        gives(ZERO.negated(), 0, functions::sincos, ZERO.negated());
        assertEquals(UNIT, second());
        gives(INVALID, IE, functions::sin, INFINITY);
        gives(INVALID, IE, functions::cos, INFINITY.negated());
        gives(INVALID, IE, functions::tan, INFINITY);
        assertEquals(INVALID, second());
        gives(INVALID, IE, functions::sincos, INFINITY);
        assertEquals(INVALID, second());
    }

    @Test
    void tangentPushesOneOrTheNan() {
        gives(ZERO, 0, functions::tan, ZERO);
        assertEquals(UNIT, second());
        functions.tan(THREE.m, THREE.se);
        assertEquals(UNIT, second());
        gives(QUIET, IE, functions::tan, SIGNALING);
        assertEquals(QUIET, second());
    }

    private V second() {
        return new V(x.m2, x.se2);
    }

    @Test
    void nansComeBackQuiet() {
        for (One function : new One[] {functions::exp2m1, functions::sin, functions::cos, functions::tan}) {
            gives(QUIET, 0, function, QUIET);
            gives(QUIET, IE, function, SIGNALING);
        }
        for (Two function : new Two[] {functions::ylog2x, functions::ylog2xp1, functions::atan}) {
            gives(QUIET, 0, function, QUIET, INFINITY);
            gives(QUIET, IE, function, DENORMAL, SIGNALING);
            gives(QUIET, 0, function, THREE.negated(), QUIET);
        }
    }

    @Test
    void unsupportedOperandsAreInvalid() {
        gives(INVALID, IE, functions::exp2m1, UNNORMAL);
        gives(INVALID, IE, functions::sin, new V(1, 0x4500));
        gives(INVALID, IE, functions::ylog2x, UNNORMAL, QUIET);
        gives(INVALID, IE, functions::atan, QUIET, UNNORMAL);
    }

    @Test
    void precisionControlIsNotLookedAt() {
        x.begin(0x007F);
        functions.sin(ONE, BIAS);
        assertEquals(0xD76AA47848677021L, x.m);
    }
}
