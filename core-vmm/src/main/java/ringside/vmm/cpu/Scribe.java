// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes instructions that do not move control. What each means is in {@link Integers} and {@link Arithmetic}.
abstract class Scribe extends Pen {
    private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    private static final MethodTypeDesc INT_TO_INT = MethodTypeDesc.ofDescriptor("(I)I");

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
            case Op.CLD, Op.STD -> direction(i.op == Op.STD);
            default -> throw new IllegalStateException("no translation of " + Op.name(i.op));
        }
    }

    // ---- moves

    private void mov(Insn i) {
        if (i.k0 == Insn.REG) {
            second(i);
            toPart(i.n0, i.s0);
            return;
        }
        forStore(i, i.s0);
        second(i);
        c.istore(T);
        put(i.s0, T);
    }

    private void push(Insn i) {
        operand(i, i.k0, i.n0, 4);
        c.istore(T);
        storeStack(T);
    }

    private void pop(Insn i) {
        loadStack(0);
        c.istore(T);
        register(ESP);
        c.iconst_4().iadd();
        toRegister(ESP);
        c.iload(T);
        toRegister(i.n0);
    }

    private static final int ESP = Registers.ESP, EBP = Registers.EBP, EAX = Registers.EAX, EDX = Registers.EDX;

    private void leave() {
        c.getstatic(self, "M", BYTES);
        c.getstatic(self, "R", INTS);
        register(EBP);
        throughSegment(Registers.SS, 4, false);
        c.invokestatic(REACH, "at4", MethodTypeDesc.ofDescriptor("([II)I"));
        c.invokestatic(REACH, "get4", MethodTypeDesc.ofDescriptor("([BI)I"));
        c.istore(T);
        register(EBP);
        c.iconst_4().iadd();
        toRegister(ESP);
        c.iload(T);
        toRegister(EBP);
    }

    private void xchg(Insn i) {
        change(i, A);
        part(i.n1, i.s0);
        c.istore(B);
        changed(i, B);
        c.iload(A);
        toPart(i.n1, i.s0);
    }

    private void xadd(Insn i) {
        change(i, A);
        part(i.n1, i.s0);
        c.istore(B);
        c.iload(A).iload(B).iadd().istore(T);
        if (i.k0 == Insn.REG) {
            c.iload(A);
            toPart(i.n1, i.s0);
            changed(i, T);
        } else {
            changed(i, T);
            c.iload(A);
            toPart(i.n1, i.s0);
        }
        if (flagsMatter) added(A, B, T, i.s0);
    }

    private void cmpxchg(Insn i) {
        change(i, A);
        part(EAX, i.s0);
        c.istore(B);
        c.iload(A).istore(T);
        Label differs = c.newLabel();
        Label past = c.newLabel();
        c.iload(A).iload(B).if_icmpne(differs);
        part(i.n1, i.s0);
        c.istore(T);
        changed(i, T);
        c.goto_(past);
        c.labelBinding(differs);
        changed(i, T);
        c.iload(A);
        toPart(EAX, i.s0);
        c.labelBinding(past);
        if (flagsMatter) {
            c.iload(B).iload(A).isub().istore(T);
            subtracted(B, A, T, i.s0);
        }
    }

    private void bswap(Insn i) {
        register(i.n0);
        if (i.s0 == 4) c.invokestatic(INTEGER, "reverseBytes", INT_TO_INT);
        else c.loadConstant(0xFFFF0000).iand();
        toRegister(i.n0);
    }

    private void cbw(Insn i) {
        register(EAX);
        if (i.size == 4) c.i2s();
        else c.i2b();
        toPart(EAX, i.size);
    }

    private void cwd(Insn i) {
        register(EAX);
        if (i.size == 4) c.bipush(31).ishr();
        else c.i2s().bipush(15).ishr();
        toPart(EDX, i.size);
    }

    private void setcc(Insn i) {
        if (i.k0 == Insn.MEM) forStore(i, 1);
        Label yes = c.newLabel();
        Label past = c.newLabel();
        jumpIf(i.imm2, yes);
        c.iconst_0().goto_(past);
        c.labelBinding(yes);
        c.iconst_1();
        c.labelBinding(past);
        c.istore(T);
        changed(i, T);
    }

    private void cmov(Insn i) {
        second(i);
        c.istore(T);
        Label past = c.newLabel();
        jumpIf(i.imm2 ^ 1, past);
        c.iload(T);
        toPart(i.n0, i.s0);
        c.labelBinding(past);
    }

    // ---- strings, one iteration

    private static final int ESI = Registers.ESI, EDI = Registers.EDI;

    private void string(Insn i) {
        int size = i.s0;
        boolean source = i.op != Op.STOS && i.op != Op.SCAS;
        boolean target = i.op != Op.LODS;
        if (source) {
            element(ESI, i.seg, size, false);
            get(size);
            c.istore(A);
        }
        if (target) {
            boolean stores = i.op == Op.STOS || i.op == Op.MOVS;
            element(EDI, Registers.ES, size, stores);
            if (stores) {
                if (i.op == Op.STOS) {
                    register(EAX);
                    c.istore(A);
                }
                put(size, A);
            } else {
                get(size);
                c.istore(B);
            }
        }
        if (i.op == Op.LODS) {
            c.iload(A);
            toPart(EAX, size);
        }
        if (source) move(ESI, size);
        if (target) move(EDI, size);
        if (i.op != Op.SCAS && i.op != Op.CMPS || !flagsMatter) return;
        if (i.op == Op.SCAS) {
            part(EAX, size);
            c.istore(A);
        }
        c.iload(A).iload(B).isub().istore(T);
        subtracted(A, B, T, size);
    }

    /// Finds the place of a string's element.
    private void element(int pointer, int segment, int size, boolean write) {
        c.getstatic(self, write ? "W" : "R", INTS);
        register(pointer);
        throughSegment(segment, size, write);
        c.invokestatic(REACH, "at" + size, MethodTypeDesc.ofDescriptor("([II)I"));
        c.istore(M);
    }

    private void move(int pointer, int size) {
        register(pointer);
        c.getstatic(self, "C", PROCESSOR).loadConstant(size);
        c.invokestatic(REACH, "stride", MethodTypeDesc.ofDescriptor("(Lringside/vmm/cpu/Registers;I)I"));
        c.iadd();
        toRegister(pointer);
    }

    // ---- flags as a number

    private void image() {
        c.iload(ZERO).iload(SIGN);
        carry();
        words("image", 3);
    }

    private void pushf() {
        c.getstatic(self, "C", PROCESSOR).getfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
        c.loadConstant(~(Registers.VM | Registers.RF)).iand();
        image();
        c.ior().iconst_2().ior().istore(T);
        storeStack(T);
    }

    private void sahf() {
        if (!flagsMatter) return;
        part(4, 1);
        c.istore(T);
        carry();
        c.istore(U);
        c.iload(T);
        words("zeroOf", 1);
        c.istore(ZERO);
        c.iload(T);
        words("signOf", 1);
        c.istore(SIGN);
        c.iload(T).iload(U);
        words("carryOf", 2);
        toCarry();
    }

    // ---- operands that are read and written

    /// Reads operand 0 into a local; when it is in memory, the right to store was checked.
    private void change(Insn i, int to) {
        if (i.k0 == Insn.REG) {
            part(i.n0, i.s0);
        } else {
            forStore(i, i.s0);
            get(i.s0);
        }
        c.istore(to);
    }

    /// Writes operand 0.
    private void changed(Insn i, int from) {
        if (i.k0 == Insn.REG) {
            c.iload(from);
            toPart(i.n0, i.s0);
        } else {
            put(i.s0, from);
        }
    }

    // ---- arithmetic

    private void sum(Insn i) {
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

    private void bitwise(Insn i) {
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

    private void step(Insn i) {
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

    private void complement(Insn i) {
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

    private void shift(Insn i) {
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

    private void shiftFlags(Insn i) {
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

    private void doubleShift(Insn i) {
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

    // ---- multiplication and division

    private void multiply(Insn i) {
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

    private void divide(Insn i) {
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

    private void bit(Insn i) {
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

    private void scan(Insn i) {
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

    private void carryFlag(Insn i) {
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

    private void direction(boolean down) {
        c.getstatic(self, "C", PROCESSOR).dup().getfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
        number(down ? Registers.DF : ~Registers.DF);
        if (down) c.ior();
        else c.iand();
        c.putfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
    }
}
