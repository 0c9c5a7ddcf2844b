// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.word.Errno;

/// Debug registers as a guest may set them: no breakpoints in the hypervisor, no general-detect.
final class DebugRegisters {
    private static final int DR6_ONES = 0xFFFF0FF0;
    private static final int DR6_ZEROS = 0x1000;
    private static final int DR7_GENERAL_DETECT = 0x2000;
    private static final int DR7_ZEROS = 0xD800;
    private static final int DR7_ONES = 0x400;
    private static final int TYPE_IO = 2;

    /// DR4 and DR5 stand for DR6 and DR7 until CR4.DE is set. @return 0..7, or -1
    int alias(XenVcpu v, int number) {
        if (number < 0 || number > 7) return -1;
        if (number != 4 && number != 5) return number;
        return (v.cr4 & Abi.CR4_DE) != 0 ? -1 : number + 2;
    }

    int get(XenVcpu v, int number) {
        return v.guest.dr(number);
    }

    /// @return 0, or the error number; a failure changes nothing
    int set(XenVcpu v, int register, int value) {
        int number = alias(v, register);
        if (number < 0) return Errno.ENODEV;
        if (number == 6) {
            v.guest.setDr(6, (value | DR6_ONES) & ~DR6_ZEROS);
            return 0;
        }
        if (number == 7) return setControl(v, value);
        if (v.layout.reserves(value)) return Errno.EPERM;
        v.guest.setDr(number, value);
        return 0;
    }

    private static int setControl(XenVcpu v, int value) {
        if ((value & DR7_GENERAL_DETECT) != 0) return Errno.EPERM;
        for (int i = 0; i < 4; i++) {
            boolean enabled = (value >>> i * 2 & 3) != 0;
            boolean io = (value >>> 16 + i * 4 & 3) == TYPE_IO;
            if (enabled && io && (v.cr4 & Abi.CR4_DE) == 0) return Errno.EPERM;
        }
        v.guest.setDr(7, value & ~DR7_ZEROS | DR7_ONES);
        return 0;
    }
}
