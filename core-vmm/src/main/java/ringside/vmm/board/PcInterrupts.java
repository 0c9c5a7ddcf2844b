// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.function.IntConsumer;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.ApicBus;
import ringside.vmm.dev.IoApic;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.LocalApic;
import ringside.vmm.dev.PicPair;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The way of an interrupt through the PC: from a chip's wire to a vCPU.
///
/// An IRQ is a wire that several chips may pull. IRQ n leads to the 8259s and to input n of the IO-APIC, IRQ 0 to its
/// input 2; its inputs 16 to 19 are the PCI bus's four requests, low while asserted. The output of the 8259s is LINT0
/// of vCPU 0 and input 0 of the IO-APIC.
final class PcInterrupts implements Stateful {
    static final int IRQS = 16, PCI_INPUT = 16, PCI_INPUTS = 4;
    /// What the IO-APIC has at its input 2, where the 8259s have their cascade.
    static final int TIMER_INPUT = 2;

    static final int IO_APIC_ID = MachineSpec.MAX_VCPUS;

    final PicPair pics;
    final IoApic ioApic;
    private final LocalApic[] apics;
    private final SharedWire[] picInputs = new SharedWire[IRQS];
    private final SharedWire[] ioInputs = new SharedWire[IoApic.INPUTS];

    PcInterrupts(VirtualClock clock, int vcpus, ApicBus.Pins pins, IntConsumer inputChanged) {
        ApicBus bus = new ApicBus(pins);
        apics = new LocalApic[vcpus];
        for (int i = 0; i < vcpus; i++) {
            int n = i;
            apics[i] = new LocalApic(i, clock, bus, high -> inputChanged.accept(n));
        }
        ioApic = new IoApic(bus);
        pics = new PicPair(high -> {
            apics[0].lint0(high);
            ioApic.input(0, high);
        });
        for (int i = 0; i < IRQS; i++) picInputs[i] = new SharedWire(pics.line(i));
        for (int i = 0; i < IoApic.INPUTS; i++) {
            int n = i;
            boolean low = isPci(n);
            ioApic.input(n, low);
            ioInputs[n] = new SharedWire(high -> ioApic.input(n, high != low));
        }
    }

    private static boolean isPci(int input) {
        return input >= PCI_INPUT && input < PCI_INPUT + PCI_INPUTS;
    }

    /// A new wire to an IRQ, or from 16 on to an input of the IO-APIC alone. High while the chip asks.
    Line irq(int n) {
        Line pic = picInput(n), io = ioInput(n);
        return high -> {
            pic.set(high);
            io.set(high);
        };
    }

    /// The part of {@link #irq} that leads to the 8259s.
    Line picInput(int irq) {
        return irq < IRQS ? picInputs[irq].end() : Line.OPEN;
    }

    /// The part of {@link #irq} that leads to the IO-APIC.
    Line ioInput(int irq) {
        return ioInputs[irq == 0 ? TIMER_INPUT : irq].end();
    }

    /// A new wire to each of some IRQs.
    Line[] irqs(int first, int count) {
        Line[] lines = new Line[count];
        for (int i = 0; i < count; i++) lines[i] = irq(first + i);
        return lines;
    }

    /// An edge on IRQ 0.
    void irq0() {
        for (boolean high : new boolean[] {false, true}) {
            pics.irq(0, high);
            ioApic.input(TIMER_INPUT, high);
        }
    }

    /// As firmware hands over: vCPU 0's APIC in virtual-wire mode, an ID for the IO-APIC behind those of all vCPUs.
    void firmware() {
        apics[0].virtualWire();
        ioApic.write(IoApic.BASE, 4, 0);
        ioApic.write(IoApic.BASE + 0x10, 4, IO_APIC_ID << 24);
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
        return vcpu == 0 && apics[vcpu].lint0IsNmi() || ioApic.mayRaiseNmi();
    }

    @Override
    public void state(StateVisitor v) {
        for (SharedWire w : picInputs) w.state(v);
        for (SharedWire w : ioInputs) w.state(v);
        pics.state(v);
        ioApic.state(v);
        for (LocalApic apic : apics) apic.state(v);
    }
}
