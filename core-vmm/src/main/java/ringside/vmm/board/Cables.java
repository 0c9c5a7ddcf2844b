// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The network cables that leave the machine. Without one nothing here does anything, and no run is different.
final class Cables implements Stateful {
    /// How far guest time goes at a time while only the outside can wake somebody.
    private static final long STEP = 10_000_000;
    /// Frames that wait inside for a card, at most.
    private static final int MOST = 256;

    private final List<Cable> cables = new ArrayList<>();
    private final Inputs inputs;

    Cables(List<Wire> wires, Inputs inputs) {
        this.inputs = inputs;
        for (Wire wire : wires) cables.add(new Cable(wire, Inputs.FIRST_WIRE + cables.size()));
    }

    /// The ends for the cards.
    List<Wire> wires() {
        return List.copyOf(cables);
    }

    /// Takes in what has come. Between rounds.
    void poll() {
        for (Cable cable : cables) cable.poll();
    }

    /// A frame comes again, as recorded.
    void arrives(int source, byte[] frame) {
        int n = source - Inputs.FIRST_WIRE;
        if (n >= 0 && n < cables.size()) cables.get(n).queue.add(frame);
    }

    /// When something happens next, in ticks: an event, or a look at a cable from which an answer may come.
    long next(VirtualClock clock) {
        long event = clock.nextAt();
        if (inputs.repeats()) return Math.min(event, inputs.next());
        if (event != Long.MAX_VALUE) return event;
        for (Cable cable : cables) if (cable.outside.waiting()) return clock.now() + STEP;
        return Long.MAX_VALUE;
    }

    /// Everybody sleeps for so long; waits for the outside meanwhile.
    void await(long nanoseconds) {
        if (cables.isEmpty() || nanoseconds <= 0 || inputs.repeats()) return;
        inputs.begin();
        for (Cable cable : cables) {
            if (!cable.outside.waiting()) continue;
            cable.outside.await(nanoseconds);
            cable.poll();
        }
    }

    @Override
    public void state(StateVisitor v) {
        for (Cable cable : cables) cable.state(v);
    }

    /// One cable. Frames that came out of the outer end are the machine's, so that they can be taken back and repeated.
    private final class Cable implements Wire, Stateful {
        private final Wire outside;
        private final int source;
        private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
        private Runnable listener = () -> {};

        Cable(Wire outside, int source) {
            this.outside = outside;
            this.source = source;
        }

        @Override
        public void send(byte[] frame) {
            if (!inputs.repeats()) outside.send(frame); // the answer to what is sent again is known
        }

        @Override
        public byte @Nullable [] take() {
            return queue.poll();
        }

        @Override
        public void onFrame(Runnable r) {
            listener = r;
        }

        @Override
        public void clock(LongSupplier nanoseconds) {
            outside.clock(nanoseconds);
        }

        @Override
        public void poll() {
            if (!inputs.repeats()) {
                outside.poll();
                while (queue.size() < MOST) {
                    byte[] frame = outside.take();
                    if (frame == null) break;
                    inputs.took(source, frame);
                    queue.add(frame);
                }
            }
            if (!queue.isEmpty()) listener.run();
        }

        @Override
        public void state(StateVisitor v) {
            int count = v.i32("cable.frames", queue.size());
            List<byte[]> frames = new ArrayList<>(queue);
            if (v.loads()) queue.clear();
            for (int i = 0; i < count; i++) {
                byte[] frame = v.sized("cable.frame", v.loads() ? new byte[0] : frames.get(i));
                if (v.loads()) queue.add(frame);
            }
        }
    }
}
