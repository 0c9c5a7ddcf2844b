// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.fp;

/// Between extended values and integers, singles, doubles and packed decimals, and the constants of the x87.
abstract sealed class Conversions extends Rounding permits Scaling {
    private static final long LARGEST_BCD = 999_999_999_999_999_999L;

    /// FILD: always exact.
    public void fromInt(long v) {
        if (v == 0) {
            result(0, 0);
            return;
        }
        long magnitude = Math.abs(v);
        int shift = Long.numberOfLeadingZeros(magnitude);
        m = magnitude << shift;
        se = (v < 0 ? SIGN : 0) | BIAS + 63 - shift;
    }

    /// FLD of a single: a signaling NaN becomes quiet.
    public void fromSingle(int bits) {
        widenSingle(bits);
        quietLoaded();
    }

    /// FLD of a double: a signaling NaN becomes quiet.
    public void fromDouble(long bits) {
        widenDouble(bits);
        quietLoaded();
    }

    private void quietLoaded() {
        if (signaling(m, se)) {
            quiet(m, se);
        }
    }

    /// A single as the operand of arithmetic: a signaling NaN stays one for the operation to meet, a denormal
    /// is DE at once, which the caller takes back where it does not count.
    public void widenSingle(int bits) {
        int sign = bits >>> 16 & SIGN;
        int exponent = bits >>> 23 & 0xFF;
        long fraction = (long) bits << 40 & Long.MAX_VALUE;
        widen(sign, exponent, exponent == 0xFF, fraction, BIAS - 0x7F);
    }

    /// A double as the operand of arithmetic, as with [#widenSingle].
    public void widenDouble(long bits) {
        int sign = (int) (bits >>> 48) & SIGN;
        int exponent = (int) (bits >>> 52) & 0x7FF;
        long fraction = bits << 11 & Long.MAX_VALUE;
        widen(sign, exponent, exponent == 0x7FF, fraction, BIAS - 0x3FF);
    }

    private void widen(int sign, int exponent, boolean top, long fraction, int rebias) {
        if (exponent != 0) {
            m = ONE | fraction;
            se = sign | (top ? TOP : exponent + rebias);
        } else if (fraction == 0) {
            result(0, sign);
        } else {
            flags |= DE;
            int shift = Long.numberOfLeadingZeros(fraction);
            result(fraction << shift, sign | 1 + rebias - shift);
        }
    }

    /// FST to a single: with unmasked IE, OE or UE the caller stores nothing.
    public int toSingle(long am, int ase) {
        int fields = (int) narrow(am, ase, 40, 0xFF);
        return fields | (unsupported(am, ase) ? SIGN : ase & SIGN) << 16;
    }

    /// FST to a double: with unmasked IE, OE or UE the caller stores nothing.
    public long toDouble(long am, int ase) {
        return narrow(am, ase, 11, 0x7FF) | (long) (unsupported(am, ase) ? SIGN : ase & SIGN) << 48;
    }

    /// Exponent and fraction of the value in a shorter format; the sign is the caller's.
    ///
    /// @param cut bits of the significand that the format lacks
    /// @param top its exponent of all ones
    private long narrow(long am, int ase, int cut, int top) {
        int fractionBits = 63 - cut;
        int exponent = ase & TOP;
        long infinity = (long) top << fractionBits;
        if (exponent == 0 && am == 0) {
            return 0;
        }
        if (exponent == TOP || am >= 0 && exponent != 0) {
            if (am >= 0) {
                invalid();
                return infinity | 1L << fractionBits - 1;
            }
            if (am == ONE) {
                return infinity;
            }
            quiet(am, ase);
            return infinity | (m & Long.MAX_VALUE) >>> cut;
        }
        // A denormal counts as what it is: far below the least of any shorter format.
        int e = exponent - BIAS + (top >> 1);
        long unit = 1L << cut;
        if (e > 0) {
            long kept = am & -unit;
            long fraction = am << 64 - cut;
            if (fraction != 0) {
                flags |= PE;
                if (away((am & unit) != 0, fraction, ase & SIGN)) {
                    flags |= ROUNDED_UP;
                    kept += unit;
                    if (kept == 0) {
                        e++;
                    }
                }
            }
            return e < top ? (long) e << fractionBits | (kept & Long.MAX_VALUE) >>> cut : narrowOverflow(ase, infinity);
        }
        return narrowTiny(am, ase, cut, e);
    }

    private long narrowOverflow(int ase, long infinity) {
        if (!masked(OE)) {
            flags = OE;
            return infinity;
        }
        flags |= OE | PE;
        boolean negative = (ase & SIGN) != 0;
        boolean toInfinity = direction() == NEAREST || direction() == (negative ? DOWN : UP);
        flags = toInfinity ? flags | ROUNDED_UP : flags & ~ROUNDED_UP;
        return toInfinity ? infinity : infinity - 1;
    }

    private long narrowTiny(long am, int ase, int cut, int e) {
        int sign = ase & SIGN;
        long unit = 1L << cut;
        boolean carries = (am | unit - 1) == -1 && away(true, am << 64 - cut, sign);
        boolean tiny = e < 0 || !carries;
        int shift = cut + 1 - e;
        long whole = shift < 64 ? am >>> shift : 0;
        long fraction = shift < 64 ? am << 64 - shift : shift == 64 ? am : 1;
        if (tiny && !masked(UE)) {
            flags = UE;
            return whole;
        }
        if (fraction != 0) {
            flags |= tiny ? UE | PE : PE;
            if (away((whole & 1) != 0, fraction, sign)) {
                flags |= ROUNDED_UP;
                whole++;
            }
        }
        return whole;
    }

    /// FIST, FISTTP: out of range is IE and the integer indefinite of that size. With unmasked IE the caller
    /// stores nothing.
    ///
    /// @param bytes 2, 4 or 8
    /// @param chop towards zero, whatever RC says
    public long toInt(long am, int ase, int bytes, boolean chop) {
        long least = -1L << bytes * 8 - 1;
        boolean negative = (ase & SIGN) != 0;
        long whole = integer(am, ase, chop);
        boolean fits = negative ? Long.compareUnsigned(whole, -least) <= 0 : Long.compareUnsigned(whole, -least) < 0;
        if (fits && !beyond(am, ase)) {
            return negative ? -whole : whole;
        }
        flags = IE;
        return least;
    }

    /// The magnitude as an integer, with PE and C1; without meaning when [#beyond].
    private long integer(long am, int ase, boolean chop) {
        int e = (ase & TOP) - BIAS;
        long whole = 0;
        long fraction = 0;
        if (e >= 0) {
            whole = am >>> 63 - e;
            fraction = e < 63 ? am << e + 1 : 0;
        } else if (e == -1) {
            fraction = am;
        } else if (am != 0) {
            fraction = 1;
        }
        if (fraction != 0) {
            flags |= PE;
            if (!chop && away((whole & 1) != 0, fraction, ase & SIGN)) {
                flags |= ROUNDED_UP;
                whole++;
            }
        }
        return whole;
    }

    /// Not to be had as a 64-bit magnitude.
    private static boolean beyond(long am, int ase) {
        return (ase & TOP) > BIAS + 63 || unsupported(am, ase);
    }

    /// FRNDINT.
    public void roundToInteger(long am, int ase) {
        int e = (ase & TOP) - BIAS;
        if (am >= 0 || e == TOP - BIAS || e == -BIAS) {
            if (unsupported(am, ase)) {
                invalid();
                return;
            }
            if (nan(am, ase)) {
                quiet(am, ase);
                return;
            }
            if (denormal(am, ase) && denormalStops()) {
                return;
            }
        }
        if (e >= 63 || am == 0) {
            result(am, ase);
            return;
        }
        long whole = integer(am, ase, false);
        int sign = ase & SIGN;
        if (whole == 0) {
            result(0, sign);
            return;
        }
        int shift = Long.numberOfLeadingZeros(whole);
        result(whole << shift, sign | BIAS + 63 - shift);
    }

    /// FBLD: always exact. Digits above nine count as they stand.
    ///
    /// @param low the first eight bytes, sixteen digits
    /// @param high16 two digits more, and the sign in bit 15
    public void fromBcd(long low, int high16) {
        long value = (high16 >> 4 & 15) * 10L + (high16 & 15);
        for (int shift = 60; shift >= 0; shift -= 4) {
            value = value * 10 + (low >>> shift & 15);
        }
        fromInt(value);
        se |= high16 & SIGN;
    }

    /// FBSTP: the low eight bytes in [#m], the other two in [#se]. With unmasked IE the caller stores nothing.
    public void toBcd(long am, int ase) {
        long whole = integer(am, ase, false);
        if (beyond(am, ase) || Long.compareUnsigned(whole, LARGEST_BCD) > 0) {
            flags = IE;
            result(0xC000_0000_0000_0000L, 0xFFFF);
            return;
        }
        long digits = 0;
        for (int shift = 0; shift < 64; shift += 4) {
            long rest = whole / 10;
            digits |= whole - rest * 10 << shift;
            whole = rest;
        }
        result(digits, ase & SIGN | (int) (whole / 10) << 4 | (int) (whole % 10));
    }

    /// FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ, in the order of their opcodes (0 to 6): rounded by
    /// RC, without a flag. (SDM volume 1, 8.3.8.)
    public void constant(int which) {
        switch (which) {
            case 0 -> result(ONE, BIAS);
            case 1 -> between(0xD49A784BCD1B8AFEL, BIAS + 1, false);
            case 2 -> between(0xB8AA3B295C17F0BBL, BIAS, true);
            case 3 -> between(0xC90FDAA22168C234L, BIAS + 1, true);
            case 4 -> between(0x9A209A84FBCFF798L, BIAS - 2, true);
            case 5 -> between(0xB17217F7D1CF79ABL, BIAS - 1, true);
            default -> result(0, 0);
        }
    }

    /// A positive constant that lies between two neighbours.
    ///
    /// @param upper whether the larger is the nearer
    private void between(long smaller, int exponent, boolean upper) {
        boolean up = direction() == UP || direction() == NEAREST && upper;
        result(up ? smaller + 1 : smaller, exponent);
    }
}
