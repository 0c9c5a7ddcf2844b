// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.Wire;

/// The network cables that leave the machine. Without one nothing here does anything, and no run is different.
final class Cables {
    /// How far guest time goes at a time while only the outside can wake somebody.
    private static final long STEP = 10_000_000;

    private final List<Wire> wires;

    Cables(List<Wire> wires) {
        this.wires = List.copyOf(wires);
    }

    /// Takes in what has come. Between rounds.
    void poll() {
        for (Wire wire : wires) wire.poll();
    }

    /// When something happens next, in ticks: an event, or a look at a cable from which an answer may come.
    long next(VirtualClock clock) {
        if (clock.nextAt() != Long.MAX_VALUE) return clock.nextAt();
        for (Wire wire : wires) if (wire.waiting()) return clock.now() + STEP;
        return Long.MAX_VALUE;
    }

    /// Everybody sleeps for so long; waits for the outside meanwhile.
    void await(long nanoseconds) {
        if (wires.isEmpty() || nanoseconds <= 0) return;
        for (Wire wire : wires) {
            if (!wire.waiting()) continue;
            wire.await(nanoseconds);
            wire.poll();
        }
    }
}
