// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.List;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Tour 6.32: sched_op (29) and its older form (6), set_timer_op (15).
///
/// Yield, block and poll let the back ends run: small guests wait for their console in a loop of yields.
final class SchedCalls {
    static final String TABLE = "xen.sched_op";
    private static final int MAX_POLL = 128;
    private static final long FAR_AWAY = 1L << 50;
    private static final long HUNDRED_MS = 100_000_000;
    private static final List<String> REASONS =
            List.of("poweroff", "reboot", "suspend", "crash", "watchdog", "soft-reset");

    private final XenDomain domain;
    private final EventChannels events;
    private final Timers timers;
    private final Runnable backEnds;

    SchedCalls(XenDomain domain, EventChannels events, Timers timers, Runnable backEnds) {
        this.domain = domain;
        this.events = events;
        this.timers = timers;
        this.backEnds = backEnds;
    }

    int op(Caller c) throws GuestFault {
        int command = c.word(0);
        int arg = c.word(1);
        int result = switch (command) {
            case 0 -> yieldCpu();
            case 1 -> block(c);
            case 2 -> shutdown(c.read32(arg));
            case 3 -> poll(c, arg);
            case 4, 7 -> c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
            case 5 -> 0;
            case 6 -> watchdog(c, arg);
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
        c.item(TABLE, command, Integer.toUnsignedLong(arg), 0, 0, result);
        return result;
    }

    int compat(Caller c) {
        return switch (c.word(0)) {
            case 0 -> yieldCpu();
            case 1 -> block(c);
            case 2 -> shutdown(c.word(1));
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
    }

    private int yieldCpu() {
        backEnds.run();
        return 0;
    }

    private int block(Caller c) {
        backEnds.run();
        XenVcpu v = domain.vcpu(c.vcpu());
        v.setUpcallMask(false);
        if (!v.upcallPending()) domain.block(v, false);
        return 0;
    }

    private int shutdown(int reason) {
        backEnds.run();
        boolean named = reason >= 0 && reason < REASONS.size();
        String how = named ? REASONS.get(reason) : "shutdown " + Integer.toUnsignedString(reason);
        if (reason == 3) domain.crash("the guest reports a crash", "SCHEDOP_shutdown with reason 3 (crash)");
        else domain.ended(how, reason);
        return 0;
    }

    private int watchdog(Caller c, int arg) throws GuestFault {
        int result = timers.watchdog(c.read32(arg), c.read32(arg + 4));
        return result < 0 ? c.refuse(-result, Why.BAD_ARGUMENT) : result;
    }

    private int poll(Caller c, int arg) throws GuestFault {
        int list = c.read32(arg);
        int count = c.read32(arg + 4);
        long timeout = c.read64(arg + 8);
        if (count < 0 || count > MAX_POLL) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        backEnds.run();
        XenVcpu v = domain.vcpu(c.vcpu());
        for (int i = 0; i < count; i++) {
            int port = c.read32(list + i * 4);
            if (!EventChannels.inRange(port)) return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
            if (events.pending(port)) return 0;
            v.polled[i] = port;
        }
        if (v.deliverable() || timeout != 0 && timeout <= timers.now()) return 0;
        v.pollPorts = count;
        timers.setPoll(v, Math.max(timeout, 0));
        domain.block(v, true);
        return 0;
    }

    int setTimer(Caller c) {
        XenVcpu v = domain.vcpu(c.vcpu());
        long at = c.wide(0);
        long now = timers.now();
        if (at == 0) timers.setSingle(v, -1);
        else if (at < 0 || at - now > FAR_AWAY) timers.setSingle(v, now + HUNDRED_MS);
        else timers.setSingle(v, at);
        return 0;
    }
}
