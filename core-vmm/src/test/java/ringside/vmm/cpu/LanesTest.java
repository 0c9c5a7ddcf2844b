// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import ringside.vmm.isa.Op;

/// All lanes at once against one lane at a time.
class LanesTest {
    private static final int ROUNDS = 3000;
    private final SplittableRandom random = new SplittableRandom(20);

    /// Bytes at the edges more often than not.
    private long operand() {
        long v = 0;
        for (int k = 0; k < 8; k++) {
            int b = switch (random.nextInt(8)) {
                case 0, 1 -> 0;
                case 2, 3 -> 0xFF;
                case 4 -> 0x80;
                case 5 -> 0x7F;
                default -> random.nextInt(256);
            };
            v = v << 8 | b;
        }
        return v;
    }

    private static long lane(long v, int width, int k) {
        return v << 64 - width - k * width >> 64 - width;
    }

    private static long cut(long v, int width) {
        return width == 64 ? v : v & (1L << width) - 1;
    }

    private static long byLanes(int width, long a, long b, LongBinaryOperator one) {
        long r = 0;
        for (int k = 0; k < 64 / width; k++) {
            r |= cut(one.applyAsLong(lane(a, width, k), lane(b, width, k)), width) << k * width;
        }
        return r;
    }

    private static LongBinaryOperator unsigned(int width, LongBinaryOperator one) {
        return (a, b) -> one.applyAsLong(cut(a, width), cut(b, width));
    }

    private static LongBinaryOperator clamped(long from, long to, LongBinaryOperator one) {
        return (a, b) -> Math.clamp(one.applyAsLong(a, b), from, to);
    }

    private void agrees(int op, int width, LongBinaryOperator one) {
        for (int k = 0; k < ROUNDS; k++) {
            long a = operand();
            long b = k % 16 == 0 ? a : operand();
            assertEquals(
                    Long.toHexString(byLanes(width, a, b, one)),
                    Long.toHexString(Lanes.apply(op, a, b)),
                    () -> Op.name(op) + " " + Long.toHexString(a) + " " + Long.toHexString(b));
        }
    }

    @Test
    void logicIsBitwise() {
        agrees(Op.PAND, 64, (a, b) -> a & b);
        agrees(Op.PANDN, 64, (a, b) -> ~a & b);
        agrees(Op.POR, 64, (a, b) -> a | b);
        agrees(Op.PXOR, 64, (a, b) -> a ^ b);
    }

    @Test
    void sumsAndDifferencesWrap() {
        Map<Integer, Integer> sums = Map.of(Op.PADDB, 8, Op.PADDW, 16, Op.PADDD, 32, Op.PADDQ, 64);
        Map<Integer, Integer> differences = Map.of(Op.PSUBB, 8, Op.PSUBW, 16, Op.PSUBD, 32, Op.PSUBQ, 64);
        sums.forEach((op, width) -> agrees(op, width, Long::sum));
        differences.forEach((op, width) -> agrees(op, width, (a, b) -> a - b));
    }

    @Test
    void saturationKeepsTheNearestValue() {
        for (int width = 8; width <= 16; width += 8) {
            long max = (1L << width - 1) - 1;
            long all = (1L << width) - 1;
            boolean bytes = width == 8;
            agrees(bytes ? Op.PADDSB : Op.PADDSW, width, clamped(-max - 1, max, Long::sum));
            agrees(bytes ? Op.PSUBSB : Op.PSUBSW, width, clamped(-max - 1, max, (a, b) -> a - b));
            agrees(bytes ? Op.PADDUSB : Op.PADDUSW, width, unsigned(width, clamped(0, all, Long::sum)));
            agrees(bytes ? Op.PSUBUSB : Op.PSUBUSW, width, unsigned(width, clamped(0, all, (a, b) -> a - b)));
        }
    }

    @Test
    void comparisonsGiveOnesOrZeros() {
        Map<Integer, Integer> equal = Map.of(Op.PCMPEQB, 8, Op.PCMPEQW, 16, Op.PCMPEQD, 32);
        Map<Integer, Integer> greater = Map.of(Op.PCMPGTB, 8, Op.PCMPGTW, 16, Op.PCMPGTD, 32);
        equal.forEach((op, width) -> agrees(op, width, (a, b) -> a == b ? -1 : 0));
        greater.forEach((op, width) -> agrees(op, width, (a, b) -> a > b ? -1 : 0));
    }

    @Test
    void bytesAreUnsignedAndWordsSignedInMinimaAndMaxima() {
        agrees(Op.PMINUB, 8, unsigned(8, Math::min));
        agrees(Op.PMAXUB, 8, unsigned(8, Math::max));
        agrees(Op.PMINSW, 16, Math::min);
        agrees(Op.PMAXSW, 16, Math::max);
    }

    @Test
    void averagesRoundUp() {
        agrees(Op.PAVGB, 8, unsigned(8, (a, b) -> a + b + 1 >> 1));
        agrees(Op.PAVGW, 16, unsigned(16, (a, b) -> a + b + 1 >> 1));
    }

    @Test
    void productsAreLowHighOrWhole() {
        agrees(Op.PMULLW, 16, (a, b) -> a * b);
        agrees(Op.PMULHW, 16, (a, b) -> a * b >> 16);
        agrees(Op.PMULHUW, 16, unsigned(16, (a, b) -> a * b >> 16));
        agrees(Op.PMULUDQ, 64, (a, b) -> cut(a, 32) * cut(b, 32));
        agrees(Op.PMADDWD, 32, (a, b) -> (short) a * (short) b + (a >> 16) * (b >> 16));
    }

    @Test
    void theSumOfDifferencesCountsEightBytes() {
        agrees(Op.PSADBW, 64, (a, b) -> {
            long sum = 0;
            for (int k = 0; k < 8; k++) sum += Math.abs(cut(lane(a, 8, k), 8) - cut(lane(b, 8, k), 8));
            return sum;
        });
    }

    private void shifts(int op, int width, IntFunction<LongUnaryOperator> by) {
        for (int count = 0; count <= 64; count++) {
            LongUnaryOperator one = by.apply(count);
            for (int k = 0; k < 50; k++) {
                long v = operand();
                assertEquals(
                        byLanes(width, v, 0, (a, b) -> one.applyAsLong(a)),
                        Lanes.shift(op, v, count),
                        Op.name(op) + " by " + count);
            }
        }
    }

    @Test
    void shiftsByTheWidthOrMoreLeaveZerosOrSigns() {
        Map<Integer, Integer> left = Map.of(Op.PSLLW, 16, Op.PSLLD, 32, Op.PSLLQ, 64);
        Map<Integer, Integer> right = Map.of(Op.PSRLW, 16, Op.PSRLD, 32, Op.PSRLQ, 64);
        Map<Integer, Integer> signed = Map.of(Op.PSRAW, 16, Op.PSRAD, 32);
        left.forEach((op, width) -> shifts(op, width, n -> v -> n >= width ? 0 : v << n));
        right.forEach((op, width) -> shifts(op, width, n -> v -> n >= width ? 0 : cut(v, width) >>> n));
        signed.forEach((op, width) -> shifts(op, width, n -> v -> v >> Math.min(n, 63)));
    }

    private static long packed(int width, long a, long b, long from, long to) {
        long r = 0;
        int lanes = 64 / width;
        for (int k = 0; k < 2 * lanes; k++) {
            long v = lane(k < lanes ? a : b, width, k % lanes);
            r |= cut(Math.clamp(v, from, to), width / 2) << k * (width / 2);
        }
        return r;
    }

    @Test
    void packsSaturateAndPutTheFirstOperandBelow() {
        for (int k = 0; k < ROUNDS; k++) {
            long a = operand();
            long b = operand();
            assertEquals(packed(16, a, b, -128, 127), Lanes.packSignedWords(a, b));
            assertEquals(packed(16, a, b, 0, 255), Lanes.packUnsignedWords(a, b));
            assertEquals(packed(32, a, b, -32768, 32767), Lanes.packDoubleWords(a, b));
        }
    }

    @Test
    void interleavingTakesLanesInTurns() {
        assertEquals(0x8844773366225511L, Lanes.interleaveBytes(0x44332211, 0x88776655));
        assertEquals(0x8877443366552211L, Lanes.interleaveWords(0x44332211, 0x88776655));
        assertEquals(0x88776655F4332211L, Lanes.join(0xF4332211, 0x88776655));
    }

    @Test
    void wordsAreChosenByPairsOfBits() {
        assertEquals(0x4444333322221111L, Lanes.shuffleWords(0x4444333322221111L, 0b11_10_01_00));
        assertEquals(0x1111222233334444L, Lanes.shuffleWords(0x4444333322221111L, 0b00_01_10_11));
        assertEquals(0x4444BEEF22221111L, Lanes.insertWord(0x4444333322221111L, 6, 0xFBEEF));
        assertEquals(0x3333, Lanes.word(0x4444333322221111L, 6));
    }

    @Test
    void topBitsOfBytesBecomeMasks() {
        for (int k = 0; k < ROUNDS; k++) {
            long v = operand();
            int signs = 0;
            for (int n = 0; n < 8; n++) if (lane(v, 8, n) < 0) signs |= 1 << n;
            assertEquals(signs, Lanes.byteSigns(v));
            assertEquals(byLanes(8, v, 0, (a, b) -> a >> 7), Lanes.byteMask(v));
        }
    }
}
