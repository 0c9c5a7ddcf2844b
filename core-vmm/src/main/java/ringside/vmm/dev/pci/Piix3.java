// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The PCI-to-ISA bridge of Intel's PIIX3 (8086:7000): leads the bus's four interrupt requests to IRQs of the 8259s, as
/// its registers 60 to 63 say.
public final class Piix3 implements Stateful {
    private static final int ROUTES = 0x60, OFF = 0x80;
    /// IRQs that a request may be led to.
    private static final int ALLOWED = 0xDEF8;

    /// The IRQ inputs of the 8259s, for requests only: level, high while asserted.
    @FunctionalInterface
    public interface Inputs {
        void set(int irq, boolean asserted);
    }

    private final PciFunction function = new PciFunction(0x8086, 0x7000, 0x060100, 0).multifunction();
    private final Inputs inputs;
    private int asserted, driven;

    public Piix3(Inputs inputs) {
        this.inputs = inputs;
        for (int i = 0; i < PciBus.REQUESTS; i++) function.set(ROUTES + i, 1, OFF);
        function.set(PciFunction.COMMAND, 2, 0x0007); // it always answers
        function.writable(PciFunction.COMMAND, 2, 0x0008);
        function.set(PciFunction.STATUS, 2, 0x0200);
        function.writable(0x4C, 4, -1); // recovery timers, chip selects: kept
        function.writable(ROUTES, 4, 0x8F8F8F8F);
        function.writable(0x69, 1, 0xFE).writable(0x82, 1, 0x0F);
        function.onWrite((offset, size) -> drive());
    }

    public PciFunction function() {
        return function;
    }

    /// As firmware does: the IRQs of the four requests.
    public void route(int[] irqs) {
        for (int i = 0; i < PciBus.REQUESTS; i++) function.write(ROUTES + i, 1, irqs[i]);
    }

    /// A request of the bus changes.
    public void request(int n, boolean high) {
        if (high) asserted |= 1 << n;
        else asserted &= ~(1 << n);
        drive();
    }

    private void drive() {
        int now = 0;
        for (int i = 0; i < PciBus.REQUESTS; i++) {
            int route = function.get(ROUTES + i, 1);
            if ((asserted >> i & 1) != 0 && (route & OFF) == 0) now |= 1 << (route & 0x0F);
        }
        now &= ALLOWED;
        int changed = now ^ driven;
        driven = now;
        for (int irq = 0; irq < 16; irq++) {
            if ((changed >> irq & 1) != 0) inputs.set(irq, (now >> irq & 1) != 0);
        }
    }

    @Override
    public void state(StateVisitor v) {
        asserted = v.u8("requests", asserted);
        driven = v.u16("driven", driven);
    }
}
