// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.math.BigInteger;
import java.util.Arrays;

/// x87 and SSE state of a vector: control words, the stack from its top, the XMM registers, little-endian bytes.
final class VectorFpu {
    private static final int STACK = 32, XMM = 160;

    int control;
    int status;
    /// Bit i: physical register i is in use.
    int used;
    int mxcsr;
    final byte[][] stack = new byte[8][10];
    final byte[][] xmm = new byte[8][16];

    /// `f=fcw,fsw,ftw,mxcsr`.
    static VectorFpu control(String value) {
        VectorFpu f = new VectorFpu();
        f.setControl(value);
        return f;
    }

    void setControl(String value) {
        String[] parts = value.split(",");
        control = Integer.parseInt(parts[0], 16);
        status = Integer.parseInt(parts[1], 16);
        used = Integer.parseInt(parts[2], 16);
        mxcsr = Integer.parseUnsignedInt(parts[3], 16);
    }

    VectorFpu copy() {
        VectorFpu f = new VectorFpu();
        f.control = control;
        f.status = status;
        f.used = used;
        f.mxcsr = mxcsr;
        for (int i = 0; i < 8; i++) {
            f.stack[i] = stack[i].clone();
            f.xmm[i] = xmm[i].clone();
        }
        return f;
    }

    /// As an FXSAVE image.
    byte[] image() {
        byte[] image = new byte[512];
        put(image, 0, control);
        put(image, 2, status);
        put(image, 4, used);
        put(image, 24, mxcsr);
        put(image, 26, mxcsr >>> 16);
        for (int i = 0; i < 8; i++) {
            System.arraycopy(stack[i], 0, image, STACK + 16 * i, 10);
            System.arraycopy(xmm[i], 0, image, XMM + 16 * i, 16);
        }
        return image;
    }

    /// Compares an FXSAVE image with this state under the vector's masks.
    void compare(byte[] image, VectorCase v, StringBuilder d) {
        word(d, "fcw", control, get(image, 0));
        word(d, "fsw", status & ~v.ignoredStatus, get(image, 2) & ~v.ignoredStatus);
        word(d, "ftw", used, get(image, 4));
        word(d, "mxcsr", mxcsr, get(image, 24) | get(image, 26) << 16);
        for (int i = 0; i < 8; i++) {
            byte[] st = Arrays.copyOfRange(image, STACK + 16 * i, STACK + 16 * i + 10);
            boolean close = v.ulps > 0 && distance(stack[i], st) <= v.ulps;
            if ((v.ignoredStack >>> i & 1) == 0 && !close) bytes(d, "st" + i, stack[i], st);
            byte[] x = Arrays.copyOfRange(image, XMM + 16 * i, XMM + 16 * i + 16);
            if (v.ulps >= 0 || !approximates(xmm[i], x)) bytes(d, "xmm" + i, xmm[i], x);
        }
    }

    /// Units in the last place between two 80-bit values; huge when the signs differ.
    private static long distance(byte[] a, byte[] b) {
        int ea = get(a, 8);
        int eb = get(b, 8);
        if (((ea ^ eb) & 0x8000) != 0 || Math.abs(ea - eb) > 1) return Long.MAX_VALUE;
        BigInteger d = ordinal(a).subtract(ordinal(b)).abs();
        return d.bitLength() > 60 ? Long.MAX_VALUE : d.longValue();
    }

    private static BigInteger ordinal(byte[] a) {
        long fraction = 0;
        for (int i = 7; i >= 0; i--) fraction = fraction << 8 | a[i] & 0xFF;
        return BigInteger.valueOf(get(a, 8) & 0x7FFF).shiftLeft(63).add(BigInteger.valueOf(fraction & Long.MAX_VALUE));
    }

    /// RCPPS and RSQRTPS: processors differ, but all are within 1.5 * 2^-12 of the true value.
    private static boolean approximates(byte[] a, byte[] b) {
        for (int i = 0; i < 16; i += 4) {
            int p = get(a, i) | get(a, i + 2) << 16;
            int q = get(b, i) | get(b, i + 2) << 16;
            float x = Float.intBitsToFloat(p);
            float y = Float.intBitsToFloat(q);
            boolean nans = Float.isNaN(x) && Float.isNaN(y);
            if (p != q && !nans && !(Math.abs(x - y) <= Math.abs(x) * 0x1p-11f)) return false;
        }
        return true;
    }

    private static void put(byte[] b, int at, int v) {
        b[at] = (byte) v;
        b[at + 1] = (byte) (v >>> 8);
    }

    private static int get(byte[] b, int at) {
        return b[at] & 0xFF | (b[at + 1] & 0xFF) << 8;
    }

    private static void word(StringBuilder d, String what, int want, int got) {
        if (want != got) d.append(String.format(" %s %x got %x", what, want, got));
    }

    private static void bytes(StringBuilder d, String what, byte[] want, byte[] got) {
        if (!Arrays.equals(want, got))
            d.append(' ')
                    .append(what)
                    .append(' ')
                    .append(hex(want))
                    .append(" got ")
                    .append(hex(got));
    }

    /// As a number: the most significant byte first.
    private static String hex(byte[] b) {
        StringBuilder s = new StringBuilder();
        for (int i = b.length - 1; i >= 0; i--) s.append(String.format("%02x", b[i]));
        return s.toString();
    }
}
