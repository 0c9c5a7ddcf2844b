// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.Tlb;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;

/// Memory operands of more than four bytes, for x87, MMX and SSE: every byte is checked before one is written.
abstract class WideMemory extends Operands {
    WideMemory(int number, MachineMemory memory, Bus bus, Monitor monitor) {
        super(number, memory, bus, monitor);
    }

    /// Linear address of the memory operand, its segment checked for reading `size` bytes.
    final int operandForRead(Insn i, int size) throws GuestFault {
        return forRead(i.seg, offset(i), size);
    }

    /// Linear address of the memory operand, segment and pages checked for writing `size` bytes: no store to it faults.
    final int operandForWrite(Insn i, int size) throws GuestFault {
        int va = forWrite(i.seg, offset(i), size);
        forStore(va, size, cpl == 3);
        return va;
    }

    final long read64(Insn i) throws GuestFault {
        return load64(operandForRead(i, 8));
    }

    final void write64(Insn i, long v) throws GuestFault {
        store64(forWrite(i.seg, offset(i), 8), v);
    }

    // ---- sixteen bytes

    /// Linear address of an operand that must be aligned; one page holds it. (IA-32 SDM volume 1, 11.3)
    final int alignedForRead(Insn i) throws GuestFault {
        return aligned(forRead(i.seg, offset(i), 16));
    }

    final int alignedForWrite(Insn i) throws GuestFault {
        return aligned(forWrite(i.seg, offset(i), 16));
    }

    private int aligned(int va) throws GuestFault {
        if ((va & 15) != 0) throw gp(0);
        return va;
    }

    /// An operand anywhere, readable as a whole.
    final int unalignedForRead(Insn i) throws GuestFault {
        int va = forRead(i.seg, offset(i), 16);
        if ((va & 0xFFF) > 0xFF0) forLoad(va, 16);
        return va;
    }

    final int unalignedForWrite(Insn i) throws GuestFault {
        int va = forWrite(i.seg, offset(i), 16);
        if ((va & 0xFFF) > 0xFF0) forStore(va, 16, cpl == 3);
        return va;
    }

    /// Makes sure that a load of these bytes will not fault.
    final void forLoad(int va, int size) throws GuestFault {
        boolean user = cpl == 3;
        translate(va, Tlb.READ, user);
        if ((va & 0xFFF) + size > 0x1000) translate(va + size & 0xFFFFF000, Tlb.READ, user);
    }

    /// CLFLUSH: the checks of a byte load, and code that may only be executed is let through. There is no cache.
    final void checkLine(Insn i) throws GuestFault {
        int o = offset(i);
        boolean executeOnly = protectedMode() && (attr[i.seg] & (A_P | A_S | A_CODE | A_RW)) == (A_P | A_S | A_CODE);
        if (!executeOnly) forRead(i.seg, o, 1);
        else if (Integer.compareUnsigned(o, limit[i.seg]) > 0) throw outside(i.seg);
        forLoad(base[i.seg] + o, 1);
    }
}
