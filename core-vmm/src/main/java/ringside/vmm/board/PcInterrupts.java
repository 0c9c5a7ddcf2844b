// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.function.IntConsumer;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.ApicBus;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.LocalApic;
import ringside.vmm.dev.PicPair;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The way of an interrupt through the PC: from a chip's wire to a vCPU.
///
/// An IRQ is a wire that several chips may pull. It leads to the 8259s, whose output is LINT0 of vCPU 0.
final class PcInterrupts implements Stateful {
    private static final int INPUTS = 24, IRQS = 16;

    final PicPair pics;
    private final LocalApic[] apics;
    /// Who pulls each input, a bit a wire.
    private final int[] pulled = new int[INPUTS];
    private final int[] wires = new int[INPUTS];

    PcInterrupts(VirtualClock clock, int vcpus, ApicBus.Pins pins, IntConsumer inputChanged) {
        ApicBus bus = new ApicBus(pins);
        apics = new LocalApic[vcpus];
        for (int i = 0; i < vcpus; i++) {
            int n = i;
            apics[i] = new LocalApic(i, clock, bus, high -> inputChanged.accept(n));
        }
        pics = new PicPair(apics[0]::lint0);
    }

    /// A new wire to an IRQ, high while the chip asks.
    Line irq(int n) {
        int bit = 1 << wires[n]++;
        return high -> {
            int before = pulled[n];
            pulled[n] = high ? before | bit : before & ~bit;
            if (pulled[n] == 0 != (before == 0)) drive(n, high);
        };
    }

    private void drive(int n, boolean high) {
        if (n < IRQS) pics.irq(n, high);
    }

    /// An edge on IRQ 0.
    void irq0() {
        pics.irq(0, false);
        pics.irq(0, true);
    }

    LocalApic apic(int vcpu) {
        return apics[vcpu];
    }

    /// Whether INTR is asserted.
    boolean pending(int vcpu) {
        LocalApic apic = apics[vcpu];
        return apic.pending() || apic.external() && pics.requesting();
    }

    /// The acknowledge cycle: the local APIC's own interrupts before the 8259s'.
    int acknowledge(int vcpu) {
        LocalApic apic = apics[vcpu];
        if (apic.pending() || !apic.external()) return apic.acknowledge();
        return pics.acknowledge();
    }

    /// Whether one of the wires of this board could bring an NMI to a vCPU. LINT1 leads nowhere.
    boolean mayRaiseNmi(int vcpu) {
        return vcpu == 0 && apics[vcpu].lint0IsNmi();
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("irq wires", pulled);
        pics.state(v);
        for (LocalApic apic : apics) apic.state(v);
    }
}
