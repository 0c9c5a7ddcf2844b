// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// Results and flags for translated code, from values alone.
///
/// Flags are the words of {@link Registers}: `zero`, `sign`, `carry`. Translated code does not work `carry` out for
/// every instruction; it keeps three words whose {@link #carry} it is. For an addition those are the operands and
/// the sum; a subtraction is the addition that it undoes; any word c is `carry(c, c, anything)`. Operands of one and
/// two bytes are moved to the top, with the bit that AF comes from left in place.
///
/// Where the interpreter's {@link Arithmetic} leaves bits of the words that no flag reads, these may differ.
final class Words {
    private static final int CF = 0x80000000, CF_XOR_OF = 0x40000000;

    private Words() {}

    /// Carries out of every bit of an addition.
    static int carry(int x, int y, int sum) {
        return x & y | (x | y) & ~sum;
    }

    static int top1(int v) {
        return v << 24 | v & 8;
    }

    static int top2(int v) {
        return v << 16 | v & 8;
    }

    // ---- conditions: negative where they hold

    static int overflow(int carry) {
        return carry ^ carry << 1;
    }

    static int less(int sign, int carry) {
        return sign ^ carry ^ carry << 1;
    }

    static boolean parity(int sign) {
        int v = sign ^ sign >>> 4;
        return (0x9669 >>> (v & 15) & 1) != 0;
    }

    static boolean negative(int v) {
        return v < 0;
    }

    static boolean isZero(int v) {
        return v == 0;
    }

    static boolean negativeOrZero(int v, int zero) {
        return v < 0 || zero == 0;
    }

    static boolean below(int a, int b) {
        return Integer.compareUnsigned(a, b) < 0;
    }

    static boolean belowOrEqual(int a, int b) {
        return Integer.compareUnsigned(a, b) <= 0;
    }

    static boolean lessThan(int a, int b) {
        return a < b;
    }

    static boolean lessOrEqual(int a, int b) {
        return a <= b;
    }

    /// The arithmetic flags as EFLAGS has them.
    static int image(int zero, int sign, int carry) {
        return carry >>> 31
                | (parity(sign) ? Registers.PF : 0)
                | (carry & 8) << 1
                | (zero == 0 ? Registers.ZF : 0)
                | sign >>> 24 & Registers.SF
                | overflow(carry) >>> 20 & Registers.OF;
    }

    static int zeroOf(int image) {
        return ~image & Registers.ZF;
    }

    static int signOf(int image) {
        return (image & Registers.SF) << 24 | ((image & Registers.PF) != 0 ? 0 : 1);
    }

    /// What SAHF makes of the carry word: OF stays.
    static int carryOf(int image, int old) {
        boolean of = overflow(old) < 0;
        return both((image & Registers.CF) != 0, of) | (image & Registers.AF) >>> 1;
    }

    // ---- parts of registers

    static int low1(int v, int whole) {
        return whole & ~0xFF | v & 0xFF;
    }

    static int high1(int v, int whole) {
        return whole & ~0xFF00 | (v & 0xFF) << 8;
    }

    static int low2(int v, int whole) {
        return whole & 0xFFFF0000 | v & 0xFFFF;
    }

    // ---- carry words

    /// INC and DEC keep CF.
    static int keepingCf(int carry, int old) {
        return (carry ^ old) < 0 ? carry ^ (CF | CF_XOR_OF) : carry;
    }

    static int withCf(int carry, int bit) {
        return (bit != 0) == carry < 0 ? carry : carry ^ (CF | CF_XOR_OF);
    }

    private static int both(boolean cf, boolean of) {
        return (cf ? CF : 0) | (cf != of ? CF_XOR_OF : 0);
    }

    /// @param n 1 to 31
    static int shlCarry(int a, int n, int size) {
        if (size == 4) return a << n - 1 & CF | a << n >>> 1 & CF_XOR_OF;
        int bits = size * 8;
        long wide = (a & 0xFFFFFFFFL) << n;
        boolean cf = (wide >>> bits & 1) != 0;
        return both(cf, (wide >>> bits - 1 & 1) != 0 != cf);
    }

    static int shrCarry(int a, int n, int size) {
        boolean cf = (a >>> n - 1 & 1) != 0;
        return both(cf, n == 1 && (a >>> size * 8 - 1 & 1) != 0);
    }

    /// @param x sign-extended
    static int sarCarry(int x, int n) {
        return (x >> n - 1 & 1) * (CF | CF_XOR_OF);
    }

    static int rol(int a, int count, int size) {
        int bits = size * 8;
        int n = count & bits - 1;
        return n == 0 ? a : a << n | a >>> bits - n;
    }

    static int ror(int a, int count, int size) {
        int bits = size * 8;
        int n = count & bits - 1;
        return n == 0 ? a : a >>> n | a << bits - n;
    }

    static int rolCarry(int r, int size, int old) {
        boolean cf = (r & 1) != 0;
        return old & 8 | both(cf, cf != ((r >>> size * 8 - 1 & 1) != 0));
    }

    static int rorCarry(int r, int size, int old) {
        int bits = size * 8;
        boolean top = (r >>> bits - 1 & 1) != 0;
        return old & 8 | both(top, top != ((r >>> bits - 2 & 1) != 0));
    }

    private static long turned(int a, int count, int size, int carry, boolean left) {
        int bits = size * 8;
        int n = (count & 31) % (bits + 1);
        long wide = (a & 0xFFFFFFFFL) | (long) (carry >>> 31) << bits;
        if (n == 0) return wide;
        return left ? wide << n | wide >>> bits + 1 - n : wide >>> n | wide << bits + 1 - n;
    }

    static int rcl(int a, int count, int size, int carry) {
        return (int) turned(a, count, size, carry, true);
    }

    static int rcr(int a, int count, int size, int carry) {
        return (int) turned(a, count, size, carry, false);
    }

    static int rclCarry(int a, int count, int size, int carry) {
        int bits = size * 8;
        long wide = turned(a, count, size, carry, true);
        boolean cf = (wide >>> bits & 1) != 0;
        return carry & 8 | both(cf, cf != ((wide >>> bits - 1 & 1) != 0));
    }

    static int rcrCarry(int a, int count, int size, int carry) {
        int bits = size * 8;
        long wide = turned(a, count, size, carry, false);
        boolean cf = (wide >>> bits & 1) != 0;
        return carry & 8 | both(cf, (wide >>> bits - 1 & 1) != (wide >>> bits - 2 & 1));
    }

    /// @param r the result of SHLD by `n`, 1 to 31
    static int shldCarry(int a, int r, int n) {
        boolean cf = (a >>> 32 - n & 1) != 0;
        return both(cf, (a ^ r) < 0);
    }

    static int shrdCarry(int a, int r, int n) {
        boolean cf = (a >>> n - 1 & 1) != 0;
        return both(cf, (a ^ r) < 0);
    }

    // ---- multiplication and division

    static int mulHigh(int a, int b) {
        return (int) ((a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL) >>> 32);
    }

    static int imulHigh(int a, int b) {
        return (int) ((long) a * b >> 32);
    }

    static int mulCarry(int high) {
        return high != 0 ? CF : 0;
    }

    static int imulCarry(int low, int high) {
        return low >> 31 != high ? CF : 0;
    }

    static int product(int a, int b, int size) {
        return (int) ((long) Arithmetic.extend(a, size) * Arithmetic.extend(b, size));
    }

    static int productCarry(int a, int b, int size) {
        long r = (long) Arithmetic.extend(a, size) * Arithmetic.extend(b, size);
        return Arithmetic.extend((int) r, size) == r ? 0 : CF;
    }

    static int divide(int high, int low, int v) {
        if (Integer.compareUnsigned(high, v) >= 0) throw Leave.IT;
        if (high == 0) return Integer.divideUnsigned(low, v);
        return (int) Long.divideUnsigned((long) high << 32 | low & 0xFFFFFFFFL, v & 0xFFFFFFFFL);
    }

    /// @param size 1 or 2
    static int divideNarrow(int n, int v, int size) {
        if (v == 0) throw Leave.IT;
        int q = Integer.divideUnsigned(n, v);
        if (q >>> 8 * size != 0) throw Leave.IT;
        return q;
    }

    static int divideNarrowSigned(int n, int v, int size) {
        if (v == 0) throw Leave.IT;
        int q = n / v;
        if (q != Arithmetic.extend(q, size)) throw Leave.IT;
        return q;
    }

    static int divideSigned(int high, int low, int v) {
        if (v == 0) throw Leave.IT;
        if (high == low >> 31 && v != -1) return low / v;
        long n = (long) high << 32 | low & 0xFFFFFFFFL;
        long q = n / v;
        if (q != (int) q || n == Long.MIN_VALUE) throw Leave.IT;
        return (int) q;
    }
}
