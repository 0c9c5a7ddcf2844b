// SPDX-License-Identifier: Apache-2.0
/// The PC's own firmware: what the interrupt services of a PC BIOS do, behind the ROM that asks for them.
@org.jspecify.annotations.NullMarked
package ringside.vmm.board.bios;
