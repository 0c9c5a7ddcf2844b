// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Which general registers a translated instruction may touch.
final class Uses {
    private Uses() {}

    static void mark(Insn i, boolean[] uses) {
        operand(i.k0, i.n0, i.s0, uses);
        operand(i.k1, i.n1, i.s1, uses);
        operand(i.k2, i.n2, i.s2, uses);
        if (i.k0 == Insn.MEM || i.k1 == Insn.MEM) {
            if (i.base >= 0) uses[i.base] = true;
            if (i.index >= 0) uses[i.index] = true;
        }
        switch (i.op) {
            case Op.PUSH, Op.POP, Op.CALL, Op.RET -> uses[Registers.ESP] = true;
            case Op.LEAVE -> {
                uses[Registers.ESP] = true;
                uses[Registers.EBP] = true;
            }
            case Op.MUL, Op.IMUL, Op.DIV, Op.IDIV, Op.CWD, Op.CBW, Op.RDTSC -> {
                uses[Registers.EAX] = true;
                uses[Registers.EDX] = true;
            }
            case Op.LODS, Op.STOS, Op.MOVS, Op.SCAS, Op.CMPS -> {
                uses[Registers.EAX] = true;
                uses[Registers.ESI] = true;
                uses[Registers.EDI] = true;
            }
            case Op.PUSHF -> uses[Registers.ESP] = true;
            case Op.LAHF, Op.SAHF -> uses[Registers.EAX] = true;
            case Op.CMPXCHG -> uses[Registers.EAX] = true;
            case Op.LOOP, Op.LOOPE, Op.LOOPNE, Op.JCXZ -> uses[Registers.ECX] = true;
            default -> {}
        }
    }

    private static void operand(int kind, int n, int size, boolean[] uses) {
        if (kind == Insn.REG) uses[size == 1 ? n & 3 : n & 7] = true;
    }
}
