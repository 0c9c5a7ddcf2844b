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

    final void divide(Insn i) {
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
        if (i.op == Op.BT) {
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
