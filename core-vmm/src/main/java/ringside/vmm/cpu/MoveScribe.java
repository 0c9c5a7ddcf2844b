// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;

/// Writes moves, strings, and flags as a number.
abstract class MoveScribe extends ProductScribe {
    MoveScribe(ClassDesc self, Mode mode) {
        super(self, mode);
    }

    // ---- moves

    final void mov(Insn i) {
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

    final void push(Insn i) {
        operand(i, i.k0, i.n0, 4);
        c.istore(T);
        storeStack(T);
    }

    final void pop(Insn i) {
        loadStack(0);
        c.istore(T);
        register(ESP);
        c.iconst_4().iadd();
        toRegister(ESP);
        c.iload(T);
        toRegister(i.n0);
    }

    private static final int ESP = Registers.ESP, EBP = Registers.EBP;

    final void leave() {
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

    final void xchg(Insn i) {
        change(i, A);
        part(i.n1, i.s0);
        c.istore(B);
        changed(i, B);
        c.iload(A);
        toPart(i.n1, i.s0);
    }

    final void xadd(Insn i) {
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

    final void cmpxchg(Insn i) {
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

    final void bswap(Insn i) {
        register(i.n0);
        if (i.s0 == 4) c.invokestatic(INTEGER, "reverseBytes", INT_TO_INT);
        else c.loadConstant(0xFFFF0000).iand();
        toRegister(i.n0);
    }

    final void cbw(Insn i) {
        register(EAX);
        if (i.size == 4) c.i2s();
        else c.i2b();
        toPart(EAX, i.size);
    }

    final void cwd(Insn i) {
        register(EAX);
        if (i.size == 4) c.bipush(31).ishr();
        else c.i2s().bipush(15).ishr();
        toPart(EDX, i.size);
    }

    final void setcc(Insn i) {
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

    final void cmov(Insn i) {
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

    final void string(Insn i) {
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
    final void element(int pointer, int segment, int size, boolean write) {
        c.getstatic(self, write ? "W" : "R", INTS);
        register(pointer);
        throughSegment(segment, size, write);
        c.invokestatic(REACH, "at" + size, MethodTypeDesc.ofDescriptor("([II)I"));
        c.istore(M);
    }

    final void move(int pointer, int size) {
        register(pointer);
        c.getstatic(self, "C", PROCESSOR).loadConstant(size);
        c.invokestatic(REACH, "stride", MethodTypeDesc.ofDescriptor("(Lringside/vmm/cpu/Registers;I)I"));
        c.iadd();
        toRegister(pointer);
    }

    // ---- flags as a number

    final void image() {
        c.iload(ZERO).iload(SIGN);
        carry();
        words("image", 3);
    }

    final void pushf() {
        c.getstatic(self, "C", PROCESSOR).getfield(REGISTERS, "other", java.lang.constant.ConstantDescs.CD_int);
        c.loadConstant(~(Registers.VM | Registers.RF)).iand();
        image();
        c.ior().iconst_2().ior().istore(T);
        storeStack(T);
    }

    final void sahf() {
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
}
