// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Calls that stand for what a native kernel does with LIDT, the TSS, CLTS and the debug registers.
final class TrapCalls {
    private static final int TRAP_BYTES = 8;
    private static final int TRAP_FLAGS = 7;
    private static final int CALLBACK_MASKS = 1;

    private final XenDomain domain;
    private final Emulation emulation;
    private final DebugRegisters debug;

    TrapCalls(XenDomain domain, Emulation emulation, DebugRegisters debug) {
        this.domain = domain;
        this.emulation = emulation;
        this.debug = debug;
    }

    /// Selectors of the guest never have RPL 0.
    static int guestSelector(int selector) {
        int s = selector & 0xFFFF;
        return (s & 3) == 0 ? s | 1 : s;
    }

    private XenVcpu vcpu(Caller c) {
        return domain.vcpu(c.vcpu());
    }

    /// set_trap_table (0). Entries before a bad pointer stay.
    int setTrapTable(Caller c) throws GuestFault {
        XenVcpu v = vcpu(c);
        if (c.word(0) == 0) {
            java.util.Arrays.fill(v.trapEip, 0);
            return 0;
        }
        for (int at = c.word(0); ; at += TRAP_BYTES) {
            int eip = c.read32(at + 4);
            if (eip == 0) return 0;
            int vector = c.read8(at);
            v.trapFlags[vector] = (byte) (c.read8(at + 1) & TRAP_FLAGS);
            v.trapCs[vector] = guestSelector(c.read16(at + 2));
            v.trapEip[vector] = eip;
        }
    }

    /// stack_switch (3).
    int stackSwitch(Caller c) {
        XenVcpu v = vcpu(c);
        v.kernelSs = guestSelector(c.word(0));
        v.kernelSp = c.word(1);
        return 0;
    }

    /// set_callbacks (4).
    int setCallbacks(Caller c) {
        XenVcpu v = vcpu(c);
        v.event.set(guestSelector(c.word(0)), c.word(1), true);
        v.failsafe.set(guestSelector(c.word(2)), c.word(3), false);
        return 0;
    }

    /// callback_op (30).
    int callbackOp(Caller c) throws GuestFault {
        int command = c.word(0);
        if (command != 0 && command != 1) return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        int type = c.read16(c.word(1));
        XenVcpu.Callback callback = callback(vcpu(c), type);
        if (callback == null) return c.refuse(Errno.ENOSYS, Why.NOT_IMPLEMENTED);
        if (command == 1) {
            if (callback != vcpu(c).nmi) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
            callback.set(0, 0, false);
            return 0;
        }
        boolean masks = (c.read16(c.word(1) + 2) & CALLBACK_MASKS) != 0;
        callback.set(guestSelector(c.read32(c.word(1) + 4)), c.read32(c.word(1) + 8), masks);
        return 0;
    }

    private static XenVcpu.@org.jspecify.annotations.Nullable Callback callback(XenVcpu v, int type) {
        return switch (type) {
            case 0 -> v.event;
            case 1 -> v.failsafe;
            case 4 -> v.nmi;
            case 5 -> v.sysenter;
            case 7 -> v.syscall32;
            default -> null;
        };
    }

    /// nmi_op (28): register and unregister; no NMI ever comes.
    int nmiOp(Caller c) throws GuestFault {
        XenVcpu v = vcpu(c);
        if (c.word(0) == 0) v.nmi.set(Abi.KERNEL_CS, c.read32(c.word(1)), true);
        else if (c.word(0) == 1) v.nmi.set(0, 0, false);
        else return c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        return 0;
    }

    /// fpu_taskswitch (5).
    int fpuTaskSwitch(Caller c) {
        emulation.setTaskSwitched(vcpu(c), c.word(0) != 0);
        return 0;
    }

    /// set_debugreg (8).
    int setDebugRegister(Caller c) {
        int errno = debug.set(vcpu(c), c.word(0), c.word(1));
        return errno == 0 ? 0 : c.refuse(errno, Why.BAD_ARGUMENT);
    }

    /// get_debugreg (9).
    int getDebugRegister(Caller c) {
        int number = debug.alias(vcpu(c), c.word(0));
        return number < 0 ? c.refuse(Errno.ENODEV, Why.BAD_ARGUMENT) : debug.get(vcpu(c), number);
    }
}
