// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// The host's arithmetic stands in for ours only where nobody can tell: over operands of all kinds, both ways
/// give the same bits and flags.
class BinaryFastPathTest {
    private static final int CASES = 400_000;
    private static final int NEAREST = 0x1F80, STICKY = 0x1FA0;

    private final SseEnvironment e = new SseEnvironment();
    private final Binary32 singles = new Binary32(e);
    private final Binary64 doubles = new Binary64(e);

    private interface Binary {
        long of(long a, long b);
    }

    private void same(long seed, boolean single, Binary fast, Binary slow) {
        SseOperandsSource source = new SseOperandsSource(seed);
        for (int n = 0; n < CASES; n++) {
            long a = single ? source.single() & 0xFFFFFFFFL : source.real();
            long b = single ? source.single() & 0xFFFFFFFFL : source.real();
            int mxcsr = source.coin() ? NEAREST : source.coin() ? STICKY : source.mxcsr() & ~SseEnvironment.RC;
            e.begin(mxcsr);
            long quick = fast.of(a, b);
            int flags = e.flags;
            e.begin(mxcsr);
            long right = slow.of(a, b);
            // PE may be left out only where it is set and masked already
            int counts = (mxcsr & STICKY & 0x1020) == 0x1020 ? ~SseEnvironment.PE : ~0;
            if (!e.faults() && quick != right || (flags & counts) != (e.flags & counts)) {
                assertEquals(
                        String.format("%x, flags %x", right, e.flags),
                        String.format("%x, flags %x", quick, flags),
                        String.format("mxcsr %x, %x and %x", mxcsr, a, b));
            }
        }
    }

    private static long wide(int v) {
        return v & 0xFFFFFFFFL;
    }

    @Test
    void arithmeticOfDoublesIsTheSameBothWays() {
        SoftBinary soft = doubles.soft;
        same(1, false, doubles::add, (a, b) -> soft.add(a, b, false));
        same(2, false, doubles::subtract, (a, b) -> soft.add(a, b, true));
        same(3, false, doubles::multiply, soft::multiply);
        same(4, false, doubles::divide, soft::divide);
        same(5, false, (a, b) -> doubles.squareRoot(a), (a, b) -> soft.squareRoot(a));
    }

    @Test
    void arithmeticOfSinglesIsTheSameBothWays() {
        SoftBinary soft = singles.soft;
        same(6, true, (a, b) -> wide(singles.add((int) a, (int) b)), (a, b) -> soft.add(a, b, false));
        same(7, true, (a, b) -> wide(singles.subtract((int) a, (int) b)), (a, b) -> soft.add(a, b, true));
        same(8, true, (a, b) -> wide(singles.multiply((int) a, (int) b)), soft::multiply);
        same(9, true, (a, b) -> wide(singles.divide((int) a, (int) b)), soft::divide);
        same(10, true, (a, b) -> wide(singles.squareRoot((int) a)), (a, b) -> soft.squareRoot(a));
    }

    @Test
    void comparisonsAreTheSameBothWays() {
        SoftBinary real = doubles.soft;
        SoftBinary single = singles.soft;
        same(11, false, doubles::min, (a, b) -> real.extreme(a, b, false));
        same(12, false, doubles::max, (a, b) -> real.extreme(a, b, true));
        same(13, false, (a, b) -> doubles.order(a, b, true), (a, b) -> real.order(a, b, true));
        same(14, true, (a, b) -> wide(singles.min((int) a, (int) b)), (a, b) -> single.extreme(a, b, false));
        same(15, true, (a, b) -> wide(singles.max((int) a, (int) b)), (a, b) -> single.extreme(a, b, true));
        same(16, true, (a, b) -> singles.order((int) a, (int) b, false), (a, b) -> single.order(a, b, false));
    }

    @Test
    void conversionsAreTheSameBothWays() {
        same(
                17,
                false,
                (a, b) -> wide(singles.fromDouble(a, doubles)),
                (a, b) -> singles.soft.convert(a, doubles.soft));
        same(18, true, (a, b) -> doubles.fromSingle((int) a, singles), (a, b) -> doubles.soft.convert(a, singles.soft));
    }
}
