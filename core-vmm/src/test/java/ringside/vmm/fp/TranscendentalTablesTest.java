// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringside.vmm.fp.TranscendentalReference.DIGITS;
import static ringside.vmm.fp.TranscendentalReference.LN2;
import static ringside.vmm.fp.TranscendentalReference.ONE;
import static ringside.vmm.fp.TranscendentalReference.PI;
import static ringside.vmm.fp.TranscendentalReference.TWO;
import static ringside.vmm.fp.TranscendentalReference.fraction;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TranscendentalTablesTest {
    @Test
    void constantsAreWhatTheirNamesSay() {
        assertEquals(fraction(LN2), wide(TranscendentalTables.LN2_HIGH, TranscendentalTables.LN2_LOW));
        assertEquals(
                fraction(ONE.divide(LN2, DIGITS).divide(TWO)),
                wide(TranscendentalTables.LOG2E_HIGH, TranscendentalTables.LOG2E_LOW));
        assertEquals(
                fraction(PI.divide(BigDecimal.valueOf(4))),
                wide(TranscendentalTables.PI_HIGH, TranscendentalTables.PI_LOW));
    }

    @Test
    void factorialsAreInverted() {
        BigInteger factorial = BigInteger.ONE;
        for (int n = 2; n < TranscendentalTables.FACTORIALS.length / 2; n++) {
            factorial = factorial.multiply(BigInteger.valueOf(n));
            assertEquals(BigInteger.TWO.pow(128).divide(factorial), at(TranscendentalTables.FACTORIALS, n));
        }
    }

    @Test
    void integersAreInverted() {
        for (int n = 2; n < TranscendentalTables.INVERSES.length / 2; n++) {
            assertEquals(BigInteger.TWO.pow(128).divide(BigInteger.valueOf(n)), at(TranscendentalTables.INVERSES, n));
        }
    }

    @Test
    void powersAreThoseOfTwo() {
        assertEquals(128, TranscendentalTables.POWERS.length);
        for (int n = 0; n < 64; n++) {
            BigDecimal x = BigDecimal.valueOf(n).divide(BigDecimal.valueOf(64));
            assertEquals(fraction(TranscendentalReference.exp2m1(x)), at(TranscendentalTables.POWERS, n));
        }
    }

    @Test
    void arcsAreThoseOfSixtyFourths() {
        assertEquals(130, TranscendentalTables.ARCS.length);
        for (int n = 1; n < 65; n++) {
            BigDecimal arc = TranscendentalReference.atan(BigDecimal.valueOf(n), BigDecimal.valueOf(64));
            assertEquals(fraction(arc), at(TranscendentalTables.ARCS, n));
        }
    }

    @Test
    void logarithmsAreThoseOfTheFactorsBesideThem() {
        assertEquals(3 * 128, TranscendentalTables.LOGARITHMS.length);
        for (int n = 0; n < 128; n++) {
            long[] row = Arrays.copyOfRange(TranscendentalTables.LOGARITHMS, 3 * n, 3 * n + 3);
            BigDecimal factor = BigDecimal.valueOf(row[0]).divide(BigDecimal.valueOf(512));
            BigDecimal logarithm = TranscendentalReference.log2(factor, 0).negate();
            if (n == 127) logarithm = logarithm.subtract(ONE).round(new MathContext(60));
            assertEquals(fraction(logarithm), wide(row[1], row[2]));
        }
    }

    @Test
    void factorsBringNumbersWithinA128thOfOne() {
        for (int n = 0; n < 128; n++) {
            long factor = TranscendentalTables.LOGARITHMS[3 * n];
            assertTrue((128 + n) * factor - 128 * 512 >= -512, "from " + n);
            assertTrue((128 + n + 1) * factor - 128 * 512 <= 512, "to " + n);
        }
    }

    private static BigInteger at(long[] pairs, int n) {
        return wide(pairs[2 * n], pairs[2 * n + 1]);
    }

    private static BigInteger wide(long high, long low) {
        return new BigInteger(Long.toHexString(high), 16).shiftLeft(64).or(new BigInteger(Long.toHexString(low), 16));
    }
}
