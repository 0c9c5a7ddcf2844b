// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Arithmetic of the 80-bit extended format, as the x87 does it. (IA-32 SDM volume 1, chapters 4 and 8.)
///
/// A value is two numbers: `m`, the significand with its explicit integer bit 63, and `se`, the sign in bit 15 over the
/// 15-bit exponent, biased by 16,383. An operation leaves its result in [#m] and [#se] and adds its exceptions to
/// [#flags]. Nothing is allocated.
///
/// The control word given beforehand decides rounding, precision, and what overflow and underflow deliver: with the
/// exception masked the IEEE result, unmasked the exponent wrapped by 24,576. For unmasked IE, DE and ZE the caller
/// looks at [#flags] and stores nothing; the result is then without meaning.
///
/// Operands from memory come in by [#widenSingle] and [#widenDouble], so that their NaNs and denormals are the
/// operation's to judge.
public final class Extended extends Conversions {
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
            roundShort(sign, exponent + 1, high >>> 1 | ONE, high << 63 | low >>> 1 | low & 1);
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
        // Half a unit or more of the quotient is left when the remainder is half the divisor or more.
        long below = 0;
        if (rest != 0) {
            below = Long.compareUnsigned(rest, bm - rest) >= 0 ? ONE | 1 : 1;
            if (rest == bm - rest) {
                below = ONE;
            }
        }
        roundShort(sign, e, q, below);
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

    /// The root of `am * 2^(e - 63)`.
    private void root(int e, long am) {
        // The radicand as 128 bits: its root then has 64, the topmost set.
        boolean even = (e & 1) == 0;
        long high = even ? am >>> 1 : am;
        long low = even ? am << 63 : 0;
        // 53 bits of the root from the machine; one step of Newton gives the rest but for the last unit.
        double approximate = Math.sqrt((high >>> 11) * 0x1p75);
        long s = approximate >= 0x1p64 ? -1L : unsigned(approximate);
        long restHigh = high - Math.unsignedMultiplyHigh(s, s);
        long square = s * s;
        long restLow = low - square;
        if (Long.compareUnsigned(low, square) < 0) {
            restHigh--;
        }
        double rest = restHigh * 0x1p64 + ((restLow >>> 1) * 2.0);
        long step = (long) (rest / (2 * approximate));
        s = nudge(s, step);
        long r1;
        long r0;
        while (true) {
            square = s * s;
            r1 = high - Math.unsignedMultiplyHigh(s, s) - (Long.compareUnsigned(low, square) < 0 ? 1 : 0);
            r0 = low - square;
            if (r1 < 0) {
                s--;
            } else if (r1 > 1 || r1 == 1 && Long.compareUnsigned(r0, s << 1) > 0
                    || r1 == 0 && s >= 0 && false) {
                s++;
            } else {
                break;
            }
        }
        long below = 0;
        if ((r1 | r0) != 0) {
            below = r1 != 0 || Long.compareUnsigned(r0, s) > 0 ? ONE | 1 : 1;
        }
        roundShort(0, (e >> 1) + BIAS, s, below);
    }

    private static long nudge(long s, long step) {
        long moved = s + step;
        return moved < 0 ? moved : step < 0 ? ONE : -1L;
    }

    private static long unsigned(double value) {
        return (long) (value * 0.5) << 1;
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
        // A pseudo-denormal's exponent counts as 1.
        int ae = Math.max(ase & TOP, 1);
        int be = Math.max(bse & TOP, 1);
        if (ae == be && am == bm) {
            return C3;
        }
        boolean less = ae != be && am != 0 && bm != 0 ? ae < be : ae != be ? am == 0 : Long.compareUnsigned(am, bm) < 0;
        return less != ((ase & SIGN) != 0) ? C0 : 0;
    }

    /// FSCALE: a times 2 to the power of b, b chopped.
    public void scale(long am, int ase, long bm, int bse) {
        if (special(am, ase, bm, bse)) {
            return;
        }
        if (infinite(bm, bse)) {
            boolean down = (bse & SIGN) != 0;
            if (down ? infinite(am, ase) : zero(am, ase)) {
                invalid();
                return;
            }
            if (denormalStops(am, ase)) {
                return;
            }
            if (infinite(am, ase) || zero(am, ase)) {
                result(am, ase);
            } else {
                result(down ? 0 : ONE, ase & SIGN | (down ? 0 : TOP));
            }
            return;
        }
        if (denormalStops(am, ase, bm, bse)) {
            return;
        }
        if (zero(am, ase) || infinite(am, ase)) {
            result(am, ase);
            return;
        }
        int e = (bse & TOP) - BIAS;
        int by = e < 0 ? 0 : e > 16 ? 0x1FFFF : (int) (bm >>> 63 - e);
        round((ase & SIGN) != 0, exponent(am, ase) + ((bse & SIGN) != 0 ? -by : by), significand(am), 0);
    }

    /// FXTRACT: the exponent as the result, the significand in [#m2] and [#se2].
    public void extract(long am, int ase) {
        if (zero(am, ase)) {
            flags |= ZE;
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
        m2 = significand(am);
        if (infinite(am, ase)) {
            se2 = ase;
            result(ONE, TOP);
            return;
        }
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
            result(am, ase | (denormal(am, ase) && am < 0 ? 1 : 0));
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
        int steps = distance < 64 ? distance : distance & 31 | 32;
        boolean complete = distance < 64;
        long q = 0;
        long r = a;
        if (distance >= 0) {
            // a by 2^steps over b; what of a is not below b comes off first and counts as the quotient's top bit.
            boolean ahead = Long.compareUnsigned(a, b) >= 0;
            if (ahead) {
                r = a - b;
            }
            if (steps > 0) {
                long low = r << 64 - steps;
                low = 0;
                q = 0;
                for (int i = 0; i < steps; i++) {
                    boolean carry = r < 0;
                    r <<= 1;
                    q <<= 1;
                    if (carry || Long.compareUnsigned(r, b) >= 0) {
                        r -= b;
                        q |= 1;
                    }
                }
            }
            if (ahead) {
                q += steps < 64 ? 1L << steps : 0;
            }
        }
        int e = complete ? be : ae - steps;
        if (complete && nearest) {
            boolean more;
            if (distance < 0) {
                // a is at least a quarter and less than all of b.
                e = ae;
                more = Long.compareUnsigned(a, b) > 0;
                if (more) {
                    // b - a, in units of half b's.
                    r = (b << 1) - a;
                }
            } else {
                long other = b - r;
                int order = Long.compareUnsigned(r, other);
                more = order > 0 || order == 0 && (q & 1) != 0;
                if (more) {
                    r = other;
                }
            }
            if (more) {
                q++;
                sign ^= SIGN;
            }
        }
        if (r == 0) {
            result(0, ase & SIGN);
        } else {
            int shift = Long.numberOfLeadingZeros(r);
            round(sign != 0, e - shift, r << shift, 0);
        }
        return complete ? ((q & 4) != 0 ? C0 : 0) | ((q & 2) != 0 ? C3 : 0) | ((q & 1) != 0 ? C1 : 0) : C2;
    }

    /// Deals with operands that are no numbers of this format, or no numbers at all.
    private boolean special(long am, int ase, long bm, int bse) {
        if (unsupported(am, ase) || unsupported(bm, bse)) {
            invalid();
            return true;
        }
        if (nan(am, ase) || nan(bm, bse)) {
            propagate(am, ase, bm, bse);
            return true;
        }
        return false;
    }

    private boolean special(long am, int ase) {
        if (unsupported(am, ase)) {
            invalid();
            return true;
        }
        if (nan(am, ase)) {
            quiet(am, ase);
            return true;
        }
        return false;
    }

    private boolean denormalStops(long am, int ase, long bm, int bse) {
        return (denormal(am, ase) || denormal(bm, bse)) && denormalStops();
    }

    private boolean denormalStops(long am, int ase) {
        return denormal(am, ase) && denormalStops();
    }
}
