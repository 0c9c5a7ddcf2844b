// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// A register of 128 bits, for the series of the [Transcendental] functions.
///
/// The bits mean what the caller says: mostly a *fraction*, `bits / 2^128`, below one; or a *significand*, the
/// highest bit set, `bits / 2^127`, from one to below two, with an exponent kept elsewhere. Products are truncated
/// and may be a few units of the last place too small; that is 60 bits below what the results keep.
final class Wide128 {
    long hi, lo;

    void set(long high, long low) {
        hi = high;
        lo = low;
    }

    void set(Wide128 w) {
        hi = w.hi;
        lo = w.lo;
    }

    boolean zero() {
        return (hi | lo) == 0;
    }

    void add(long high, long low) {
        lo += low;
        hi += high + (Long.compareUnsigned(lo, low) < 0 ? 1 : 0);
    }

    void subtract(long high, long low) {
        long borrow = Long.compareUnsigned(lo, low) < 0 ? 1 : 0;
        lo -= low;
        hi -= high + borrow;
    }

    void negate() {
        lo = -lo;
        hi = ~hi + (lo == 0 ? 1 : 0);
    }

    /// The high half of the product.
    void multiply(long high, long low) {
        long a = Math.unsignedMultiplyHigh(hi, low);
        long b = Math.unsignedMultiplyHigh(lo, high);
        long c = hi * high;
        long top = Math.unsignedMultiplyHigh(hi, high);
        long s = a + b;
        if (Long.compareUnsigned(s, a) < 0) top++;
        long t = s + c;
        if (Long.compareUnsigned(t, c) < 0) top++;
        hi = top;
        lo = t;
    }

    void shiftRight(int n) {
        if (n == 0) return;
        if (n < 64) {
            lo = lo >>> n | hi << 64 - n;
            hi >>>= n;
        } else if (n < 128) {
            lo = hi >>> n - 64;
            hi = 0;
        } else {
            hi = lo = 0;
        }
    }

    /// Shifts left until the highest bit is set. Not zero.
    ///
    /// @return by how many bits
    int normalize() {
        int n = 0;
        if (hi == 0) {
            hi = lo;
            lo = 0;
            n = 64;
        }
        int k = Long.numberOfLeadingZeros(hi);
        if (k != 0) {
            hi = hi << k | lo >>> 64 - k;
            lo <<= k;
        }
        return n + k;
    }

    /// Becomes a product with a small number.
    void product(long a, long b) {
        hi = Math.unsignedMultiplyHigh(a, b);
        lo = a * b;
    }

    /// Becomes a sum of powers, times z: `z (c[first] ± z (c[first + step] ± z (...)))`, with c pairs of high and
    /// low halves.
    ///
    /// @param wide      the last coefficient worth 128 bits: past it, the power of z is below 2^-62
    /// @param last      the last coefficient
    /// @param alternate whether the signs alternate
    void series(long[] c, int first, int wide, int last, int step, Wide128 z, boolean alternate) {
        long high = c[2 * last];
        for (int i = last - step; i > wide; i -= step) {
            long p = Math.unsignedMultiplyHigh(high, z.hi);
            high = alternate ? c[2 * i] - p : c[2 * i] + p;
        }
        set(high, 0);
        series(c, first, wide, step, z, alternate);
    }

    /// The same, continued from the value of the bracket past the coefficient `wide`.
    void series(long[] c, int first, int wide, int step, Wide128 z, boolean alternate) {
        long zh = z.hi;
        long zl = z.lo;
        long h = hi;
        long l = lo;
        for (int i = wide; ; i -= step) {
            long a = Math.unsignedMultiplyHigh(h, zl);
            long b = Math.unsignedMultiplyHigh(l, zh);
            long d = h * zh;
            long top = Math.unsignedMultiplyHigh(h, zh);
            long s = a + b;
            if (Long.compareUnsigned(s, a) < 0) top++;
            s += d;
            if (Long.compareUnsigned(s, d) < 0) top++;
            if (i < first) {
                hi = top;
                lo = s;
                return;
            }
            h = c[2 * i];
            l = c[2 * i + 1];
            if (alternate) {
                h -= top + (Long.compareUnsigned(l, s) < 0 ? 1 : 0);
                l -= s;
            } else {
                l += s;
                h += top + (Long.compareUnsigned(l, s) < 0 ? 1 : 0);
            }
        }
    }

    /// Becomes a quotient of significands, as a significand: a few units of 2^-118 below the exact one.
    ///
    /// A reciprocal of 61 bits is enough: the quotient comes in two digits of that size.
    ///
    /// @return its exponent: 0, or -1 when the dividend was the smaller one
    int quotient(Wide128 n, Wide128 d) {
        long reciprocal = reciprocal(d.hi);
        long q = Math.unsignedMultiplyHigh(n.hi, reciprocal);
        long product = q * d.hi;
        long low = product + Math.unsignedMultiplyHigh(q, d.lo);
        long high = Math.unsignedMultiplyHigh(q, d.hi) + (Long.compareUnsigned(low, product) < 0 ? 1 : 0);
        long dividend = n.hi << 63 | n.lo >>> 1;
        long restLow = dividend - low;
        long restHigh = (n.hi >>> 1) - high - (Long.compareUnsigned(dividend, low) < 0 ? 1 : 0);
        long second = Math.unsignedMultiplyHigh(restHigh << 56 | restLow >>> 8, reciprocal);
        hi = q + (second >>> 55);
        lo = second << 9;
        if (hi < 0) return 0;
        hi = hi << 1 | lo >>> 63;
        lo <<= 1;
        return -1;
    }

    /// 2^127 over a divisor with its highest bit set, a little too small.
    ///
    /// The division of doubles gives 51 bits of it (IEEE 754, so the same everywhere), one step of Newton the
    /// others.
    private static long reciprocal(long d) {
        long half = (long) (0x1p125 / (double) (d >>> 1));
        long y = half << 1;
        long low = d * y;
        long high = Math.unsignedMultiplyHigh(d, y);
        long errorLow = -low;
        long errorHigh = Long.MIN_VALUE - high - (low != 0 ? 1 : 0);
        long error = errorHigh << 40 | errorLow >>> 24;
        return y + (Math.multiplyHigh(error << 11, half) >> 49) - 4;
    }
}
