// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes multiplication, division, and what looks at single bits.
abstract class ProductScribe extends SumScribe {
    ProductScribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    // ---- multiplication and division

    final void multiply(Insn i) {
        if (i.k1 == Insn.NONE && i.s0 < 4) {
            multiplyNarrow(i);
            return;
        }
        if (i.k1 == Insn.NONE) {
            first(i);
            c.istore(B);
            boolean signed = i.op == Op.IMUL;
            register(EAX);
            c.iload(B);
            words(signed ? "imulHigh" : "mulHigh", 2);
            c.istore(U);
            register(EAX);
            c.iload(B).imul().istore(T);
            c.iload(T);
            toRegister(EAX);
            c.iload(U);
            toRegister(EDX);
            if (!flagsMatter) return;
            result(T, 4);
            if (signed) c.iload(T);
            c.iload(U);
            words(signed ? "imulCarry" : "mulCarry", signed ? 2 : 1);
            toCarry();
            return;
        }
        if (i.k2 == Insn.NONE) {
            second(i);
            c.istore(B);
            part(i.n0, i.s0);
            c.istore(A);
        } else {
            operand(i, i.k1, i.n1, i.s0);
            c.istore(A);
            c.loadConstant(i.imm).istore(B);
        }
        if (i.s0 == 4) {
            c.iload(A).iload(B).imul().istore(T);
        } else {
            c.iload(A).iload(B).loadConstant(i.s0);
            words("product", 3);
            c.istore(T);
        }
        c.iload(T);
        toPart(i.n0, i.s0);
        if (!flagsMatter) return;
        result(T, i.s0);
        c.iload(A).iload(B).loadConstant(i.s0);
        words("productCarry", 3);
        toCarry();
    }

    /// AX = AL times a byte, DX:AX = AX times a word.
    private void multiplyNarrow(Insn i) {
        int size = i.s0;
        boolean signed = i.op == Op.IMUL;
        first(i);
        if (signed) extend(size);
        c.istore(B);
        part(EAX, size);
        if (signed) extend(size);
        c.istore(A);
        c.iload(A).iload(B).imul().istore(T);
        c.iload(T);
        toPart(EAX, 2);
        if (size == 2) {
            c.iload(T).bipush(16).iushr();
            toPart(EDX, 2);
        }
        if (!flagsMatter) return;
        result(T, size);
        if (signed) {
            c.iload(A).iload(B).loadConstant(size);
            words("productCarry", 3);
        } else {
            c.iload(T).bipush(8 * size).iushr();
            words("mulCarry", 1);
        }
        toCarry();
    }

    /// AX by a byte, quotient to AL and remainder to AH; DX:AX by a word, to AX and DX.
    private void divideNarrow(Insn i) {
        int size = i.s0;
        boolean signed = i.op == Op.IDIV;
        first(i);
        if (signed) extend(size);
        c.istore(B);
        if (size == 2) {
            register(EDX);
            c.bipush(16).ishl();
            part(EAX, 2);
            c.ior();
        } else {
            part(EAX, 2);
            if (signed) extend(2);
        }
        c.istore(A);
        c.iload(A).iload(B).loadConstant(size);
        words(signed ? "divideNarrowSigned" : "divideNarrow", 3);
        c.istore(T);
        c.iload(A).iload(T).iload(B).imul().isub().istore(U);
        if (size == 2) {
            c.iload(U);
            toPart(EDX, 2);
            c.iload(T);
        } else {
            c.iload(U).bipush(8).ishl().iload(T).sipush(0xFF).iand().ior();
        }
        toPart(EAX, 2);
    }

    final void divide(Insn i) {
        if (i.s0 < 4) {
            divideNarrow(i);
            return;
        }
        first(i);
        c.istore(B);
        register(EDX);
        register(EAX);
        c.iload(B);
        words(i.op == Op.DIV ? "divide" : "divideSigned", 3);
        c.istore(T);
        register(EAX);
        c.iload(T).iload(B).imul().isub();
        toRegister(EDX);
        c.iload(T);
        toRegister(EAX);
    }

    // ---- bits

    final void bit(Insn i) {
        if (i.k0 == Insn.MEM && i.k1 == Insn.REG) {
            beyond(i);
            get(i.s0);
            c.istore(A);
        } else if (i.op == Op.BT) {
            first(i);
            c.istore(A);
        } else {
            change(i, A);
        }
        c.iconst_1();
        if (i.k1 == Insn.REG) part(i.n1, i.s0);
        else number(i.imm);
        c.loadConstant(i.s0 * 8 - 1).iand().ishl().istore(B);
        if (i.op != Op.BT) {
            c.iload(A).iload(B);
            switch (i.op) {
                case Op.BTS -> c.ior();
                case Op.BTR -> c.iconst_m1().ixor().iand();
                default -> c.ixor();
            }
            c.istore(T);
            changed(i, T);
        }
        if (!flagsMatter) return;
        carry();
        c.iload(A).iload(B).iand();
        words("withCf", 2);
        toCarry();
    }

    /// The place of an operand in memory that the index reaches beyond.
    private void beyond(Insn i) {
        boolean write = i.op != Op.BT;
        c.getstatic(self, write ? "W" : "R", INTS);
        offset(i);
        part(i.n1, i.s0);
        extend(i.s0);
        c.bipush(i.s0 == 4 ? 5 : 4).ishr().bipush(i.s0).imul().iadd();
        throughSegment(i.seg, i.s0, write);
        c.invokestatic(REACH, "at" + i.s0, AT).istore(M);
    }

    final void scan(Insn i) {
        second(i);
        c.istore(B);
        if (flagsMatter) {
            c.iload(B).istore(ZERO);
            // Comparisons look at the operands of a subtraction: this is none.
            kind = OTHER;
        }
        Label past = c.newLabel();
        c.iload(B).ifeq(past);
        if (i.op == Op.BSF) {
            c.iload(B).invokestatic(INTEGER, "numberOfTrailingZeros", INT_TO_INT);
        } else {
            c.bipush(31)
                    .iload(B)
                    .invokestatic(INTEGER, "numberOfLeadingZeros", INT_TO_INT)
                    .isub();
        }
        toPart(i.n0, i.s0);
        c.labelBinding(past);
    }

    final void carryFlag(Insn i) {
        if (!flagsMatter) return;
        carry();
        c.istore(U);
        c.iload(U);
        switch (i.op) {
            case Op.CLC -> c.iconst_0();
            case Op.STC -> c.iconst_1();
            default -> c.iload(U).bipush(31).iushr().iconst_1().ixor();
        }
        words("withCf", 2);
        toCarry();
    }

    /// Reads the clock as it is at this very instruction.
    final void timeStamp() {
        c.getstatic(self, "C", PROCESSOR).iload(LEFT);
        number(uncharged);
        c.isub();
        c.invokevirtual(PROCESSOR, "timeStampInside", MethodTypeDesc.ofDescriptor("(I)J"));
        c.dup2().l2i();
        toRegister(Registers.EAX);
        c.bipush(32).lushr().l2i();
        toRegister(Registers.EDX);
    }

    final void direction(boolean down) {
        c.getstatic(self, "C", PROCESSOR).dup().getfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
        number(down ? Registers.DF : ~Registers.DF);
        if (down) c.ior();
        else c.iand();
        c.putfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
    }
}
