// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
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
}
