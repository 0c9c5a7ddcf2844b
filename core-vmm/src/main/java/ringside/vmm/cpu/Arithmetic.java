// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

/// Integer arithmetic and its flags: one method a meaning, for every operand size.
///
/// Operands come zero-extended; results may carry rubbish above their size. Where the manuals leave a flag
/// undefined, the choice here is fixed, so that a run is the same everywhere.
abstract class Arithmetic extends Registers {
    /// Sign-extends `v` of `size` bytes.
    static int extend(int v, int size) {
        return size == 4 ? v : size == 2 ? (short) v : (byte) v;
    }

    private void result(int r, int size) {
        int x = extend(r, size);
        zero = x;
        sign = x;
    }

    private static int align(int carries, int size) {
        return size == 4 ? carries : carries << 32 - 8 * size | carries & 8;
    }

    final int logic(int r, int size) {
        result(r, size);
        carry = 0;
        return r;
    }

    final int add(int a, int b, int size) {
        int r = a + b;
        result(r, size);
        carry = align(a & b | (a | b) & ~r, size);
        return r;
    }

    final int adc(int a, int b, int size) {
        int r = a + b + (carry >>> 31);
        result(r, size);
        carry = align(a & b | (a | b) & ~r, size);
        return r;
    }

    final int sub(int a, int b, int size) {
        int r = a - b;
        result(r, size);
        carry = align(~a & b | ~(a ^ b) & r, size);
        return r;
    }

    final int sbb(int a, int b, int size) {
        int r = a - b - (carry >>> 31);
        result(r, size);
        carry = align(~a & b | ~(a ^ b) & r, size);
        return r;
    }

    final int inc(int a, int size) {
        boolean c = carry < 0;
        int r = add(a, 1, size);
        setCf(c);
        return r;
    }

    final int dec(int a, int size) {
        boolean c = carry < 0;
        int r = sub(a, 1, size);
        setCf(c);
        return r;
    }

    final boolean condition(int cc) {
        boolean c = switch (cc >> 1) {
            case 0 -> of();
            case 1 -> carry < 0;
            case 2 -> zero == 0;
            case 3 -> carry < 0 || zero == 0;
            case 4 -> sign < 0;
            case 5 -> pf();
            case 6 -> sf() != of();
            default -> zero == 0 || sf() != of();
        };
        return c == ((cc & 1) == 0);
    }

    // ---- shifts; the count is not masked yet

    private void shifted(int r, int size, boolean cf, boolean of) {
        result(r, size);
        carry = (cf ? 0x80000000 : 0) | (cf != of ? 0x40000000 : 0);
    }

    final int shl(int a, int count, int size) {
        int n = count & 31;
        if (n == 0) return a;
        int bits = size * 8;
        long wide = (a & 0xFFFFFFFFL) << n;
        int r = (int) wide;
        boolean cf = (wide >>> bits & 1) != 0;
        shifted(r, size, cf, (r >>> bits - 1 & 1) != 0 != cf);
        return r;
    }

    final int shr(int a, int count, int size) {
        int n = count & 31;
        if (n == 0) return a;
        int r = a >>> n;
        shifted(r, size, (a >>> n - 1 & 1) != 0, n == 1 && (a >>> size * 8 - 1 & 1) != 0);
        return r;
    }

    final int sar(int a, int count, int size) {
        int n = count & 31;
        if (n == 0) return a;
        int x = extend(a, size);
        int r = x >> n;
        shifted(r, size, (x >> n - 1 & 1) != 0, false);
        return r;
    }

    final int rol(int a, int count, int size) {
        int bits = size * 8;
        if ((count & 31) == 0) return a;
        int n = count & bits - 1;
        int r = n == 0 ? a : a << n | a >>> bits - n;
        setCfOf((r & 1) != 0, (r & 1) != 0 != ((r >>> bits - 1 & 1) != 0));
        return r;
    }

    final int ror(int a, int count, int size) {
        int bits = size * 8;
        if ((count & 31) == 0) return a;
        int n = count & bits - 1;
        int r = n == 0 ? a : a >>> n | a << bits - n;
        boolean top = (r >>> bits - 1 & 1) != 0;
        setCfOf(top, top != ((r >>> bits - 2 & 1) != 0));
        return r;
    }

    final int rcl(int a, int count, int size) {
        int bits = size * 8;
        int n = (count & 31) % (bits + 1);
        if ((count & 31) == 0) return a;
        long wide = (a & 0xFFFFFFFFL) | (long) cfBit() << bits;
        if (n != 0) wide = wide << n | wide >>> bits + 1 - n;
        boolean cf = (wide >>> bits & 1) != 0;
        setCfOf(cf, cf != ((wide >>> bits - 1 & 1) != 0));
        return (int) wide;
    }

    final int rcr(int a, int count, int size) {
        int bits = size * 8;
        int n = (count & 31) % (bits + 1);
        if ((count & 31) == 0) return a;
        long wide = (a & 0xFFFFFFFFL) | (long) cfBit() << bits;
        if (n != 0) wide = wide >>> n | wide << bits + 1 - n;
        boolean cf = (wide >>> bits & 1) != 0;
        int r = (int) wide;
        setCfOf(cf, (r >>> bits - 1 & 1) != (r >>> bits - 2 & 1));
        return r;
    }

    /// SHLD. For 16-bit operands with a count above 16 the bits come from the destination again, as on the P6.
    final int shld(int a, int b, int count, int size) {
        int n = count & 31;
        if (n == 0) return a;
        int r;
        boolean cf;
        boolean top = (a >>> size * 8 - 1 & 1) != 0;
        if (size == 4) {
            r = a << n | b >>> 32 - n;
            cf = (a >>> 32 - n & 1) != 0;
        } else {
            long wide = (a & 0xFFFFL) << 32 | (b & 0xFFFFL) << 16 | a & 0xFFFFL;
            r = (int) (wide << n >>> 32);
            cf = (wide << n >>> 48 & 1) != 0;
        }
        shifted(r, size, cf, top != ((r >>> size * 8 - 1 & 1) != 0));
        return r;
    }

    final int shrd(int a, int b, int count, int size) {
        int n = count & 31;
        if (n == 0) return a;
        int r;
        boolean cf;
        boolean top = (a >>> size * 8 - 1 & 1) != 0;
        if (size == 4) {
            r = a >>> n | b << 32 - n;
            cf = (a >>> n - 1 & 1) != 0;
        } else {
            long wide = (a & 0xFFFFL) << 32 | (b & 0xFFFFL) << 16 | a & 0xFFFFL;
            r = (int) (wide >>> n);
            cf = (wide >>> n - 1 & 1) != 0;
        }
        shifted(r, size, cf, top != ((r >>> size * 8 - 1 & 1) != 0));
        return r;
    }

    // ---- multiplication and division, on the accumulator

    final void mul(int v, int size) {
        boolean high;
        if (size == 1) {
            int r = (regs[EAX] & 0xFF) * v;
            setReg16(EAX, r);
            high = r >>> 8 != 0;
            result(r, 1);
        } else if (size == 2) {
            int r = (regs[EAX] & 0xFFFF) * v;
            setReg16(EAX, r);
            setReg16(EDX, r >>> 16);
            high = r >>> 16 != 0;
            result(r, 2);
        } else {
            long r = (regs[EAX] & 0xFFFFFFFFL) * (v & 0xFFFFFFFFL);
            regs[EAX] = (int) r;
            regs[EDX] = (int) (r >>> 32);
            high = regs[EDX] != 0;
            result((int) r, 4);
        }
        carry = high ? 0x80000000 : 0;
    }

    final void imul(int v, int size) {
        if (size == 1) {
            int r = (byte) regs[EAX] * (byte) v;
            setReg16(EAX, r);
            product(r, 1);
        } else if (size == 2) {
            int r = (short) regs[EAX] * (short) v;
            setReg16(EAX, r);
            setReg16(EDX, r >>> 16);
            product(r, 2);
        } else {
            long r = (long) regs[EAX] * v;
            regs[EAX] = (int) r;
            regs[EDX] = (int) (r >>> 32);
            product(r, 4);
        }
    }

    /// The two- and three-operand forms.
    final int imul(int a, int b, int size) {
        long r = (long) extend(a, size) * extend(b, size);
        product(r, size);
        return (int) r;
    }

    private void product(long r, int size) {
        int low = extend((int) r, size);
        result(low, size);
        carry = low == r ? 0 : 0x80000000;
    }

    /// @return false: #DE
    final boolean div(int v, int size) {
        if (v == 0) return false;
        if (size == 1) {
            int n = regs[EAX] & 0xFFFF;
            int q = n / v;
            if (q > 0xFF) return false;
            setReg16(EAX, q | n % v << 8);
        } else if (size == 2) {
            int n = regs[EDX] << 16 | regs[EAX] & 0xFFFF;
            int q = Integer.divideUnsigned(n, v);
            if (q >>> 16 != 0) return false;
            setReg16(EAX, q);
            setReg16(EDX, Integer.remainderUnsigned(n, v));
        } else {
            long n = (long) regs[EDX] << 32 | regs[EAX] & 0xFFFFFFFFL;
            long d = v & 0xFFFFFFFFL;
            long q = Long.divideUnsigned(n, d);
            if (q >>> 32 != 0) return false;
            regs[EAX] = (int) q;
            regs[EDX] = (int) Long.remainderUnsigned(n, d);
        }
        return true;
    }

    /// @return false: #DE
    final boolean idiv(int v, int size) {
        if (v == 0) return false;
        if (size == 1) {
            int n = (short) regs[EAX];
            int d = (byte) v;
            int q = n / d;
            if (q != (byte) q) return false;
            setReg16(EAX, q & 0xFF | n % d << 8);
        } else if (size == 2) {
            long n = regs[EDX] << 16 | regs[EAX] & 0xFFFF;
            int d = (short) v;
            long q = n / d;
            if (q != (short) q) return false;
            setReg16(EAX, (int) q);
            setReg16(EDX, (int) (n % d));
        } else {
            long n = (long) regs[EDX] << 32 | regs[EAX] & 0xFFFFFFFFL;
            if (n == Long.MIN_VALUE && v == -1) return false;
            long q = n / v;
            if (q != (int) q) return false;
            regs[EAX] = (int) q;
            regs[EDX] = (int) (n % v);
        }
        return true;
    }

    // ---- decimal adjust

    final void daa() {
        int old = regs[EAX] & 0xFF;
        int al = old;
        boolean c = cf();
        boolean a = (al & 15) > 9 || af();
        boolean cy = c;
        if (a) {
            al += 6;
            cy = c || al > 0xFF;
        }
        if (old > 0x99 || c) {
            al += 0x60;
            cy = true;
        } else if (!a) {
            cy = false;
        }
        decimal(al, cy, a);
    }

    final void das() {
        int old = regs[EAX] & 0xFF;
        int al = old;
        boolean c = cf();
        boolean a = (al & 15) > 9 || af();
        boolean cy = false;
        if (a) {
            cy = c || al < 6;
            al -= 6;
        }
        if (old > 0x99 || c) {
            al -= 0x60;
            cy = true;
        }
        decimal(al, cy, a);
    }

    private void decimal(int al, boolean cy, boolean a) {
        setReg8(EAX, al);
        result(al, 1);
        carry = (cy ? 0xC0000000 : 0) | (a ? 8 : 0);
    }

    final void aaa() {
        boolean a = (regs[EAX] & 15) > 9 || af();
        if (a) setReg16(EAX, regs[EAX] + 0x106);
        setReg8(EAX, regs[EAX] & 15);
        result(regs[EAX], 1);
        carry = a ? 0xC0000008 : 0;
    }

    final void aas() {
        boolean a = (regs[EAX] & 15) > 9 || af();
        if (a) {
            setReg16(EAX, regs[EAX] - 6);
            setReg8(EAX + 4, reg8(EAX + 4) - 1);
        }
        setReg8(EAX, regs[EAX] & 15);
        result(regs[EAX], 1);
        carry = a ? 0xC0000008 : 0;
    }

    /// @return false: #DE
    final boolean aam(int divisor) {
        if (divisor == 0) return false;
        int al = regs[EAX] & 0xFF;
        setReg16(EAX, al / divisor << 8 | al % divisor);
        logic(al % divisor, 1);
        return true;
    }

    final void aad(int factor) {
        int al = (regs[EAX] & 0xFF) + reg8(4) * factor & 0xFF;
        setReg16(EAX, al);
        logic(al, 1);
    }
}
