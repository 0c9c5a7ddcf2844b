// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// Arithmetic and conversions against {@link SseReference}, under every kind of MXCSR.
class BinaryArithmeticTest {
    private static final int CASES = 20_000;
    private static final long SINGLE = 0xFFFFFFFFL;

    private final SseEnvironment e = new SseEnvironment();
    private final Binary32 singles = new Binary32(e);
    private final Binary64 doubles = new Binary64(e);

    private interface Exact {
        void of(SseReference reference, long a, long b);
    }

    private interface Ours {
        long of(long a, long b);
    }

    /// What an operation makes of operands and MXCSR: bits unless it faults, MXCSR, and whether it faults.
    private record Outcome(long bits, int mxcsr, boolean faults) {
        static Outcome of(SseReference r, int mxcsr) {
            return new Outcome(r.faults() ? 0 : r.bits, mxcsr | r.raised(), r.faults());
        }

        static Outcome of(long bits, SseEnvironment e, int mxcsr) {
            return new Outcome(e.faults() ? 0 : bits, mxcsr | e.raised(), e.faults());
        }
    }

    private void agreeOnDoubles(long seed, Ours ours, Exact exact) {
        SseOperandsSource source = new SseOperandsSource(seed);
        for (int n = 0; n < CASES; n++) {
            int mxcsr = source.mxcsr();
            long a = source.finiteReal();
            long b = source.finiteReal();
            if ((b & 0x7FF0000000000000L) == 0) b |= 0x20000000000000L; // a divisor
            agree(SseReference.real(mxcsr), mxcsr, a, b, ours, exact);
        }
    }

    private void agreeOnSingles(long seed, Ours ours, Exact exact) {
        SseOperandsSource source = new SseOperandsSource(seed);
        for (int n = 0; n < CASES; n++) {
            int mxcsr = source.mxcsr();
            int a = source.finiteSingle();
            int b = source.finiteSingle();
            if ((b & 0x7F800000) == 0) b |= 0x1000000;
            agree(SseReference.single(mxcsr), mxcsr, a & SINGLE, b & SINGLE, ours, exact);
        }
    }

    private void agree(SseReference reference, int mxcsr, long a, long b, Ours ours, Exact exact) {
        exact.of(reference, a, b);
        e.begin(mxcsr);
        Outcome got = Outcome.of(ours.of(a, b), e, mxcsr);
        assertEquals(Outcome.of(reference, mxcsr), got, () -> String.format("mxcsr %x, %x and %x", mxcsr, a, b));
    }

    @Test
    void sumsOfDoublesAreExactlyRounded() {
        agreeOnDoubles(1, doubles::add, (r, a, b) -> r.add(a, b, false));
        agreeOnDoubles(2, (a, b) -> doubles.add(b, a), (r, a, b) -> r.add(b, a, false));
        agreeOnDoubles(3, (a, b) -> doubles.add(a, a ^ b & 7), (r, a, b) -> r.add(a, a ^ b & 7, false));
    }

    @Test
    void differencesOfDoublesAreExactlyRounded() {
        agreeOnDoubles(4, doubles::subtract, (r, a, b) -> r.add(a, b, true));
        agreeOnDoubles(5, (a, b) -> doubles.subtract(a, a ^ b & 7), (r, a, b) -> r.add(a, a ^ b & 7, true));
    }

    @Test
    void productsOfDoublesAreExactlyRounded() {
        agreeOnDoubles(6, doubles::multiply, SseReference::multiply);
    }

    @Test
    void quotientsOfDoublesAreExactlyRounded() {
        agreeOnDoubles(7, doubles::divide, SseReference::divide);
    }

    @Test
    void rootsOfDoublesAreExactlyRounded() {
        agreeOnDoubles(
                8, (a, b) -> doubles.squareRoot(a & Long.MAX_VALUE), (r, a, b) -> r.squareRoot(a & Long.MAX_VALUE));
    }

    @Test
    void sumsOfSinglesAreExactlyRounded() {
        agreeOnSingles(11, (a, b) -> singles.add((int) a, (int) b) & SINGLE, (r, a, b) -> r.add(a, b, false));
        agreeOnSingles(12, (a, b) -> singles.add((int) b, (int) a) & SINGLE, (r, a, b) -> r.add(b, a, false));
    }

    @Test
    void differencesOfSinglesAreExactlyRounded() {
        agreeOnSingles(13, (a, b) -> singles.subtract((int) a, (int) b) & SINGLE, (r, a, b) -> r.add(a, b, true));
    }

    @Test
    void productsOfSinglesAreExactlyRounded() {
        agreeOnSingles(14, (a, b) -> singles.multiply((int) a, (int) b) & SINGLE, SseReference::multiply);
    }

    @Test
    void quotientsOfSinglesAreExactlyRounded() {
        agreeOnSingles(15, (a, b) -> singles.divide((int) a, (int) b) & SINGLE, SseReference::divide);
    }

    @Test
    void rootsOfSinglesAreExactlyRounded() {
        agreeOnSingles(
                16,
                (a, b) -> singles.squareRoot((int) a & 0x7FFFFFFF) & SINGLE,
                (r, a, b) -> r.squareRoot(a & 0x7FFFFFFF));
    }

    @Test
    void narrowedDoublesAreExactlyRounded() {
        SseOperandsSource source = new SseOperandsSource(21);
        for (int n = 0; n < 3 * CASES; n++) {
            int mxcsr = source.mxcsr();
            agree(
                    SseReference.single(mxcsr),
                    mxcsr,
                    source.finiteReal(),
                    0,
                    (a, b) -> singles.fromDouble(a, doubles) & SINGLE,
                    (r, a, b) -> r.convert(a, SseReference.real(mxcsr)));
        }
    }

    @Test
    void widenedSinglesAreTheSameNumbers() {
        SseOperandsSource source = new SseOperandsSource(22);
        for (int n = 0; n < CASES; n++) {
            int mxcsr = source.mxcsr();
            agree(
                    SseReference.real(mxcsr),
                    mxcsr,
                    source.finiteSingle() & SINGLE,
                    0,
                    (a, b) -> doubles.fromSingle((int) a, singles),
                    (r, a, b) -> r.convert(a, SseReference.single(mxcsr)));
        }
    }

    @Test
    void integersBecomeTheNearestSingleInTheirDirection() {
        SseOperandsSource source = new SseOperandsSource(23);
        for (int n = 0; n < CASES; n++) {
            int mxcsr = source.mxcsr();
            int v = source.integer();
            agree(
                    SseReference.single(mxcsr),
                    mxcsr,
                    Binary64.fromInt(v),
                    0,
                    (a, b) -> singles.fromInt(v, doubles) & SINGLE,
                    (r, a, b) -> r.convert(a, SseReference.real(mxcsr)));
        }
    }
}
