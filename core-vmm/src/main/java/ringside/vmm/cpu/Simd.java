// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.isa.Insn;
import ringside.vmm.isa.Op;
import ringside.vmm.trap.GuestFault;

/// MMX, SSE and SSE2: whether they may be executed now, and who executes them.
///
/// An instruction with an MMX operand also belongs to the x87 unit: a pending exception of that comes first, and when
/// the instruction is done, TOP is 0 and every register in use (or none, after EMMS). One that reads eight bytes of
/// memory in the place of an MMX register does not. (IA-32 SDM volume 1, 9.5; volume 3, 12.1 and 13.1)
final class Simd {
    /// An unmasked x87 exception is pending.
    private static final int ERROR_SUMMARY = 0x80;

    private final WideMemory cpu;
    private final FpuState f;
    private final Packed packed;

    Simd(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
        packed = new Packed(cpu, f);
    }

    void execute(Insn i) throws GuestFault {
        if (i.k0 != Insn.MM && i.k1 != Insn.MM && i.op != Op.EMMS) {
            available(true);
            packed.execute(i);
            return;
        }
        available(i.k0 == Insn.XMM || i.k1 == Insn.XMM);
        if ((f.status & ERROR_SUMMARY) != 0 && !cpu.passesPendingError()) return;
        packed.execute(i);
        f.top = 0;
        f.used = i.op == Op.EMMS ? 0 : 0xFF;
    }

    private void available(boolean xmm) throws GuestFault {
        if ((cpu.cr0 & Registers.CR0_EM) != 0) throw cpu.plain(LinearMemory.UD);
        if (xmm && (cpu.cr4 & Registers.CR4_OSFXSR) == 0) throw cpu.plain(LinearMemory.UD);
        if ((cpu.cr0 & Registers.CR0_TS) != 0) throw cpu.plain(LinearMemory.NM);
    }
}
