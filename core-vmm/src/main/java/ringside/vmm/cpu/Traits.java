// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// What translation has to know of an instruction before it is written: whether it can be translated at all, what it
/// does to flags, and how it ends.
final class Traits {
    /// Writes all six flags whatever they were.
    static final int KILLS = 1;
    /// Reads flags. What only changes some of them reads the others when its own result matters.
    static final int READS = 2;
    /// Writes some flags, or all only sometimes.
    static final int CHANGES = 4;
    /// Control does not simply go on behind it.
    static final int ENDS = 8;
    /// May leave the region before it has changed anything.
    static final int LEAVES = 16;

    static final int UNSUPPORTED = -1;

    private Traits() {}

    /// @return the bits above, or {@link #UNSUPPORTED}
    static int of(Insn i, Mode mode) {
        int traits = bySemantics(i, mode);
        if (traits < 0) return UNSUPPORTED;
        if (i.k0 == Insn.MEM || i.k1 == Insn.MEM) {
            if (i.addressSize != 4) return UNSUPPORTED;
            if (i.op != Op.LEA && i.op != Op.NOP) {
                if (!usable(i.seg, mode)) return UNSUPPORTED;
                traits |= LEAVES;
            }
        }
        return traits;
    }

    private static boolean usable(int s, Mode mode) {
        return s == Registers.FS || s == Registers.GS || s != Registers.CS && mode.limit(s) > 16;
    }

    /// One iteration; repeated ones are done in bulk by the interpreter.
    private static int string(Insn i, Mode mode, int from, int to) {
        boolean simple = i.rep == Insn.NO_REP && i.addressSize == 4 && i.s0 <= 4;
        return simple && usable(from, mode) && usable(to, mode) ? LEAVES : UNSUPPORTED;
    }

    private static boolean plain(int kind) {
        return kind == Insn.REG || kind == Insn.MEM || kind == Insn.IMM || kind == Insn.NONE;
    }

    private static int bySemantics(Insn i, Mode mode) {
        switch (i.op) {
            case Op.ADD, Op.SUB, Op.AND, Op.OR, Op.XOR, Op.CMP, Op.TEST, Op.NEG:
                return KILLS;
            case Op.ADC, Op.SBB:
                return KILLS | READS;
            case Op.INC, Op.DEC:
                return CHANGES;
            case Op.MOV, Op.MOVNTI:
                return plain(i.k0) && plain(i.k1) ? 0 : UNSUPPORTED;
            case Op.MOVZX, Op.MOVSX, Op.LEA, Op.NOP, Op.PAUSE, Op.NOT, Op.BSWAP, Op.CBW, Op.CWD, Op.XCHG:
                return 0;
            case Op.LFENCE, Op.MFENCE, Op.SFENCE, Op.CLD, Op.STD:
                return 0;
            case Op.RDTSC:
                return LEAVES;
            case Op.LODS:
                return string(i, mode, i.seg, i.seg);
            case Op.STOS:
                return string(i, mode, Registers.ES, Registers.ES);
            case Op.MOVS:
                return string(i, mode, i.seg, Registers.ES);
            case Op.SCAS:
                return string(i, mode, Registers.ES, Registers.ES) | KILLS;
            case Op.CMPS:
                return string(i, mode, i.seg, Registers.ES) | KILLS;
            case Op.PUSHF:
                return i.s0 == 4 ? READS | LEAVES : UNSUPPORTED;
            case Op.LAHF:
                return READS;
            case Op.SAHF:
                return CHANGES | READS;
            case Op.PUSH, Op.POP:
                return i.s0 == 4 && (i.k0 == Insn.REG || i.op == Op.PUSH && plain(i.k0)) ? LEAVES : UNSUPPORTED;
            case Op.LEAVE:
                return i.size == 4 ? LEAVES : UNSUPPORTED;
            case Op.SHL, Op.SHR, Op.SAR:
                if (i.k1 != Insn.IMM) return CHANGES;
                return (i.imm & 31) == 0 ? 0 : KILLS;
            case Op.ROL, Op.ROR:
                return CHANGES;
            case Op.RCL, Op.RCR:
                return CHANGES | READS;
            case Op.SHLD, Op.SHRD:
                if (i.s0 != 4) return UNSUPPORTED;
                if (i.k2 != Insn.IMM) return CHANGES;
                return (i.imm & 31) == 0 ? 0 : KILLS;
            case Op.MUL, Op.IMUL:
                return KILLS;
            case Op.DIV, Op.IDIV:
                return LEAVES;
            case Op.BT, Op.BTS, Op.BTR, Op.BTC:
                return CHANGES;
            case Op.BSF, Op.BSR, Op.CLC, Op.STC:
                return CHANGES;
            case Op.CMC:
                return CHANGES | READS;
            case Op.SETCC, Op.CMOVCC:
                return READS;
            case Op.XADD, Op.CMPXCHG:
                return KILLS;
            case Op.JCC:
                return i.size == 4 ? READS | ENDS : UNSUPPORTED;
            case Op.JMP:
                if (i.size != 4) return UNSUPPORTED;
                if (i.k0 == Insn.REL) return ENDS;
                return i.s0 == 4 && plain(i.k0) ? ENDS | LEAVES : UNSUPPORTED;
            case Op.CALL, Op.RET:
                return i.size == 4 && (i.k0 == Insn.REL || i.k0 == Insn.NONE || i.k0 == Insn.IMM || i.s0 == 4)
                        ? ENDS | LEAVES
                        : UNSUPPORTED;
            case Op.LOOP, Op.JCXZ:
                return i.size == 4 && i.addressSize == 4 ? ENDS : UNSUPPORTED;
            case Op.LOOPE, Op.LOOPNE:
                return i.size == 4 && i.addressSize == 4 ? ENDS | READS : UNSUPPORTED;
            case Op.FCOMI, Op.FCOMIP, Op.FUCOMI, Op.FUCOMIP:
                return KILLS | LEAVES;
            case Op.FCMOVB, Op.FCMOVE, Op.FCMOVBE, Op.FCMOVU, Op.FCMOVNB, Op.FCMOVNE, Op.FCMOVNBE, Op.FCMOVNU:
                return READS | LEAVES;
            default:
                if (i.op >= Op.FIRST_SIMD) {
                    if (!SseScribe.known(i)) return UNSUPPORTED;
                    return SseScribe.compares(i) ? KILLS | LEAVES : LEAVES;
                }
                // With a stack that is full but for one register, no instruction lacks operands or room.
                return X87Flow.concerns(i) && X87Flow.behind(i, X87Flow.state(0, 0x7F)) != X87Flow.NONE
                        ? LEAVES
                        : UNSUPPORTED;
        }
    }
}
