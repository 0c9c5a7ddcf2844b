// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes x87 instructions. Registers are locals by slot (see {@link X87Flow}), so moves within the stack are moves
/// between locals; arithmetic is {@link X87Unit}'s.
abstract class X87Scribe extends MoveScribe {
    static final ClassDesc UNIT = ClassDesc.of("ringside.vmm.cpu.X87Unit");
    static final ClassDesc LONGS = CD_long.arrayType();
    private static final MethodTypeDesc OPERATION =
            MethodTypeDesc.of(CD_long, CD_long, CD_int, CD_long, CD_int, CD_int);
    private static final MethodTypeDesc COMPARISON =
            MethodTypeDesc.of(CD_int, CD_long, CD_int, CD_long, CD_int, CD_boolean);
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);

    /// Locals: significands and exponents by slot, what the unit has to know on the way out, and an operand.
    private static final int SIGNIFICAND = 32, EXPONENT = 48, STATE = 56, MISFIT = 57, IP = 58, OPCODE = 59, DP = 60;
    private static final int SEGMENT = 61, OFFSET = 62, BE = 63, BM = 64, RM = 66, TURN = 68, ARRAY = 69;

    /// Where the instruction being written lies, and the state before it.
    int at, x87;
    /// The control word that the region is made for.
    int control;
    /// Slots that the region touches; 0: it has nothing to do with the x87.
    int slots;

    X87Scribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    // ---- in and out

    private void unit() {
        c.getstatic(self, "U", UNIT);
    }

    private void call(String name, MethodTypeDesc type) {
        c.invokevirtual(UNIT, name, type);
    }

    /// Loads the registers, the number of the entry known.
    final void enterX87() {
        unit();
        c.getstatic(self, "C", PROCESSOR);
        c.aload(0).getfield(ClassDesc.of("ringside.vmm.cpu.Region"), "x87", INTS);
        c.iload(ENTRY).iaload().dup().istore(STATE);
        number(control);
        call("enter", MethodTypeDesc.of(CD_int, PROCESSOR, CD_int, CD_int));
        c.istore(MISFIT);
        unit();
        c.getfield(UNIT, "turn", CD_int).istore(TURN);
        each(s -> element(s).laload().lstore(SIGNIFICAND + 2 * s), "significand", LONGS);
        each(s -> element(s).iaload().istore(EXPONENT + s), "signExponent", INTS);
        c.iconst_0()
                .istore(IP)
                .iconst_m1()
                .istore(OPCODE)
                .iconst_0()
                .istore(DP)
                .iconst_m1()
                .istore(SEGMENT);
    }

    final void leaveX87() {
        each(s -> element(s).lload(SIGNIFICAND + 2 * s).lastore(), "significand", LONGS);
        each(s -> element(s).iload(EXPONENT + s).iastore(), "signExponent", INTS);
        unit();
        c.getstatic(self, "C", PROCESSOR);
        c.iload(STATE).iload(IP).iload(OPCODE).iload(DP).iload(SEGMENT);
        call("leave", MethodTypeDesc.of(CD_void, PROCESSOR, CD_int, CD_int, CD_int, CD_int, CD_int));
    }

    private void each(java.util.function.IntConsumer write, String array, ClassDesc type) {
        unit();
        c.getfield(UNIT, array, type).astore(ARRAY);
        for (int s = 0; s < 8; s++) if ((slots >> s & 1) != 0) write.accept(s);
    }

    private java.lang.classfile.CodeBuilder element(int slot) {
        return c.aload(ARRAY).iload(TURN).loadConstant(slot).iadd().bipush(7).iand();
    }

    // ---- registers

    private int slot(int n) {
        return x87 + n & 7;
    }

    private void value(int slot) {
        c.lload(SIGNIFICAND + 2 * slot).iload(EXPONENT + slot);
    }

    /// Pops a significand into a slot; the exponent is the unit's.
    private void result(int slot) {
        c.lstore(SIGNIFICAND + 2 * slot);
        unit();
        c.getfield(UNIT, "se", CD_int).istore(EXPONENT + slot);
    }

    private void operandValue() {
        c.lload(BM).iload(BE);
    }

    private void toOperand() {
        c.lstore(BM);
        unit();
        c.getfield(UNIT, "se", CD_int).istore(BE);
    }

    private void clearC1() {
        unit();
        call("clearC1", NOTHING);
    }

    private int cut() {
        return switch (control >> 8 & 3) {
            case 0 -> 40;
            case 2 -> 11;
            default -> 0;
        };
    }

    // ---- memory

    /// Pushes the place of the operand in RAM.
    private void place(Insn i, int size, boolean write) {
        offset(i);
        c.istore(OFFSET);
        c.getstatic(self, write ? "W" : "R", INTS).iload(OFFSET);
        throughSegment(i.seg, size, write);
        c.invokestatic(REACH, "at" + size, MethodTypeDesc.of(CD_int, INTS, CD_int));
    }

    private void get(Insn i, int size) {
        c.getstatic(self, "M", BYTES);
        place(i, size, false);
        c.invokestatic(REACH, "get" + size, MethodTypeDesc.of(size == 8 ? CD_long : CD_int, BYTES, CD_int));
    }

    private void reserve(Insn i, int size) {
        place(i, size, true);
        c.istore(M);
    }

    /// Stores RM (8 bytes) or T at {@link #M}.
    private void store(int size) {
        c.getstatic(self, "M", BYTES).iload(M);
        if (size == 8) c.lload(RM);
        else c.iload(T);
        c.invokestatic(REACH, "put" + size, MethodTypeDesc.of(CD_void, BYTES, CD_int, size == 8 ? CD_long : CD_int));
    }

    /// Makes an operand of the real in memory.
    private void realOperand(Insn i) {
        boolean wide = i.s0 == 8;
        get(i, i.s0);
        if (wide) c.lstore(BM);
        else c.istore(T);
        unit();
        if (wide) c.lload(BM);
        else c.iload(T);
        call(wide ? "operandDouble" : "operandSingle", MethodTypeDesc.of(CD_long, wide ? CD_long : CD_int));
        toOperand();
    }

    private void integerOperand(Insn i) {
        get(i, i.s0);
        if (i.s0 != 8) {
            if (i.s0 == 2) c.i2s();
            c.i2l();
        }
        c.lstore(BM);
        unit();
        c.lload(BM);
        call("integer", MethodTypeDesc.of(CD_long, CD_long));
        toOperand();
    }

    // ---- instructions

    /// Everything that may leave comes first.
    final void x87(Insn i) {
        c.iload(MISFIT);
        c.invokestatic(REACH, "leaveIf", MethodTypeDesc.of(CD_void, CD_boolean));
        switch (i.op) {
            case Op.FWAIT -> {
                return;
            }
            case Op.FNSTSW -> {
                word(i, "statusWord", true);
                return;
            }
            case Op.FNSTCW -> {
                word(i, "controlWord", false);
                return;
            }
            case Op.FLDCW -> {
                get(i, 2);
                c.istore(T);
                unit();
                c.iload(T);
                call("setControlWord", MethodTypeDesc.of(CD_void, CD_int));
                return;
            }
            default -> perform(i);
        }
        int behind = X87Flow.behind(i, x87);
        if (behind != x87) c.loadConstant(behind).istore(STATE);
        x87 = behind;
        c.loadConstant(at).istore(IP).loadConstant(X87.opcode(i)).istore(OPCODE);
        if (i.k0 == Insn.MEM) c.iload(OFFSET).istore(DP).loadConstant(i.seg).istore(SEGMENT);
    }

    private void word(Insn i, String name, boolean withTop) {
        if (i.k0 == Insn.MEM) reserve(i, 2);
        unit();
        if (withTop) number(slot(0));
        call(name, withTop ? MethodTypeDesc.of(CD_int, CD_int) : MethodTypeDesc.of(CD_int));
        c.istore(T);
        if (i.k0 == Insn.MEM) {
            store(2);
        } else {
            c.iload(T);
            toPart(i.n0, 2);
        }
    }

    private void perform(Insn i) {
        switch (i.op) {
            case Op.FADD, Op.FADDP -> binary(i, "add", false);
            case Op.FMUL, Op.FMULP -> binary(i, "mul", false);
            case Op.FSUB, Op.FSUBP -> binary(i, "sub", false);
            case Op.FSUBR, Op.FSUBRP -> binary(i, "sub", true);
            case Op.FDIV, Op.FDIVP -> binary(i, "div", false);
            case Op.FDIVR, Op.FDIVRP -> binary(i, "div", true);
            case Op.FIADD -> withInteger(i, "add", false);
            case Op.FIMUL -> withInteger(i, "mul", false);
            case Op.FISUB -> withInteger(i, "sub", false);
            case Op.FISUBR -> withInteger(i, "sub", true);
            case Op.FIDIV -> withInteger(i, "div", false);
            case Op.FIDIVR -> withInteger(i, "div", true);
            case Op.FLD -> load(i);
            case Op.FILD -> {
                integerOperand(i);
                operandValue();
                c.istore(EXPONENT + slot(-1)).lstore(SIGNIFICAND + 2 * slot(-1));
                clearC1();
            }
            case Op.FST, Op.FSTP -> store(i);
            case Op.FIST, Op.FISTP -> storeInteger(i);
            case Op.FXCH -> exchange(slot(0), slot(i.n0));
            case Op.FCHS -> sign(0xFFFF, 0x8000);
            case Op.FABS -> sign(0x7FFF, 0);
            case Op.FSQRT -> {
                unit();
                value(slot(0));
                number(cut());
                call("sqrt", MethodTypeDesc.of(CD_long, CD_long, CD_int, CD_int));
                result(slot(0));
            }
            case Op.FRNDINT -> {
                unit();
                value(slot(0));
                call("round", MethodTypeDesc.of(CD_long, CD_long, CD_int));
                result(slot(0));
            }
            case Op.FXAM -> {
                unit();
                value(slot(0));
                call("examine", MethodTypeDesc.of(CD_void, CD_long, CD_int));
            }
            default -> performMore(i);
        }
    }

    private void performMore(Insn i) {
        switch (i.op) {
            case Op.FLD1, Op.FLDL2T, Op.FLDL2E, Op.FLDPI, Op.FLDLG2, Op.FLDLN2, Op.FLDZ -> {
                unit();
                number(i.op - Op.FLD1);
                call("constant", MethodTypeDesc.of(CD_long, CD_int));
                result(slot(-1));
            }
            case Op.FTST -> {
                c.lconst_0().lstore(BM).iconst_0().istore(BE);
                compare("compare", false);
                c.pop();
            }
            case Op.FCOM, Op.FCOMP -> compare(i, false);
            case Op.FUCOM, Op.FUCOMP -> compare(i, true);
            case Op.FICOM, Op.FICOMP -> {
                integerOperand(i);
                compare("compare", false);
                c.pop();
            }
            case Op.FCOMPP, Op.FUCOMPP -> {
                fromSlot(slot(1));
                compare("compare", i.op == Op.FUCOMPP);
                c.pop();
            }
            case Op.FCOMI, Op.FCOMIP -> compareToFlags(i, false);
            case Op.FUCOMI, Op.FUCOMIP -> compareToFlags(i, true);
            case Op.FCMOVB -> conditional(i, 2);
            case Op.FCMOVE -> conditional(i, 4);
            case Op.FCMOVBE -> conditional(i, 6);
            case Op.FCMOVU -> conditional(i, 10);
            case Op.FCMOVNB -> conditional(i, 3);
            case Op.FCMOVNE -> conditional(i, 5);
            case Op.FCMOVNBE -> conditional(i, 7);
            case Op.FCMOVNU -> conditional(i, 11);
            default -> throw new IllegalStateException("no translation of " + Op.name(i.op));
        }
    }

    private void binary(Insn i, String operation, boolean reversed) {
        int to = slot(0);
        if (i.k0 == Insn.MEM) {
            realOperand(i);
        } else {
            to = slot(i.n0);
            fromSlot(slot(i.n1));
        }
        operate(to, operation, reversed);
    }

    private void withInteger(Insn i, String operation, boolean reversed) {
        integerOperand(i);
        operate(slot(0), operation, reversed);
    }

    private void fromSlot(int slot) {
        value(slot);
        c.istore(BE).lstore(BM);
    }

    private void operate(int to, String operation, boolean reversed) {
        unit();
        if (reversed) operandValue();
        value(to);
        if (!reversed) operandValue();
        number(cut());
        call(operation, OPERATION);
        result(to);
    }

    private void load(Insn i) {
        int to = slot(-1);
        if (i.k0 == Insn.ST) {
            value(slot(i.n0));
            c.istore(EXPONENT + to).lstore(SIGNIFICAND + 2 * to);
            clearC1();
        } else if (i.s0 == 10) {
            place(i, 10, false);
            c.istore(M);
            c.getstatic(self, "M", BYTES).iload(M);
            c.invokestatic(REACH, "get8", MethodTypeDesc.of(CD_long, BYTES, CD_int))
                    .lstore(SIGNIFICAND + 2 * to);
            c.getstatic(self, "M", BYTES).iload(M).bipush(8).iadd();
            c.invokestatic(REACH, "get2", MethodTypeDesc.of(CD_int, BYTES, CD_int))
                    .istore(EXPONENT + to);
            clearC1();
        } else {
            boolean wide = i.s0 == 8;
            get(i, i.s0);
            if (wide) c.lstore(BM);
            else c.istore(T);
            unit();
            if (wide) c.lload(BM);
            else c.iload(T);
            call(wide ? "fromDouble" : "fromSingle", MethodTypeDesc.of(CD_long, wide ? CD_long : CD_int));
            result(to);
        }
    }

    private void store(Insn i) {
        if (i.k0 == Insn.ST) {
            value(slot(0));
            c.istore(EXPONENT + slot(i.n0)).lstore(SIGNIFICAND + 2 * slot(i.n0));
            clearC1();
        } else if (i.s0 == 10) {
            reserve(i, 10);
            c.lload(SIGNIFICAND + 2 * slot(0)).lstore(RM);
            store(8);
            c.iinc(M, 8).iload(EXPONENT + slot(0)).istore(T);
            store(2);
            clearC1();
        } else {
            reserve(i, i.s0);
            unit();
            value(slot(0));
            if (i.s0 == 8) {
                call("toDouble", MethodTypeDesc.of(CD_long, CD_long, CD_int));
                c.lstore(RM);
            } else {
                call("toSingle", MethodTypeDesc.of(CD_int, CD_long, CD_int));
                c.istore(T);
            }
            store(i.s0);
        }
    }

    private void storeInteger(Insn i) {
        reserve(i, i.s0);
        unit();
        value(slot(0));
        number(i.s0);
        call("toInteger", MethodTypeDesc.of(CD_long, CD_long, CD_int, CD_int));
        if (i.s0 == 8) c.lstore(RM);
        else c.l2i().istore(T);
        store(i.s0);
    }

    private void exchange(int a, int b) {
        value(a);
        value(b);
        c.istore(EXPONENT + a).lstore(SIGNIFICAND + 2 * a).istore(EXPONENT + b).lstore(SIGNIFICAND + 2 * b);
        clearC1();
    }

    private void sign(int keep, int flip) {
        c.iload(EXPONENT + slot(0))
                .loadConstant(keep)
                .iand()
                .loadConstant(flip)
                .ixor()
                .istore(EXPONENT + slot(0));
        clearC1();
    }

    // ---- comparisons

    private void compare(Insn i, boolean quiet) {
        if (i.k0 == Insn.MEM) realOperand(i);
        else fromSlot(slot(i.n0));
        compare("compare", quiet);
        c.pop();
    }

    /// Compares ST(0) with the operand; pushes the condition codes.
    private void compare(String name, boolean quiet) {
        unit();
        value(slot(0));
        operandValue();
        number(quiet ? 1 : 0);
        call(name, COMPARISON);
    }

    private void compareToFlags(Insn i, boolean quiet) {
        fromSlot(slot(i.n1));
        compare("order", quiet);
        c.bipush(8).iushr();
        ordered();
    }

    /// Pops the flags that a comparison sets, as EFLAGS has them.
    final void ordered() {
        c.istore(T);
        if (!flagsMatter) return;
        c.iload(T);
        words("zeroOf", 1);
        c.istore(ZERO).iload(T);
        words("signOf", 1);
        c.istore(SIGN).iload(T).iconst_0();
        words("carryOf", 2);
        toCarry();
    }

    private void conditional(Insn i, int condition) {
        Label past = c.newLabel();
        jumpIf(condition ^ 1, past);
        value(slot(i.n1));
        c.istore(EXPONENT + slot(0)).lstore(SIGNIFICAND + 2 * slot(0));
        c.labelBinding(past);
    }
}
