// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.dev.nic.Rtl8139;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The PC's network cards: an RTL8139 at each cable.
final class PcNetworks implements Stateful {
    /// Cards, at most: each takes a slot of the PCI bus.
    static final int MOST = 8;
    /// Administered locally, and the same on every host.
    private static final byte[] FIRST_MAC = {0x02, 0x52, 0x49, 0x4E, 0x47, 0x01};

    private final List<Rtl8139> cards = new ArrayList<>();

    PcNetworks(PcOptions options, PcPci pci, VirtualClock clock, DmaMemory memory) {
        for (Wire wire : options.networks()) {
            byte[] mac = FIRST_MAC.clone();
            mac[5] += (byte) cards.size();
            Rtl8139 card = new Rtl8139(memory, wire, clock, mac);
            pci.plug(card.function());
            cards.add(card);
        }
    }

    @Override
    public void state(StateVisitor v) {
        for (Rtl8139 card : cards) card.state(v);
    }
}
