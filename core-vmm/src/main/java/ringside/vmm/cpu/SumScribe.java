// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes integer arithmetic: sums, bitwise operations, shifts. What each means is in {@link Integers} and {@link
/// Arithmetic}.
abstract class SumScribe extends Pen {
    static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    static final MethodTypeDesc INT_TO_INT = MethodTypeDesc.ofDescriptor("(I)I");
    static final int EAX = Registers.EAX, EDX = Registers.EDX;

    SumScribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    // ---- operands that are read and written

    /// Reads operand 0 into a local; when it is in memory, the right to store was checked.
    final void change(Insn i, int to) {
        if (i.k0 == Insn.REG) {
            part(i.n0, i.s0);
        } else {
            forStore(i, i.s0);
            get(i.s0);
        }
        c.istore(to);
    }

    /// Writes operand 0.
    final void changed(Insn i, int from) {
        if (i.k0 == Insn.REG) {
            c.iload(from);
            toPart(i.n0, i.s0);
        } else {
            put(i.s0, from);
        }
    }

    // ---- arithmetic

    final void sum(Insn i) {
        boolean add = i.op == Op.ADD || i.op == Op.ADC;
        boolean carries = i.op == Op.ADC || i.op == Op.SBB;
        if (!flagsMatter && !carries && i.k0 == Insn.REG && i.op != Op.CMP) {
            part(i.n0, i.s0);
            second(i);
            if (add) c.iadd();
            else c.isub();
            toPart(i.n0, i.s0);
            return;
        }
        if (i.op == Op.CMP) {
            first(i);
            c.istore(A);
        } else {
            if (i.k1 == Insn.MEM) {
                second(i);
                c.istore(B);
            }
            change(i, A);
        }
        if (i.k1 != Insn.MEM || i.op == Op.CMP) {
            second(i);
            c.istore(B);
        }
        c.iload(A).iload(B);
        if (add) c.iadd();
        else c.isub();
        if (carries) {
            carryBit();
            if (add) c.iadd();
            else c.isub();
        }
        c.istore(T);
        if (i.op != Op.CMP) changed(i, T);
        if (!flagsMatter) return;
        if (add) added(A, B, T, i.s0);
        else subtracted(A, B, T, i.s0);
        if (carries) kind = OTHER;
    }

    final void bitwise(Insn i) {
        if (i.op == Op.TEST) {
            first(i);
            second(i);
        } else {
            if (i.k1 == Insn.MEM) {
                second(i);
                c.istore(B);
            }
            change(i, A);
            c.iload(A);
            if (i.k1 == Insn.MEM) c.iload(B);
            else second(i);
        }
        switch (i.op) {
            case Op.OR -> c.ior();
            case Op.XOR -> c.ixor();
            default -> c.iand();
        }
        c.istore(T);
        if (i.op != Op.TEST) changed(i, T);
        if (flagsMatter) logic(T, i.s0);
    }

    final void step(Insn i) {
        change(i, A);
        c.iload(A).loadConstant(i.op == Op.INC ? 1 : -1).iadd().istore(T);
        changed(i, T);
        if (!flagsMatter) return;
        carry();
        c.istore(U);
        c.iconst_1().istore(B);
        if (i.op == Op.INC) added(A, B, T, i.s0);
        else subtracted(A, B, T, i.s0);
        kind = OTHER;
        carry();
        c.iload(U);
        words("keepingCf", 2);
        toCarry();
    }

    final void complement(Insn i) {
        change(i, A);
        if (i.op == Op.NOT) {
            c.iload(A).iconst_m1().ixor().istore(T);
            changed(i, T);
            return;
        }
        c.iload(A).ineg().istore(T);
        changed(i, T);
        if (!flagsMatter) return;
        c.iconst_0().istore(B);
        subtracted(B, A, T, i.s0);
    }

    // ---- shifts

    final void shift(Insn i) {
        change(i, A);
        boolean fixed = i.k1 == Insn.IMM;
        if (fixed && (i.imm & 31) == 0) return;
        if (fixed) number(i.imm & 31);
        else {
            register(Registers.ECX);
            c.bipush(31).iand();
        }
        c.istore(B);
        if (i.op == Op.RCL || i.op == Op.RCR) {
            carry();
            c.istore(U);
        }
        c.iload(A);
        if (i.op == Op.SAR) extend(i.s0);
        c.iload(B);
        switch (i.op) {
            case Op.SHL -> c.ishl();
            case Op.SHR -> c.iushr();
            case Op.SAR -> c.ishr();
            case Op.ROL, Op.ROR -> {
                boolean left = i.op == Op.ROL;
                if (i.s0 == 4) {
                    c.invokestatic(INTEGER, left ? "rotateLeft" : "rotateRight", MethodTypeDesc.ofDescriptor("(II)I"));
                } else {
                    number(i.s0);
                    words(left ? "rol" : "ror", 3);
                }
            }
            default -> {
                number(i.s0);
                c.iload(U);
                words(i.op == Op.RCL ? "rcl" : "rcr", 4);
            }
        }
        c.istore(T);
        if (!flagsMatter) {
            changed(i, T);
            return;
        }
        Label past = c.newLabel();
        if (!fixed) {
            // A count of zero changes nothing, but a memory operand is written.
            Label counts = c.newLabel();
            c.iload(B).ifne(counts);
            if (i.k0 == Insn.MEM) changed(i, T);
            c.goto_(past);
            c.labelBinding(counts);
        }
        changed(i, T);
        shiftFlags(i);
        if (!fixed) {
            c.labelBinding(past);
            kind = OTHER;
        }
    }

    final void shiftFlags(Insn i) {
        switch (i.op) {
            case Op.SHL, Op.SHR -> {
                result(T, i.s0);
                c.iload(A).iload(B).loadConstant(i.s0);
                words(i.op == Op.SHL ? "shlCarry" : "shrCarry", 3);
            }
            case Op.SAR -> {
                result(T, i.s0);
                c.iload(A);
                extend(i.s0);
                c.iload(B);
                words("sarCarry", 2);
            }
            case Op.ROL, Op.ROR -> {
                c.iload(T).loadConstant(i.s0);
                carry();
                words(i.op == Op.ROL ? "rolCarry" : "rorCarry", 3);
            }
            default -> {
                c.iload(A).iload(B).loadConstant(i.s0).iload(U);
                words(i.op == Op.RCL ? "rclCarry" : "rcrCarry", 4);
            }
        }
        toCarry();
    }

    final void doubleShift(Insn i) {
        change(i, A);
        boolean left = i.op == Op.SHLD;
        boolean fixed = i.k2 == Insn.IMM;
        if (fixed && (i.imm & 31) == 0) return;
        if (fixed) number(i.imm & 31);
        else {
            register(Registers.ECX);
            c.bipush(31).iand();
        }
        c.istore(B);
        Label past = c.newLabel();
        if (!fixed) c.iload(B).ifeq(past);
        c.iload(A).iload(B);
        if (left) c.ishl();
        else c.iushr();
        register(i.n1);
        c.bipush(32).iload(B).isub();
        if (left) c.iushr();
        else c.ishl();
        c.ior().istore(T);
        changed(i, T);
        if (flagsMatter) {
            result(T, 4);
            c.iload(A).iload(T).iload(B);
            words(left ? "shldCarry" : "shrdCarry", 3);
            toCarry();
        }
        c.labelBinding(past);
        if (!fixed && flagsMatter) kind = OTHER;
    }
}
