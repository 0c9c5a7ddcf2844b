// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;

/// Writes the parts that instructions are made of: registers, operands, flags, conditions. (JVM locals: the guest's
/// registers, five words for flags, the budget, the place, and what an instruction needs for itself.)
///
/// An instruction that may leave does all its memory accesses before it changes a local that the guest can see.
abstract class Pen {
    static final ClassDesc INTS = CD_int.arrayType();
    static final ClassDesc BYTES = java.lang.constant.ConstantDescs.CD_byte.arrayType();
    static final ClassDesc REACH = ClassDesc.of("ringside.vmm.cpu.Reach");
    static final ClassDesc WORDS = ClassDesc.of("ringside.vmm.cpu.Words");
    static final ClassDesc REGISTERS = ClassDesc.of("ringside.vmm.cpu.Registers");
    static final ClassDesc PROCESSOR = ClassDesc.of("ringside.vmm.cpu.Interpreter");
    static final MethodTypeDesc AT = MethodTypeDesc.of(CD_int, INTS, CD_int);
    private static final MethodTypeDesc GET = MethodTypeDesc.of(CD_int, BYTES, CD_int);
    private static final MethodTypeDesc PUT = MethodTypeDesc.of(CD_void, BYTES, CD_int, CD_int);
    private static final MethodTypeDesc WITHIN = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    private static final MethodTypeDesc THROUGH = MethodTypeDesc.of(CD_int, CD_int, REGISTERS, CD_int, CD_int);
    private static final MethodTypeDesc[] OF_INTS = new MethodTypeDesc[6];

    static {
        for (int n = 0; n < OF_INTS.length; n++) {
            ClassDesc[] parameters = new ClassDesc[n];
            java.util.Arrays.fill(parameters, CD_int);
            OF_INTS[n] = MethodTypeDesc.of(CD_int, parameters);
        }
    }

    static final int ENTRY = 1, LEFT = 2, REGS = 3, ZERO = 11, SIGN = 12, X = 13, Y = 14, SUM = 15, SITE = 16;
    /// For one instruction.
    static final int A = 17, B = 18, T = 19, M = 20, U = 21;

    /// What the flags are from: nothing known, a subtraction (`SUM - Y`), a logical operation.
    static final int UNSEEN = 0, OTHER = 1, SUBTRACTION = 2, LOGIC = 3;

    final ClassDesc self;
    final Mode mode;
    CodeBuilder c;
    /// Flags behind the instruction being written matter.
    boolean flagsMatter;
    int kind;
    /// Instructions of the block before the one being written: {@link #LEFT} does not know of them yet.
    int uncharged;
    /// By register: whether the region uses it, and changes it.
    final boolean[] usesRegister = new boolean[8];
    final boolean[] changesRegister = new boolean[8];

    @SuppressWarnings("NullAway.Init") // the class-file library hands the builder over when a method is written
    Pen(ClassDesc self, Mode mode) {
        this.self = self;
        this.mode = mode;
    }

    // ---- small things

    final void words(String name, int arguments) {
        c.invokestatic(WORDS, name, OF_INTS[arguments]);
    }

    final void number(int v) {
        c.loadConstant(v);
    }

    final void register(int r) {
        usesRegister[r] = true;
        c.iload(REGS + r);
    }

    final void toRegister(int r) {
        usesRegister[r] = true;
        changesRegister[r] = true;
        c.istore(REGS + r);
    }

    /// Pushes a register's part, zero-extended.
    final void part(int n, int size) {
        if (size == 4) {
            register(n);
        } else if (size == 2) {
            register(n);
            c.loadConstant(0xFFFF).iand();
        } else if (n < 4) {
            register(n);
            c.sipush(0xFF).iand();
        } else {
            register(n & 3);
            c.bipush(8).iushr().sipush(0xFF).iand();
        }
    }

    /// Pops into a register's part.
    final void toPart(int n, int size) {
        if (size == 4) {
            toRegister(n);
        } else if (size == 2) {
            register(n);
            words("low2", 2);
            toRegister(n);
        } else if (n < 4) {
            register(n);
            words("low1", 2);
            toRegister(n);
        } else {
            register(n & 3);
            words("high1", 2);
            toRegister(n & 3);
        }
    }

    /// Sign-extends what is on the stack.
    final void extend(int size) {
        if (size == 1) c.i2b();
        else if (size == 2) c.i2s();
    }

    final void cut(int size) {
        if (size == 1) c.sipush(0xFF).iand();
        else if (size == 2) c.loadConstant(0xFFFF).iand();
    }

    // ---- memory

    /// Pushes the linear address of the memory operand, `size` bytes of it checked against the segment.
    final void address(Insn i, int size, boolean write) {
        offset(i);
        throughSegment(i.seg, size, write);
    }

    final void offset(Insn i) {
        boolean any = false;
        if (i.base >= 0) {
            register(i.base);
            any = true;
        }
        if (i.index >= 0) {
            register(i.index);
            if (i.scale > 0) c.loadConstant(i.scale).ishl();
            if (any) c.iadd();
            any = true;
        }
        if (!any) number(i.disp);
        else if (i.disp != 0) c.loadConstant(i.disp).iadd();
    }

    final void throughSegment(int s, int size, boolean write) {
        if (s == Registers.FS || s == Registers.GS) {
            c.getstatic(self, "C", PROCESSOR);
            number(s);
            number(size);
            c.invokestatic(REACH, write ? "writable" : "readable", THROUGH);
        } else if (mode.limit(s) != Mode.ALL) {
            number((int) mode.limit(s) - (size - 1));
            c.invokestatic(REACH, "within", WITHIN);
        }
    }

    /// Pushes the operand in memory.
    final void load(Insn i, int size) {
        c.getstatic(self, "M", BYTES);
        c.getstatic(self, "R", INTS);
        address(i, size, false);
        c.invokestatic(REACH, "at" + size, AT);
        c.invokestatic(REACH, "get" + size, GET);
    }

    /// Stores the place of an operand that will be written in {@link #M}; leaves when it may not be.
    final void forStore(Insn i, int size) {
        c.getstatic(self, "W", INTS);
        address(i, size, true);
        c.invokestatic(REACH, "at" + size, AT);
        c.istore(M);
    }

    /// Pushes what is at {@link #M}.
    final void get(int size) {
        c.getstatic(self, "M", BYTES).iload(M);
        c.invokestatic(REACH, "get" + size, GET);
    }

    /// Writes a local to {@link #M}.
    final void put(int size, int local) {
        c.getstatic(self, "M", BYTES).iload(M).iload(local);
        c.invokestatic(REACH, "put" + size, PUT);
    }

    /// Pushes 4 bytes from a linear address computed by `address`.
    final void loadStack(int above) {
        c.getstatic(self, "M", BYTES);
        c.getstatic(self, "R", INTS);
        register(Registers.ESP);
        if (above != 0) c.loadConstant(above).iadd();
        throughSegment(Registers.SS, 4, false);
        c.invokestatic(REACH, "at4", AT);
        c.invokestatic(REACH, "get4", GET);
    }

    /// Pushes a local on the guest's stack.
    final void storeStack(int local) {
        c.getstatic(self, "W", INTS);
        register(Registers.ESP);
        c.iconst_4().isub();
        throughSegment(Registers.SS, 4, true);
        c.invokestatic(REACH, "at4", AT);
        c.istore(M);
        put(4, local);
        register(Registers.ESP);
        c.iconst_4().isub();
        toRegister(Registers.ESP);
    }

    /// Pushes an operand, zero-extended.
    final void operand(Insn i, int kindOf, int n, int size) {
        if (kindOf == Insn.REG) part(n, size);
        else if (kindOf == Insn.IMM) number(Operands.cut(i.imm, size));
        else load(i, size);
    }

    final void first(Insn i) {
        operand(i, i.k0, i.n0, i.s0);
    }

    /// Operand 1 as wide as operand 0.
    final void second(Insn i) {
        operand(i, i.k1, i.n1, i.s0);
    }

    // ---- flags

    /// Pushes the carry word.
    final void carry() {
        if (kind == LOGIC) {
            number(0);
            return;
        }
        c.iload(X).iload(Y).iload(SUM);
        words("carry", 3);
    }

    /// Pushes CF as 0 or 1.
    final void carryBit() {
        carry();
        c.bipush(31).iushr();
    }

    /// Pops a carry word.
    final void toCarry() {
        c.dup().istore(X).istore(Y);
        kind = OTHER;
    }

    /// ZF, SF, PF by a local that holds a result.
    final void result(int local, int size) {
        c.iload(local);
        extend(size);
        c.dup().istore(ZERO).istore(SIGN);
    }

    /// The flags of `a + b = r`, all in locals.
    final void added(int a, int b, int r, int size) {
        result(r, size);
        top(a, size, X);
        top(b, size, Y);
        top(r, size, SUM);
        kind = OTHER;
    }

    /// The flags of `a - b = r`.
    final void subtracted(int a, int b, int r, int size) {
        result(r, size);
        top(r, size, X);
        top(b, size, Y);
        top(a, size, SUM);
        kind = SUBTRACTION;
    }

    private void top(int local, int size, int to) {
        c.iload(local);
        if (size < 4) words(size == 1 ? "top1" : "top2", 1);
        c.istore(to);
    }

    final void logic(int local, int size) {
        result(local, size);
        c.iconst_0().dup().istore(X).istore(Y);
        kind = LOGIC;
    }

    /// Pushes whether a condition holds, not looking at whether it is negated.
    final void condition(int condition) {
        boolean compared = kind == SUBTRACTION;
        switch (condition >> 1) {
            case 0 -> {
                carry();
                words("overflow", 1);
                truth("negative", 1);
            }
            case 1 -> {
                if (compared) c.iload(SUM).iload(Y);
                else carry();
                truth(compared ? "below" : "negative", compared ? 2 : 1);
            }
            case 2 -> {
                c.iload(ZERO);
                truth("isZero", 1);
            }
            case 3 -> {
                if (compared) {
                    c.iload(SUM).iload(Y);
                } else {
                    carry();
                    c.iload(ZERO);
                }
                truth(compared ? "belowOrEqual" : "negativeOrZero", 2);
            }
            case 4 -> {
                c.iload(SIGN);
                truth("negative", 1);
            }
            case 5 -> {
                c.iload(SIGN);
                truth("parity", 1);
            }
            case 6 -> {
                if (compared) c.iload(SUM).iload(Y);
                else signAgainstOverflow();
                truth(compared ? "lessThan" : "negative", compared ? 2 : 1);
            }
            default -> {
                if (compared) {
                    c.iload(SUM).iload(Y);
                } else {
                    signAgainstOverflow();
                    c.iload(ZERO);
                }
                truth(compared ? "lessOrEqual" : "negativeOrZero", 2);
            }
        }
    }

    private void truth(String name, int arguments) {
        c.invokestatic(
                WORDS,
                name,
                arguments == 1 ? MethodTypeDesc.of(CD_boolean, CD_int) : MethodTypeDesc.of(CD_boolean, CD_int, CD_int));
    }

    /// Jumps when a condition holds. (Condition numbers as encoded.)
    final void jumpIf(int condition, Label to) {
        boolean not = (condition & 1) != 0;
        switch (condition >> 1) {
            case 0 -> {
                carry();
                words("overflow", 1);
                bySign(not, to);
            }
            case 1 -> below(not, to);
            case 2 -> {
                c.iload(ZERO);
                if (not) c.ifne(to);
                else c.ifeq(to);
            }
            case 3 -> belowOrEqual(not, to);
            case 4 -> {
                c.iload(SIGN);
                bySign(not, to);
            }
            case 5 -> {
                c.iload(SIGN).invokestatic(WORDS, "parity", MethodTypeDesc.of(CD_boolean, CD_int));
                if (not) c.ifeq(to);
                else c.ifne(to);
            }
            case 6 -> less(not, to);
            default -> lessOrEqual(not, to);
        }
    }

    private void bySign(boolean not, Label to) {
        if (not) c.ifge(to);
        else c.iflt(to);
    }

    private void compareUnsigned() {
        c.iload(SUM).iload(Y);
        c.invokestatic(ClassDesc.of("java.lang.Integer"), "compareUnsigned", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    }

    private void below(boolean not, Label to) {
        if (kind == SUBTRACTION) compareUnsigned();
        else carry();
        bySign(not, to);
    }

    private void belowOrEqual(boolean not, Label to) {
        if (kind == SUBTRACTION) {
            compareUnsigned();
            if (not) c.ifgt(to);
            else c.ifle(to);
            return;
        }
        Label past = c.newLabel();
        c.iload(ZERO).ifeq(not ? past : to);
        carry();
        bySign(not, to);
        c.labelBinding(past);
    }

    private void less(boolean not, Label to) {
        if (kind == SUBTRACTION) {
            c.iload(SUM).iload(Y);
            if (not) c.if_icmpge(to);
            else c.if_icmplt(to);
            return;
        }
        signAgainstOverflow();
        bySign(not, to);
    }

    private void lessOrEqual(boolean not, Label to) {
        if (kind == SUBTRACTION) {
            c.iload(SUM).iload(Y);
            if (not) c.if_icmpgt(to);
            else c.if_icmple(to);
            return;
        }
        Label past = c.newLabel();
        c.iload(ZERO).ifeq(not ? past : to);
        signAgainstOverflow();
        bySign(not, to);
        c.labelBinding(past);
    }

    private void signAgainstOverflow() {
        c.iload(SIGN);
        if (kind == LOGIC) return;
        carry();
        words("less", 2);
    }
}
