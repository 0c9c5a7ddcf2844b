// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.mem.Bus;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.Monitor;
import ringside.vmm.trap.PrivilegedOp;
import ringside.vmm.trap.Verdict;

/// What depends on the model of the processor: identification, model-specific registers, counters, fast system
/// calls.
abstract class ModelSpecific extends Strings {
    static final int MSR_TSC = 0x10, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176;
    static final int MSR_EFER = 0xC0000080;

    final VirtualClock clock;
    final CpuModel model;
    final ModelRegisters modelRegisters;
    int sysenterCs, sysenterEsp, sysenterEip;
    long tscOffset;

    private final int[] cpuidRegs = new int[4];
    private final long[] msrValue = new long[1];

    ModelSpecific(int number, MachineMemory memory, Bus bus, VirtualClock clock, Monitor monitor, CpuModel model) {
        super(number, memory, bus, monitor);
        this.clock = clock;
        this.model = model;
        modelRegisters = new ModelRegisters(model);
    }

    // ---- privilege

    /// Whether a privileged instruction that is not permitted goes on all the same. Asks the monitor when there
    /// is one.
    final boolean excused(PrivilegedOp op, int number, int gpr, int va, int value, int size) throws GuestFault {
        if (!monitor.intercepts(self())) throw gp(0);
        int nextEip = eip;
        eip = startEip;
        Verdict v = leave(new Exit.Privileged(op, number, gpr, va, value, size, nextEip));
        busTouched = true;
        if (v == Verdict.RESUME) return false;
        if (v == Verdict.EMULATE) {
            eip = nextEip;
            return true;
        }
        asked = true;
        throw gp(0);
    }

    final boolean ring0(PrivilegedOp op) throws GuestFault {
        return cpl == 0 || excused(op, 0, -1, 0, 0, 0);
    }

    /// Reading an operand comes after the privilege check, unless a monitor wants to see its value: it may
    /// carry the instruction out for a kernel, never for a program at CPL 3.
    final void refuseEarly() throws GuestFault {
        if (cpl == 3 || cpl != 0 && !monitor.intercepts(self())) throw gp(0);
    }

    final void protectedOnly() throws GuestFault {
        if (!protectedMode()) throw plain(UD);
    }

    // ---- MSRs, counters, identification

    final void rdtsc() throws GuestFault {
        if ((cr4 & CR4_TSD) != 0 && cpl != 0 && !excused(PrivilegedOp.RDTSC, 0, -1, 0, 0, 0)) return;
        pair(timeStamp());
    }

    final void rdtscp() throws GuestFault {
        if ((cr4 & CR4_TSD) != 0 && cpl != 0 && !excused(PrivilegedOp.RDTSC, 0, -1, 0, 0, 0)) return;
        pair(timeStamp());
        regs[ECX] = (int) modelRegisters.read(ModelRegisters.TSC_AUX);
    }

    final long timeStamp() {
        return clock.read() + tscOffset;
    }

    private void pair(long v) {
        regs[EAX] = (int) v;
        regs[EDX] = (int) (v >>> 32);
    }

    final void rdpmc() throws GuestFault {
        if ((cr4 & CR4_PCE) == 0 && cpl != 0 && !excused(PrivilegedOp.RDPMC, regs[ECX], -1, 0, 0, 0)) return;
        int n = modelRegisters.counters.named(regs[ECX]);
        if (n < 0) throw gp(0);
        settleCounters(cpl);
        pair(modelRegisters.counters.read(n, regs[ECX]));
    }

    /// Ticks done, this instruction's not among them.
    public abstract long retired();

    @Override
    final void settleCounters(int level) {
        modelRegisters.counters.settle(retired(), crossings, level == 3);
    }

    final void cpuid() {
        int leaf = regs[EAX];
        int subleaf = regs[ECX];
        model.cpuid(leaf, subleaf, number, modelRegisters.lastLeaf(), cpuidRegs);
        if (leaf == 1) modelRegisters.identified();
        if (leaf == 0x80000001 && !modelRegisters.noExecute()) cpuidRegs[3] &= ~Feature.NX.bit();
        code.mayHaveChanged();
        monitor.cpuid(self(), leaf, subleaf, cpuidRegs);
        regs[EAX] = cpuidRegs[0];
        regs[EBX] = cpuidRegs[1];
        regs[ECX] = cpuidRegs[2];
        regs[EDX] = cpuidRegs[3];
    }

    final void rdmsr() throws GuestFault {
        if (cpl != 0 && !excused(PrivilegedOp.RDMSR, regs[ECX], -1, 0, 0, 0)) return;
        int index = regs[ECX];
        if (!ownMsr(index)) {
            if (!monitor.msrRead(self(), index, msrValue)) throw gp(0);
            pair(msrValue[0]);
        } else if (!ModelRegisters.readable(index)) {
            throw gp(0);
        } else {
            pair(readMsr(index));
        }
    }

    /// TSC, SYSENTER and EFER are part of the processor proper, the others are {@link ModelRegisters}.
    private boolean ownMsr(int index) {
        return switch (index) {
            case MSR_TSC -> model.has(Feature.TSC);
            case MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP -> model.has(Feature.SEP);
            case MSR_EFER -> modelRegisters.noExecute();
            default -> modelRegisters.has(index);
        };
    }

    final long readMsr(int index) {
        return switch (index) {
            case MSR_TSC -> timeStamp();
            case MSR_SYSENTER_CS -> sysenterCs & 0xFFFFFFFFL;
            case MSR_SYSENTER_ESP -> sysenterEsp & 0xFFFFFFFFL;
            case MSR_SYSENTER_EIP -> sysenterEip & 0xFFFFFFFFL;
            case MSR_EFER -> efer;
            default -> {
                settleCounters(cpl);
                yield modelRegisters.has(index) ? modelRegisters.read(index) : 0;
            }
        };
    }

    final void wrmsr() throws GuestFault {
        if (cpl != 0 && !excused(PrivilegedOp.WRMSR, regs[ECX], -1, 0, 0, 0)) return;
        int index = regs[ECX];
        long v = regs[EAX] & 0xFFFFFFFFL | (long) regs[EDX] << 32;
        if (!ownMsr(index)) {
            busTouched = true;
            code.mayHaveChanged();
            if (!monitor.msrWrite(self(), index, v)) throw gp(0);
            return;
        }
        if (index == MSR_EFER && (v & ~(long) PageWalk.EFER_NXE) != 0) throw gp(0);
        if (!applyMsr(index, v)) throw gp(0);
    }

    /// @return false when the register refuses the value
    final boolean applyMsr(int index, long v) {
        switch (index) {
            case MSR_TSC -> tscOffset = v - clock.shown();
            case MSR_SYSENTER_CS -> sysenterCs = (int) v;
            case MSR_SYSENTER_ESP -> sysenterEsp = (int) v;
            case MSR_SYSENTER_EIP -> sysenterEip = (int) v;
            case MSR_EFER -> {
                efer = v;
                flushAll();
            }
            default -> {
                settleCounters(cpl);
                return modelRegisters.has(index) && modelRegisters.write(index, v);
            }
        }
        return true;
    }

    // ---- fast system calls

    private static final long FLAT_CODE = 0x00CF_9B00_0000_FFFFL, FLAT_DATA = 0x00CF_9300_0000_FFFFL;

    final void sysenter() throws GuestFault {
        if ((cr0 & CR0_PE) == 0 || (sysenterCs & 0xFFFC) == 0) throw gp(0);
        if (monitor.intercepts(self())) {
            int nextEip = eip;
            eip = startEip;
            Verdict v = leave(new Exit.Sysenter(nextEip));
            busTouched = true;
            if (v == Verdict.RESUME) return;
        }
        other &= ~(IF | VM | RF);
        setSegment(CS, sysenterCs & 0xFFFC, FLAT_CODE);
        setSegment(SS, (sysenterCs & 0xFFFC) + 8, FLAT_DATA);
        setCpl(0);
        regs[ESP] = sysenterEsp;
        eip = sysenterEip;
    }

    final void sysexit() throws GuestFault {
        if ((cr0 & CR0_PE) == 0 || (sysenterCs & 0xFFFC) == 0) throw gp(0);
        if (!ring0(PrivilegedOp.SYSEXIT)) return;
        long user = 0x6000L << 32;
        setSegment(CS, (sysenterCs & 0xFFFC) + 16 | 3, FLAT_CODE | user);
        setSegment(SS, (sysenterCs & 0xFFFC) + 24 | 3, FLAT_DATA | user);
        setCpl(3);
        regs[ESP] = regs[ECX];
        eip = regs[EDX];
    }
}
