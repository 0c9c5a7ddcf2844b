// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.Ports;
import ringside.vmm.trap.PrivilegedOp;

/// Control and debug registers, descriptor-table registers, ports, and what else privilege decides about.
abstract class SystemInsns extends ModelSpecific implements Strings.PortAccess {
    private static final int CR0_KNOWN =
            CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;
    private static final int DR6_ONES = 0xFFFF0FF0, DR6_BITS = 0xE00F;

    final Ports ports;
    private final int cr4Known;
    final FpuState fpu = new FpuState();
    /// In HLT, or put to sleep by a monitor.
    boolean asleep;

    SystemInsns(
            int number,
            MachineMemory memory,
            Bus bus,
            Ports ports,
            VirtualClock clock,
            Monitor monitor,
            CpuModel model) {
        super(number, memory, bus, clock, monitor, model);
        this.ports = ports;
        cr4Known = model.cr4();
        walk.setWideDirectories(model.has(Feature.PSE36));
    }

    abstract void fallAsleep();

    /// DR7 changed: look again at what must be watched.
    abstract void breakpointsChanged();

    // ---- flags

    final void cli() throws GuestFault {
        if (cpl > iopl() && (cr0 & CR0_PE) != 0 && !excused(PrivilegedOp.CLI, 0, -1, 0, 0, 0)) return;
        other &= ~IF;
    }

    final void sti() throws GuestFault {
        if (cpl > iopl() && (cr0 & CR0_PE) != 0 && !excused(PrivilegedOp.STI, 0, -1, 0, 0, 0)) return;
        if ((other & IF) == 0) held = INTR_HELD;
        other |= IF;
    }

    /// STAC, CLAC: the right of ring 0 to user pages under CR4.SMAP.
    final void setAc(boolean on) throws GuestFault {
        if (cpl != 0) throw plain(UD);
        other = on ? other | AC : other & ~AC;
    }

    final void hlt() throws GuestFault {
        if (ring0(PrivilegedOp.HLT)) fallAsleep();
    }

    // ---- control registers

    final void moveFromCr(Insn i) throws GuestFault {
        if (cpl != 0 && !excused(PrivilegedOp.MOV_FROM_CR, i.n1, i.n0, 0, 0, 4)) return;
        regs[i.n0 & 7] = controlRegister(i.n1);
    }

    final int controlRegister(int n) {
        return switch (n) {
            case 0 -> cr0;
            case 2 -> cr2;
            case 3 -> cr3;
            case 4 -> cr4;
            default -> 0;
        };
    }

    final void moveToCr(Insn i) throws GuestFault {
        int v = regs[i.n1 & 7];
        if (cpl != 0 && !excused(PrivilegedOp.MOV_TO_CR, i.n0, i.n1, 0, v, 4)) return;
        switch (i.n0) {
            case 0 -> loadCr0(v);
            case 2 -> cr2 = v;
            case 3 -> loadCr3(v);
            default -> loadCr4(v);
        }
    }

    final void loadCr0(int v) throws GuestFault {
        boolean paging = (v & CR0_PG) != 0;
        if (paging && (v & CR0_PE) == 0 || (v & CR0_NW) != 0 && (v & CR0_CD) == 0) throw gp(0);
        if (paging && (cr0 & CR0_PG) == 0 && (cr4 & CR4_PAE) != 0) checkPdptes(cr3);
        applyCr0(v);
    }

    final void applyCr0(int v) {
        int changed = cr0 ^ v;
        cr0 = v & CR0_KNOWN | CR0_ET;
        if ((changed & (CR0_PG | CR0_PE | CR0_WP)) != 0) flushAll();
        if ((changed & CR0_PE) != 0) deriveAll();
        selectArrays();
    }

    @Override
    final void loadCr3(int v) throws GuestFault {
        if (cr0 < 0 && (cr4 & CR4_PAE) != 0) checkPdptes(v);
        applyCr3(v);
    }

    final void applyCr3(int v) {
        cr3 = v;
        tlb.flush((cr4 & CR4_PGE) != 0);
        spectator.addressSpace(self(), v);
    }

    final void loadCr4(int v) throws GuestFault {
        if ((v & ~cr4Known) != 0) throw gp(0);
        int changed = cr4 ^ v;
        if (cr0 < 0 && (v & CR4_PAE) != 0 && (changed & (CR4_PAE | CR4_PGE | CR4_PSE)) != 0) checkPdptes(cr3);
        applyCr4(v);
    }

    final void applyCr4(int v) {
        int changed = cr4 ^ v;
        cr4 = v;
        if ((changed & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP | CR4_SMAP)) != 0) flushAll();
        if ((changed & CR4_DE) != 0) breakpointsChanged();
    }

    /// Loads the four PDPTEs, or raises #GP(0) when a present one has reserved bits set.
    private void checkPdptes(int root) throws GuestFault {
        for (int k = 0; k < 4; k++) {
            long e = pdpte(root, k);
            if ((e & PageWalk.P) != 0 && (e & PageWalk.PDPTE_RESERVED) != 0) throw gp(0);
        }
        reloadPdptes(root);
    }

    final void reloadPdptes(int root) {
        for (int k = 0; k < 4; k++) pdptes[k] = pdpte(root, k);
    }

    private long pdpte(int root, int k) {
        long at = walk.toMachine((root & 0xFFFFFFE0L) + 8 * k);
        return memory.contains(at, 8) ? memory.read64((int) at) : 0;
    }

    final void clts() throws GuestFault {
        if (ring0(PrivilegedOp.CLTS)) cr0 &= ~CR0_TS;
    }

    final void lmsw(Insn i) throws GuestFault {
        refuseEarly();
        int v = first(i);
        if (cpl != 0 && !excused(PrivilegedOp.LMSW, 0, -1, 0, v, 2)) return;
        int low = v & 0xF | cr0 & CR0_PE;
        applyCr0(cr0 & ~0xF | low);
    }

    /// SGDT, SIDT, SLDT, STR and SMSW tell secrets; CR4.UMIP keeps them from everybody but ring 0.
    private void discreet() throws GuestFault {
        if ((cr4 & CR4_UMIP) != 0 && cpl != 0) throw gp(0);
    }

    final void smsw(Insn i) throws GuestFault {
        discreet();
        put(i, cr0);
    }

    // ---- debug registers

    private int debugNumber(int n) throws GuestFault {
        if (n != 4 && n != 5) return n;
        if ((cr4 & CR4_DE) != 0) throw plain(UD);
        return n + 2;
    }

    private void generalDetect() throws GuestFault {
        if ((dr[7] & 0x2000) == 0) return;
        dr[7] &= ~0x2000;
        dr[6] |= 0x2000;
        faultLikeDebug = true;
        throw plain(DB);
    }

    final void moveFromDr(Insn i) throws GuestFault {
        int n = debugNumber(i.n1);
        if (cpl != 0 && !excused(PrivilegedOp.MOV_FROM_DR, n, i.n0, 0, 0, 4)) return;
        generalDetect();
        regs[i.n0 & 7] = dr[n];
    }

    final void moveToDr(Insn i) throws GuestFault {
        int n = debugNumber(i.n0);
        int v = regs[i.n1 & 7];
        if (cpl != 0 && !excused(PrivilegedOp.MOV_TO_DR, n, i.n1, 0, v, 4)) return;
        generalDetect();
        applyDr(n, v);
    }

    final void applyDr(int n, int v) {
        if (n == 6) dr[6] = v & DR6_BITS | DR6_ONES;
        else if (n == 7) dr[7] = v & 0xFFFF2FFF | 0x400;
        else dr[n] = v;
        breakpointsChanged();
    }

    // ---- descriptor-table registers

    final void storeTable(Insn i, int tableBase, int tableLimit) throws GuestFault {
        discreet();
        int o = offset(i);
        int second = i.addressSize == 2 ? o + 2 & 0xFFFF : o + 2;
        int va = forWrite(i.seg, o, 2);
        forWrite(i.seg, second, 4);
        forStore(va, 6, cpl == 3);
        write(i.seg, o, 2, tableLimit);
        write(i.seg, second, 4, tableBase);
    }

    final void loadTable(Insn i, boolean gdt) throws GuestFault {
        PrivilegedOp op = gdt ? PrivilegedOp.LGDT : PrivilegedOp.LIDT;
        if (cpl != 0 && !excused(op, 0, -1, base[i.seg] + offset(i), 0, 6)) return;
        int tableLimit = readMemory(i, 0, 2);
        int tableBase = readMemory(i, 2, 4) & (i.size == 2 ? 0xFFFFFF : -1);
        if (gdt) {
            gdtBase = tableBase;
            gdtLimit = tableLimit;
        } else {
            idtBase = tableBase;
            idtLimit = tableLimit;
        }
    }

    final void sldt(Insn i) throws GuestFault {
        protectedOnly();
        discreet();
        put(i, ldtSel);
    }

    final void str(Insn i) throws GuestFault {
        protectedOnly();
        discreet();
        put(i, trSel);
    }

    final void lldt(Insn i) throws GuestFault {
        protectedOnly();
        refuseEarly();
        int selector = first(i);
        if (cpl != 0 && !excused(PrivilegedOp.LLDT, 0, -1, 0, selector, 2)) return;
        int error = selector & 0xFFFC;
        if (error == 0) {
            ldtSel = selector;
            ldtAttr = 0;
            return;
        }
        if ((selector & 4) != 0 || !inTable(selector)) throw gp(error);
        long d = systemLoad64(descriptorVa(selector));
        if (Descriptors.segment(d) || Descriptors.type(d) != Descriptors.LDT) throw gp(error);
        if (!Descriptors.present(d)) throw np(error);
        applyLdt(selector, d);
    }

    final void applyLdt(int selector, long d) {
        ldtSel = selector & 0xFFFF;
        ldtBase = Descriptors.base(d);
        ldtLimit = Descriptors.limit(d);
        ldtAttr = Descriptors.attr(d);
    }

    final void ltr(Insn i) throws GuestFault {
        protectedOnly();
        refuseEarly();
        int selector = first(i);
        if (cpl != 0 && !excused(PrivilegedOp.LTR, 0, -1, 0, selector, 2)) return;
        if ((selector & 0xFFFC) == 0) throw gp(0);
        long d = availableTask(selector);
        int va = descriptorVa(selector) + 5;
        systemStore(va, 1, systemLoad(va, 1) | 2);
        applyTr(selector, d | 0x200L << 32);
    }

    final void applyTr(int selector, long d) {
        trSel = selector & 0xFFFF;
        trBase = Descriptors.base(d);
        trLimit = Descriptors.limit(d);
        trAttr = Descriptors.attr(d);
    }

    final void invlpg(Insn i) throws GuestFault {
        int va = base[i.seg] + offset(i);
        if (cpl == 0 || excused(PrivilegedOp.INVLPG, 0, -1, va, 0, 0)) tlb.drop(va);
    }

    final void cacheControl(PrivilegedOp op) throws GuestFault {
        ring0(op);
    }

    // ---- descriptors that anybody may ask about

    final void larOrLsl(Insn i, boolean lar) throws GuestFault {
        protectedOnly();
        int selector = secondOwn(i);
        long d = askable(selector, lar ? 0b0001_1010_0011_1110 : 0b0000_1010_0000_1110);
        setZf(d != 0);
        if (d != 0) setReg(i.n0, i.s0, lar ? (int) (d >>> 32) & 0xFFFF00 : Descriptors.limit(d));
    }

    /// The descriptor when this level may know of it, else 0. `systemTypes`: bit set of acceptable system types.
    private long askable(int selector, int systemTypes) throws GuestFault {
        if ((selector & 0xFFFC) == 0 || !inTable(selector)) return 0;
        long d = systemLoad64(descriptorVa(selector));
        if (!Descriptors.segment(d)) {
            if ((systemTypes >>> Descriptors.type(d) & 1) == 0) return 0;
        } else if (Descriptors.code(d) && Descriptors.conforming(d)) {
            return d;
        }
        int dpl = Descriptors.dpl(d);
        return dpl < cpl || dpl < (selector & 3) ? 0 : d;
    }

    final void verify(Insn i, boolean write) throws GuestFault {
        protectedOnly();
        int selector = first(i);
        long d = askable(selector, 0);
        boolean code = d != 0 && Descriptors.code(d);
        boolean ok = d != 0 && (write ? !code && Descriptors.readWrite(d) : !code || Descriptors.readWrite(d));
        setZf(ok);
    }

    /// Needs the right to write only when it writes, as the 386 and AMD's processors do it.
    final void arpl(Insn i) throws GuestFault {
        protectedOnly();
        int a = first(i);
        int rpl = regs[i.n1 & 7] & 3;
        boolean raise = (a & 3) < rpl;
        if (raise) put(i, a & ~3 | rpl);
        setZf(raise);
    }

    // ---- ports

    /// An I/O breakpoint is enabled in DR7, and CR4.DE.
    boolean portBreaks;

    private void notePort(int port, int size) {
        for (int i = 0; i < 4; i++) {
            if ((dr[7] >>> 2 * i & 3) == 0 || (dr[7] >>> 16 + 4 * i & 3) != 2) continue;
            int length = breakLength(i);
            int start = dr[i] & 0xFFFF & -length;
            if (dr[i] >>> 16 == 0 && port < start + length && port + size > start) breakHits |= 1 << i;
        }
    }

    private boolean portAllowed(int port, int size) throws GuestFault {
        if ((cr0 & CR0_PE) == 0 || cpl <= iopl() && !v86()) return true;
        if (trAttr == 0 || !wideTask() || Integer.compareUnsigned(103, trLimit) > 0) return false;
        int at = systemLoad(trBase + 102, 2) + (port >>> 3);
        if (Integer.compareUnsigned(at + 1, trLimit) > 0) return false;
        int bits = systemLoad(trBase + at, 2) >>> (port & 7);
        return (bits & (1 << size) - 1) == 0;
    }

    @Override
    public final int in(int port, int size) {
        busTouched = true;
        code.mayHaveChanged();
        if (portBreaks) notePort(port, size);
        return ports.in(number, port, size);
    }

    @Override
    public final void out(int port, int size, int value) {
        busTouched = true;
        code.mayHaveChanged();
        if (portBreaks) notePort(port, size);
        ports.out(number, port, size, value);
    }

    final void in(Insn i) throws GuestFault {
        int port = i.k1 == Insn.IMM ? i.imm & 0xFF : regs[EDX] & 0xFFFF;
        if (!portAllowed(port, i.s0) && !excused(PrivilegedOp.IN, port, EAX, 0, 0, i.s0)) return;
        setReg(EAX, i.s0, in(port, i.s0));
    }

    final void out(Insn i) throws GuestFault {
        int port = i.k0 == Insn.IMM ? i.imm & 0xFF : regs[EDX] & 0xFFFF;
        int v = reg(EAX, i.s1);
        if (!portAllowed(port, i.s1) && !excused(PrivilegedOp.OUT, port, EAX, 0, v, i.s1)) return;
        out(port, i.s1, v);
    }

    final void ins(Insn i) throws GuestFault {
        if (finished(i)) return;
        int port = regs[EDX] & 0xFFFF;
        if (!portAllowed(port, i.s0) && !excused(PrivilegedOp.INS, port, -1, stringVa(i, true), 0, i.s0)) return;
        insOnce(i, this);
    }

    final void outs(Insn i) throws GuestFault {
        if (finished(i)) return;
        int port = regs[EDX] & 0xFFFF;
        if (!portAllowed(port, i.s0) && !excused(PrivilegedOp.OUTS, port, -1, stringVa(i, false), 0, i.s0)) return;
        outsOnce(i, this);
    }
}
