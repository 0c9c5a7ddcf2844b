// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trap.GuestState;

/// Resets of a PC: which one is due, and how a machine looks that was just switched on.
final class PcResets implements Stateful {
    /// Resets of one run, at most: a guest that cannot start starts over and over.
    static final int MOST = 100;

    private @Nullable ResetCause due;
    private int count;

    /// Somebody pulls the line. What came first counts.
    void pull(ResetCause why) {
        if (due == null) due = why;
    }

    boolean due() {
        return due != null;
    }

    /// The line is let go. @return who pulled it
    ResetCause take() {
        ResetCause why = due == null ? ResetCause.CHIP_SET : due;
        due = null;
        count++;
        return why;
    }

    /// Resets so far.
    int count() {
        return count;
    }

    /// The same PC, switched on at this moment, and connected to nobody.
    static Pc switchedOn(MachineSpec spec, long now, DmaMemory ram) {
        VirtualClock clock = new VirtualClock();
        clock.advanceTo(now);
        PcOptions options = spec.options();
        List<Wire> loose =
                options.networks().stream().<Wire>map(w -> new LooseCable()).toList();
        return new Pc(spec.with(options.withNetworks(loose)), new PortMap(), clock, new NoConsole(), ram, new Loose());
    }

    @Override
    public void state(StateVisitor v) {
        count = v.i32("resets", count);
    }

    /// A cable that leads nowhere.
    private static final class LooseCable implements Wire {
        @Override
        public void send(byte[] frame) {
            // Nobody hears.
        }

        @Override
        public byte @Nullable [] take() {
            return null;
        }

        @Override
        public void onFrame(Runnable r) {
            // None comes.
        }

        @Override
        public void clock(LongSupplier nanoseconds) {
            // Nobody asks.
        }
    }

    /// Pins without processors.
    private static final class Loose implements Pc.Wires {
        @Override
        public void interruptInput(int vcpu) {
            // Nobody hears.
        }

        @Override
        public GuestState atWork() {
            throw new IllegalStateException("no instruction is carried out here");
        }

        @Override
        public void reset(ResetCause why) {
            // Nothing runs.
        }

        @Override
        public void powerOff() {
            // Nothing runs.
        }

        @Override
        public void nmi(int vcpu) {
            // Nobody hears.
        }

        @Override
        public void init(int vcpu) {
            // Nobody hears.
        }

        @Override
        public void startup(int vcpu, int vector) {
            // Nobody hears.
        }

        @Override
        public void sent(int from, int to, int vector) {
            // Nobody hears.
        }
    }
}
