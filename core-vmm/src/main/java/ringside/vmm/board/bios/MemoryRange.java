// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

/// A line of the memory map that INT 15h, AX=E820h gives. (ACPI specification, chapter "System Address Map
/// Interfaces".)
///
/// @param type 1 RAM, 2 reserved
public record MemoryRange(long address, long bytes, int type) {}
