// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.word.Errno;

/// The clock a guest reads, and the timers that raise VIRQ_TIMER.
///
/// Tour 6.35: the guest computes the time itself, from the TSC and a record in shared memory: no crossing. One
/// tick is one nanosecond here, so the scale is exactly one (multiplier 0x80000000, shift +1).
///
/// A vCPU is born with a periodic timer of 10 ms. It costs nothing until the guest binds VIRQ_TIMER, so it is
/// scheduled only then; its phase counts from time 0 all the same.
final class Timers implements Stateful {
    private static final long DEFAULT_PERIOD = 10_000_000;
    private static final long REFRESH = 1_000_000_000;
    private static final int SCALE = 0x80000000;
    private static final int SHIFT = 1;
    /// The shutdown reason.
    private static final int WATCHDOG = 4;
    private static final long SECOND = 1_000_000_000;

    private final XenDomain domain;
    private final VirtualClock clock;
    private final EventChannels events;
    private final long[] period;
    private final List<VirtualClock.Event> periodic = new ArrayList<>();
    private final List<VirtualClock.Event> single = new ArrayList<>();
    private final List<VirtualClock.Event> poll = new ArrayList<>();
    /// A domain has two watchdogs; -1 is one that is not set up.
    private final long[] watchdogs = {-1, -1};
    private final List<VirtualClock.Event> barks = new ArrayList<>();

    Timers(XenDomain domain, EventChannels events) {
        this.domain = domain;
        this.events = events;
        clock = domain.platform.clock();
        int n = domain.vcpus.size();
        period = new long[n];
        for (XenVcpu v : domain.vcpus) {
            period[v.number] = DEFAULT_PERIOD;
            periodic.add(clock.event("xen periodic " + v.number, () -> periodicDue(v)));
            single.add(clock.event("xen timer " + v.number, () -> singleDue(v)));
            poll.add(clock.event("xen poll " + v.number, () -> pollDue(v)));
        }
        for (int i = 0; i < watchdogs.length; i++) {
            barks.add(clock.event("xen watchdog " + i, () -> domain.ended("watchdog", WATCHDOG)));
        }
    }

    long now() {
        return clock.now();
    }

    /// @param nanoseconds 0 stops it
    void setPeriodic(XenVcpu v, long nanoseconds) {
        period[v.number] = nanoseconds;
        armPeriodic(v);
    }

    /// (Re)arms the periodic timer if anybody would hear it.
    void armPeriodic(XenVcpu v) {
        VirtualClock.Event e = periodic.get(v.number);
        long step = period[v.number];
        if (step == 0 || events.virqPort(Abi.VIRQ_TIMER, v.number) < 0 || domain.dead()) clock.cancel(e);
        else clock.schedule(e, (clock.now() / step + 1) * step);
    }

    private void periodicDue(XenVcpu v) {
        if (events.virqPort(Abi.VIRQ_TIMER, v.number) < 0) return;
        fire(v);
        armPeriodic(v);
    }

    /// @param at absolute nanoseconds, or negative: off
    void setSingle(XenVcpu v, long at) {
        if (at < 0) clock.cancel(single.get(v.number));
        else clock.schedule(single.get(v.number), at);
    }

    private void singleDue(XenVcpu v) {
        fire(v);
    }

    private void fire(XenVcpu v) {
        if (domain.dead()) return;
        refresh(v);
        int port = events.virqPort(Abi.VIRQ_TIMER, v.number);
        if (port >= 0) events.raise(port);
    }

    /// Ends a poll at `at`, absolute nanoseconds; 0: never.
    void setPoll(XenVcpu v, long at) {
        if (at == 0) clock.cancel(poll.get(v.number));
        else clock.schedule(poll.get(v.number), at);
    }

    private void pollDue(XenVcpu v) {
        if (v.polling) domain.unblock(v);
    }

    /// Sets a watchdog up, or again, or away: the domain ends when it comes due.
    ///
    /// @param id      1 or 2, or 0 for a new one
    /// @param seconds 0 ends it
    /// @return the number of the watchdog, 0 when it ended or was set again, or a negative error number
    int watchdog(int id, int seconds) {
        if (id == 0) {
            if (seconds == 0) return -Errno.EINVAL;
            for (int i = 0; i < watchdogs.length; i++) {
                if (watchdogs[i] >= 0) continue;
                set(i, seconds);
                return i + 1;
            }
            return -Errno.ENOSPC;
        }
        if (id < 0 || id > watchdogs.length || watchdogs[id - 1] < 0) return -Errno.EINVAL;
        set(id - 1, seconds);
        return 0;
    }

    private void set(int i, int seconds) {
        long after = Integer.toUnsignedLong(seconds) * SECOND;
        watchdogs[i] = seconds == 0 ? -1 : clock.now() + after;
        if (seconds == 0) clock.cancel(barks.get(i));
        else clock.schedule(barks.get(i), watchdogs[i]);
    }

    /// Writes the vCPU's time record if it is old. Guests interpolate in 64 bits, good for four seconds.
    void refreshIfOld(XenVcpu v) {
        if (clock.now() - v.timeRefreshed >= REFRESH) refresh(v);
    }

    void refresh(XenVcpu v) {
        MachineMemory m = domain.memory;
        int at = v.info + Abi.TIME;
        int version = m.read32(at) | 1;
        m.write32(at, version);
        m.write64(at + 8, v.guest.tsc());
        m.write64(at + 16, clock.shown()); // the same moment
        m.write32(at + 24, SCALE);
        m.write8(at + 28, SHIFT);
        m.write8(at + 29, 0);
        m.write32(at, version + 1);
        v.timeRefreshed = clock.now();
    }

    @Override
    public void state(StateVisitor v) {
        v.longs("period", period);
        for (XenVcpu each : domain.vcpus) {
            clock.state(v, periodic.get(each.number));
            clock.state(v, single.get(each.number));
            clock.state(v, poll.get(each.number));
        }
        v.longs("watchdogs", watchdogs);
        for (VirtualClock.Event bark : barks) clock.state(v, bark);
    }
}
