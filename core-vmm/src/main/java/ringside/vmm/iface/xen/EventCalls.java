// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Tour 6.31: event_channel_op (32) and its older form (16): opening, closing and kicking ports.
final class EventCalls {
    static final String TABLE = "xen.event_channel_op";
    private static final int VIRQS = 24;

    private final XenDomain domain;
    private final EventChannels events;
    private final Timers timers;

    EventCalls(XenDomain domain, EventChannels events, Timers timers) {
        this.domain = domain;
        this.events = events;
        this.timers = timers;
    }

    int op(Caller c) throws GuestFault {
        return command(c, c.word(0), c.word(1));
    }

    /// One structure: the command word, then the operation's own fields.
    int compat(Caller c) throws GuestFault {
        return command(c, c.read32(c.word(0)), c.word(0) + 4);
    }

    private int command(Caller c, int command, int arg) throws GuestFault {
        int first = command >= 0 && command <= 13 ? c.read32(arg) : 0;
        int result = switch (command) {
            case 0 -> bindInterdomain(c, arg);
            case 1 -> bindVirq(c, arg);
            case 2 -> c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
            case 3 -> close(c, first);
            case 4 -> send(c, first);
            case 5 -> status(c, arg);
            case 6 -> allocUnbound(c, arg);
            case 7 -> bindIpi(c, arg);
            case 8 -> bindVcpu(c, first, c.read32(arg + 4));
            case 9 -> unmask(c, first);
            case 10 -> reset(c, first & 0xFFFF);
            case 11 -> initControl(c, arg);
            case 12, 13 -> c.refuse(Errno.ENOSYS, Why.NOT_IMPLEMENTED);
            default -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL);
        };
        c.item(TABLE, command, Integer.toUnsignedLong(first), 0, 0, result);
        return result;
    }

    private static boolean self(int domid) {
        return domid == Abi.DOMID_SELF || domid == Abi.DOMAIN;
    }

    private int bindInterdomain(Caller c, int arg) throws GuestFault {
        int remoteDomain = c.read16(arg);
        int remotePort = c.read32(arg + 4);
        if (!self(remoteDomain)) {
            return remoteDomain == 0
                    ? c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT)
                    : c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        }
        int port = events.freePort();
        if (port < 0) return c.refuse(Errno.ENOSPC, Why.NO_FREE_PORT);
        if (!EventChannels.inRange(remotePort)
                || events.state(remotePort) != EventChannels.UNBOUND
                || events.remoteDomain(remotePort) != Abi.DOMAIN) {
            return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        }
        events.open(port, EventChannels.INTERDOMAIN, Abi.DOMAIN, remotePort, 0);
        events.open(remotePort, EventChannels.INTERDOMAIN, Abi.DOMAIN, port, events.notifyVcpu(remotePort));
        events.raise(port);
        c.write32(arg + 8, port);
        return 0;
    }

    /// VIRQs of which every vCPU has its own.
    private static boolean perVcpu(int virq) {
        return virq == 0 || virq == 1 || virq == 7 || virq == 13;
    }

    private int bindVirq(Caller c, int arg) throws GuestFault {
        int virq = c.read32(arg);
        int vcpu = c.read32(arg + 4);
        if (virq < 0 || virq >= VIRQS) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (!perVcpu(virq) && vcpu != 0) return c.refuse(Errno.EINVAL, Why.BAD_ARGUMENT);
        if (!domain.hasVcpu(vcpu)) return c.refuse(Errno.ENOENT, Why.NO_SUCH_VCPU);
        if (events.virqPort(virq, vcpu) >= 0) return c.refuse(Errno.EEXIST, Why.PORT_BUSY);
        int port = events.freePort();
        if (port < 0) return c.refuse(Errno.ENOSPC, Why.NO_FREE_PORT);
        c.write32(arg + 8, port);
        events.open(port, EventChannels.VIRQ, Abi.DOMAIN, virq, vcpu);
        if (virq == Abi.VIRQ_TIMER) timers.armPeriodic(domain.vcpu(vcpu));
        return 0;
    }

    private int bindIpi(Caller c, int arg) throws GuestFault {
        int vcpu = c.read32(arg);
        if (!domain.hasVcpu(vcpu)) return c.refuse(Errno.ENOENT, Why.NO_SUCH_VCPU);
        int port = events.freePort();
        if (port < 0) return c.refuse(Errno.ENOSPC, Why.NO_FREE_PORT);
        c.write32(arg + 4, port);
        events.open(port, EventChannels.IPI, Abi.DOMAIN, -1, vcpu);
        return 0;
    }

    private int allocUnbound(Caller c, int arg) throws GuestFault {
        int dom = c.read16(arg);
        int remote = c.read16(arg + 2);
        if (!self(dom)) {
            return dom == 0 ? c.refuse(Errno.EPERM, Why.NOT_PERMITTED) : c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        }
        int port = events.freePort();
        if (port < 0) return c.refuse(Errno.ENOSPC, Why.NO_FREE_PORT);
        c.write32(arg + 4, port);
        events.open(port, EventChannels.UNBOUND, self(remote) ? Abi.DOMAIN : remote, -1, 0);
        return 0;
    }

    private int close(Caller c, int port) {
        if (!EventChannels.inRange(port) || events.state(port) == EventChannels.FREE) {
            return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        }
        events.close(port);
        return 0;
    }

    private int send(Caller c, int port) {
        if (!EventChannels.inRange(port)) return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        int state = events.state(port);
        if (state != EventChannels.INTERDOMAIN && state != EventChannels.IPI && state != EventChannels.UNBOUND) {
            return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        }
        if (state == EventChannels.IPI) {
            c.trace().event(c.vcpu(), EventKind.IPI, events.notifyVcpu(port), port, 0, 0, 0);
        }
        events.send(port);
        return 0;
    }

    private int status(Caller c, int arg) throws GuestFault {
        int dom = c.read16(arg);
        int port = c.read32(arg + 4);
        if (!self(dom)) return c.refuse(Errno.ESRCH, Why.NO_SUCH_DOMAIN);
        if (!EventChannels.inRange(port)) return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        int state = events.state(port);
        c.write32(arg + 8, state);
        c.write32(arg + 12, events.notifyVcpu(port));
        switch (state) {
            case EventChannels.UNBOUND -> c.write16(arg + 16, events.remoteDomain(port));
            case EventChannels.INTERDOMAIN -> {
                c.write16(arg + 16, events.remoteDomain(port));
                c.write32(arg + 20, events.far(port));
            }
            case EventChannels.VIRQ -> c.write32(arg + 16, events.far(port));
            default -> {}
        }
        return 0;
    }

    private int bindVcpu(Caller c, int port, int vcpu) {
        if (!domain.hasVcpu(vcpu)) return c.refuse(Errno.ENOENT, Why.NO_SUCH_VCPU);
        if (!EventChannels.inRange(port)) return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        int state = events.state(port);
        boolean global = state == EventChannels.VIRQ && !perVcpu(events.far(port));
        if (state != EventChannels.UNBOUND && state != EventChannels.INTERDOMAIN && !global) {
            return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        }
        events.setNotifyVcpu(port, vcpu);
        return 0;
    }

    private int unmask(Caller c, int port) {
        if (!EventChannels.inRange(port) || events.state(port) == EventChannels.FREE) {
            return c.refuse(Errno.EINVAL, Why.NO_SUCH_PORT);
        }
        events.unmask(port);
        return 0;
    }

    private int reset(Caller c, int dom) {
        if (!self(dom)) return c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
        for (int port = 1; port < EventChannels.PORTS; port++) {
            if (events.state(port) != EventChannels.FREE && !events.isLasting(port)) events.close(port);
        }
        return 0;
    }

    /// The FIFO ABI is not offered; a frame that cannot be is still the caller's mistake first.
    private int initControl(Caller c, int arg) throws GuestFault {
        long frame = c.read64(arg);
        if (frame < 0 || frame >= domain.frames.frames()) return c.refuse(Errno.EINVAL, Why.FRAME_OUT_OF_RANGE);
        return c.refuse(Errno.ENOSYS, Why.NOT_IMPLEMENTED);
    }
}
