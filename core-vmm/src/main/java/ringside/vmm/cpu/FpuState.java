// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The registers of x87, MMX and SSE. (IA-32 SDM volume 1, 8.1, 9.2 and 10.2.)
///
/// The eight 80-bit registers are kept by physical number; ST(i) is number `top + i & 7`. MM(i) is the significand of
/// physical register i, whatever TOP is. XMM(i) is `xmm[2 * i]`, low half, and `xmm[2 * i + 1]`.
final class FpuState implements Stateful {
    /// The bits of MXCSR that exist.
    static final int MXCSR_BITS = 0xFFFF;

    /// Significand and sign with exponent, by physical register.
    final long[] significand = new long[8];
    final int[] signExponent = new int[8];
    /// Bit i: physical register i holds something. The four-way tag word of FNSTENV is computed from the contents.
    int used;
    int top;
    int control;
    /// Without TOP, which is {@link #top}.
    int status;
    /// Last non-control instruction: its offset and selector, its memory operand's, and 11 bits of its opcode.
    int ip, ipSelector, dp, dpSelector, opcode;
    final long[] xmm = new long[16];
    int mxcsr;
    /// FERR# is asserted: an instruction had to wait for an interrupt because of a pending exception.
    boolean ferr;

    FpuState() {
        powerUp();
    }

    /// After RESET; INIT changes nothing. (IA-32 SDM volume 3, table 9-1)
    void powerUp() {
        Arrays.fill(significand, 0);
        Arrays.fill(signExponent, 0);
        Arrays.fill(xmm, 0);
        initialize();
        control = 0x0040;
        used = 0xFF;
        mxcsr = 0x1F80;
        ferr = false;
    }

    /// FNINIT: registers keep their contents.
    void initialize() {
        used = 0;
        top = 0;
        control = 0x037F;
        status = 0;
        ip = 0;
        ipSelector = 0;
        dp = 0;
        dpSelector = 0;
        opcode = 0;
    }

    /// The status word with TOP.
    int statusWord() {
        return status & ~0x3800 | top << 11;
    }

    /// Bits that do not exist are dropped; bit 6 is always set.
    void setControlWord(int v) {
        control = v & 0x1F3F | 0x40;
    }

    void setStatusWord(int v) {
        status = v & 0xC7FF;
        top = v >>> 11 & 7;
    }

    int physical(int i) {
        return top + i & 7;
    }

    void setMm(int n, long v) {
        significand[n] = v;
        signExponent[n] = 0xFFFF;
    }

    void setXmm(int n, long low, long high) {
        xmm[2 * n] = low;
        xmm[2 * n + 1] = high;
    }

    // ---- the FXSAVE image (IA-32 SDM volume 1, 10.5.1): also how monitors and vectors see this state

    /// Writes the 512-byte image, reserved bytes as they are.
    void save(byte[] image) {
        put(image, 0, 2, control);
        put(image, 2, 2, statusWord());
        put(image, 4, 2, used);
        put(image, 6, 2, opcode);
        put(image, 8, 4, ip);
        put(image, 12, 4, ipSelector);
        put(image, 16, 4, dp);
        put(image, 20, 4, dpSelector);
        put(image, 24, 4, mxcsr);
        put(image, 28, 4, MXCSR_BITS);
        for (int i = 0; i < 8; i++) {
            int p = physical(i);
            put64(image, 32 + 16 * i, significand[p]);
            put(image, 40 + 16 * i, 2, signExponent[p]);
        }
        for (int i = 0; i < 16; i++) put64(image, 160 + 8 * i, xmm[i]);
    }

    /// Reads a 512-byte image. Bits that do not exist are dropped; nothing is refused.
    void load(byte[] image) {
        load(image, true);
    }

    /// @param sse whether XMM registers and MXCSR are read too
    void load(byte[] image, boolean sse) {
        setControlWord(get(image, 0, 2));
        setStatusWord(get(image, 2, 2));
        used = get(image, 4, 1);
        opcode = get(image, 6, 2) & 0x7FF;
        ip = get(image, 8, 4);
        ipSelector = get(image, 12, 2);
        dp = get(image, 16, 4);
        dpSelector = get(image, 20, 2);
        for (int i = 0; i < 8; i++) {
            int p = physical(i);
            significand[p] = get64(image, 32 + 16 * i);
            signExponent[p] = get(image, 40 + 16 * i, 2);
        }
        if (!sse) return;
        mxcsr = get(image, 24, 4) & MXCSR_BITS;
        for (int i = 0; i < 16; i++) xmm[i] = get64(image, 160 + 8 * i);
    }

    private static void put(byte[] b, int at, int size, int v) {
        for (int i = 0; i < size; i++) b[at + i] = (byte) (v >>> 8 * i);
    }

    private static void put64(byte[] b, int at, long v) {
        LinearMemory.I64.set(b, at, v);
    }

    private static int get(byte[] b, int at, int size) {
        int v = 0;
        for (int i = size - 1; i >= 0; i--) v = v << 8 | b[at + i] & 0xFF;
        return v;
    }

    private static long get64(byte[] b, int at) {
        return (long) LinearMemory.I64.get(b, at);
    }

    @Override
    public void state(StateVisitor v) {
        v.longs("significands", significand);
        v.ints("signExponents", signExponent);
        used = v.u8("used", used);
        top = v.u8("top", top);
        control = v.u16("control", control);
        status = v.u16("status", status);
        ip = v.i32("ip", ip);
        ipSelector = v.u16("ipSelector", ipSelector);
        dp = v.i32("dp", dp);
        dpSelector = v.u16("dpSelector", dpSelector);
        opcode = v.u16("opcode", opcode);
        v.longs("xmm", xmm);
        mxcsr = v.i32("mxcsr", mxcsr);
        ferr = v.flag("ferr", ferr);
    }
}
