// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.trace.ExitCause;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.PrivilegedOp;
import ringside.vmm.trap.Verdict;

/// Privileged instructions that a PV guest executes all the same.
///
/// Tour 6.25: a ported kernel asks instead of executing, but not everywhere: CLTS, CR0, debug registers, MSRs and
/// ports are left as they were, because they are rare or because the hypervisor can do no better. They fault, and
/// Xen carries out what it knows. The rest (HLT, LGDT, INVLPG...) becomes #GP in the guest.
final class Emulation {
    private static final int CR4_GUEST = Abi.CR4_DE | 4;
    private static final int KERNEL_LEVEL = 1;
    private static final int USER_LEVEL = 3;

    private final XenDomain domain;
    private final Bounce bounce;
    private final Mmu mmu;
    private final DebugRegisters debug;

    Emulation(XenDomain domain, Bounce bounce, Mmu mmu, DebugRegisters debug) {
        this.domain = domain;
        this.bounce = bounce;
        this.mmu = mmu;
        this.debug = debug;
    }

    /// What the silicon's CR4 holds when the guest's virtual one is `virtual`.
    static int cr4(Layout layout, int virtual) {
        return layout.cr4() | virtual & CR4_GUEST;
    }

    /// Carries the instruction out, or delivers #GP(0).
    Verdict privileged(XenVcpu v, Exit.Privileged p) {
        domain.trace.exit(v.number, cause(p.op()), v.guest.eip(), p.number(), p.value());
        if (isPort(p.op())) return port(v, p);
        if (p.op() == PrivilegedOp.RDTSC) return Verdict.EMULATE;
        boolean done = switch (p.op()) {
            case CLI, STI -> ioplAllows(v);
            case CLTS -> !v.inUserMode() && setTaskSwitched(v, false);
            case MOV_FROM_CR -> !v.inUserMode() && readControl(v, p);
            case MOV_TO_CR -> !v.inUserMode() && writeControl(v, p);
            case MOV_FROM_DR -> !v.inUserMode() && readDebug(v, p);
            case MOV_TO_DR -> !v.inUserMode() && debug.set(v, p.number(), p.value()) == 0;
            case RDMSR -> !v.inUserMode() && readMsr(v, p.number());
            case WRMSR -> !v.inUserMode() && writeMsr(v, p.number());
            case WBINVD -> !v.inUserMode();
            default -> false;
        };
        if (done) v.guest.setEip(p.nextEip());
        else bounce.generalProtection(v, 0);
        return Verdict.RESUME;
    }

    private static ExitCause cause(PrivilegedOp op) {
        return switch (op) {
            case CLI, STI -> ExitCause.INTERRUPT_FLAG;
            case HLT -> ExitCause.HALT;
            case CLTS, LMSW, MOV_TO_CR, MOV_FROM_CR -> ExitCause.CONTROL_REGISTER;
            case MOV_TO_DR, MOV_FROM_DR -> ExitCause.DEBUG_REGISTER;
            case LGDT, LIDT, LLDT, LTR -> ExitCause.DESCRIPTOR_TABLE;
            case RDMSR, WRMSR -> ExitCause.MSR;
            case INVLPG -> ExitCause.TLB;
            case IN, OUT, INS, OUTS -> ExitCause.PORT_IO;
            default -> ExitCause.OTHER;
        };
    }

    private static boolean isPort(PrivilegedOp op) {
        return op == PrivilegedOp.IN || op == PrivilegedOp.OUT || op == PrivilegedOp.INS || op == PrivilegedOp.OUTS;
    }

    private boolean ioplAllows(XenVcpu v) {
        int kernel = domain.assists(XenDomain.ASSIST_ARCHITECTURAL_IOPL) ? 0 : KERNEL_LEVEL;
        return (v.inUserMode() ? USER_LEVEL : kernel) <= v.iopl;
    }

    private Verdict port(XenVcpu v, Exit.Privileged p) {
        if (ioplAllows(v) || bitmapAllows(v, p.number(), p.size())) return Verdict.EMULATE;
        bounce.generalProtection(v, 0);
        return Verdict.RESUME;
    }

    private static boolean bitmapAllows(XenVcpu v, int port, int size) {
        if (v.ioBitmapPorts == 0 || port + size > v.ioBitmapPorts) return false;
        try {
            for (int i = port; i < port + size; i++) {
                if ((v.guest.read(v.ioBitmap + (i >>> 3), 1, false) >>> (i & 7) & 1) != 0) return false;
            }
            return true;
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    /// Sets or clears the guest's CR0.TS. @return true
    boolean setTaskSwitched(XenVcpu v, boolean set) {
        int cr0 = v.guest.cr(0);
        v.guest.setCr(0, set ? cr0 | Abi.CR0_TS : cr0 & ~Abi.CR0_TS);
        return true;
    }

    private boolean readControl(XenVcpu v, Exit.Privileged p) {
        switch (p.number()) {
            case 0 -> v.guest.setReg(p.gpr(), v.guest.cr(0));
            case 2 -> v.guest.setReg(p.gpr(), v.cr2);
            case 3 -> v.guest.setReg(p.gpr(), Abi.extendedCr3(v.rootMfn));
            case 4 -> v.guest.setReg(p.gpr(), cr4(v.layout, v.cr4));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean writeControl(XenVcpu v, Exit.Privileged p) {
        int value = p.value();
        switch (p.number()) {
            case 0 -> {
                if (((v.guest.cr(0) ^ value) & ~Abi.CR0_TS) != 0) return false;
                return setTaskSwitched(v, (value & Abi.CR0_TS) != 0);
            }
            case 2 -> v.setCr2(value);
            case 3 -> {
                return !mmu.loadRoot(v, Abi.mfnOfCr3(value)).refused();
            }
            case 4 -> {
                v.cr4 = value;
                v.guest.setCr(4, cr4(v.layout, value));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readDebug(XenVcpu v, Exit.Privileged p) {
        int number = debug.alias(v, p.number());
        if (number < 0) return false;
        v.guest.setReg(p.gpr(), debug.get(v, number));
        return true;
    }

    private boolean readMsr(XenVcpu v, int msr) {
        Long value = Msrs.read(v, msr);
        if (value == null && v.trapEip[13] == 0) value = 0L; // early boot: nobody could take the #GP
        if (value == null) return false;
        v.guest.setReg(GuestState.EAX, value.intValue());
        v.guest.setReg(GuestState.EDX, (int) (value >>> 32));
        return true;
    }

    private boolean writeMsr(XenVcpu v, int msr) {
        long value = v.guest.reg(GuestState.EAX) & 0xFFFFFFFFL | (long) v.guest.reg(GuestState.EDX) << 32;
        if (msr == Msrs.HYPERCALL_PAGE) return mmu.writeHypercallPage(value);
        return Msrs.mayWrite(v, msr, value);
    }
}
