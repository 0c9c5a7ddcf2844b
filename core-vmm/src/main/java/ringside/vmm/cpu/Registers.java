// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.trap.GuestState;

/// The registers of one vCPU. The other parts of the processor extend each other from here, one aspect a file:
/// arithmetic, linear memory, segments, tasks, delivery, far transfers, strings, system instructions, dispatch.
///
/// The six arithmetic flags are never stored as bits. Three words hold what they are computed from, and every
/// combination of flags has a representation, so that no "valid" mark is needed:
/// ZF is `zero == 0`; SF is the sign of `sign`, PF the parity of its low byte; CF is bit 31 of `carry`,
/// OF bit 31 xor bit 30, AF bit 3. An addition stores its result and its carry-out vector, shifted to the left.
abstract class Registers {
    static final int ES = GuestState.ES, CS = GuestState.CS, SS = GuestState.SS;
    static final int DS = GuestState.DS, FS = GuestState.FS, GS = GuestState.GS;
    static final int EAX = GuestState.EAX, ECX = GuestState.ECX, EDX = GuestState.EDX, EBX = GuestState.EBX;
    static final int ESP = GuestState.ESP, EBP = GuestState.EBP, ESI = GuestState.ESI, EDI = GuestState.EDI;
    static final int CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, OF = 0x800;
    static final int TF = 0x100, IF = 0x200, DF = 0x400, IOPL = 0x3000, NT = 0x4000, RF = 0x10000, VM = 0x20000;
    static final int AC = 0x40000, VIF = 0x80000, VIP = 0x100000, ID = 0x200000;
    static final int ARITHMETIC = CF | PF | AF | ZF | SF | OF;
    /// Bits of EFLAGS that exist and are not arithmetic.
    static final int OTHER = TF | IF | DF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;

    static final int CR0_PE = 1, CR0_MP = 2, CR0_EM = 4, CR0_TS = 8, CR0_ET = 0x10, CR0_NE = 0x20;
    static final int CR0_WP = 1 << 16, CR0_AM = 1 << 18, CR0_NW = 1 << 29, CR0_CD = 1 << 30, CR0_PG = 1 << 31;
    static final int CR4_VME = 1, CR4_PVI = 2, CR4_TSD = 4, CR4_DE = 8, CR4_PSE = 0x10, CR4_PAE = 0x20;
    static final int CR4_MCE = 0x40, CR4_PGE = 0x80, CR4_PCE = 0x100, CR4_OSFXSR = 0x200;
    static final int CR4_OSXMMEXCPT = 0x400, CR4_UMIP = 0x800, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21;

    /// Descriptor attributes, as they lie in the upper double word.
    static final int A_TYPE = 0xF00, A_S = 0x1000, A_DPL = 0x6000, A_P = 0x8000, A_AVL = 0x100000;
    static final int A_BIG = 0x400000, A_G = 0x800000, A_ALL = 0xF0FF00;
    /// Type bits of code and data segments.
    static final int A_ACCESSED = 0x100, A_RW = 0x200, A_DOWN = 0x400, A_CODE = 0x800;

    final int[] regs = new int[8];
    int eip;
    int cpl;

    int zero = 1;
    int sign;
    int carry;
    /// EFLAGS without the arithmetic flags and without bit 1.
    int other;

    final int[] sel = new int[6];
    final int[] base = new int[6];
    final int[] limit = new int[6];
    /// Attributes; 0: a null segment.
    final int[] attr = new int[6];
    /// Derived: offsets that may be read and written, inclusive; high -1: none. Never saved.
    final long[] readLow = new long[6], readHigh = new long[6], writeLow = new long[6], writeHigh = new long[6];
    /// Derived: 0xFFFF or -1, the part of ESP that the stack uses.
    int stackMask = 0xFFFF;
    /// Derived: whether code defaults to 32 bits.
    boolean code32;

    int cr0, cr2, cr3, cr4;
    final long[] pdptes = new long[4];
    final int[] dr = new int[8];
    int gdtBase, gdtLimit, idtBase, idtLimit;
    int ldtSel, ldtBase, ldtLimit, ldtAttr;
    int trSel, trBase, trLimit, trAttr;

    /// Something that translated code takes for granted may be another: privilege, segments.
    boolean modeChanged = true;

    final int reg8(int n) {
        return n < 4 ? regs[n & 7] & 0xFF : regs[n & 3] >>> 8 & 0xFF;
    }

    final void setReg8(int n, int v) {
        if (n < 4) regs[n & 3] = regs[n & 3] & ~0xFF | v & 0xFF;
        else regs[n & 3] = regs[n & 3] & ~0xFF00 | (v & 0xFF) << 8;
    }

    final void setReg16(int n, int v) {
        regs[n & 7] = regs[n & 7] & 0xFFFF0000 | v & 0xFFFF;
    }

    /// Zero-extended.
    final int reg(int n, int size) {
        return size == 4 ? regs[n & 7] : size == 2 ? regs[n & 7] & 0xFFFF : reg8(n);
    }

    final void setReg(int n, int size, int v) {
        if (size == 4) regs[n & 7] = v;
        else if (size == 2) setReg16(n, v);
        else setReg8(n, v);
    }

    // ---- flags

    final boolean cf() {
        return carry < 0;
    }

    final int cfBit() {
        return carry >>> 31;
    }

    final boolean of() {
        return (carry ^ carry << 1) < 0;
    }

    final boolean af() {
        return (carry & 8) != 0;
    }

    final boolean zf() {
        return zero == 0;
    }

    final boolean sf() {
        return sign < 0;
    }

    final boolean pf() {
        int v = sign ^ sign >>> 4;
        return (0x9669 >>> (v & 15) & 1) != 0;
    }

    /// Changes CF, keeps OF.
    final void setCf(boolean on) {
        if (on != cf()) carry ^= 0xC0000000;
    }

    final void setZf(boolean on) {
        zero = on ? 0 : 1;
    }

    /// Sets CF and OF, keeps AF.
    final void setCfOf(boolean cf, boolean of) {
        carry = carry & 8 | (cf ? 0x80000000 : 0) | (cf != of ? 0x40000000 : 0);
    }

    final int arithmeticFlags() {
        return carry >>> 31
                | (pf() ? PF : 0)
                | (carry & 8) << 1
                | (zero == 0 ? ZF : 0)
                | sign >>> 24 & SF
                | (carry ^ carry << 1) >>> 20 & OF;
    }

    final void setArithmeticFlags(int f) {
        zero = ~f & ZF;
        sign = (f & SF) << 24 | ((f & PF) != 0 ? 0 : 1);
        carry = f << 31 | ((f ^ f >>> 11) & 1) << 30 | (f & AF) >>> 1;
    }

    final int flags() {
        return other | 2 | arithmeticFlags();
    }

    final int iopl() {
        return other >>> 12 & 3;
    }

    final boolean v86() {
        return (other & VM) != 0;
    }

    /// Protected mode, and not virtual-8086 mode.
    final boolean protectedMode() {
        return (cr0 & CR0_PE) != 0 && (other & VM) == 0;
    }

    // ---- segment caches

    /// Sets a segment register and its hidden part from a descriptor; null when the descriptor is 0.
    final void setSegment(int s, int selector, long descriptor) {
        sel[s] = selector & 0xFFFF;
        base[s] = Descriptors.base(descriptor);
        limit[s] = Descriptors.limit(descriptor);
        attr[s] = (int) (descriptor >>> 32) & A_ALL;
        derive(s);
    }

    /// Real-mode and virtual-8086 loads: the base follows the selector.
    final void setRealSegment(int s, int selector) {
        sel[s] = selector & 0xFFFF;
        base[s] = (selector & 0xFFFF) << 4;
        if ((other & VM) != 0) {
            limit[s] = 0xFFFF;
            attr[s] = A_P | A_S | A_DPL | A_RW | A_ACCESSED;
        } else if (attr[s] == 0) {
            attr[s] = A_P | A_S | A_RW | A_ACCESSED;
            if (limit[s] == 0) limit[s] = 0xFFFF;
        } else if (s == CS) {
            attr[s] = attr[s] & ~(A_CODE | A_DOWN | A_DPL) | A_P | A_S | A_RW | A_ACCESSED;
        }
        derive(s);
    }

    /// Recomputes what the fast paths read.
    final void derive(int s) {
        int a = attr[s];
        boolean unchecked = (cr0 & CR0_PE) == 0 || (other & VM) != 0;
        boolean usable = (a & (A_P | A_S)) == (A_P | A_S);
        boolean code = (a & A_CODE) != 0;
        boolean readable = usable && (!code || (a & A_RW) != 0 || unchecked);
        boolean writable = usable && (unchecked || !code && (a & A_RW) != 0);
        long low = 0;
        long high = limit[s] & 0xFFFFFFFFL;
        if (!code && (a & A_DOWN) != 0) {
            low = high + 1;
            high = (a & A_BIG) != 0 ? 0xFFFFFFFFL : 0xFFFF;
        }
        readLow[s] = low;
        readHigh[s] = readable ? high : -1;
        writeLow[s] = low;
        writeHigh[s] = writable ? high : -1;
        modeChanged = true;
        if (s == SS) stackMask = (a & A_BIG) != 0 ? -1 : 0xFFFF;
        if (s == CS) code32 = (a & A_BIG) != 0;
    }

    final void deriveAll() {
        for (int s = 0; s < 6; s++) derive(s);
    }

    /// The descriptor of a segment register as it is cached, limit folded back.
    final long foldedDescriptor(int s) {
        return attr[s] == 0 ? 0 : Descriptors.fold(base[s], limit[s], attr[s]);
    }
}
