// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// Integer arithmetic, moves and shuffles on MMX and XMM registers.
final class Packed {
    private final WideMemory cpu;
    private final FpuState f;
    private final SseFloat floats;

    Packed(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
        floats = new SseFloat(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        switch (i.op) {
            default -> floats.execute(i);
        }
    }
}
