// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// What one vCPU did over the whole run, in a fixed number of buckets that double in width when they are full.
///
/// Writer: the machine's thread. Readers on any thread see a lane that may lack the last few ticks; while the buckets
/// are being folded they wait for the few microseconds that takes.
final class Lanes implements Stateful {
    static final int OFF = 0;
    static final int IDLE = 1;
    static final int KERNEL = 2;
    static final int USER = 3;
    /// Could run, and has no physical CPU.
    static final int READY = 4;

    private static final int BUCKETS = 8192;
    private static final int FIRST_SHIFT = 12;
    private static final VarHandle FOLDS;

    static {
        try {
            FOLDS = MethodHandles.lookup().findVarHandle(Lanes.class, "folds", int.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the lane has its own counter of folds", e);
        }
    }

    /// By state 1..4, then crossings at 0.
    private final long[][] buckets = new long[5][BUCKETS];
    private int shift = FIRST_SHIFT;
    /// Odd while folding.
    private int folds;

    private int state = OFF;
    private long since;

    int state() {
        return state;
    }

    /// Accounts the time up to `tick` to the present state. @return ticks accounted
    long settle(long tick) {
        long span = tick - since;
        if (span <= 0) return 0;
        if (state != OFF) spread(buckets[state], since, tick);
        since = tick;
        return span;
    }

    void state(int newState) {
        state = newState;
    }

    void crossing(long tick) {
        while (tick >>> shift >= BUCKETS) fold();
        buckets[0][(int) (tick >>> shift)]++;
    }

    private void spread(long[] column, long from, long to) {
        while ((to - 1) >>> shift >= BUCKETS) fold();
        long at = from;
        while (at < to) {
            int b = (int) (at >>> shift);
            long stop = Math.min(to, (long) (b + 1) << shift);
            column[b] += stop - at;
            at = stop;
        }
    }

    private void fold() {
        FOLDS.setVolatile(this, folds + 1);
        for (long[] column : buckets) {
            for (int i = 0; i < BUCKETS / 2; i++) column[i] = column[2 * i] + column[2 * i + 1];
            java.util.Arrays.fill(column, BUCKETS / 2, BUCKETS, 0);
        }
        shift++;
        FOLDS.setVolatile(this, folds + 1);
    }

    /// Bins of equal width; inside a bucket the ticks are taken as evenly spread. Sums over bins are exact.
    TraceView.Lane read(long fromTick, long toTick, int bins) {
        while (true) {
            int before = (int) FOLDS.getVolatile(this);
            if ((before & 1) == 0) {
                TraceView.Lane lane = new TraceView.Lane(
                        bin(buckets[USER], fromTick, toTick, bins),
                        bin(buckets[KERNEL], fromTick, toTick, bins),
                        bin(buckets[IDLE], fromTick, toTick, bins),
                        bin(buckets[READY], fromTick, toTick, bins),
                        bin(buckets[0], fromTick, toTick, bins));
                VarHandle.loadLoadFence();
                if ((int) FOLDS.getVolatile(this) == before) return lane;
            }
        }
    }

    private int[] bin(long[] column, long fromTick, long toTick, int bins) {
        int[] out = new int[Math.max(0, bins)];
        if (bins <= 0 || toTick <= fromTick) return out;
        int s = shift;
        int b = 0;
        long sumBefore = 0;
        long last = -1;
        for (int i = 0; i <= bins; i++) {
            long t = Math.max(0, fromTick + (long) ((double) (toTick - fromTick) * i / bins));
            int target = (int) Math.min(BUCKETS, t >>> s);
            while (b < target) sumBefore += column[b++];
            long cumulative = sumBefore + (b < BUCKETS ? part(column[b], t - ((long) b << s), (long) b << s) : 0);
            if (i > 0) out[i - 1] = (int) Math.max(0, Math.min(Integer.MAX_VALUE, cumulative - last));
            last = cumulative;
        }
        return out;
    }

    /// The share of a bucket before `into` ticks of it; the newest bucket is only as wide as time has come.
    private long part(long value, long into, long bucketStart) {
        long width = Math.clamp(since - bucketStart, 1, 1L << shift);
        return into >= width ? value : (long) ((double) value * into / width);
    }

    @Override
    public void state(StateVisitor v) {
        if (v.loads()) FOLDS.setVolatile(this, folds + 1);
        shift = v.i32("lane.shift", shift);
        state = v.i32("lane.state", state);
        since = v.i64("lane.since", since);
        for (long[] column : buckets) v.longs("lane", column);
        if (v.loads()) FOLDS.setVolatile(this, folds + 1);
    }
}
