// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import ringside.vmm.clock.Seeded;
import ringside.vmm.fp.Extended;

/// What translated code computes is what {@link Extended} computes, bit for bit, flags and C1 included.
class X87UnitTest {
    private static final int ROUNDS = 60_000;
    private static final int C1 = X87Stack.C1, ALL = X87Stack.ALL;
    private static final int[] CUTS = {40, -1, 11, 0};

    private final Seeded random = new Seeded(5);
    private final FpuState f = new FpuState();
    private final X87Unit unit = new X87Unit(f);
    private final Extended exact = new Extended();
    private long am, bm;
    private int ase, bse, control, cut;

    /// Significands with long runs of ones and zeros, and exponents that meet.
    private long significand() {
        long m = random.nextLong();
        switch (random.nextInt(6)) {
            case 0 -> m = -1L << random.nextInt(64);
            case 1 -> m = 1L << random.nextInt(64);
            case 2 -> m |= -1L >>> random.nextInt(64);
            case 3 -> m = m >> random.nextInt(64) << 11;
            case 4 -> m &= -1L << random.nextInt(64);
            default -> m &= -1L << 11;
        }
        return random.nextInt(20) == 0 ? m : m | 1L << 63;
    }

    private int exponent(int near) {
        int e = switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> 0x7FFF;
            case 2 -> random.nextInt(0x8000);
            case 3 -> near + random.nextInt(140) - 70;
            case 4 -> near;
            default -> near + random.nextInt(9) - 4;
        };
        return e & 0x7FFF | random.nextInt(2) << 15;
    }

    private void operands() {
        int precision = new int[] {0, 2, 3, 3}[random.nextInt(4)];
        int rounding = random.nextInt(4) == 0 ? random.nextInt(4) : 0;
        control = 0x7F | precision << 8 | rounding << 10;
        if (random.nextInt(10) == 0) control &= ~(1 << random.nextInt(5));
        cut = CUTS[precision];
        int near = random.nextInt(8) == 0 ? random.nextInt(0x8000) : 0x3FFF;
        am = significand();
        ase = exponent(near);
        bm = random.nextInt(20) == 0 ? am : significand();
        bse = exponent(ase & 0x7FFF);
        if (random.nextInt(30) == 0) {
            bm = 0;
            bse &= 0x8000;
        }
        f.control = control;
        f.status = 0;
        f.top = 0;
        exact.begin(control);
    }

    private interface Computation {
        long run();
    }

    /// Compares one operation with what {@link #exact} has just done.
    private void check(String name, boolean hasExponent, long expected, Computation computation) {
        String what = String.format("%s of %x %x and %x %x under %x", name, am, ase, bm, bse, control);
        if ((exact.flags & ALL & ~control) != 0) {
            assertThrows(Leave.class, computation::run, what);
            assertEquals(0, f.status, what);
            return;
        }
        assertEquals(Long.toHexString(expected), Long.toHexString(computation.run()), what);
        if (hasExponent) assertEquals(exact.se, unit.se, what);
        assertEquals(exact.flags & ALL, f.status, what);
        assertEquals(exact.flags & C1, unit.statusWord(0) & C1, what);
    }

    @Test
    void theFourOperationsAreExact() {
        for (int k = 0; k < ROUNDS; k++) {
            operands();
            exact.add(am, ase, bm, bse);
            check("sum", true, exact.m, () -> unit.add(am, ase, bm, bse, cut));
            operands();
            exact.sub(am, ase, bm, bse);
            check("difference", true, exact.m, () -> unit.sub(am, ase, bm, bse, cut));
            operands();
            exact.mul(am, ase, bm, bse);
            check("product", true, exact.m, () -> unit.mul(am, ase, bm, bse, cut));
            operands();
            exact.div(am, ase, bm, bse);
            check("quotient", true, exact.m, () -> unit.div(am, ase, bm, bse, cut));
        }
    }

    @Test
    void rootsAndWholeNumbersAreExact() {
        for (int k = 0; k < ROUNDS; k++) {
            operands();
            exact.sqrt(am, ase);
            check("root", true, exact.m, () -> unit.sqrt(am, ase, cut));
            operands();
            exact.roundToInteger(am, ase);
            check("whole", true, exact.m, () -> unit.round(am, ase));
            operands();
            int bytes = 2 << random.nextInt(3);
            long whole = exact.toInt(am, ase, bytes, false);
            check("integer of " + bytes, false, whole, () -> unit.toInteger(am, ase, bytes));
        }
    }

    @Test
    void storesAreExact() {
        for (int k = 0; k < ROUNDS; k++) {
            operands();
            if (random.nextInt(4) == 0)
                ase = ase & 0x8000 | 0x3FFF + (random.nextInt(2) * 2 - 1) * 1023 + random.nextInt(9) - 4;
            long wide = exact.toDouble(am, ase);
            check("double", false, wide, () -> unit.toDouble(am, ase));
            operands();
            if (random.nextInt(4) == 0)
                ase = ase & 0x8000 | 0x3FFF + (random.nextInt(2) * 2 - 1) * 127 + random.nextInt(9) - 4;
            int narrow = exact.toSingle(am, ase);
            check("single", false, narrow, () -> unit.toSingle(am, ase));
        }
    }

    @Test
    void loadsAreExact() {
        for (int k = 0; k < ROUNDS; k++) {
            operands();
            long bits = random.nextInt(4) == 0 ? random.nextLong() >>> 12 : random.nextLong();
            if (random.nextInt(8) == 0) bits = bits & 1L << 63 | 0x7FFL << 52 | bits >>> 13;
            if (random.nextInt(8) == 0) bits &= 1L << 63;
            long wide = bits;
            exact.fromDouble(wide);
            check("double " + Long.toHexString(bits), true, exact.m, () -> unit.fromDouble(wide));
            operands();
            int narrow = (int) bits;
            exact.fromSingle(narrow);
            check("single " + Integer.toHexString(narrow), true, exact.m, () -> unit.fromSingle(narrow));
        }
    }

    @Test
    void comparisonsAreExact() {
        for (int k = 0; k < ROUNDS; k++) {
            operands();
            boolean quiet = random.nextInt(2) == 0;
            exact.begin(control | X87Stack.DE);
            long codes = exact.compare(am, ase, bm, bse, quiet);
            check("order", false, codes, () -> unit.compare(am, ase, bm, bse, quiet));
            if ((exact.flags & ALL & ~control) == 0) {
                assertEquals(codes, unit.statusWord(0) & X87Stack.CC);
            }
        }
    }
}
