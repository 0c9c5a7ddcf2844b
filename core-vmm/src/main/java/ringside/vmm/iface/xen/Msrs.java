// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import org.jspecify.annotations.Nullable;

/// Which model-specific registers a PV guest may read, what it sees, and which writes are quietly accepted.
final class Msrs {
    static final int HYPERCALL_PAGE = 0x40000000;
    private static final long APIC_BASE = 0xFEE00800L;
    private static final long BOOT_PROCESSOR = 0x100;
    private static final long PAT = 0x0000050100070406L;

    private Msrs() {}

    /// The value, or null: #GP.
    static @Nullable Long read(XenVcpu v, int msr) {
        if (machineCheck(msr)) return 0L;
        return switch (msr) {
            case 0x10 -> v.guest.tsc();
            case 0x1B -> APIC_BASE | (v.number == 0 ? BOOT_PROCESSOR : 0);
            case 0x3A -> 1L;
            case 0x277 -> PAT;
            case Abi.MSR_EFER -> v.layout.efer();
            case 0x8B, 0xCE, 0x140, 0x198, 0x199, 0x19C, 0x1A0, 0x1D9, 0x345, HYPERCALL_PAGE -> 0L;
            default -> null;
        };
    }

    static boolean mayWrite(XenVcpu v, int msr, long value) {
        if (machineCheck(msr)) return true;
        return switch (msr) {
            case Abi.MSR_EFER -> value == v.layout.efer();
            case 0x1A0, 0x8B -> true;
            default -> false;
        };
    }

    private static boolean machineCheck(int msr) {
        return msr >= 0x179 && msr <= 0x17B || msr >= 0x280 && msr <= 0x29F || msr >= 0x400 && msr <= 0x47F;
    }
}
