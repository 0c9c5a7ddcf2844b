// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.Wire;

/// What is plugged into a machine: a PC, or a Xen guest, whose back ends serve it. Nothing, usually.
///
/// @param disks    hard disks: on a PC at most 4 with the CDs, in the order primary master, primary slave, and so on;
///                 on Xen xvda, xvdb, and so on
/// @param cds      CD drives: on a PC from secondary master on, or where there is a place; on Xen after the disks
/// @param networks network cards, by their cables
/// @param settings jumpers of a PC
public record PcOptions(List<BlockMedium> disks, List<BlockMedium> cds, List<Wire> networks, PcSettings settings) {
    /// Nothing.
    public static final PcOptions NONE = new PcOptions(List.of(), List.of(), List.of());

    public PcOptions {
        disks = List.copyOf(disks);
        cds = List.copyOf(cds);
        networks = List.copyOf(networks);
    }

    /// With the usual settings.
    public PcOptions(List<BlockMedium> disks, List<BlockMedium> cds, List<Wire> networks) {
        this(disks, cds, networks, PcSettings.USUAL);
    }

    /// The same with these networks.
    public PcOptions withNetworks(List<Wire> wires) {
        return new PcOptions(disks, cds, wires, settings);
    }

    /// The same with these settings.
    public PcOptions with(PcSettings other) {
        return new PcOptions(disks, cds, networks, other);
    }
}
