// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Where operands are: registers, memory through a segment, immediates.
abstract class Operands extends Transfers {
    Operands(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    static int cut(int v, int size) {
        return size == 4 ? v : size == 2 ? v & 0xFFFF : v & 0xFF;
    }

    /// The offset of the memory operand inside its segment.
    final int offset(Insn i) {
        int a = i.disp;
        if (i.base >= 0) a += regs[i.base & 7];
        if (i.index >= 0) a += regs[i.index & 7] << i.scale;
        return i.addressSize == 2 ? a & 0xFFFF : a;
    }

    final int readMemory(Insn i, int size) throws GuestFault {
        return load(forRead(i.seg, offset(i), size), size);
    }

    final void writeMemory(Insn i, int size, int v) throws GuestFault {
        store(forWrite(i.seg, offset(i), size), size, v);
    }

    /// Part of a memory operand, `at` bytes behind its start; offsets wrap as addresses of that size do.
    final int readMemory(Insn i, int at, int size) throws GuestFault {
        int o = offset(i) + at;
        return load(forRead(i.seg, i.addressSize == 2 ? o & 0xFFFF : o, size), size);
    }

    /// Operand 0, read only.
    final int first(Insn i) throws GuestFault {
        if (i.k0 == Insn.REG) return reg(i.n0, i.s0);
        return i.k0 == Insn.MEM ? readMemory(i, i.s0) : cut(i.imm, i.s0);
    }

    /// Operand 1 as wide as operand 0.
    final int second(Insn i) throws GuestFault {
        if (i.k1 == Insn.REG) return reg(i.n1, i.s0);
        return i.k1 == Insn.IMM ? cut(i.imm, i.s0) : readMemory(i, i.s0);
    }

    /// Operand 1 in its own width.
    final int secondOwn(Insn i) throws GuestFault {
        if (i.k1 == Insn.REG) return reg(i.n1, i.s1);
        return i.k1 == Insn.IMM ? cut(i.imm, i.s1) : readMemory(i, i.s1);
    }

    /// Operand 0, to be written again by {@link #change}.
    final int change(Insn i) throws GuestFault {
        if (i.k0 == Insn.REG) return reg(i.n0, i.s0);
        return rmwLoad(forWrite(i.seg, offset(i), i.s0), i.s0);
    }

    /// Writes operand 0 after {@link #change(Insn)}.
    final void changed(Insn i, int v) throws GuestFault {
        if (i.k0 == Insn.REG) setReg(i.n0, i.s0, v);
        else rmwStore(i.s0, v);
    }

    /// Writes operand 0.
    final void put(Insn i, int v) throws GuestFault {
        if (i.k0 == Insn.REG) setReg(i.n0, i.s0, v);
        else writeMemory(i, i.s0, v);
    }
}
