// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

/// Numbers of the x86_32 ABI that more than one part needs. Offsets are bytes into the named structure.
final class Abi {
    static final int PAGE = 4096;
    static final int PAGE_SHIFT = 12;

    /// Each vCPU's GDT and LDT: 16 pages each, 32 per vCPU.
    static final int PER_VCPU_BYTES = 0x20000;
    static final int LDT_OFFSET = 0x10000;
    static final int GDT_LIMIT = 0xEFFF;
    static final int GUEST_GDT_ENTRIES = 7168;
    static final int GUEST_GDT_FRAMES = 14;
    static final int LDT_FRAMES = 16;

    static final int KERNEL_CS = 0xE019;
    static final int KERNEL_DS = 0xE021;
    static final int USER_CS = 0xE02B;
    static final int USER_DS = 0xE033;
    static final long KERNEL_CODE = 0x00CFBB000000FFFFL;
    static final long KERNEL_DATA = 0x00CFB3000000FFFFL;
    static final long USER_CODE = 0x00CFFB000000FFFFL;
    static final long USER_DATA = 0x00CFF3000000FFFFL;

    static final int HYPERCALL_VECTOR = 0x82;
    static final int SYSCALL_VECTOR = 0x80;

    static final int DOMAIN = 1;
    static final int DOMID_SELF = 0x7FF0;
    static final int DOMID_IO = 0x7FF1;

    // vcpu_info
    static final int UPCALL_PENDING = 0;
    static final int UPCALL_MASK = 1;
    static final int PENDING_SEL = 4;
    static final int CR2 = 8;
    static final int TIME = 32;
    static final int VCPU_INFO_BYTES = 64;

    // shared_info
    static final int EVTCHN_PENDING = 2048;
    static final int EVTCHN_MASK = 2176;
    static final int WC_VERSION = 2304;
    static final int WC_SEC = 2308;
    static final int SHARED_VCPUS = 32;

    // EFLAGS
    static final int TF = 0x100;
    static final int IF = 0x200;
    static final int IOPL = 0x3000;
    static final int NT = 0x4000;
    static final int RF = 0x10000;
    static final int VM = 0x20000;

    static final int CR0_TS = 8;
    static final int CR0_START = 0x8001003B & ~CR0_TS;
    static final int CR4_DE = 8;
    static final int MSR_EFER = 0xC0000080;
    static final int EFER_NXE = 0x800;

    static final int VIRQ_TIMER = 0;

    /// major << 16 | minor: the interface as of 3.4, whose 32-bit hypervisor ran on the bare machine.
    static final int VERSION = 0x00030004;

    private Abi() {}

    /// CR3 as a guest sees it: frame bits 19..0 on top, 31..20 below.
    static int extendedCr3(int mfn) {
        return mfn << 12 | mfn >>> 20;
    }

    static int mfnOfCr3(int cr3) {
        return cr3 >>> 12 | cr3 << 20;
    }
}
