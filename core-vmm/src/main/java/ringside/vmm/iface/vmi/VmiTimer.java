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
/// absolute times. REAL is the time stamp counter. STOLEN grows while a vCPU could run and the host has its physical
/// CPU, AVAILABLE at all other times (vmi.md 4.6).
final class VmiTimer implements Stateful {
    static final int REAL = 0, AVAILABLE = 1;
    private static final int COUNTERS = 2, COUNTER = 0xFF, PERIODIC = 0x100, LVTT = 0x10000;

    private final Platform platform;
    /// Time of the clock at which the counters began: a restart is a new beginning.
    private long origin;
    private final VirtualClock.Event[] events;
    private final boolean[] armed;
    /// By the alarm's counter, but counted as the clock does, from the start of the run.
    private final long[] expiry;
    private final long[] period;
    private final int[] wiring;

    VmiTimer(Platform platform) {
        this.platform = platform;
        int alarms = platform.vcpus() * COUNTERS;
        events = new VirtualClock.Event[alarms];
        armed = new boolean[alarms];
        expiry = new long[alarms];
        period = new long[alarms];
        wiring = new int[alarms];
        for (int i = 0; i < alarms; i++) {
            int alarm = i;
            events[i] = platform.clock().event("vmi alarm " + i, () -> fire(alarm));
        }
    }

    /// The machine starts again now.
    void restart() {
        for (int v = 0; v < platform.vcpus(); v++) cancelAll(v);
        origin = platform.clock().now();
    }

    /// Nanoseconds from 1970 to the moment at which the counters were 0.
    long wallclock() {
        return VirtualClock.EPOCH_SECONDS * 1_000_000_000L + origin;
    }

    /// SetAlarm. An unknown counter, or STOLEN, is no alarm.
    void set(int vcpu, int flags, long at, long every) {
        int counter = flags & COUNTER;
        if (counter >= COUNTERS) return;
        int alarm = vcpu * COUNTERS + counter;
        armed[alarm] = true;
        expiry[alarm] = at < 0 || at + origin < 0 ? Long.MAX_VALUE : at + origin;
        period[alarm] = (flags & PERIODIC) != 0 && every > 0 ? every : 0;
        wiring[alarm] = flags & LVTT;
        schedule(alarm);
    }

    /// CancelAlarm. @return whether it was armed
    boolean cancel(int vcpu, int flags) {
        int counter = flags & COUNTER;
        if (counter >= COUNTERS) return false;
        int alarm = vcpu * COUNTERS + counter;
        boolean was = armed[alarm];
        armed[alarm] = false;
        platform.clock().cancel(events[alarm]);
        return was;
    }

    void cancelAll(int vcpu) {
        cancel(vcpu, REAL);
        cancel(vcpu, AVAILABLE);
    }

    /// Some of the vCPU's time was stolen: what waits for available time waits longer.
    void resumed(int vcpu) {
        int alarm = vcpu * COUNTERS + AVAILABLE;
        if (armed[alarm]) schedule(alarm);
    }

    private void schedule(int alarm) {
        long at = expiry[alarm] + lost(alarm);
        platform.clock().schedule(events[alarm], at < expiry[alarm] ? Long.MAX_VALUE : at);
    }

    /// How far the alarm's counter is behind the clock.
    private long lost(int alarm) {
        return alarm % COUNTERS == AVAILABLE ? platform.stolen(alarm / COUNTERS) : 0;
    }

    /// Missed periods are dropped: the next expiry is the first one after now.
    private void fire(int alarm) {
        long now = platform.clock().now() - lost(alarm);
        if (now < expiry[alarm]) return; // the vCPU is ready and its available time stands still: until it is resumed
        if (period[alarm] > 0) {
            long missed = (now - expiry[alarm]) / period[alarm] + 1;
            expiry[alarm] += missed * period[alarm];
        }
        armed[alarm] = period[alarm] > 0 && expiry[alarm] > now;
        if (armed[alarm]) schedule(alarm);
        if (wiring[alarm] == LVTT) platform.apicTimerFire(alarm / COUNTERS);
        else platform.irq0();
    }

    @Override
    public void state(StateVisitor v) {
        origin = v.i64("origin", origin);
        for (int i = 0; i < armed.length; i++) armed[i] = v.flag("armed", armed[i]);
        v.longs("expiry", expiry);
        v.longs("period", period);
        v.ints("wiring", wiring);
        for (VirtualClock.Event e : events) platform.clock().state(v, e);
    }
}
