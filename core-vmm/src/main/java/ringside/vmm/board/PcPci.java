// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.Line;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.ide.IdeController;
import ringside.vmm.dev.pci.HostBridge;
import ringside.vmm.dev.pci.PciBus;
import ringside.vmm.dev.pci.PciFunction;
import ringside.vmm.dev.pci.Piix3;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The PC's PCI bus and what is on it.
///
/// | slot | what |
/// |---|---|
/// | 0.0 | host bridge |
/// | 1.0 | PIIX3: bridge to ISA, leads requests A to D to IRQs |
/// | 1.1 | PIIX3: IDE |
/// | 2.0 | display |
/// | 3.0 and up | network cards |
final class PcPci implements Stateful {
    static final int DISPLAY = 2;
    /// Where firmware puts the cards' windows, and the IRQs it leads requests A to D to.
    static final int PORTS = 0xC000;
    static final long WINDOWS = 0xE000_0000L;
    static final int[] IRQS = {10, 11, 10, 11};

    final PciBus bus;
    private final Piix3 piix;
    private final IdeController ide;

    /// @param resetControl the chip at port CF9, in the middle of the address register
    PcPci(PortMap ports, MmioMap memory, PcInterrupts interrupts, PortDevice resetControl, IdeController ide) {
        this.ide = ide;
        Line[] irqs = interrupts.irqs(0, PcInterrupts.IRQS);
        Line[] inputs = interrupts.irqs(PcInterrupts.PCI_INPUT, PcInterrupts.PCI_INPUTS);
        piix = new Piix3((irq, high) -> irqs[irq].set(high));
        bus = new PciBus(ports, (request, high) -> {
            piix.request(request, high);
            inputs[request].set(high);
        });
        ports.put(0xCF8, 4, bus.addressPort(resetControl));
        ports.put(0xCFC, 4, bus.dataPort());
        memory.put(bus);
        bus.attach(0, 0, HostBridge.function());
        bus.attach(1, 0, piix.function());
        bus.attach(1, 1, ide.function());
    }

    /// Puts a card into the first free slot from 3 on. @return the slot
    int plug(PciFunction card) {
        int slot = 3;
        while (bus.occupied(slot, 0)) slot++;
        bus.attach(slot, 0, card);
        return slot;
    }

    /// As firmware hands over: every window placed, every request led to its IRQ.
    void firmware() {
        piix.route(IRQS);
        ide.firmware();
        bus.configure(PORTS, WINDOWS, IRQS);
    }

    @Override
    public void state(StateVisitor v) {
        piix.state(v);
        bus.state(v);
    }
}
