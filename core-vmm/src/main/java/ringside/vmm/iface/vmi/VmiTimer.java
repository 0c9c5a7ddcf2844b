// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// VMI's clock: counters in cycles, and one alarm for each vCPU and counter.
///
/// Tour 5.80 — Time that is honest about being shared. A guest that counts its own timer interrupts loses time
/// whenever it is not running. VMI gives it counters instead, says how much was stolen, and takes alarms at
/// absolute times. A vCPU here is never kept from running, so STOLEN is always 0 and AVAILABLE equals REAL, which
/// is guest time itself.
final class VmiTimer implements Stateful {
    static final int REAL = 0, AVAILABLE = 1;
    private static final int COUNTERS = 2, COUNTER = 0xFF, PERIODIC = 0x100, LVTT = 0x10000;

    private final Platform platform;
    private final VirtualClock.Event[] events;
    private final long[] expiry;
    private final long[] period;
    private final int[] wiring;

    VmiTimer(Platform platform) {
        this.platform = platform;
        int alarms = platform.vcpus() * COUNTERS;
        events = new VirtualClock.Event[alarms];
        expiry = new long[alarms];
        period = new long[alarms];
        wiring = new int[alarms];
        for (int i = 0; i < alarms; i++) {
            int alarm = i;
            events[i] = platform.clock().event("vmi alarm " + i, () -> fire(alarm));
        }
    }

    /// SetAlarm. An unknown counter, or STOLEN, is no alarm.
    void set(int vcpu, int flags, long at, long every) {
        int counter = flags & COUNTER;
        if (counter >= COUNTERS) return;
        int alarm = vcpu * COUNTERS + counter;
        expiry[alarm] = at;
        period[alarm] = (flags & PERIODIC) != 0 && every > 0 ? every : 0;
        wiring[alarm] = flags & LVTT;
        platform.clock().schedule(events[alarm], at < 0 ? Long.MAX_VALUE : at);
    }

    /// CancelAlarm. @return whether it was armed
    boolean cancel(int vcpu, int flags) {
        int counter = flags & COUNTER;
        if (counter >= COUNTERS) return false;
        VirtualClock.Event e = events[vcpu * COUNTERS + counter];
        boolean armed = e.scheduled();
        platform.clock().cancel(e);
        return armed;
    }

    void cancelAll(int vcpu) {
        cancel(vcpu, REAL);
        cancel(vcpu, AVAILABLE);
    }

    /// Missed periods are dropped: the next expiry is the first one after now.
    private void fire(int alarm) {
        if (period[alarm] > 0) {
            long now = platform.clock().now();
            long missed = (now - expiry[alarm]) / period[alarm] + 1;
            expiry[alarm] += missed * period[alarm];
            if (expiry[alarm] > now) platform.clock().schedule(events[alarm], expiry[alarm]);
        }
        if (wiring[alarm] == LVTT) platform.apicTimerFire(alarm / COUNTERS);
        else platform.irq0();
    }

    @Override
    public void state(StateVisitor v) {
        v.longs("expiry", expiry);
        v.longs("period", period);
        v.ints("wiring", wiring);
        for (VirtualClock.Event e : events) platform.clock().state(v, e);
    }
}
