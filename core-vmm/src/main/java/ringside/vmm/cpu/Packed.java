// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// Dispatch of MMX and SSE, and the integer arithmetic of both: the same operations on 64 bits of an MMX register and
/// on the two halves of an XMM register.
///
/// What is no integer operation and no move goes on to {@link SseFloat}.
final class Packed {
    private final WideMemory cpu;
    private final FpuState f;
    private final PackedMoves moves;
    private final SseFloat floats;
    /// The source operand of 128 bits of the instruction in progress.
    private long low, high;

    Packed(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
        moves = new PackedMoves(cpu, f);
        floats = new SseFloat(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        switch (i.op) {
            case Op.PAND, Op.PANDN, Op.POR, Op.PXOR -> lanes(i, i.op);
            case Op.ANDPS, Op.ANDPD -> lanes(i, Op.PAND);
            case Op.ANDNPS, Op.ANDNPD -> lanes(i, Op.PANDN);
            case Op.ORPS, Op.ORPD -> lanes(i, Op.POR);
            case Op.XORPS, Op.XORPD -> lanes(i, Op.PXOR);
            case Op.PADDB, Op.PADDW, Op.PADDD, Op.PADDQ, Op.PSUBB, Op.PSUBW, Op.PSUBD, Op.PSUBQ -> lanes(i, i.op);
            case Op.PADDUSB, Op.PADDUSW, Op.PADDSB, Op.PADDSW -> lanes(i, i.op);
            case Op.PSUBUSB, Op.PSUBUSW, Op.PSUBSB, Op.PSUBSW -> lanes(i, i.op);
            case Op.PCMPEQB, Op.PCMPEQW, Op.PCMPEQD, Op.PCMPGTB, Op.PCMPGTW, Op.PCMPGTD -> lanes(i, i.op);
            case Op.PMINUB, Op.PMAXUB, Op.PMINSW, Op.PMAXSW, Op.PAVGB, Op.PAVGW, Op.PSADBW -> lanes(i, i.op);
            case Op.PMULLW, Op.PMULHW, Op.PMULHUW, Op.PMULUDQ, Op.PMADDWD -> lanes(i, i.op);
            case Op.PSRLW, Op.PSRLD, Op.PSRLQ, Op.PSLLW, Op.PSLLD, Op.PSLLQ, Op.PSRAW, Op.PSRAD -> shift(i);
            case Op.PSRLDQ -> shiftBytesRight(i);
            case Op.PSLLDQ -> shiftBytesLeft(i);
            case Op.PACKSSWB, Op.PACKSSDW, Op.PACKUSWB -> pack(i);
            case Op.PUNPCKLBW, Op.PUNPCKLWD, Op.PUNPCKLDQ -> interleave(i, false);
            case Op.PUNPCKHBW, Op.PUNPCKHWD, Op.PUNPCKHDQ -> interleave(i, true);
            case Op.UNPCKLPS -> interleaveWide(i, Op.PUNPCKLDQ, false);
            case Op.UNPCKHPS -> interleaveWide(i, Op.PUNPCKHDQ, true);
            case Op.PUNPCKLQDQ, Op.UNPCKLPD -> {
                source(i);
                f.xmm[2 * i.n0 + 1] = low;
            }
            case Op.PUNPCKHQDQ, Op.UNPCKHPD -> {
                source(i);
                f.setXmm(i.n0, f.xmm[2 * i.n0 + 1], high);
            }
            case Op.PSHUFW -> f.setMm(i.n0, Lanes.shuffleWords(source64(i), i.imm));
            case Op.PSHUFLW -> {
                source(i);
                f.setXmm(i.n0, Lanes.shuffleWords(low, i.imm), high);
            }
            case Op.PSHUFHW -> {
                source(i);
                f.setXmm(i.n0, low, Lanes.shuffleWords(high, i.imm));
            }
            case Op.PSHUFD -> {
                source(i);
                f.setXmm(i.n0, doubleWords(low, high, i.imm), doubleWords(low, high, i.imm >>> 4));
            }
            case Op.SHUFPS -> {
                source(i);
                int n = 2 * i.n0;
                f.setXmm(i.n0, doubleWords(f.xmm[n], f.xmm[n + 1], i.imm), doubleWords(low, high, i.imm >>> 4));
            }
            case Op.SHUFPD -> {
                source(i);
                f.setXmm(i.n0, f.xmm[2 * i.n0 + (i.imm & 1)], (i.imm & 2) == 0 ? low : high);
            }
            case Op.EMMS -> {}
            case Op.MOVQ -> moves.quad(i);
            case Op.MOVD -> moves.doubleWord(i);
            case Op.MOVAPS, Op.MOVAPD, Op.MOVDQA, Op.MOVNTPS, Op.MOVNTPD, Op.MOVNTDQ -> moves.aligned(i);
            case Op.MOVUPS, Op.MOVUPD, Op.MOVDQU -> moves.unaligned(i);
            case Op.MOVSS -> moves.single(i);
            case Op.MOVSD, Op.MOVLPS, Op.MOVLPD -> moves.lowHalf(i);
            case Op.MOVHPS, Op.MOVHPD -> moves.highHalf(i);
            case Op.MOVHLPS -> f.xmm[2 * i.n0] = f.xmm[2 * i.n1 + 1];
            case Op.MOVLHPS -> f.xmm[2 * i.n0 + 1] = f.xmm[2 * i.n1];
            case Op.MOVNTQ -> cpu.write64(i, f.significand[i.n1]);
            case Op.MOVQ2DQ -> f.setXmm(i.n0, f.significand[i.n1], 0);
            case Op.MOVDQ2Q -> f.setMm(i.n0, f.xmm[2 * i.n1]);
            case Op.PINSRW -> moves.insertWord(i);
            case Op.PEXTRW -> moves.extractWord(i);
            case Op.PMOVMSKB -> moves.byteSigns(i);
            case Op.MOVMSKPS -> moves.singleSigns(i);
            case Op.MOVMSKPD -> moves.doubleSigns(i);
            case Op.MASKMOVQ -> moves.maskedQuad(i);
            case Op.MASKMOVDQU -> moves.maskedWide(i);
            case Op.LDMXCSR -> moves.loadMxcsr(i);
            case Op.STMXCSR -> cpu.writeMemory(i, 4, f.mxcsr);
            default -> floats.execute(i);
        }
    }

    /// Operand 1, an MMX register or eight bytes.
    private long source64(Insn i) throws GuestFault {
        return i.k1 == Insn.MM ? f.significand[i.n1] : cpu.read64(i);
    }

    /// Operand 1, an XMM register or sixteen aligned bytes.
    private void source(Insn i) throws GuestFault {
        if (i.k1 == Insn.XMM) {
            low = f.xmm[2 * i.n1];
            high = f.xmm[2 * i.n1 + 1];
        } else {
            int va = cpu.alignedForRead(i);
            low = cpu.load64(va);
            high = cpu.load64(va + 8);
        }
    }

    private void lanes(Insn i, int op) throws GuestFault {
        if (i.k0 == Insn.MM) {
            f.setMm(i.n0, Lanes.apply(op, f.significand[i.n0], source64(i)));
        } else {
            source(i);
            int n = 2 * i.n0;
            f.xmm[n] = Lanes.apply(op, f.xmm[n], low);
            f.xmm[n + 1] = Lanes.apply(op, f.xmm[n + 1], high);
        }
    }

    // ---- shifts

    /// The count is the immediate, or all 64 low bits of the source.
    private void shift(Insn i) throws GuestFault {
        if (i.k0 == Insn.MM) {
            int count = i.k1 == Insn.IMM ? i.imm & 0xFF : count(source64(i));
            f.setMm(i.n0, Lanes.shift(i.op, f.significand[i.n0], count));
            return;
        }
        int count = i.imm & 0xFF;
        if (i.k1 != Insn.IMM) {
            source(i);
            count = count(low);
        }
        int n = 2 * i.n0;
        f.xmm[n] = Lanes.shift(i.op, f.xmm[n], count);
        f.xmm[n + 1] = Lanes.shift(i.op, f.xmm[n + 1], count);
    }

    private static int count(long v) {
        return (v & ~63L) != 0 ? 64 : (int) v;
    }

    private void shiftBytesRight(Insn i) {
        int bits = (i.imm & 0xFF) << 3;
        int n = 2 * i.n0;
        long l = f.xmm[n];
        long h = f.xmm[n + 1];
        if (bits == 0) return;
        if (bits < 64) f.setXmm(i.n0, l >>> bits | h << -bits, h >>> bits);
        else f.setXmm(i.n0, bits < 128 ? h >>> bits - 64 : 0, 0);
    }

    private void shiftBytesLeft(Insn i) {
        int bits = (i.imm & 0xFF) << 3;
        int n = 2 * i.n0;
        long l = f.xmm[n];
        long h = f.xmm[n + 1];
        if (bits == 0) return;
        if (bits < 64) f.setXmm(i.n0, l << bits, h << bits | l >>> -bits);
        else f.setXmm(i.n0, 0, bits < 128 ? l << bits - 64 : 0);
    }

    // ---- packs, interleaving, shuffles

    private void pack(Insn i) throws GuestFault {
        if (i.k0 == Insn.MM) {
            f.setMm(i.n0, packed(i.op, f.significand[i.n0], source64(i)));
            return;
        }
        source(i);
        int n = 2 * i.n0;
        f.xmm[n] = packed(i.op, f.xmm[n], f.xmm[n + 1]);
        f.xmm[n + 1] = packed(i.op, low, high);
    }

    private static long packed(int op, long a, long b) {
        return switch (op) {
            case Op.PACKSSWB -> Lanes.packSignedWords(a, b);
            case Op.PACKUSWB -> Lanes.packUnsignedWords(a, b);
            default -> Lanes.packDoubleWords(a, b);
        };
    }

    /// The low forms read four bytes when their operand is eight, so a fault sees no more.
    private void interleave(Insn i, boolean upper) throws GuestFault {
        if (i.k0 == Insn.XMM) {
            interleaveWide(i, i.op, upper);
            return;
        }
        long a = f.significand[i.n0];
        if (upper) f.setMm(i.n0, interleaved(i.op, (int) (a >>> 32), (int) (source64(i) >>> 32)));
        else {
            int b = i.k1 == Insn.MM ? (int) f.significand[i.n1] : cpu.readMemory(i, 4);
            f.setMm(i.n0, interleaved(i.op, (int) a, b));
        }
    }

    private void interleaveWide(Insn i, int op, boolean upper) throws GuestFault {
        source(i);
        long a = f.xmm[2 * i.n0 + (upper ? 1 : 0)];
        long b = upper ? high : low;
        long l = interleaved(op, (int) a, (int) b);
        f.setXmm(i.n0, l, interleaved(op, (int) (a >>> 32), (int) (b >>> 32)));
    }

    static long interleaved(int op, int a, int b) {
        return switch (op) {
            case Op.PUNPCKLBW, Op.PUNPCKHBW -> Lanes.interleaveBytes(a, b);
            case Op.PUNPCKLWD, Op.PUNPCKHWD -> Lanes.interleaveWords(a, b);
            default -> Lanes.join(a, b);
        };
    }

    static long doubleWords(long low, long high, int control) {
        return Lanes.join(Lanes.doubleWord(low, high, control), Lanes.doubleWord(low, high, control >>> 2));
    }
}
