// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// Moves from and to MMX and XMM registers, their masks and single words, and MXCSR.
///
/// Non-temporal stores are stores: nothing is cached, and one vCPU runs at a time.
final class PackedMoves {
    private static final int EDI = Registers.EDI;
    /// MXCSR bits that exist, denormals-are-zeros among them.
    private static final int MXCSR_KNOWN = 0xFFFF;

    private final WideMemory cpu;
    private final FpuState f;

    PackedMoves(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
    }

    /// MOVQ: a move to an XMM register clears its upper half, whatever the source.
    void quad(Insn i) throws GuestFault {
        long v = i.k1 == Insn.MM ? f.significand[i.n1] : i.k1 == Insn.XMM ? f.xmm[2 * i.n1] : cpu.read64(i);
        if (i.k0 == Insn.MM) f.setMm(i.n0, v);
        else if (i.k0 == Insn.XMM) f.setXmm(i.n0, v, 0);
        else cpu.write64(i, v);
    }

    void doubleWord(Insn i) throws GuestFault {
        if (i.k0 == Insn.MM) f.setMm(i.n0, cpu.secondOwn(i) & 0xFFFFFFFFL);
        else if (i.k0 == Insn.XMM) f.setXmm(i.n0, cpu.secondOwn(i) & 0xFFFFFFFFL, 0);
        else cpu.put(i, (int) (i.k1 == Insn.MM ? f.significand[i.n1] : f.xmm[2 * i.n1]));
    }

    // ---- sixteen bytes: where the first half can be stored, so can the second, aligned or checked before

    void aligned(Insn i) throws GuestFault {
        if (i.k0 == Insn.MEM) {
            int va = cpu.alignedForWrite(i);
            cpu.store64(va, f.xmm[2 * i.n1]);
            cpu.store64(va + 8, f.xmm[2 * i.n1 + 1]);
        } else if (i.k1 == Insn.MEM) {
            int va = cpu.alignedForRead(i);
            long low = cpu.load64(va);
            f.setXmm(i.n0, low, cpu.load64(va + 8));
        } else {
            copy(i);
        }
    }

    void unaligned(Insn i) throws GuestFault {
        if (i.k0 == Insn.MEM) {
            int va = cpu.unalignedForWrite(i);
            cpu.storeAnywhere64(va, f.xmm[2 * i.n1]);
            cpu.storeAnywhere64(va + 8, f.xmm[2 * i.n1 + 1]);
        } else if (i.k1 == Insn.MEM) {
            int va = cpu.unalignedForRead(i);
            long low = cpu.loadAnywhere64(va);
            f.setXmm(i.n0, low, cpu.loadAnywhere64(va + 8));
        } else {
            copy(i);
        }
    }

    private void copy(Insn i) {
        f.setXmm(i.n0, f.xmm[2 * i.n1], f.xmm[2 * i.n1 + 1]);
    }

    // ---- parts of an XMM register: a load clears the rest of a scalar, and leaves the rest of a half

    void single(Insn i) throws GuestFault {
        if (i.k0 == Insn.MEM) cpu.writeMemory(i, 4, (int) f.xmm[2 * i.n1]);
        else if (i.k1 == Insn.MEM) f.setXmm(i.n0, cpu.readMemory(i, 4) & 0xFFFFFFFFL, 0);
        else f.xmm[2 * i.n0] = f.xmm[2 * i.n0] & 0xFFFFFFFF00000000L | f.xmm[2 * i.n1] & 0xFFFFFFFFL;
    }

    /// MOVSD, MOVLPS, MOVLPD.
    void lowHalf(Insn i) throws GuestFault {
        if (i.k0 == Insn.MEM) cpu.write64(i, f.xmm[2 * i.n1]);
        else if (i.k1 == Insn.XMM) f.xmm[2 * i.n0] = f.xmm[2 * i.n1];
        else {
            long v = cpu.read64(i);
            f.setXmm(i.n0, v, i.op == Op.MOVSD ? 0 : f.xmm[2 * i.n0 + 1]);
        }
    }

    void highHalf(Insn i) throws GuestFault {
        if (i.k0 == Insn.MEM) cpu.write64(i, f.xmm[2 * i.n1 + 1]);
        else f.xmm[2 * i.n0 + 1] = cpu.read64(i);
    }

    // ---- single words, masks

    void insertWord(Insn i) throws GuestFault {
        int word = i.k1 == Insn.MEM ? cpu.readMemory(i, 2) : cpu.regs[i.n1];
        if (i.k0 == Insn.MM) f.setMm(i.n0, Lanes.insertWord(f.significand[i.n0], i.imm, word));
        else {
            int n = 2 * i.n0 + (i.imm >>> 2 & 1);
            f.xmm[n] = Lanes.insertWord(f.xmm[n], i.imm, word);
        }
    }

    void extractWord(Insn i) {
        long from = i.k1 == Insn.MM ? f.significand[i.n1] : f.xmm[2 * i.n1 + (i.imm >>> 2 & 1)];
        cpu.regs[i.n0] = (int) Lanes.word(from, i.imm);
    }

    void byteSigns(Insn i) {
        cpu.regs[i.n0] = i.k1 == Insn.MM
                ? Lanes.byteSigns(f.significand[i.n1])
                : Lanes.byteSigns(f.xmm[2 * i.n1]) | Lanes.byteSigns(f.xmm[2 * i.n1 + 1]) << 8;
    }

    void singleSigns(Insn i) {
        long low = f.xmm[2 * i.n1];
        long high = f.xmm[2 * i.n1 + 1];
        cpu.regs[i.n0] = (int) (low >>> 31 & 1 | low >>> 62 & 2 | (high >>> 31 & 1) << 2 | (high >>> 62 & 2) << 2);
    }

    void doubleSigns(Insn i) {
        cpu.regs[i.n0] = (int) (f.xmm[2 * i.n1] >>> 63 | f.xmm[2 * i.n1 + 1] >>> 63 << 1);
    }

    // ---- MASKMOVQ, MASKMOVDQU: the bytes whose mask byte is negative go to (E)DI; all must be writable even so

    void maskedQuad(Insn i) throws GuestFault {
        int va = target(i, 8);
        merge(va, f.significand[i.n0], Lanes.byteMask(f.significand[i.n1]));
    }

    void maskedWide(Insn i) throws GuestFault {
        int va = target(i, 16);
        merge(va, f.xmm[2 * i.n0], Lanes.byteMask(f.xmm[2 * i.n1]));
        merge(va + 8, f.xmm[2 * i.n0 + 1], Lanes.byteMask(f.xmm[2 * i.n1 + 1]));
    }

    private int target(Insn i, int size) throws GuestFault {
        int va = cpu.forWrite(i.seg, i.addressSize == 2 ? cpu.regs[EDI] & 0xFFFF : cpu.regs[EDI], size);
        cpu.checkAlignment(va, 8, cpu.cpl == 3);
        cpu.forStore(va, size, cpu.cpl == 3);
        return va;
    }

    private void merge(int va, long v, long mask) throws GuestFault {
        for (int at = 0; at < 8; at++) {
            if ((mask >>> (at << 3) & 1) != 0) cpu.store8(va + at, (int) (v >>> (at << 3)));
        }
    }

    // ---- MXCSR

    void loadMxcsr(Insn i) throws GuestFault {
        int v = cpu.readMemory(i, 4);
        if ((v & ~MXCSR_KNOWN) != 0) throw cpu.gp(0);
        f.mxcsr = v;
    }
}
