// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.Seeded;
import ringside.vmm.isa.Op;

/// The short ways of translated SSE arithmetic end where the long ones end.
class SseUnitTest {
    private static final int ROUNDS = 60_000;

    private record Pair(String name, int op, Short way) {}

    private interface Short {
        void run(SseUnit unit, long v);
    }

    private static final List<Pair> DOUBLES = List.of(
            new Pair("sum", Op.ADDSD, (u, v) -> u.addDouble(1, v)),
            new Pair("difference", Op.SUBSD, (u, v) -> u.subtractDouble(1, v)),
            new Pair("product", Op.MULSD, (u, v) -> u.multiplyDouble(1, v)),
            new Pair("quotient", Op.DIVSD, (u, v) -> u.divideDouble(1, v)));
    private static final List<Pair> SINGLES = List.of(
            new Pair("sum", Op.ADDSS, (u, v) -> u.addSingle(1, (int) v)),
            new Pair("difference", Op.SUBSS, (u, v) -> u.subtractSingle(1, (int) v)),
            new Pair("product", Op.MULSS, (u, v) -> u.multiplySingle(1, (int) v)),
            new Pair("quotient", Op.DIVSS, (u, v) -> u.divideSingle(1, (int) v)));

    private final Seeded random = new Seeded(11);
    private final FpuState first = new FpuState(), second = new FpuState();
    private final SseUnit shortWay = new SseUnit(first), longWay = new SseUnit(second);

    /// Random bits, with exponents at the ends and in the middle more often than not.
    private long operand(int bits, int fraction) {
        long top = (1L << bits - 1 - fraction) - 1;
        long e = switch (random.nextInt(8)) {
            case 0 -> random.nextInt(3);
            case 1 -> top - random.nextInt(3);
            case 2 -> random.nextInt((int) top);
            default -> (top >> 1) + random.nextInt(7) - 3;
        };
        long m = random.nextInt(4) == 0 ? -1L << random.nextInt(fraction) : random.nextLong();
        if (random.nextInt(8) == 0) m = 0;
        return (long) random.nextInt(2) << bits - 1 | e << fraction | m & (1L << fraction) - 1;
    }

    private int mxcsr() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(0x10000);
            case 1 -> 0x1F80;
            case 2 -> 0x1FA0 | random.nextInt(4) << 13;
            default -> 0x1FA0 | random.nextInt(2) << 6 | random.nextInt(2) << 15;
        };
    }

    private void check(Pair p, boolean wide) {
        long a = wide ? operand(64, 52) : random.nextLong() << 32 | operand(32, 23);
        long b = wide ? operand(64, 52) : operand(32, 23);
        int mxcsr = mxcsr();
        for (FpuState f : List.of(first, second)) {
            f.mxcsr = mxcsr;
            f.setXmm(1, a, 0x1234);
        }
        String what = String.format("%s of %x and %x under %x", p.name, a, b, mxcsr);
        boolean leaves = false;
        try {
            if (wide) longWay.scalarDouble(p.op, 1, b);
            else longWay.scalarSingle(p.op, 1, (int) b);
        } catch (Leave left) {
            leaves = true;
        }
        if (leaves) assertThrows(Leave.class, () -> p.way.run(shortWay, b), what);
        else p.way.run(shortWay, b);
        assertArrayEquals(second.xmm, first.xmm, what);
        assertEquals(second.mxcsr, first.mxcsr, what);
    }

    @Test
    void doublesAreTheSame() {
        for (int k = 0; k < ROUNDS; k++) for (Pair p : DOUBLES) check(p, true);
    }

    @Test
    void singlesAreTheSame() {
        for (int k = 0; k < ROUNDS; k++) for (Pair p : SINGLES) check(p, false);
    }
}
