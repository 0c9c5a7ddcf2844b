// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.Wire;

/// What is plugged into the PC of a native or VMI corner. Nothing, usually.
///
/// @param disks    hard disks: at most 4 with the CDs, in the order primary master, primary slave, and so on
/// @param cds      CD drives, from secondary master on, or where there is a place
/// @param networks network cards, by their cables
public record PcOptions(List<BlockMedium> disks, List<BlockMedium> cds, List<Wire> networks) {
    /// A PC without drives and network.
    public static final PcOptions NONE = new PcOptions(List.of(), List.of(), List.of());

    public PcOptions {
        disks = List.copyOf(disks);
        cds = List.copyOf(cds);
        networks = List.copyOf(networks);
    }

    /// The same with these networks.
    public PcOptions withNetworks(List<Wire> wires) {
        return new PcOptions(disks, cds, wires);
    }
}
