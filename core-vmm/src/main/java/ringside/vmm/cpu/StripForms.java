// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Which instructions a {@link Strip} may hold, and the form that each takes in it. Everything that could change
/// what the processor must look at between two instructions (privilege, segments, flags but the arithmetic ones,
/// ports, an instruction that is not done in one go) stays outside.
final class StripForms {
    /// Where the second operand comes from: a register, the instruction, memory.
    static final int REGISTER = 0, IMMEDIATE = 1, MEMORY = 2;
    /// Forms whose second operand is 32 bits from one of the three.
    static final int ADD = 0, SUB = 1, AND = 2, OR = 3, XOR = 4, CMP = 5, TEST = 6, MOV = 7, STORE = 8, PUSH = 9;
    static final int SHL = 10, SHR = 11, SAR = 12;
    /// The first operand is in memory, and comes as the second one does.
    static final int CMP_MI = 13, CMP_MR = 14;
    static final int LOAD1 = 15, STORE1 = 16, LEA = 17, INC = 18, DEC = 19, POP = 20, NOP = 21;
    static final int MOVZX1_R = 22, MOVZX2_R = 23, MOVZX1_M = 24, MOVZX2_M = 25;
    static final int CMP1_MI = 26, TEST1_MI = 27, TEST1_RR = 28;
    /// Any other instruction that control simply goes on behind.
    static final int OTHER = 29;
    /// Control may go elsewhere; all but the first are the last of their strip.
    static final int JCC = 30, JMP = 31, CALL = 32, RET = 33, ENDS = 34;
    static final int NOT_HERE = -1;

    private StripForms() {}

    static int of(Insn i) {
        if (i.addressSize != 4) return NOT_HERE;
        return switch (i.op) {
            case Op.ADD -> common(i, ADD);
            case Op.SUB -> common(i, SUB);
            case Op.AND -> common(i, AND);
            case Op.OR -> common(i, OR);
            case Op.XOR -> common(i, XOR);
            case Op.CMP -> compare(i);
            case Op.TEST -> test(i);
            case Op.MOV -> move(i);
            case Op.LEA -> i.s0 == 4 ? LEA : OTHER;
            case Op.INC -> register(i) ? INC : OTHER;
            case Op.DEC -> register(i) ? DEC : OTHER;
            case Op.PUSH -> push(i);
            case Op.POP -> i.k0 == Insn.SEG ? NOT_HERE : register(i) && i.n0 != Registers.ESP ? POP : OTHER;
            case Op.SHL -> fixedShift(i) ? SHL : OTHER;
            case Op.SHR -> fixedShift(i) ? SHR : OTHER;
            case Op.SAR -> fixedShift(i) ? SAR : OTHER;
            case Op.NOP, Op.PAUSE -> NOP;
            case Op.MOVZX -> extended(i);
            case Op.JCC -> i.size == 4 ? JCC : ENDS;
            case Op.JMP -> i.size == 4 && i.k0 == Insn.REL ? JMP : ENDS;
            case Op.CALL -> i.size == 4 && i.k0 == Insn.REL ? CALL : ENDS;
            case Op.RET -> i.size == 4 && i.k0 == Insn.NONE ? RET : ENDS;
            case Op.LOOP, Op.LOOPE, Op.LOOPNE, Op.JCXZ -> ENDS;
            default -> rarer(i);
        };
    }

    private static int rarer(Insn i) {
        return switch (i.op) {
            case Op.ADC, Op.SBB, Op.NOT, Op.NEG, Op.MOVSX, Op.IMUL, Op.MUL, Op.DIV, Op.IDIV -> OTHER;
            case Op.ROL, Op.ROR, Op.RCL, Op.RCR, Op.SHLD, Op.SHRD, Op.BT, Op.BTS, Op.BTR, Op.BTC -> OTHER;
            case Op.BSF, Op.BSR, Op.BSWAP, Op.SETCC, Op.CMOVCC, Op.CBW, Op.CWD, Op.XCHG, Op.XADD -> OTHER;
            case Op.CMPXCHG, Op.CMPXCHG8B, Op.LEAVE, Op.LAHF, Op.SAHF, Op.CLC, Op.STC, Op.CMC -> OTHER;
            case Op.CLD, Op.STD, Op.LFENCE, Op.MFENCE, Op.SFENCE, Op.RDTSC, Op.PUSHF, Op.XLAT -> OTHER;
            case Op.LODS, Op.STOS, Op.MOVS, Op.SCAS, Op.CMPS -> i.rep == Insn.NO_REP ? OTHER : NOT_HERE;
            default -> NOT_HERE;
        };
    }

    private static boolean register(Insn i) {
        return i.k0 == Insn.REG && i.s0 == 4;
    }

    private static boolean fixedShift(Insn i) {
        return register(i) && i.k1 == Insn.IMM;
    }

    private static int common(Insn i, int first) {
        return register(i) && (i.k1 == Insn.REG || i.k1 == Insn.IMM || i.k1 == Insn.MEM) ? first : OTHER;
    }

    private static int compare(Insn i) {
        if (i.k0 != Insn.MEM) return common(i, CMP);
        if (i.s0 == 4) return i.k1 == Insn.IMM ? CMP_MI : CMP_MR;
        return i.s0 == 1 && i.k1 == Insn.IMM ? CMP1_MI : OTHER;
    }

    private static int test(Insn i) {
        if (i.s0 == 1 && i.k1 == Insn.IMM && i.k0 == Insn.MEM) return TEST1_MI;
        if (i.s0 == 1 && i.k0 == Insn.REG && i.k1 == Insn.REG) return TEST1_RR;
        return i.k1 == Insn.MEM ? OTHER : common(i, TEST);
    }

    private static int move(Insn i) {
        if (i.k0 == Insn.SEG || i.k1 == Insn.SEG) return i.k0 == Insn.SEG ? NOT_HERE : OTHER;
        if (register(i)) return common(i, MOV);
        if (i.k0 == Insn.MEM && i.s0 == 4) return STORE;
        if (i.s0 == 1 && i.k0 == Insn.REG && i.k1 == Insn.MEM) return LOAD1;
        if (i.s0 == 1 && i.k0 == Insn.MEM && i.k1 == Insn.REG) return STORE1;
        return OTHER;
    }

    private static int push(Insn i) {
        if (i.k0 == Insn.SEG || i.s0 != 4) return OTHER;
        return PUSH;
    }

    private static int extended(Insn i) {
        if (i.s0 != 4) return OTHER;
        if (i.k1 == Insn.REG) return i.s1 == 1 ? MOVZX1_R : MOVZX2_R;
        return i.s1 == 1 ? MOVZX1_M : MOVZX2_M;
    }

    private static int kind(int operand) {
        return operand == Insn.IMM ? IMMEDIATE : operand == Insn.MEM ? MEMORY : REGISTER;
    }

    /// Where the second operand of a form comes from.
    static int kind(Insn i, int form) {
        if (form == PUSH) return kind(i.k0);
        if (form == CMP_MI || form == CMP_MR) return MEMORY;
        return form <= SAR ? kind(i.k1) : REGISTER;
    }

    /// The first word.
    static int word(Insn i, int form) {
        int base = i.base < 0 ? Strip.NO_REGISTER : i.base;
        int index = i.index < 0 ? Strip.NO_REGISTER : i.index;
        int second = form == JCC ? i.imm2 : form == PUSH ? i.n0 & 7 : i.n1 & 7;
        return form
                | kind(i, form) << Strip.KIND
                | (i.n0 & 7) << Strip.R0
                | (second & 15) << Strip.R1
                | base << Strip.BASE
                | index << Strip.INDEX
                | (i.scale & 3) << Strip.SCALE
                | i.seg << Strip.SEGMENT;
    }
}
