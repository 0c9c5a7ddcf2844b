// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Op;

/// Arithmetic on the bytes, words and double words of a `long`, all lanes at once: half of an XMM register, or an MMX
/// register. (IA-32 SDM volume 1, 9.4 and 11.4.2.)
///
/// Carries are kept from crossing lanes by taking the top bit of each lane out of the addition and putting it back
/// with an exclusive or. A comparison first gives the top bit of each lane, which is then spread over the lane.
final class Lanes {
    /// The top bit and the lowest bit of each lane.
    private static final long TOP8 = 0x8080808080808080L, TOP16 = 0x8000800080008000L, TOP32 = 0x8000000080000000L;
    private static final long ONE8 = 0x0101010101010101L, ONE16 = 0x0001000100010001L, ONE32 = 0x0000000100000001L;
    private static final long EVEN_BYTES = 0x00FF00FF00FF00FFL, EVEN_WORDS = 0x0000FFFF0000FFFFL;
    private static final long LOW32 = 0xFFFFFFFFL;

    private Lanes() {}

    /// Those operations in which 64 bits of the result depend on the same 64 bits of the operands only.
    static long apply(int op, long a, long b) {
        return switch (op) {
            case Op.PAND -> a & b;
            case Op.PANDN -> ~a & b;
            case Op.POR -> a | b;
            case Op.PXOR -> a ^ b;
            case Op.PADDB -> add(a, b, TOP8);
            case Op.PADDW -> add(a, b, TOP16);
            case Op.PADDD -> add(a, b, TOP32);
            case Op.PADDQ -> a + b;
            case Op.PSUBB -> sub(a, b, TOP8);
            case Op.PSUBW -> sub(a, b, TOP16);
            case Op.PSUBD -> sub(a, b, TOP32);
            case Op.PSUBQ -> a - b;
            case Op.PCMPEQB -> equal(a, b, TOP8, 7);
            case Op.PCMPEQW -> equal(a, b, TOP16, 15);
            case Op.PCMPEQD -> equal(a, b, TOP32, 31);
            case Op.PCMPGTB -> below(b ^ TOP8, a ^ TOP8, TOP8, 7);
            case Op.PCMPGTW -> below(b ^ TOP16, a ^ TOP16, TOP16, 15);
            case Op.PCMPGTD -> below(b ^ TOP32, a ^ TOP32, TOP32, 31);
            case Op.PADDUSB -> addUnsigned(a, b, TOP8, 7);
            case Op.PADDUSW -> addUnsigned(a, b, TOP16, 15);
            case Op.PSUBUSB -> subUnsigned(a, b, TOP8, 7);
            case Op.PSUBUSW -> subUnsigned(a, b, TOP16, 15);
            case Op.PADDSB -> addSigned(a, b, TOP8, 7);
            case Op.PADDSW -> addSigned(a, b, TOP16, 15);
            case Op.PSUBSB -> subSigned(a, b, TOP8, 7);
            case Op.PSUBSW -> subSigned(a, b, TOP16, 15);
            case Op.PMINUB -> select(below(a, b, TOP8, 7), a, b);
            case Op.PMAXUB -> select(below(a, b, TOP8, 7), b, a);
            case Op.PMINSW -> minSigned(a, b);
            case Op.PMAXSW -> maxSigned(a, b);
            case Op.PAVGB -> (a | b) - ((a ^ b) >>> 1 & ~TOP8);
            case Op.PAVGW -> (a | b) - ((a ^ b) >>> 1 & ~TOP16);
            case Op.PMULLW -> multiplyLow(a, b);
            case Op.PMULHW -> multiplyHigh(a, b);
            case Op.PMULHUW -> multiplyHighUnsigned(a, b);
            case Op.PMULUDQ -> (a & LOW32) * (b & LOW32);
            case Op.PMADDWD -> multiplyAdd(a, b);
            case Op.PSADBW -> sumOfDifferences(a, b);
            default -> throw new IllegalArgumentException("not a lane operation: " + Op.name(op));
        };
    }

    // ---- additions, comparisons

    private static long add(long a, long b, long top) {
        return (a & ~top) + (b & ~top) ^ (a ^ b) & top;
    }

    private static long sub(long a, long b, long top) {
        return (a | top) - (b & ~top) ^ (a ^ ~b) & top;
    }

    /// Lanes of ones where `tops`, a subset of the top bits, has a bit. `shift` is the width of a lane less one.
    private static long spread(long tops, int shift) {
        return (tops << 1) - (tops >>> shift);
    }

    private static long select(long mask, long ones, long zeros) {
        return ones & mask | zeros & ~mask;
    }

    private static long equal(long a, long b, long top, int shift) {
        long x = a ^ b;
        return spread(~((x & ~top) + ~top | x) & top, shift);
    }

    /// Ones in the lanes where `a` is below `b`, unsigned: where `a - b` borrows.
    private static long below(long a, long b, long top, int shift) {
        return spread(borrows(a, b, sub(a, b, top), top), shift);
    }

    private static long borrows(long a, long b, long difference, long top) {
        return (~a & b | ~(a ^ b) & difference) & top;
    }

    private static long addUnsigned(long a, long b, long top, int shift) {
        long sum = add(a, b, top);
        return sum | spread((a & b | (a | b) & ~sum) & top, shift);
    }

    private static long subUnsigned(long a, long b, long top, int shift) {
        long difference = sub(a, b, top);
        return difference & ~spread(borrows(a, b, difference, top), shift);
    }

    private static long addSigned(long a, long b, long top, int shift) {
        long sum = add(a, b, top);
        return saturate(sum, ~(a ^ b) & (a ^ sum) & top, a, top, shift);
    }

    private static long subSigned(long a, long b, long top, int shift) {
        long difference = sub(a, b, top);
        return saturate(difference, (a ^ b) & (a ^ difference) & top, a, top, shift);
    }

    /// Lanes that overflowed become the extreme value on the side of `a`.
    private static long saturate(long v, long overflows, long a, long top, int shift) {
        return select(spread(overflows, shift), ~top + ((a & top) >>> shift), v);
    }

    private static long minSigned(long a, long b) {
        return select(below(a ^ TOP16, b ^ TOP16, TOP16, 15), a, b);
    }

    private static long maxSigned(long a, long b) {
        return select(below(a ^ TOP16, b ^ TOP16, TOP16, 15), b, a);
    }

    // ---- products and sums

    private static long multiplyLow(long a, long b) {
        return a * b & 0xFFFF
                | (a >>> 16) * (b >>> 16) << 16 & 0xFFFF0000L
                | (a >>> 32) * (b >>> 32) << 32 & 0xFFFF00000000L
                | (a >>> 48) * (b >>> 48) << 48;
    }

    private static long multiplyHigh(long a, long b) {
        return ((short) a * (short) b >>> 16 & 0xFFFFL)
                | ((short) (a >>> 16) * (short) (b >>> 16) >>> 16 & 0xFFFFL) << 16
                | ((short) (a >>> 32) * (short) (b >>> 32) >>> 16 & 0xFFFFL) << 32
                | (a >> 48) * (b >> 48) << 32 & 0xFFFF000000000000L;
    }

    private static long multiplyHighUnsigned(long a, long b) {
        return (a & 0xFFFF) * (b & 0xFFFF) >>> 16
                | (a >>> 16 & 0xFFFF) * (b >>> 16 & 0xFFFF) & 0xFFFF0000L
                | (a >>> 32 & 0xFFFF) * (b >>> 32 & 0xFFFF) << 16 & 0xFFFF00000000L
                | (a >>> 48) * (b >>> 48) << 32 & 0xFFFF000000000000L;
    }

    private static long multiplyAdd(long a, long b) {
        int low = (short) a * (short) b + (short) (a >>> 16) * (short) (b >>> 16);
        int high = (short) (a >>> 32) * (short) (b >>> 32) + (short) (a >>> 48) * (short) (b >>> 48);
        return join(low, high);
    }

    private static long sumOfDifferences(long a, long b) {
        long d = subUnsigned(a, b, TOP8, 7) | subUnsigned(b, a, TOP8, 7);
        long pairs = (d & EVEN_BYTES) + (d >>> 8 & EVEN_BYTES);
        return pairs * ONE16 >>> 48;
    }

    // ---- shifts; counts of the width of a lane and above give zeros, or signs

    static long shift(int op, long v, int count) {
        return switch (op) {
            case Op.PSRLW -> count > 15 ? 0 : v >>> count & ONE16 * (0xFFFF >>> count);
            case Op.PSRLD -> count > 31 ? 0 : v >>> count & ONE32 * (LOW32 >>> count);
            case Op.PSRLQ -> count > 63 ? 0 : v >>> count;
            case Op.PSLLW -> count > 15 ? 0 : v << count & ONE16 * (0xFFFF << count & 0xFFFF);
            case Op.PSLLD -> count > 31 ? 0 : v << count & ONE32 * (LOW32 << count & LOW32);
            case Op.PSLLQ -> count > 63 ? 0 : v << count;
            case Op.PSRAW -> rightSigned(v, Math.min(count, 15), ONE16 * (0xFFFF >>> Math.min(count, 15)), TOP16, 15);
            case Op.PSRAD -> rightSigned(v, Math.min(count, 31), ONE32 * (LOW32 >>> Math.min(count, 31)), TOP32, 31);
            default -> throw new IllegalArgumentException("not a lane shift: " + Op.name(op));
        };
    }

    private static long rightSigned(long v, int count, long kept, long top, int shift) {
        return v >>> count & kept | spread(v & top, shift) & ~kept;
    }

    // ---- packs: the lanes of `a` below those of `b`

    static long packSignedWords(long a, long b) {
        return narrow(clampWords(a, ONE16 * 0xFF80, ONE16 * 0x7F))
                | narrow(clampWords(b, ONE16 * 0xFF80, ONE16 * 0x7F)) << 32;
    }

    static long packUnsignedWords(long a, long b) {
        return narrow(clampWords(a, 0, EVEN_BYTES)) | narrow(clampWords(b, 0, EVEN_BYTES)) << 32;
    }

    static long packDoubleWords(long a, long b) {
        return clamp((int) a) & 0xFFFFL
                | (clamp((int) (a >>> 32)) & 0xFFFFL) << 16
                | (clamp((int) b) & 0xFFFFL) << 32
                | (long) clamp((int) (b >>> 32)) << 48;
    }

    private static long clampWords(long v, long from, long to) {
        return minSigned(maxSigned(v, from), to);
    }

    /// The low byte of each word, in the low 32 bits.
    private static long narrow(long v) {
        long x = v & EVEN_BYTES;
        x = (x | x >>> 8) & EVEN_WORDS;
        return (x | x >>> 16) & LOW32;
    }

    private static int clamp(int v) {
        return Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, v));
    }

    // ---- interleaving: 32 bits of each operand, those of `a` in the even lanes

    static long interleaveBytes(int a, int b) {
        return widenBytes(a) | widenBytes(b) << 8;
    }

    static long interleaveWords(int a, int b) {
        return widenWords(a) | widenWords(b) << 16;
    }

    /// Double words `a` and, above it, `b`.
    static long join(int a, int b) {
        return a & LOW32 | (long) b << 32;
    }

    private static long widenWords(int v) {
        long x = v & LOW32;
        return (x | x << 16) & EVEN_WORDS;
    }

    private static long widenBytes(int v) {
        long x = widenWords(v);
        return (x | x << 8) & EVEN_BYTES;
    }

    // ---- shuffles and masks

    /// Four words of `v`, each chosen by two bits of the control byte.
    static long shuffleWords(long v, int control) {
        return word(v, control)
                | word(v, control >>> 2) << 16
                | word(v, control >>> 4) << 32
                | word(v, control >>> 6) << 48;
    }

    /// Word 0 to 3.
    static long word(long v, int n) {
        return v >>> ((n & 3) << 4) & 0xFFFF;
    }

    static long insertWord(long v, int n, int word) {
        int at = (n & 3) << 4;
        return v & ~(0xFFFFL << at) | (word & 0xFFFFL) << at;
    }

    /// A double word of 128 bits.
    static int doubleWord(long low, long high, int n) {
        return (int) (((n & 2) == 0 ? low : high) >>> ((n & 1) << 5));
    }

    /// The top bits of the bytes, as eight bits. The product brings bit `8 * k` to `56 + k`.
    static int byteSigns(long v) {
        return (int) ((v >>> 7 & ONE8) * 0x0102040810204080L >>> 56);
    }

    /// Bytes of ones where the top bit of the byte is set.
    static long byteMask(long v) {
        return spread(v & TOP8, 7);
    }
}
