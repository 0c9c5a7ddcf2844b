// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// MMX, SSE and SSE2: whether they may be executed now, and who executes them.
final class Simd {
    private final WideMemory cpu;
    private final Packed packed;

    Simd(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        packed = new Packed(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        if ((cpu.cr0 & Registers.CR0_EM) != 0) throw cpu.plain(LinearMemory.UD);
        if ((cpu.cr0 & Registers.CR0_TS) != 0) throw cpu.plain(LinearMemory.NM);
        packed.execute(i);
    }
}
