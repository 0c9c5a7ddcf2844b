// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import ringside.vmm.score.Bill;
import ringside.vmm.score.CostProfile;
import ringside.vmm.word.Iface;

/// A corner's guest time along an axis: exact at every bell, even between two.
public final class Axis {
    /// What is equally wide.
    public enum Kind {
        /// A round: equal work.
        ROUNDS,
        /// A modelled cycle: equal price.
        CYCLES,
        /// An instruction: equal path.
        INSTRUCTIONS,
        /// A tick of guest time.
        TIME
    }

    private final long[] ticks;
    private final double[] values;

    private Axis(long[] ticks, double[] values) {
        this.ticks = ticks;
        this.values = values;
    }

    /// The axis of a corner's whole run, as far as it has come.
    public static Axis of(Kind kind, Iface iface, CornerState at, CostProfile profile) {
        Present state = at.present();
        int n = state.rounds().size();
        boolean open = state.sinceBell() > 0 || n == 0;
        long[] ticks = new long[n + (open ? 2 : 1)];
        double[] values = new double[ticks.length];
        for (int i = 0; i < n; i++) {
            Bell bell = state.rounds().get(i);
            ticks[i + 1] = Math.max(ticks[i], bell.tick());
            values[i + 1] = values[i]
                    + switch (kind) {
                        case ROUNDS -> 1;
                        case CYCLES ->
                            Bill.of(iface, bell.counts(), profile).total().value();
                        case INSTRUCTIONS -> bell.counts().instructions();
                        case TIME -> ticks[i + 1] - ticks[i];
                    };
        }
        if (open) {
            ticks[n + 1] = Math.max(ticks[n] + 1, state.tick());
            values[n + 1] = values[n]
                    + switch (kind) {
                        case ROUNDS -> 1;
                        case CYCLES ->
                            Bill.of(iface, state.round(), profile).total().value();
                        case INSTRUCTIONS -> state.round().instructions();
                        case TIME -> ticks[n + 1] - ticks[n];
                    };
        }
        return new Axis(ticks, values);
    }

    /// The axis' value at the newest tick.
    public double end() {
        return values[values.length - 1];
    }

    /// Pieces between two knots: bells, the start and now.
    public int pieces() {
        return ticks.length - 1;
    }

    /// The value at a knot.
    public double valueAt(int knot) {
        return values[knot];
    }

    /// Guest time at a knot.
    public long tickAt(int knot) {
        return ticks[knot];
    }

    /// The value at a guest time.
    public double value(long tick) {
        for (int i = 1; i < ticks.length; i++) {
            if (tick > ticks[i] && i < ticks.length - 1) continue;
            long span = ticks[i] - ticks[i - 1];
            double share = span == 0 ? 1 : (double) (tick - ticks[i - 1]) / span;
            return values[i - 1] + (values[i] - values[i - 1]) * Math.clamp(share, 0, 1);
        }
        return 0;
    }

    /// Guest time at a value.
    public long tick(double value) {
        for (int i = 1; i < values.length; i++) {
            if (value > values[i] && i < values.length - 1) continue;
            double span = values[i] - values[i - 1];
            double share = span == 0 ? 1 : (value - values[i - 1]) / span;
            return ticks[i - 1] + Math.round((ticks[i] - ticks[i - 1]) * Math.clamp(share, 0, 1));
        }
        return 0;
    }
}
