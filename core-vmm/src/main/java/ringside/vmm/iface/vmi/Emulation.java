// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import ringside.vmm.iface.spi.Platform;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.PrivilegedOp;
import ringside.vmm.trap.Verdict;

/// Trap and emulate: the instructions that fault because the kernel is not at level 0 any more.
///
/// Tour 5.20 — VMI has no call for them, or the kernel was not patched, or it never meant to be portable. Each one
/// costs a crossing. The ones that do *not* fault (POPF, SGDT, reading CS) are the reason why calls are needed at
/// all.
final class Emulation {
    private static final int PROTECTION = 13;
    private static final int TSC_MSR = 0x10, APIC_BASE_MSR = 0x1B;
    private static final int HLT = 0xF4;
    private static final int MASK_24 = 0xFFFFFF;

    private final Platform platform;
    private final GuestMemory memory;
    private final DescriptorTables tables;
    private final Delivery delivery;
    private final VmiMmu mmu;

    Emulation(Platform platform, GuestMemory memory, DescriptorTables tables, Delivery delivery, VmiMmu mmu) {
        this.platform = platform;
        this.memory = memory;
        this.tables = tables;
        this.delivery = delivery;
        this.mmu = mmu;
    }

    /// Carries a privileged instruction out, or raises the exception that the guest deserves.
    Verdict privileged(VmiVcpu v, Exit.Privileged p) {
        platform.trace().exit(v.n(), cause(p.op()), v.g.eip(), p.number() & 0xFFFFFFFFL, p.value() & 0xFFFFFFFFL);
        if (v.user() && !userMay(v, p)) {
            delivery.exception(v, PROTECTION, true, 0, 0);
            return Verdict.RESUME;
        }
        return switch (p.op()) {
            case IN, OUT, INS, OUTS, RDTSC, RDPMC, MOV_TO_DR, MOV_FROM_DR -> Verdict.EMULATE;
            case RDMSR -> Verdict.EMULATE;
            case WRMSR -> writeMsr(v, p);
            default -> {
                if (emulate(v, p)) v.g.setEip(p.nextEip());
                yield Verdict.RESUME;
            }
        };
    }

    private static ExitCause cause(PrivilegedOp op) {
        return switch (op) {
            case CLI, STI -> ExitCause.INTERRUPT_FLAG;
            case HLT -> ExitCause.HALT;
            case CLTS, LMSW, MOV_TO_CR, MOV_FROM_CR -> ExitCause.CONTROL_REGISTER;
            case LGDT, LIDT, LLDT, LTR -> ExitCause.DESCRIPTOR_TABLE;
            case INVLPG -> ExitCause.TLB;
            case MOV_TO_DR, MOV_FROM_DR -> ExitCause.DEBUG_REGISTER;
            case RDMSR, WRMSR -> ExitCause.MSR;
            case IN, OUT, INS, OUTS -> ExitCause.PORT_IO;
            default -> ExitCause.OTHER;
        };
    }

    /// User code may use ports as far as the virtual IOPL or the guest's own I/O bitmap allow.
    private boolean userMay(VmiVcpu v, Exit.Privileged p) {
        return switch (p.op()) {
            case IN, OUT, INS, OUTS -> v.iopl == 3 || bitmapAllows(v, p.number(), p.size());
            // IOPL 3 never gives the interrupt flag away, but the instructions must not fault then (vmi.md 3.4).
            case CLI, STI -> v.iopl == 3;
            default -> false;
        };
    }

    private boolean bitmapAllows(VmiVcpu v, int port, int size) {
        if (v.trSelector == 0 || v.trLimit < 0x67) return false;
        try {
            int map = (int) memory.read(v, v.trBase + 0x66, 2);
            int at = map + (port >>> 3);
            if (at + 1 > v.trLimit) return false;
            int bits = (int) memory.read(v, v.trBase + at, 2) >>> (port & 7);
            return (bits & (1 << size) - 1) == 0;
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    private Verdict writeMsr(VmiVcpu v, Exit.Privileged p) {
        if (p.number() == VmiRom.INIT_MSR) {
            v.g.setReg(0, 1); // VMI_Init a second time: no
            v.g.setEip(p.nextEip());
            return Verdict.RESUME;
        }
        if (p.number() == TSC_MSR || p.number() == APIC_BASE_MSR) {
            v.g.setEip(p.nextEip()); // one clock for all, and an APIC that stays where it is
            return Verdict.RESUME;
        }
        if (p.number() != VmiVcpu.EFER) return Verdict.EMULATE;
        v.g.setMsr(VmiVcpu.EFER, v.g.msr(VmiVcpu.EFER) & ~0x800L | v.g.reg(0) & 0x800);
        mmu.mode(v);
        v.g.setEip(p.nextEip());
        return Verdict.RESUME;
    }

    /// @return whether EIP moves on to the next instruction
    private boolean emulate(VmiVcpu v, Exit.Privileged p) {
        try {
            switch (p.op()) {
                case CLI -> {
                    if (!v.user()) v.setVif(false);
                }
                case STI -> {
                    return setInterrupt(v, p);
                }
                case HLT -> {
                    v.g.setEip(p.nextEip());
                    halt(v);
                    return false;
                }
                case CLTS -> mmu.clts(v);
                case LMSW -> mmu.setCr0(v, v.cr0 & ~0xE | p.value() & 0xF);
                case MOV_TO_CR -> writeCr(v, p.number(), p.value());
                case MOV_FROM_CR -> v.g.setReg(p.gpr(), readCr(v, p.number()));
                case LGDT, LIDT -> loadTable(v, p);
                case LLDT -> {
                    if (!tables.setLdt(v, p.value())) outOfFrames(v);
                }
                case LTR -> tables.setTr(v, p.value());
                case INVLPG -> mmu.invalidate(v, p.va());
                case SYSEXIT -> {
                    delivery.sysexit(v);
                    delivery.attend(v);
                    return false;
                }
                default -> {}
            }
            return true;
        } catch (GuestFault f) {
            delivery.exception(v, f.vector(), f.hasError(), f.error(), f.va());
            return false;
        }
    }

    private void outOfFrames(VmiVcpu v) {
        delivery.fall(v, "the monitor's frames are used up");
    }

    /// STI keeps interrupts away for one more instruction. The one that matters is HLT: both are done at once.
    private boolean setInterrupt(VmiVcpu v, Exit.Privileged p) {
        if (v.user()) return true;
        v.setVif(true);
        int next = p.nextEip();
        v.g.setEip(next);
        try {
            if (memory.read(v, v.linearEip(), 1) == HLT) {
                v.g.setEip(next + 1);
                halt(v);
                return false;
            }
        } catch (GuestFault unreadable) {
            // then the fetch faults as well
        }
        delivery.attend(v);
        return false;
    }

    /// Sleeps until an interrupt that the virtual flag lets in.
    void halt(VmiVcpu v) {
        v.set(VmmArea.PENDING, platform.interruptPending(v.n()) ? 1 : 0);
        if (v.vif() && v.get(VmmArea.PENDING) != 0) v.g.requestAttention();
        else v.g.sleep();
    }

    private void writeCr(VmiVcpu v, int number, int value) {
        switch (number) {
            case 0 -> mmu.setCr0(v, value);
            case 2 -> v.set(VmmArea.CR2, value);
            case 3 -> mmu.setCr3(v, value);
            case 4 -> mmu.setCr4(v, value);
            default -> {}
        }
    }

    private int readCr(VmiVcpu v, int number) {
        return switch (number) {
            case 0 -> v.cr0;
            case 2 -> v.get(VmmArea.CR2);
            case 3 -> v.cr3;
            case 4 -> v.cr4;
            default -> 0;
        };
    }

    private void loadTable(VmiVcpu v, Exit.Privileged p) throws GuestFault {
        int limit = (int) memory.read(v, p.va(), 2);
        int base = (int) memory.read(v, p.va() + 2, 4);
        if (p.size() == 2) base &= MASK_24;
        if (p.op() == PrivilegedOp.LIDT) {
            v.idtBase = base;
            v.idtLimit = limit;
        } else if (!tables.setGdt(v, base, limit)) {
            outOfFrames(v);
        }
    }
}
