// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// Floating-point arithmetic, conversions and comparisons of SSE and SSE2.
final class SseFloat {
    private final WideMemory cpu;
    private final FpuState f;

    SseFloat(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
    }

    void execute(Insn i) throws GuestFault {
        throw cpu.plain(LinearMemory.UD);
    }
}
