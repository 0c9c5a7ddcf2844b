// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// The x87 instructions.
final class X87 {
    private final WideMemory cpu;
    private final FpuState f;

    X87(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
    }

    void execute(Insn i) throws GuestFault {
        if (i.op == Op.FWAIT) {
            if ((cpu.cr0 & (Registers.CR0_MP | Registers.CR0_TS)) == (Registers.CR0_MP | Registers.CR0_TS)) {
                throw cpu.plain(LinearMemory.NM);
            }
            return;
        }
        if (i.op == Op.FXSAVE || i.op == Op.FXRSTOR) throw cpu.plain(LinearMemory.UD);
        if ((cpu.cr0 & (Registers.CR0_EM | Registers.CR0_TS)) != 0) throw cpu.plain(LinearMemory.NM);
        switch (i.op) {
            case Op.FNINIT -> f.initialize();
            case Op.FNCLEX -> f.status &= 0x7F00;
            case Op.FNSTCW -> cpu.put(i, f.control);
            case Op.FLDCW -> f.control = cpu.first(i) & 0x1F3F | 0x40;
            case Op.FNSTSW -> cpu.put(i, f.statusWord());
            case Op.FNOP -> {}
            default -> throw cpu.plain(LinearMemory.UD);
        }
    }
}
