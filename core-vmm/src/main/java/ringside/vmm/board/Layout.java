// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// Where things lie in a PC's first megabyte, guest-physical.
final class Layout {
    static final int BIOS_DATA = 0x400;
    static final int LOADER_GDT = 0x800;
    /// Top of conventional memory; the extended BIOS data area, with the MP floating pointer, is the last KB below
    /// 640 KB.
    static final int EBDA = 0x9FC00;
    static final int CONVENTIONAL_END = 0xA0000;
    /// The MP table is here, and behind it all of ACPI's.
    static final int BIOS_ROM = 0xF0000;
    static final int ACPI_TABLES = 0xF1000;
    static final int ACPI_END = 0xF8000;
    /// A single IRET, where every unclaimed real-mode vector points.
    static final int BIOS_IRET = 0xFFF53;
    static final int RESET_VECTOR = 0xFFFF0;
    static final int HIGH_MEMORY = 0x100000;
    static final int BOOT_SECTOR = 0x7C00;

    private Layout() {}
}
