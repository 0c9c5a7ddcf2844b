// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// What a stretch of a run would have cost: exact counts times prices. A lower bound that keeps the order, not a
/// time.
///
/// Events do not overlap. What bare hardware does for an event (`pf`, `exc`, `irq`) is charged to the guest where the
/// guest asked for it, and to the hypervisor where the guest never sees it (hidden faults, emulation).
///
/// @param lines in the order of the model
public record Bill(List<Line> lines) {
    /// @param event      price in the profile
    /// @param count      exact
    /// @param hypervisor whether it is the hypervisor's time
    public record Line(String event, long count, boolean hypervisor, Modelled cycles) {}

    private static final int PAGE_FAULT = 14;

    /// The bill of one corner.
    public static Bill of(Iface iface, Counts counts, CostProfile profile) {
        Writer w = new Writer(profile);
        w.guest("insn", counts.instructions());
        switch (iface) {
            case NATIVE -> bare(w, counts);
            case VMI -> vmi(w, counts);
            case XEN -> xen(w, counts);
            case HW -> hardware(w, counts);
        }
        w.guest("cr3", counts.events(EventKind.ADDRESS_SPACE));
        return new Bill(List.copyOf(w.lines));
    }

    private static void bare(Writer w, Counts counts) {
        for (Map.Entry<Integer, Long> fault : counts.faults().entrySet()) {
            int vector = fault.getKey();
            w.guest(vector == PAGE_FAULT ? "pf" : "exc", fault.getValue());
        }
        w.guest("sys.int", counts.events(EventKind.SOFTWARE_INTERRUPT));
        w.guest("irq", counts.events(EventKind.INTERRUPT));
        w.guest("ipi", counts.events(EventKind.IPI));
    }

    private static void vmi(Writer w, Counts c) {
        w.hypervisor("vmi.local", c.calls(CallClass.LOCAL) + c.calls(CallClass.QUEUED));
        w.hypervisor("vmi.hc", c.exits(ExitCause.CALL));
        w.hypervisor("vmi.pte1", c.pteUpdates());
        w.hypervisor("vmi.apic", c.calls("vmi.APICRead") + c.calls("vmi.APICWrite"));
        w.both("pf", "vmi.bounce", c.exits(ExitCause.PAGE_FAULT));
        w.hidden("pf", "vmi.hidden", c.exits(ExitCause.HIDDEN_FAULT));
        w.hidden("pf", "vmi.hidden", c.exits(ExitCause.PTE_WRITE));
        w.both("exc", "vmi.bounce", c.exits(ExitCause.EXCEPTION));
        w.guest("sys.int", c.events(EventKind.SOFTWARE_INTERRUPT));
        w.both("sys.fast", "vmi.sys", c.exits(ExitCause.SOFTWARE_INTERRUPT));
        w.both("irq", "vmi.bounce", c.exits(ExitCause.INTERRUPT));
        w.hidden("pf", "vmi.gp", c.exits(ExitCause.MEMORY_IO));
        w.hidden("exc", "vmi.gp", privileged(c));
    }

    private static void xen(Writer w, Counts c) {
        w.hypervisor("xen.hc", c.exits(ExitCause.CALL));
        w.hypervisor("xen.mc", multicallEntries(c));
        w.hypervisor("xen.mmu1", c.pteUpdates());
        w.hypervisor("xen.desc", c.calls("xen.update_descriptor"));
        w.hypervisor("xen.evt", c.events(EventKind.IPI));
        w.both("pf", "xen.bounce", c.exits(ExitCause.PAGE_FAULT));
        w.hidden("pf", "xen.pte.emul", c.exits(ExitCause.PTE_WRITE) + c.exits(ExitCause.HIDDEN_FAULT));
        w.both("exc", "xen.bounce", c.exits(ExitCause.EXCEPTION));
        // Through a direct gate the hypervisor has no part in it.
        long bounced = c.exits(ExitCause.SOFTWARE_INTERRUPT);
        w.guest("sys.int", Math.max(c.events(EventKind.SOFTWARE_INTERRUPT), bounced));
        w.hypervisor("xen.bounce", bounced);
        w.both("irq", "xen.upcall", c.exits(ExitCause.INTERRUPT));
        w.hidden("exc", "xen.gp", privileged(c) + c.exits(ExitCause.MEMORY_IO));
    }

    private static void hardware(Writer w, Counts c) {
        w.hypervisor("hw.rt", c.crossings());
        w.hypervisor("hw.disp", c.crossings());
        w.both("pf", "hw.pf.true", c.exits(ExitCause.PAGE_FAULT));
        w.hypervisor("hw.pf.hidden", c.exits(ExitCause.HIDDEN_FAULT));
        w.hypervisor("hw.pte", c.exits(ExitCause.PTE_WRITE));
        w.hypervisor("hw.cr3", c.exits(ExitCause.CONTROL_REGISTER));
        w.hypervisor("hw.pio.k", c.exits(ExitCause.PORT_IO));
        w.hypervisor("hw.apic", c.exits(ExitCause.MEMORY_IO));
        w.both("irq", "hw.irq", c.exits(ExitCause.INTERRUPT));
    }

    private static long privileged(Counts c) {
        return c.exits(ExitCause.PORT_IO)
                + c.exits(ExitCause.CONTROL_REGISTER)
                + c.exits(ExitCause.DEBUG_REGISTER)
                + c.exits(ExitCause.DESCRIPTOR_TABLE)
                + c.exits(ExitCause.MSR)
                + c.exits(ExitCause.TLB)
                + c.exits(ExitCause.INTERRUPT_FLAG)
                + c.exits(ExitCause.HALT)
                + c.exits(ExitCause.OTHER);
    }

    /// Items that are whole calls came in multicalls; those of a sub-table ("xen.mmuext_op.pin") did not.
    private static long multicallEntries(Counts c) {
        long sum = 0;
        for (Map.Entry<String, Long> item : c.items().entrySet()) {
            if (item.getKey().indexOf('.') == item.getKey().lastIndexOf('.')) sum += item.getValue();
        }
        return sum;
    }

    /// All cycles.
    public Modelled total() {
        return sum(lines);
    }

    /// The hypervisor's part.
    public Modelled hypervisor() {
        return sum(lines.stream().filter(Line::hypervisor).toList());
    }

    private static Modelled sum(List<Line> lines) {
        return new Modelled(lines.stream().mapToDouble(l -> l.cycles().value()).sum());
    }

    private static final class Writer {
        private final CostProfile profile;
        private final List<Line> lines = new ArrayList<>();

        private Writer(CostProfile profile) {
            this.profile = profile;
        }

        void guest(String event, long count) {
            add(event, count, false);
        }

        void hypervisor(String event, long count) {
            add(event, count, true);
        }

        /// The event as silicon does it for the guest, and what the hypervisor adds.
        void both(String bare, String extra, long count) {
            add(bare, count, false);
            add(extra, count, true);
        }

        /// The guest never sees it: all of it is the hypervisor's.
        void hidden(String bare, String extra, long count) {
            add(bare, count, true);
            add(extra, count, true);
        }

        private void add(String event, long count, boolean hypervisor) {
            if (count > 0) lines.add(new Line(event, count, hypervisor, new Modelled(count * profile.cycles(event))));
        }
    }
}
