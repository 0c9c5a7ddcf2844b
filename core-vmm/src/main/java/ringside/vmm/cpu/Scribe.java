// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.constant.ClassDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes instructions that do not move control: which method knows which.
abstract class Scribe extends SseScribe {
    Scribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    final void instruction(Insn i) {
        switch (i.op) {
            case Op.MOV, Op.MOVNTI -> mov(i);
            case Op.MOVZX -> {
                operand(i, i.k1, i.n1, i.s1);
                toPart(i.n0, i.s0);
            }
            case Op.MOVSX -> {
                operand(i, i.k1, i.n1, i.s1);
                extend(i.s1);
                toPart(i.n0, i.s0);
            }
            case Op.LEA -> {
                offset(i);
                toPart(i.n0, i.s0);
            }
            case Op.NOP, Op.PAUSE, Op.LFENCE, Op.MFENCE, Op.SFENCE -> {}
            case Op.ADD, Op.SUB, Op.CMP, Op.ADC, Op.SBB -> sum(i);
            case Op.AND, Op.OR, Op.XOR, Op.TEST -> bitwise(i);
            case Op.INC, Op.DEC -> step(i);
            case Op.NOT, Op.NEG -> complement(i);
            case Op.PUSH -> push(i);
            case Op.POP -> pop(i);
            case Op.LEAVE -> leave();
            case Op.LODS, Op.STOS, Op.MOVS, Op.SCAS, Op.CMPS -> string(i);
            case Op.PUSHF -> pushf();
            case Op.LAHF -> {
                image();
                c.iconst_2().ior();
                toPart(4, 1);
            }
            case Op.SAHF -> sahf();
            case Op.XCHG -> xchg(i);
            case Op.XADD -> xadd(i);
            case Op.CMPXCHG -> cmpxchg(i);
            case Op.BSWAP -> bswap(i);
            case Op.CBW -> cbw(i);
            case Op.CWD -> cwd(i);
            case Op.SETCC -> setcc(i);
            case Op.CMOVCC -> cmov(i);
            case Op.SHL, Op.SHR, Op.SAR, Op.ROL, Op.ROR, Op.RCL, Op.RCR -> shift(i);
            case Op.SHLD, Op.SHRD -> doubleShift(i);
            case Op.MUL, Op.IMUL -> multiply(i);
            case Op.DIV, Op.IDIV -> divide(i);
            case Op.BT, Op.BTS, Op.BTR, Op.BTC -> bit(i);
            case Op.BSF, Op.BSR -> scan(i);
            case Op.CLC, Op.STC, Op.CMC -> carryFlag(i);
            case Op.RDTSC -> timeStamp();
            case Op.CLD, Op.STD -> direction(i.op == Op.STD);
            default -> {
                if (X87Flow.concerns(i)) x87(i);
                else if (i.op >= Op.FIRST_SIMD) sse(i);
                else throw new IllegalStateException("no translation of " + Op.name(i.op));
            }
        }
    }
}
