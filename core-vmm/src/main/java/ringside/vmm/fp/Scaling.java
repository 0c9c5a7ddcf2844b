// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// The operations that take exponents apart: FSCALE, FXTRACT, FPREM and FPREM1.
abstract sealed class Scaling extends Conversions permits Extended {
    /// FSCALE: a times 2 to the power of b, b chopped.
    public void scale(long am, int ase, long bm, int bse) {
        if (special(am, ase, bm, bse)) {
            return;
        }
        if (infinite(bm, bse)) {
            scaleBeyond(am, ase, (bse & SIGN) != 0);
            return;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return;
        }
        if (zero(am, ase) || infinite(am, ase) || zero(bm, bse)) {
            result(am, ase | (am < 0 && denormal(am, ase) ? 1 : 0));
            return;
        }
        int e = (bse & TOP) - BIAS;
        // Anything from 2^17 on is more than any exponent.
        int by = e < 0 ? 0 : e > 16 ? 0x1FFFF : (int) (bm >>> 63 - e);
        round((ase & SIGN) != 0, exponent(am, ase) + ((bse & SIGN) != 0 ? -by : by), significand(am), 0);
    }

    private void scaleBeyond(long am, int ase, boolean down) {
        boolean endless = infinite(am, ase);
        boolean nothing = zero(am, ase);
        if (down ? endless : nothing) {
            invalid();
        } else if (!denormalStops(am, ase)) {
            boolean stays = endless || nothing;
            result(stays ? am : down ? 0 : ONE, stays ? ase : ase & SIGN | (down ? 0 : TOP));
        }
    }

    /// FXTRACT: the exponent as the result, the significand in [#m2] and [#se2].
    public void extract(long am, int ase) {
        if (zero(am, ase)) {
            flags = ZE;
            m2 = am;
            se2 = ase;
            result(ONE, SIGN | TOP);
            return;
        }
        if (special(am, ase)) {
            m2 = m;
            se2 = se;
            return;
        }
        if (denormalStops(am, ase)) {
            return;
        }
        if (infinite(am, ase)) {
            m2 = am;
            se2 = ase;
            result(ONE, TOP);
            return;
        }
        m2 = significand(am);
        se2 = ase & SIGN | BIAS;
        fromInt(exponent(am, ase) - BIAS);
    }

    /// FPREM, and with `nearest` FPREM1, of a by b.
    ///
    /// @return C2 when incomplete, or the low bits of the quotient in C0 (bit 2), C3 (bit 1) and C1 (bit 0)
    public int remainder(long am, int ase, long bm, int bse, boolean nearest) {
        if (special(am, ase, bm, bse)) {
            return 0;
        }
        if (infinite(am, ase) || zero(bm, bse)) {
            invalid();
            return 0;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return 0;
        }
        if (zero(am, ase) || infinite(bm, bse)) {
            result(am, ase | (am < 0 && denormal(am, ase) ? 1 : 0));
            return 0;
        }
        int sign = ase & SIGN;
        int ae = exponent(am, ase);
        int be = exponent(bm, bse);
        long a = significand(am);
        long b = significand(bm);
        int distance = ae - be;
        if (distance < -1 || distance < 0 && !nearest) {
            round(sign != 0, ae, a, 0);
            return 0;
        }
        if (distance < 0) {
            return lessHalf(sign, ae, a, b);
        }
        if (distance >= 64) {
            // Some of the quotient's bits, as many as take the distance to a multiple of 32.
            int steps = distance & 31 | 32;
            long first = Long.compareUnsigned(a, b) >= 0 ? a - b : a;
            exact(sign, ae - steps, rest(first, b, steps));
            return C2;
        }
        boolean ahead = Long.compareUnsigned(a, b) >= 0;
        long first = ahead ? a - b : a;
        long q = distance == 0 ? 0 : divideLong(first >>> 64 - distance, first << distance, b);
        long r = (first << distance) - q * b;
        if (ahead) {
            q += 1L << distance;
        }
        if (nearest && r != 0) {
            int order = Long.compareUnsigned(r, b - r);
            if (order > 0 || order == 0 && (q & 1) != 0) {
                r = b - r;
                q++;
                sign ^= SIGN;
            }
        }
        exact(r == 0 ? ase & SIGN : sign, be, r);
        return (int) ((q & 4) << 6 | (q & 2) << 13 | (q & 1) << 9);
    }

    /// Of a value between a quarter and all of b, the exponents one apart: itself up to half of b, or less b.
    private int lessHalf(int sign, int ae, long a, long b) {
        if (Long.compareUnsigned(a, b) <= 0) {
            exact(sign, ae, a);
            return 0;
        }
        // In the units of a, b counts double.
        exact(sign ^ SIGN, ae, (b << 1) - a);
        return C1;
    }

    /// What remains of `first * 2^steps` over b; first is below b.
    private static long rest(long first, long b, int steps) {
        long low = first << steps;
        return low - divideLong(first >>> 64 - steps, low, b) * b;
    }

    /// A remainder, which needs no rounding unless it is too small to be written with all its bits.
    private void exact(int sign, int exponent, long r) {
        if (r == 0) {
            result(0, sign);
        } else {
            int shift = Long.numberOfLeadingZeros(r);
            round(sign != 0, exponent - shift, r << shift, 0);
        }
    }

    /// `high:low` over a divisor whose top bit is set and which is larger than `high`: two steps of 32 bits.
    /// (Knuth, The Art of Computer Programming, 4.3.1, algorithm D.)
    static long divideLong(long high, long low, long divisor) {
        long d1 = divisor >>> 32;
        long d0 = divisor & 0xFFFF_FFFFL;
        long q1 = Long.divideUnsigned(high, d1);
        long r = high - q1 * d1;
        long next = low >>> 32;
        while (q1 >>> 32 != 0 || Long.compareUnsigned(q1 * d0, r << 32 | next) > 0) {
            q1--;
            r += d1;
            if (r >>> 32 != 0) {
                break;
            }
        }
        long middle = (high << 32 | next) - q1 * divisor;
        long q0 = Long.divideUnsigned(middle, d1);
        r = middle - q0 * d1;
        next = low & 0xFFFF_FFFFL;
        while (q0 >>> 32 != 0 || Long.compareUnsigned(q0 * d0, r << 32 | next) > 0) {
            q0--;
            r += d1;
            if (r >>> 32 != 0) {
                break;
            }
        }
        return (q1 << 32) + q0;
    }
}
