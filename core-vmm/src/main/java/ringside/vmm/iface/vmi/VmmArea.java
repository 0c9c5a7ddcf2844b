// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

/// The monitor's part of every address space: linear addresses, the same on each vCPU, with that vCPU's own frames.
///
/// The first two pages are for the ROM's code, which runs at the kernel's privilege; the guest's segments end behind
/// them. The rest is what the silicon needs at a linear address: descriptor tables and a task state segment.
/// The numbers must agree with `guests/rom/vmi-rom.S`.
final class VmmArea {
    /// Lowest linear address of the hole; the ROM's header says so to the guest.
    static final int TOP = 0xFFC00000;
    /// Where the guest's segments end.
    static final int GUEST_END = TOP + 0x2000;

    static final int STATE_PAGE = 0, QUEUE_PAGE = 1, GDT_PAGE = 4, LDT_PAGE = 20, IDT_PAGE = 36, TSS_PAGE = 37;
    /// The descriptor tables that user code sees.
    static final int USER_GDT_PAGE = 40, USER_LDT_PAGE = 56;
    static final int TABLE_PAGES = 16;
    static final int GDT = TOP + (GDT_PAGE << 12), LDT = TOP + (LDT_PAGE << 12);
    static final int USER_GDT = TOP + (USER_GDT_PAGE << 12), USER_LDT = TOP + (USER_LDT_PAGE << 12);
    static final int IDT = TOP + (IDT_PAGE << 12), TSS = TOP + (TSS_PAGE << 12);

    // The state page, by byte.
    static final int VIF = 0x00, PENDING = 0x04, CR0 = 0x08, CR2 = 0x0C, CR3 = 0x10, CR4 = 0x14;
    static final int LAZY = 0x18, QUEUED = 0x1C, LINEAR_VA = 0x20, LINEAR_BYTES = 0x24, LINEAR_DELTA = 0x28;
    static final int WALLCLOCK = 0x30, STOLEN = 0x38;

    // A queue slot, by byte.
    static final int SLOTS = 128, SLOT_BYTES = 32;
    static final int SLOT_FLAGS = 0, SLOT_ENTRY = 4, SLOT_VALUE = 8, SLOT_OLD = 16, SLOT_CALL = 24;

    private VmmArea() {}

    static boolean inside(int linear) {
        return Integer.compareUnsigned(linear, TOP) >= 0;
    }
}
