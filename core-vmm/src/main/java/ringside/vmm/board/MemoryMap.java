// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;

/// What firmware tells about a PC's memory: the list that INT 15h, AX=E820h gives, and that boot loaders pass on.
/// (ACPI specification, chapter "System Address Map Interfaces".)
final class MemoryMap {
    static final int RAM = 1, RESERVED = 2;

    /// @param bytes never 0
    record Area(long address, long bytes, int type) {}

    private MemoryMap() {}

    /// In order of address, without overlaps. The tables that firmware leaves behind are in reserved areas.
    static List<Area> of(long memoryBytes) {
        return List.of(
                new Area(0, Layout.EBDA, RAM),
                new Area(Layout.EBDA, Layout.CONVENTIONAL_END - Layout.EBDA, RESERVED),
                new Area(Layout.BIOS_ROM, Layout.HIGH_MEMORY - Layout.BIOS_ROM, RESERVED),
                new Area(Layout.HIGH_MEMORY, memoryBytes - Layout.HIGH_MEMORY, RAM));
    }

    /// One past the last byte that programs may use.
    static long ramEnd(long memoryBytes) {
        Area last = of(memoryBytes).reversed().stream()
                .filter(a -> a.type() == RAM)
                .findFirst()
                .orElseThrow();
        return last.address() + last.bytes();
    }
}
