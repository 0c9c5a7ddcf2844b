// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.fp.Binary32;
import ringside.vmm.fp.Binary64;
import ringside.vmm.fp.SseEnvironment;
import ringside.vmm.isa.Insn;
import ringside.vmm.trap.GuestFault;

/// How every floating-point instruction of SSE begins and ends: its source operand, MXCSR, the exception.
///
/// The source is read before anything else; between {@link #begin} and {@link #finish} results are computed, and
/// only then stored, so that a fault of either kind leaves the registers alone.
abstract class SseOperands {
    private static final int XM = 19;

    final WideMemory cpu;
    final FpuState f;
    final Binary32 singles;
    final Binary64 doubles;
    /// The source operand of 128 bits of the instruction in progress.
    long low, high;
    private final SseEnvironment environment = new SseEnvironment();

    SseOperands(WideMemory cpu, FpuState f) {
        this.cpu = cpu;
        this.f = f;
        singles = new Binary32(environment);
        doubles = new Binary64(environment);
    }

    // ---- operand 1

    /// An XMM register or sixteen aligned bytes.
    final void source128(Insn i) throws GuestFault {
        if (i.k1 == Insn.XMM) {
            low = f.xmm[2 * i.n1];
            high = f.xmm[2 * i.n1 + 1];
        } else {
            int va = cpu.alignedForRead(i);
            low = cpu.load64(va);
            high = cpu.load64(va + 8);
        }
    }

    /// The low half of an XMM register, an MMX register, or eight bytes.
    final long source64(Insn i) throws GuestFault {
        if (i.k1 == Insn.XMM) return f.xmm[2 * i.n1];
        return i.k1 == Insn.MM ? f.significand[i.n1] : cpu.read64(i);
    }

    /// The low quarter of an XMM register, a general register, or four bytes.
    final int source32(Insn i) throws GuestFault {
        if (i.k1 == Insn.XMM) return (int) f.xmm[2 * i.n1];
        return i.k1 == Insn.REG ? cpu.regs[i.n1 & 7] : cpu.readMemory(i, 4);
    }

    // ---- exceptions (IA-32 SDM volume 1, 11.5)

    final void begin() {
        environment.begin(f.mxcsr);
    }

    /// Sets the flags of the instruction. An unmasked one raises #XM, or #UD while the system has not said in
    /// CR4 that it handles that. The transition to MMX happens even then.
    final void finish(Insn i) throws GuestFault {
        int raised = environment.raised();
        if (raised == 0) return;
        f.mxcsr |= raised;
        if (!environment.faults()) return;
        if (i.k0 == Insn.MM || i.k1 == Insn.MM) {
            f.top = 0;
            f.used = 0xFF;
        }
        throw cpu.plain((cpu.cr4 & Registers.CR4_OSXMMEXCPT) != 0 ? XM : LinearMemory.UD);
    }

    // ---- results

    final void setLowSingle(int xmm, int v) {
        f.xmm[2 * xmm] = f.xmm[2 * xmm] & ~0xFFFFFFFFL | v & 0xFFFFFFFFL;
    }

    static int upper(long pair) {
        return (int) (pair >>> 32);
    }

    static long pair(int lower, int upper) {
        return lower & 0xFFFFFFFFL | (long) upper << 32;
    }
}
