// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.util.List;
import java.util.function.Supplier;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.Vga;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// What the firmware has its hands on.
///
/// @param caller the vCPU whose instruction is being carried out
/// @param ports  the PC's chips
/// @param vga    whose registers belong to a mode
/// @param memory in order of address
/// @param disks  80h, 81h and so on
/// @param cds    behind them, the first one is E0h
/// @param loaded what is to be started lies at 0000:7C00 already
public record BiosParts(
        Supplier<GuestState> caller,
        Ports ports,
        Vga vga,
        VirtualClock clock,
        List<MemoryRange> memory,
        List<BlockMedium> disks,
        List<BlockMedium> cds,
        boolean loaded) {}
