// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Data movement, arithmetic, bits and the stack: instructions that no privilege decides about.
abstract class Integers extends WideMemory {
    Integers(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    // ---- two operands; arithmetic keeps flags untouched until the store has succeeded

    final void add(Insn i) throws GuestFault {
        if (i.k0 == Insn.REG) {
            int b = second(i);
            setReg(i.n0, i.s0, add(reg(i.n0, i.s0), b, i.s0));
            return;
        }
        int a = change(i);
        int b = second(i);
        rmwStore(i.s0, a + b);
        add(a, b, i.s0);
    }

    final void adc(Insn i) throws GuestFault {
        int a = change(i);
        int b = second(i);
        changed(i, a + b + cfBit());
        adc(a, b, i.s0);
    }

    final void sub(Insn i) throws GuestFault {
        if (i.k0 == Insn.REG) {
            int b = second(i);
            setReg(i.n0, i.s0, sub(reg(i.n0, i.s0), b, i.s0));
            return;
        }
        int a = change(i);
        int b = second(i);
        rmwStore(i.s0, a - b);
        sub(a, b, i.s0);
    }

    final void sbb(Insn i) throws GuestFault {
        int a = change(i);
        int b = second(i);
        changed(i, a - b - cfBit());
        sbb(a, b, i.s0);
    }

    final void and(Insn i) throws GuestFault {
        int r = change(i) & second(i);
        changed(i, r);
        logic(r, i.s0);
    }

    final void or(Insn i) throws GuestFault {
        int r = change(i) | second(i);
        changed(i, r);
        logic(r, i.s0);
    }

    final void xor(Insn i) throws GuestFault {
        int r = change(i) ^ second(i);
        changed(i, r);
        logic(r, i.s0);
    }

    final void cmp(Insn i) throws GuestFault {
        int a = first(i);
        sub(a, second(i), i.s0);
    }

    final void test(Insn i) throws GuestFault {
        logic(first(i) & second(i), i.s0);
    }

    final void inc(Insn i) throws GuestFault {
        int a = change(i);
        changed(i, a + 1);
        inc(a, i.s0);
    }

    final void dec(Insn i) throws GuestFault {
        int a = change(i);
        changed(i, a - 1);
        dec(a, i.s0);
    }

    final void not(Insn i) throws GuestFault {
        changed(i, ~change(i));
    }

    final void neg(Insn i) throws GuestFault {
        int a = change(i);
        changed(i, -a);
        sub(0, a, i.s0);
    }

    final void mov(Insn i) throws GuestFault {
        if (i.k0 == Insn.REG) {
            if (i.k1 == Insn.SEG) setReg(i.n0, i.s0, sel[i.n1]);
            else setReg(i.n0, i.s0, second(i));
        } else if (i.k0 == Insn.MEM) {
            int v = i.k1 == Insn.SEG ? sel[i.n1] : second(i);
            store(forWrite(i.seg, offset(i), i.s0), i.s0, v);
        } else {
            int v = i.k1 == Insn.REG ? regs[i.n1 & 7] & 0xFFFF : readMemory(i, 2);
            loadSegmentRegister(i.n0, v);
            if (i.n0 == SS) held = ALL_HELD;
        }
    }

    final void xchg(Insn i) throws GuestFault {
        int a = change(i);
        int b = reg(i.n1, i.s0);
        changed(i, b);
        setReg(i.n1, i.s0, a);
    }

    final void xadd(Insn i) throws GuestFault {
        int a = change(i);
        int b = reg(i.n1, i.s0);
        if (i.k0 == Insn.REG) {
            setReg(i.n1, i.s0, a);
            setReg(i.n0, i.s0, a + b);
        } else {
            rmwStore(i.s0, a + b);
            setReg(i.n1, i.s0, a);
        }
        add(a, b, i.s0);
    }

    final void cmpxchg(Insn i) throws GuestFault {
        int a = change(i);
        int accumulator = reg(EAX, i.s0);
        boolean equal = a == accumulator;
        changed(i, equal ? reg(i.n1, i.s0) : a);
        if (!equal) setReg(EAX, i.s0, a);
        sub(accumulator, a, i.s0);
    }

    final void cmpxchg8b(Insn i) throws GuestFault {
        int va = forWrite(i.seg, offset(i), 8);
        boolean user = cpl == 3;
        if ((va & 0xFFF) <= 0xFF8) {
            forStore(va, 8, user);
            checkAlignment(va, 8, user);
        } else {
            checkAlignment(va, 8, user);
            forStore(va, 8, user);
        }
        int low = loadSlow(va, 4, user);
        int high = loadSlow(va + 4, 4, user);
        boolean equal = low == regs[EAX] && high == regs[EDX];
        int newLow = equal ? regs[EBX] : low;
        int newHigh = equal ? regs[ECX] : high;
        store64(va, newLow & 0xFFFFFFFFL | (long) newHigh << 32, user);
        if (!equal) {
            regs[EAX] = low;
            regs[EDX] = high;
        }
        setZf(equal);
    }

    final void movzx(Insn i) throws GuestFault {
        setReg(i.n0, i.s0, secondOwn(i));
    }

    final void movsx(Insn i) throws GuestFault {
        setReg(i.n0, i.s0, extend(secondOwn(i), i.s1));
    }

    final void cmov(Insn i) throws GuestFault {
        int v = second(i);
        if (condition(i.imm2)) setReg(i.n0, i.s0, v);
    }

    final void bswap(Insn i) {
        regs[i.n0 & 7] = i.s0 == 4 ? Integer.reverseBytes(regs[i.n0 & 7]) : regs[i.n0 & 7] & 0xFFFF0000;
    }

    final void cbw(Insn i) {
        if (i.size == 4) regs[EAX] = (short) regs[EAX];
        else setReg16(EAX, (byte) regs[EAX]);
    }

    final void cwd(Insn i) {
        if (i.size == 4) regs[EDX] = regs[EAX] >> 31;
        else setReg16(EDX, (short) regs[EAX] >> 15);
    }

    final void xlat(Insn i) throws GuestFault {
        int o = regs[EBX] + (regs[EAX] & 0xFF);
        setReg8(EAX, read(i.seg, i.addressSize == 2 ? o & 0xFFFF : o, 1));
    }

    final void lahf() {
        setReg8(4, arithmeticFlags() & 0xFF | 2);
    }

    final void sahf() {
        setArithmeticFlags(reg8(4) & (SF | ZF | AF | PF | CF) | arithmeticFlags() & OF);
    }

    // ---- shifts

    final void shift(Insn i, int kind) throws GuestFault {
        int a = change(i);
        int count = i.k1 == Insn.IMM ? i.imm : regs[ECX];
        int z = zero;
        int s = sign;
        int c = carry;
        int r = switch (kind) {
            case 0 -> rol(a, count, i.s0);
            case 1 -> ror(a, count, i.s0);
            case 2 -> rcl(a, count, i.s0);
            case 3 -> rcr(a, count, i.s0);
            case 4 -> shl(a, count, i.s0);
            case 5 -> shr(a, count, i.s0);
            default -> sar(a, count, i.s0);
        };
        if (i.k0 == Insn.REG) setReg(i.n0, i.s0, r);
        else storeOrUndo(i.s0, r, z, s, c);
    }

    final void doubleShift(Insn i, boolean left) throws GuestFault {
        int a = change(i);
        int b = reg(i.n1, i.s0);
        int count = i.k2 == Insn.IMM ? i.imm : regs[ECX];
        int z = zero;
        int s = sign;
        int c = carry;
        int r = left ? shld(a, b, count, i.s0) : shrd(a, b, count, i.s0);
        if (i.k0 == Insn.REG) setReg(i.n0, i.s0, r);
        else storeOrUndo(i.s0, r, z, s, c);
    }

    private void storeOrUndo(int size, int r, int z, int s, int c) throws GuestFault {
        try {
            rmwStore(size, r);
        } catch (GuestFault f) {
            zero = z;
            sign = s;
            carry = c;
            throw f;
        }
    }

    // ---- multiplication and division

    final void imul(Insn i) throws GuestFault {
        if (i.k1 == Insn.NONE) {
            imul(first(i), i.s0);
        } else if (i.k2 == Insn.NONE) {
            setReg(i.n0, i.s0, imul(reg(i.n0, i.s0), second(i), i.s0));
        } else {
            int a = i.k1 == Insn.REG ? reg(i.n1, i.s0) : readMemory(i, i.s0);
            setReg(i.n0, i.s0, imul(a, i.imm, i.s0));
        }
    }

    final void div(Insn i) throws GuestFault {
        if (!div(first(i), i.s0)) throw plain(DE);
    }

    final void idiv(Insn i) throws GuestFault {
        if (!idiv(first(i), i.s0)) throw plain(DE);
    }

    // ---- bits

    /// BT 0, BTS 1, BTR 2, BTC 3.
    final void bit(Insn i, int kind) throws GuestFault {
        int size = i.s0;
        int index = i.k1 == Insn.REG ? reg(i.n1, size) : i.imm;
        int mask = 1 << (index & size * 8 - 1);
        int a;
        if (i.k0 == Insn.REG) {
            a = reg(i.n0, size);
        } else {
            int o = offset(i);
            if (i.k1 == Insn.REG) {
                o += (extend(index, size) >> (size == 4 ? 5 : 4)) * size;
                if (i.addressSize == 2) o &= 0xFFFF;
            }
            a = kind == 0 ? read(i.seg, o, size) : rmwLoad(forWrite(i.seg, o, size), size);
        }
        if (kind != 0) changed(i, kind == 1 ? a | mask : kind == 2 ? a & ~mask : a ^ mask);
        setCf((a & mask) != 0);
    }

    final void bsf(Insn i) throws GuestFault {
        int v = second(i);
        setZf(v == 0);
        if (v != 0) setReg(i.n0, i.s0, Integer.numberOfTrailingZeros(v));
    }

    final void bsr(Insn i) throws GuestFault {
        int v = second(i);
        setZf(v == 0);
        if (v != 0) setReg(i.n0, i.s0, 31 - Integer.numberOfLeadingZeros(v));
    }

    // ---- stack

    final void push(Insn i) throws GuestFault {
        int v;
        if (i.k0 == Insn.REG) v = regs[i.n0 & 7];
        else if (i.k0 == Insn.IMM) v = i.imm;
        else if (i.k0 == Insn.SEG) v = sel[i.n0];
        else v = readMemory(i, i.s0);
        push(v, i.s0);
    }

    final void pop(Insn i) throws GuestFault {
        int v = peek(0, i.s0);
        drop(i.s0);
        if (i.k0 == Insn.REG) {
            setReg(i.n0, i.s0, v);
        } else if (i.k0 == Insn.SEG) {
            loadSegmentRegister(i.n0, v & 0xFFFF);
            if (i.n0 == SS) held = ALL_HELD;
        } else {
            writeMemory(i, i.s0, v);
        }
    }

    final void pusha(Insn i) throws GuestFault {
        int size = i.size;
        int old = regs[ESP];
        for (int r = 0; r < 8; r++) push(r == ESP ? old : regs[r], size);
    }

    final void popa(Insn i) throws GuestFault {
        int size = i.size;
        int[] v = popped;
        for (int k = 0; k < 8; k++) v[k] = peek(k * size, size);
        for (int k = 0; k < 8; k++) if (7 - k != ESP) setReg(7 - k, size, v[k]);
        drop(8 * size);
    }

    private final int[] popped = new int[8];

    final void enter(Insn i) throws GuestFault {
        int size = i.size;
        int level = i.imm2 & 31;
        push(regs[EBP], size);
        int frame = regs[ESP];
        int bp = regs[EBP];
        for (int k = 1; k < level; k++) {
            bp -= size;
            push(load(forRead(SS, bp & stackMask, size), size), size);
        }
        if (level > 0) push(frame, size);
        int end = regs[ESP] - (i.imm & 0xFFFF);
        forStore(forWrite(SS, end & stackMask, 1), 1, cpl == 3);
        setStackPointer(end);
        setReg(EBP, size, frame);
    }

    final void leave(Insn i) throws GuestFault {
        int v = load(forRead(SS, regs[EBP] & stackMask, i.size), i.size);
        setStackPointer(regs[EBP] + i.size);
        setReg(EBP, i.size, v);
    }

    final void pushf(Insn i) throws GuestFault {
        if (v86() && iopl() < 3) throw gp(0);
        push(flags() & ~(VM | RF), i.s0);
    }

    final void popf(Insn i) throws GuestFault {
        if (v86() && iopl() < 3) throw gp(0);
        int v = pop(i.s0) & ~(RF | VIF | VIP);
        loadFlags(v86() ? v & ~IOPL | other & IOPL : v, i.s0, cpl);
    }

    // ---- jumps

    final void jcc(Insn i) throws GuestFault {
        if (condition(i.imm2)) jump(eip + i.imm, i.size);
    }

    final void jmp(Insn i) throws GuestFault {
        if (i.k0 == Insn.REL) jump(eip + i.imm, i.size);
        else jump(first(i), i.s0);
    }

    final void call(Insn i) throws GuestFault {
        if (i.k0 == Insn.REL) call(eip + i.imm, i.size);
        else call(first(i), i.s0);
    }

    final void ret(Insn i) throws GuestFault {
        ret(i.size, i.k0 == Insn.IMM ? i.imm : 0);
    }

    /// LOOP 0, LOOPE 1, LOOPNE 2. Counts in CX or ECX by address size.
    final void loop(Insn i, int kind) throws GuestFault {
        int count = i.addressSize == 2 ? regs[ECX] - 1 & 0xFFFF : regs[ECX] - 1;
        if (count != 0 && (kind == 0 || zf() == (kind == 1))) jump(eip + i.imm, i.size);
        setReg(ECX, i.addressSize, count);
    }

    final void jcxz(Insn i) throws GuestFault {
        if (reg(ECX, i.addressSize) == 0) jump(eip + i.imm, i.size);
    }

    final void bound(Insn i) throws GuestFault {
        int size = i.s0;
        int v = extend(reg(i.n0, size), size);
        int low = extend(readMemory(i, 0, size), size);
        int high = extend(readMemory(i, size, size), size);
        if (v < low || v > high) throw plain(BR);
    }

    // ---- far

    final void jumpFar(Insn i) throws GuestFault {
        if (i.k0 == Insn.FAR) {
            jumpFar(i.imm2 & 0xFFFF, i.imm, i.size, eip);
        } else {
            int selector = readMemory(i, i.s0 - 2, 2);
            jumpFar(selector, readMemory(i, 0, i.s0 - 2), i.size, eip);
        }
    }

    final void callFar(Insn i) throws GuestFault {
        if (i.k0 == Insn.FAR) {
            callFar(i.imm2 & 0xFFFF, i.imm, i.size, eip);
        } else {
            int selector = readMemory(i, i.s0 - 2, 2);
            callFar(selector, readMemory(i, 0, i.s0 - 2), i.size, eip);
        }
    }

    final void loadFarPointer(Insn i, int s) throws GuestFault {
        int size = i.s0;
        int selector = readMemory(i, size, 2);
        int o = readMemory(i, 0, size);
        loadSegmentRegister(s, selector);
        setReg(i.n0, size, o);
    }
}
