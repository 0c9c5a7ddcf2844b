// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

/// What CPUID shows to a PV guest: the processor without what the hypervisor keeps, plus Xen's own leaves.
///
/// Hidden are the features that need ring 0 or that Xen manages: VME, PSE, PGE, MTRR, APIC, SEP, XSAVE and the like.
final class CpuidFilter {
    private static final int FPU = 1,
            DE = 1 << 2,
            TSC = 1 << 4,
            MSR = 1 << 5,
            PAE = 1 << 6,
            CX8 = 1 << 8,
            CMOV = 1 << 15,
            PAT = 1 << 16,
            CLFLUSH = 1 << 19,
            MMX = 1 << 23,
            FXSR = 1 << 24,
            SSE = 1 << 25,
            SSE2 = 1 << 26,
            SELF_SNOOP = 1 << 27;
    private static final int SHOWN_EDX =
            FPU | DE | TSC | MSR | PAE | CX8 | CMOV | PAT | CLFLUSH | MMX | FXSR | SSE | SSE2 | SELF_SNOOP;
    private static final int SHOWN_ECX = 1 | 1 << 9 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23;
    private static final int HYPERVISOR = 1 << 31;
    private static final int EXTENDED_EDX = SHOWN_EDX & ~(SSE | SSE2 | SELF_SNOOP | CLFLUSH) | 1 << 20;
    private static final int XEN = 0x40000000;
    private static final int TICK_KHZ = 1_000_000;
    private static final int EAX = 0, EBX = 1, ECX = 2, EDX = 3;

    private CpuidFilter() {}

    static void apply(int leaf, int subleaf, int[] regs) {
        if ((leaf & 0xFFFFFF00) == XEN) {
            xen(leaf - XEN, subleaf, regs);
        } else if (leaf == 1) {
            regs[ECX] = regs[ECX] & SHOWN_ECX | HYPERVISOR;
            regs[EDX] &= SHOWN_EDX;
        } else if (leaf == 0x80000001) {
            regs[ECX] = 0;
            regs[EDX] &= EXTENDED_EDX;
        } else if (leaf == 7 || leaf == 0xD || leaf == 5) {
            set(regs, 0, 0, 0, 0);
        }
    }

    private static void xen(int leaf, int subleaf, int[] regs) {
        switch (leaf) {
            case 0 -> set(regs, XEN + 5, 0x566E6558, 0x65584D4D, 0x4D4D566E);
            case 1 -> set(regs, Abi.VERSION, 0, 0, 0);
            case 2 -> set(regs, 1, Msrs.HYPERCALL_PAGE, 1, 0);
            case 3 -> time(subleaf, regs);
            case 5 -> set(regs, 0, 36, 0, 0);
            default -> set(regs, 0, 0, 0, 0);
        }
    }

    private static void time(int subleaf, int[] regs) {
        switch (subleaf) {
            case 0 -> set(regs, 2, 0, TICK_KHZ, 0);
            case 1 -> set(regs, 0, 0, 0x80000000, 1);
            case 2 -> set(regs, TICK_KHZ, 0, 0, 0);
            default -> set(regs, 0, 0, 0, 0);
        }
    }

    private static void set(int[] regs, int eax, int ebx, int ecx, int edx) {
        regs[EAX] = eax;
        regs[EBX] = ebx;
        regs[ECX] = ecx;
        regs[EDX] = edx;
    }
}
