// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Arithmetic of the 80-bit extended format, as the x87 does it. (IA-32 SDM volume 1, chapters 4 and 8.)
///
/// A value is two numbers: `m`, the significand with its explicit integer bit 63, and `se`, the sign in bit 15
/// over the 15-bit exponent, biased by 16,383. An operation leaves its result in [#m] and [#se] and adds its
/// exceptions to [#flags]. Nothing is allocated.
///
/// The control word given beforehand decides rounding, precision, and what overflow and underflow deliver: with
/// the exception masked the IEEE result, unmasked the exponent wrapped by 24,576. For unmasked IE, DE and ZE
/// the caller looks at [#flags] and stores nothing; the result is then without meaning.
///
/// Operands from memory come in by [#widenSingle] and [#widenDouble], so that their NaNs and denormals are the
/// operation's to judge.
public final class Extended extends Scaling {
    /// a + b.
    public void add(long am, int ase, long bm, int bse) {
        if ((am & bm) < 0 && ordinary(ase) && ordinary(bse)) {
            sum(ase & SIGN, ase & TOP, am, bse & SIGN, bse & TOP, bm);
        } else {
            sumEdge(am, ase, bm, bse, 0);
        }
    }

    /// a - b.
    public void sub(long am, int ase, long bm, int bse) {
        if ((am & bm) < 0 && ordinary(ase) && ordinary(bse)) {
            sum(ase & SIGN, ase & TOP, am, ~bse & SIGN, bse & TOP, bm);
        } else {
            sumEdge(am, ase, bm, bse, SIGN);
        }
    }

    /// a + b, whose integer bits are set.
    private void sum(int as, int ae, long am, int bs, int be, long bm) {
        if (as == bs) {
            if (ae >= be) {
                sumAlike(as, ae, am, bm, ae - be);
            } else {
                sumAlike(as, be, bm, am, be - ae);
            }
        } else if (ae > be || ae == be && Long.compareUnsigned(am, bm) > 0) {
            difference(as, ae, am, bm, ae - be);
        } else if (ae == be && am == bm) {
            result(0, direction() == DOWN ? SIGN : 0);
        } else {
            difference(bs, be, bm, am, be - ae);
        }
    }

    /// @param distance how far the second lies below the first
    private void sumAlike(int sign, int exponent, long larger, long smaller, int distance) {
        long aligned;
        long low;
        if (distance == 0) {
            aligned = smaller;
            low = 0;
        } else if (distance < 64) {
            aligned = smaller >>> distance;
            low = smaller << 64 - distance;
        } else {
            aligned = 0;
            low = distance == 64 ? smaller : 1;
        }
        long high = larger + aligned;
        if (high >= 0) {
            // The carry is the new integer bit. (Both integer bits set, or the carry went through.)
            roundShort(sign, exponent + 1, high >>> 1 | ONE, high << 63 | low >>> 1);
        } else if (distance == 0) {
            roundShort(sign, exponent + 1, high >>> 1 | ONE, high << 63);
        } else {
            roundShort(sign, exponent, high, low);
        }
    }

    private void difference(int sign, int exponent, long larger, long smaller, int distance) {
        long aligned = 0;
        long low;
        if (distance == 0) {
            aligned = smaller;
            low = 0;
        } else if (distance < 64) {
            aligned = smaller >>> distance;
            low = smaller << 64 - distance;
        } else if (distance == 64) {
            low = smaller;
        } else {
            low = distance < 128 ? smaller >>> distance - 64 | (smaller << 128 - distance != 0 ? 1 : 0) : 1;
        }
        long high = larger - aligned - (low != 0 ? 1 : 0);
        low = -low;
        if (high < 0) {
            roundShort(sign, exponent, high, low);
        } else if (high != 0) {
            int shift = Long.numberOfLeadingZeros(high);
            roundShort(sign, exponent - shift, high << shift | low >>> 64 - shift, low << shift);
        } else {
            int shift = Long.numberOfLeadingZeros(low);
            roundShort(sign, exponent - 64 - shift, low << shift, 0);
        }
    }

    private void sumEdge(long am, int ase, long bm, int bse, int flip) {
        if (special(am, ase, bm, bse)) {
            return;
        }
        int bs = (bse ^ flip) & SIGN;
        int as = ase & SIGN;
        boolean endless = infinite(am, ase);
        if (infinite(bm, bse)) {
            if (endless && as != bs) {
                invalid();
                return;
            }
            if (!denormalStops(am, ase)) {
                result(ONE, bs | TOP);
            }
            return;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return;
        }
        if (endless) {
            result(am, ase);
        } else if (am == 0 && bm == 0) {
            result(0, as == bs ? as : direction() == DOWN ? SIGN : 0);
        } else if (bm == 0) {
            roundShort(as, exponent(am, ase), significand(am), 0);
        } else if (am == 0) {
            roundShort(bs, exponent(bm, bse), significand(bm), 0);
        } else {
            sum(as, exponent(am, ase), significand(am), bs, exponent(bm, bse), significand(bm));
        }
    }

    /// a times b.
    public void mul(long am, int ase, long bm, int bse) {
        if ((am & bm) < 0 && ordinary(ase) && ordinary(bse)) {
            product((ase ^ bse) & SIGN, (ase & TOP) + (bse & TOP), am, bm);
        } else {
            mulEdge(am, ase, bm, bse);
        }
    }

    /// @param exponents the sum of both
    private void product(int sign, int exponents, long am, long bm) {
        long high = Math.unsignedMultiplyHigh(am, bm);
        long low = am * bm;
        if (high < 0) {
            roundShort(sign, exponents - BIAS + 1, high, low);
        } else {
            roundShort(sign, exponents - BIAS, high << 1 | low >>> 63, low << 1);
        }
    }

    private void mulEdge(long am, int ase, long bm, int bse) {
        if (special(am, ase, bm, bse)) {
            return;
        }
        int sign = (ase ^ bse) & SIGN;
        boolean endless = infinite(am, ase) || infinite(bm, bse);
        boolean nothing = zero(am, ase) || zero(bm, bse);
        if (endless && nothing) {
            invalid();
            return;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return;
        }
        if (endless) {
            result(ONE, sign | TOP);
        } else if (nothing) {
            result(0, sign);
        } else {
            product(sign, exponent(am, ase) + exponent(bm, bse), significand(am), significand(bm));
        }
    }

    /// a over b.
    public void div(long am, int ase, long bm, int bse) {
        if ((am & bm) < 0 && ordinary(ase) && ordinary(bse)) {
            quotient((ase ^ bse) & SIGN, (ase & TOP) - (bse & TOP), am, bm);
        } else {
            divEdge(am, ase, bm, bse);
        }
    }

    private void quotient(int sign, int exponents, long am, long bm) {
        int e = exponents + BIAS;
        long high = am;
        long low = 0;
        if (Long.compareUnsigned(am, bm) >= 0) {
            high = am >>> 1;
            low = am << 63;
        } else {
            e--;
        }
        long q = divideLong(high, low, bm);
        long rest = low - q * bm;
        // Above half a unit when the remainder is above half the divisor; the half itself has no quotient of 64
        // bits.
        long below = 0;
        if (rest != 0) {
            below = Long.compareUnsigned(rest, bm - rest) > 0 ? ONE | 1 : 1;
        }
        roundShort(sign, e, q, below);
    }

    private void divEdge(long am, int ase, long bm, int bse) {
        if (special(am, ase, bm, bse)) {
            return;
        }
        int sign = (ase ^ bse) & SIGN;
        if (infinite(am, ase) && infinite(bm, bse) || zero(am, ase) && zero(bm, bse)) {
            invalid();
            return;
        }
        if (zero(bm, bse) && !infinite(am, ase)) {
            flags = ZE;
            result(ONE, sign | TOP);
            return;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return;
        }
        if (infinite(am, ase)) {
            result(ONE, sign | TOP);
        } else if (infinite(bm, bse) || zero(am, ase)) {
            result(0, sign);
        } else {
            quotient(sign, exponent(am, ase) - exponent(bm, bse), significand(am), significand(bm));
        }
    }

    /// The square root.
    public void sqrt(long am, int ase) {
        if (zero(am, ase)) {
            result(am, ase);
            return;
        }
        if (!normal(am, ase)) {
            if (special(am, ase)) {
                return;
            }
            if ((ase & SIGN) == 0 && denormalStops(am, ase)) {
                return;
            }
        }
        if ((ase & SIGN) != 0) {
            invalid();
            return;
        }
        if (infinite(am, ase)) {
            result(am, ase);
            return;
        }
        root(exponent(am, ase) - BIAS, significand(am));
    }

    /// The root of `am * 2^(e - 63)`, whose 64 bits are those of the radicand's 128.
    private void root(int e, long am) {
        boolean even = (e & 1) == 0;
        long high = even ? am >>> 1 : am;
        long low = even ? am << 63 : 0;
        // The machine gives some 52 bits, one step of Newton more than the 12 that lack. The root stays below
        // 2^64 - 1/2, where the first guess may be too large for a long and becomes the largest even one.
        double near = Math.sqrt((high >>> 11) * 0x1p75);
        long s = (long) (near * 0.5) << 1;
        double off = excess(high, low, s) * 0x1p64 + ((low - s * s) >>> 1) * 2.0;
        s += (long) Math.floor(off / (2 * near));
        // At most one off now. What is left of the radicand is to lie between 0 and 2 s.
        long restHigh = excess(high, low, s);
        long rest = low - s * s;
        if (restHigh < 0) {
            s--;
            long back = (s << 1) + 1;
            rest += back;
            restHigh += (s >>> 63) + (Long.compareUnsigned(rest, back) < 0 ? 1 : 0);
        } else if (restHigh > s >>> 63 || restHigh == s >>> 63 && Long.compareUnsigned(rest, s << 1) > 0) {
            long forth = (s << 1) + 1;
            restHigh -= (s >>> 63) + (Long.compareUnsigned(rest, forth) < 0 ? 1 : 0);
            rest -= forth;
            s++;
        }
        long below = 0;
        if ((restHigh | rest) != 0) {
            below = restHigh != 0 || Long.compareUnsigned(rest, s) > 0 ? ONE | 1 : 1;
        }
        roundShort(0, (e >> 1) + BIAS, s, below);
    }

    /// The upper half of `high:low` less the square of s.
    private static long excess(long high, long low, long s) {
        return high - Math.unsignedMultiplyHigh(s, s) - (Long.compareUnsigned(low, s * s) < 0 ? 1 : 0);
    }

    /// Compares a with b: C3 equal, C0 less, all three unordered.
    ///
    /// @param quiet a quiet NaN raises nothing (FUCOM)
    public int compare(long am, int ase, long bm, int bse, boolean quiet) {
        if (!normal(am, ase) || !normal(bm, bse)) {
            if (unsupported(am, ase) || unsupported(bm, bse)) {
                flags = IE;
                return C3 | C2 | C0;
            }
            if (nan(am, ase) || nan(bm, bse)) {
                flags = !quiet || signaling(am, ase) || signaling(bm, bse) ? IE : 0;
                return C3 | C2 | C0;
            }
            // Unmasked, too: the codes come all the same.
            denormalStops(am, ase, bm, bse);
            if (zero(am, ase) && zero(bm, bse)) {
                return C3;
            }
        }
        if (((ase ^ bse) & SIGN) != 0) {
            return (ase & SIGN) != 0 ? C0 : 0;
        }
        int ae = scaleOf(am, ase);
        int be = scaleOf(bm, bse);
        if (ae == be && am == bm) {
            return C3;
        }
        boolean less = ae != be ? ae < be : Long.compareUnsigned(am, bm) < 0;
        return less != ((ase & SIGN) != 0) ? C0 : 0;
    }

    /// What orders magnitudes before their significands do: the exponent, that of denormals being 1.
    private static int scaleOf(long m, int se) {
        int exponent = se & TOP;
        return exponent == 0 && m != 0 ? 1 : exponent;
    }
}
