// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import ringside.vmm.clock.Seeded;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The modelled host's scheduler: when it takes a physical CPU away, and what each vCPU lost by that.
///
/// A vCPU that could run while its physical CPU is away is *ready*; only that time is stolen. One that sleeps then
/// loses nothing, and one that wakes in the middle loses the rest: real time = available time + stolen time at every
/// moment (vmi.md 4.6). When CPUs are taken depends on guest time and the seed alone.
final class BusyHost implements Stateful {
    /// When physical CPUs are away.
    interface Plan {
        /// The first stretch of a vCPU that ends after `tick`: from (included) and to.
        void next(int vcpu, long tick, long[] stretch);
    }

    /// The machine, as the host sees it.
    interface Tenant {
        /// Whether the vCPU would run if it could.
        boolean wants(int vcpu);

        /// It is ready from now on.
        void preempted(int vcpu);

        /// It is no longer ready. @param runs because it has a physical CPU again
        void resumed(int vcpu, boolean runs);
    }

    private final Plan plan;
    private final Tenant tenant;
    private final long[][] stretches;
    private final boolean[] takes;
    private final boolean[] ready;
    private final long[] since;
    private final long[] stolen;
    private final boolean idle;
    private long edge = Long.MAX_VALUE;

    BusyHost(HostLoad load, long seed, int vcpus, Tenant tenant) {
        this(load.taken() == 0, (v, tick, to) -> stretch(load, seed, v, tick, to), vcpus, tenant);
    }

    /// @param idle the plan never takes anything
    BusyHost(boolean idle, Plan plan, int vcpus, Tenant tenant) {
        this.idle = idle;
        this.plan = plan;
        this.tenant = tenant;
        stretches = new long[vcpus][2];
        takes = new boolean[vcpus];
        ready = new boolean[vcpus];
        since = new long[vcpus];
        stolen = new long[vcpus];
    }

    /// One stretch a period, at a place that the seed chooses anew each time: a guest's own periods must not beat
    /// with the host's.
    private static void stretch(HostLoad load, long seed, int vcpu, long tick, long[] to) {
        for (long n = tick / load.period(); ; n++) {
            long taken = load.taken();
            long dice = new Seeded(seed ^ (n + 1) * 0x9E3779B97F4A7C15L ^ (long) (vcpu + 1) << 56).nextLong();
            to[0] = n * load.period() + Long.remainderUnsigned(dice, load.period() - taken + 1);
            to[1] = to[0] + taken;
            if (to[1] > tick) return;
        }
    }

    /// Between two rounds, at `now`: who has a physical CPU until {@link #edge}.
    void look(long now) {
        if (idle) return;
        edge = Long.MAX_VALUE;
        for (int v = 0; v < takes.length; v++) {
            long[] stretch = stretches[v];
            if (stretch[1] <= now) plan.next(v, now, stretch);
            takes[v] = stretch[0] <= now;
            edge = Math.min(edge, takes[v] ? stretch[1] : stretch[0]);
            if (ready[v] && !(takes[v] && tenant.wants(v))) end(v, now);
            else if (takes[v] && tenant.wants(v)) begins(v, now);
        }
    }

    /// The next moment at which it takes or gives a physical CPU; rounds end there.
    long edge() {
        return edge;
    }

    /// Whether the vCPU's physical CPU is away.
    boolean takes(int vcpu) {
        return takes[vcpu];
    }

    /// The vCPU could run from `now` on. @return whether it has to wait
    boolean begins(int vcpu, long now) {
        if (!takes[vcpu]) return false;
        if (!ready[vcpu]) {
            ready[vcpu] = true;
            since[vcpu] = now;
            tenant.preempted(vcpu);
        }
        return true;
    }

    private void end(int vcpu, long now) {
        stolen[vcpu] += now - since[vcpu];
        ready[vcpu] = false;
        tenant.resumed(vcpu, !takes[vcpu]);
    }

    /// Whether anybody waits for a physical CPU.
    boolean someReady() {
        for (boolean each : ready) if (each) return true;
        return false;
    }

    boolean ready(int vcpu) {
        return ready[vcpu];
    }

    /// Ticks stolen so far.
    long stolen(int vcpu, long now) {
        return stolen[vcpu] + (ready[vcpu] ? Math.max(0, now - since[vcpu]) : 0);
    }

    /// The machine starts again at `now`: nothing has been stolen from it.
    void restart(long now) {
        Arrays.fill(stolen, 0);
        Arrays.fill(since, now);
    }

    @Override
    public void state(StateVisitor v) {
        if (idle) return;
        v.longs("stolen", stolen);
        v.longs("readySince", since);
        for (int i = 0; i < ready.length; i++) {
            takes[i] = v.flag("taken", takes[i]);
            ready[i] = v.flag("ready", ready[i]);
            v.longs("stretch", stretches[i]);
        }
        edge = v.i64("edge", edge);
    }
}
