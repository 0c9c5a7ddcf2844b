// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wire between local APICs and the IO-APIC: finds the targets of an interrupt and hands it over.
/// Lowest-priority arbitration takes the target with the lowest processor priority, of several the lowest ID.
public final class ApicBus {
    /// What reaches a processor's pins and not its interrupt registers.
    public interface Pins {
        void nmi(int cpu);

        void init(int cpu);

        /// @param vector the page number of the real-mode entry
        void startup(int cpu, int vector);

        /// A fixed or lowest-priority interrupt was sent from one processor to another.
        void sent(int from, int to, int vector);
    }

    static final int FIXED = 0, LOWEST = 1, NMI = 4, INIT = 5, STARTUP = 6, EXTINT = 7;
    private static final int LOGICAL = 1 << 11, ASSERT = 1 << 14, LEVEL = 1 << 15;

    private final Pins pins;
    private final List<LocalApic> apics = new ArrayList<>();
    private @Nullable IoApic io;

    public ApicBus(Pins pins) {
        this.pins = pins;
    }

    void attach(LocalApic apic) {
        apics.add(apic);
    }

    void attach(IoApic chip) {
        io = chip;
    }

    /// The broadcast at the end of an interrupt that came by level.
    void endOfInterrupt(int vector) {
        if (io != null) io.endOfInterrupt(vector);
    }

    /// A local APIC was switched on: what it refused is sent again.
    void enabled() {
        if (io != null) io.again();
    }

    /// An interrupt that no processor sent. @return whether a local APIC took it
    boolean message(int destination, boolean logical, int mode, int vector, boolean level) {
        List<LocalApic> targets = new ArrayList<>();
        for (LocalApic a : apics) if (a.addressed(destination, logical)) targets.add(a);
        if (mode == LOWEST) targets = lowest(targets);
        boolean taken = false;
        for (LocalApic to : targets) {
            switch (mode) {
                case FIXED, LOWEST -> taken |= to.accept(vector, level);
                case NMI -> pins.nmi(to.cpu());
                case INIT -> {
                    to.reset();
                    pins.init(to.cpu());
                }
                default -> {}
            }
        }
        return taken;
    }

    /// An 8259's request that the IO-APIC passes through.
    void external(int destination, boolean logical, boolean high) {
        for (LocalApic a : apics) a.passedThrough(high && a.addressed(destination, logical));
    }

    void nmi(int cpu) {
        pins.nmi(cpu);
    }

    /// Carries out a write to the interrupt command register.
    void command(LocalApic from, int low, int high) {
        int mode = low >> 8 & 7;
        // INIT level de-assert only synchronised arbitration IDs on the old serial bus.
        if (mode == INIT && (low & LEVEL) != 0 && (low & ASSERT) == 0) return;
        List<LocalApic> targets = targets(from, low, high >>> 24);
        if (mode == LOWEST) targets = lowest(targets);
        for (LocalApic to : targets) deliver(from, to, mode, low & 0xFF);
    }

    private List<LocalApic> targets(LocalApic from, int low, int destination) {
        List<LocalApic> found = new ArrayList<>();
        for (LocalApic a : apics) {
            boolean hit = switch (low >> 18 & 3) {
                case 1 -> a == from;
                case 2 -> true;
                case 3 -> a != from;
                default -> a.addressed(destination, (low & LOGICAL) != 0);
            };
            if (hit) found.add(a);
        }
        return found;
    }

    private static List<LocalApic> lowest(List<LocalApic> targets) {
        LocalApic best = null;
        for (LocalApic a : targets) if (a.enabled() && (best == null || a.ppr() < best.ppr())) best = a;
        return best == null ? List.of() : List.of(best);
    }

    private void deliver(LocalApic from, LocalApic to, int mode, int vector) {
        switch (mode) {
            case FIXED, LOWEST -> {
                pins.sent(from.cpu(), to.cpu(), vector);
                to.accept(vector, false);
            }
            case NMI -> pins.nmi(to.cpu());
            case INIT -> {
                to.reset();
                pins.init(to.cpu());
            }
            case STARTUP -> pins.startup(to.cpu(), vector);
            default -> {}
        }
    }
}
