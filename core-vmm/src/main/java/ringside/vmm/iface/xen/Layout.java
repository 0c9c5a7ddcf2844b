// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

/// The two address-space layouts of the 32-bit interface: which one a kernel gets, its PAE_MODE note decides.
///
/// Section 4.1 of the interface paper: where the hypervisor's own range begins, which is also where the
/// machine-to-physical table is shown.
enum Layout {
    /// Three levels of 8-byte entries; reserved are the top 168 MiB.
    PAE(0xF5800000, 0xFC000000, 8, 8, "xen-3.0-x86_32p"),
    /// Two levels of 4-byte entries; reserved are the top 64 MiB.
    TWO_LEVELS(0xFC000000, 0xFD000000, 4, 1, "xen-3.0-x86_32");

    private static final int CR4_PAE = 0x20;
    private static final int CR4_SSE = 0x600;

    /// Lowest linear address that is the hypervisor's; the M2P is shown there.
    final int reservedVa;
    /// Where each vCPU's GDT and LDT appear.
    final int perDomainVa;
    /// Bytes of a page-table entry.
    final int entryBytes;
    /// L1 tables that map the M2P.
    final int m2pTables;
    /// The guest type, as capabilities and start_info have it.
    final String type;

    Layout(int reservedVa, int perDomainVa, int entryBytes, int m2pTables, String type) {
        this.reservedVa = reservedVa;
        this.perDomainVa = perDomainVa;
        this.entryBytes = entryBytes;
        this.m2pTables = m2pTables;
        this.type = type;
    }

    boolean pae() {
        return this == PAE;
    }

    /// The same as {@link #reservedVa}, unsigned.
    long reservedFrom() {
        return Integer.toUnsignedLong(reservedVa);
    }

    boolean reserves(int va) {
        return Integer.compareUnsigned(va, reservedVa) >= 0;
    }

    /// Entries of a page table or directory.
    int entries() {
        return Abi.PAGE / entryBytes;
    }

    /// Bits of an address below a directory entry's part.
    int directoryShift() {
        return pae() ? 21 : 22;
    }

    /// What one directory entry maps.
    long tableSpan() {
        return 1L << directoryShift();
    }

    /// Bytes of addresses that the M2P window takes.
    int m2pSpan() {
        return m2pTables << directoryShift();
    }

    /// CR4 bits that are the hypervisor's.
    int cr4() {
        return CR4_SSE | (pae() ? CR4_PAE : 0);
    }

    /// EFER as the silicon has it and the guest sees it.
    long efer() {
        return pae() ? Abi.EFER_NXE : 0;
    }
}
