// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Extended;
import ringside.vmm.fp.Transcendental;

/// The register stack of the x87 and what its exceptions do to it. (IA-32 SDM volume 1, 8.1 and 8.5.)
///
/// An exception that is unmasked when its instruction ends sets ES and B; the next waiting instruction reports it.
/// An unmasked IE, DE or ZE leaves destination, tags and TOP as they were; OE, UE and PE come with a result.
abstract class X87Stack {
    static final int IE = Extended.IE, DE = Extended.DE, ZE = Extended.ZE;
    static final int OE = Extended.OE, UE = Extended.UE, PE = Extended.PE;
    /// The six exceptions, in the status and the control word.
    static final int ALL = 0x3F;
    static final int SF = 0x40, ES = 0x80, B = 0x8000;
    static final int C0 = Extended.C0, C1 = Extended.C1, C2 = Extended.C2, C3 = Extended.C3;
    /// The condition codes of a comparison.
    static final int CC = C0 | C2 | C3;
    /// The default NaN.
    static final long NAN_M = 0xC000_0000_0000_0000L;
    static final int NAN_SE = 0xFFFF;

    final WideMemory cpu;
    final FpuState f;
    final Extended x = new Extended();
    final Transcendental functions = new Transcendental(x);

    X87Stack(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
    }

    // ---- registers

    final boolean empty(int p) {
        return (f.used >>> p & 1) == 0;
    }

    final void put(int p, long m, int se) {
        f.significand[p] = m;
        f.signExponent[p] = se;
        f.used |= 1 << p;
    }

    /// Result to register.
    final void put(int p) {
        put(p, x.m, x.se);
    }

    final void putNan(int p) {
        put(p, NAN_M, NAN_SE);
    }

    final void pop() {
        f.used &= ~(1 << f.top);
        f.top = f.top + 1 & 7;
    }

    final void push(long m, int se) {
        int p = f.top - 1 & 7;
        f.top = p;
        put(p, m, se);
    }

    /// Whether there is room for one more. A stack overflow is dealt with here: with IE masked the default NaN
    /// comes in.
    final boolean room() {
        if (empty(f.top - 1 & 7)) return true;
        if (stackFault(C1)) push(NAN_M, NAN_SE);
        return false;
    }

    // ---- exceptions

    final void begin() {
        x.begin(f.control);
    }

    /// Takes the exceptions of an operation in, and C1.
    ///
    /// @return false: an unmasked IE, DE or ZE, and nothing may be stored
    final boolean settle() {
        int flags = x.flags;
        if ((flags & ALL & ~f.control) == 0) {
            f.status = f.status & ~C1 | flags;
            return true;
        }
        return settleUnmasked(flags);
    }

    /// The exceptions are looked at in this order: an unmasked one hides those behind it.
    private boolean settleUnmasked(int flags) {
        int unmasked = flags & ~f.control;
        int seen = flags;
        if ((unmasked & IE) != 0) seen = IE;
        else if ((unmasked & DE) != 0) seen = DE;
        else if ((unmasked & ZE) != 0) seen &= DE | ZE;
        f.status = f.status & ~C1 | seen | ES | B;
        return (unmasked & (IE | DE | ZE)) == 0;
    }

    /// A stack overflow (`direction` is C1) or underflow (0). @return whether it is masked
    final boolean stackFault(int direction) {
        f.status = f.status & ~C1 | IE | SF | direction;
        if ((f.control & IE) != 0) return true;
        f.status |= ES | B;
        return false;
    }

    /// After a change of control or status word.
    final void summarize() {
        if ((f.status & ALL & ~f.control) != 0) f.status |= ES | B;
        else f.status &= ~(ES | B);
    }
}
