// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// 1024 ports, two bitmaps in shared memory, one callback: Xen's interrupt controller.
///
/// Tour 6.30: raising a port sets its pending bit. Unless the guest has masked the port, that sets a bit in the
/// vCPU's selector word and finally the vCPU's pending byte. Each level that was already set ends the
/// work: ten events before the guest looks cost one upcall. Ports of console and store lead to Java: their far
/// end is a back end, not a domain.
final class EventChannels implements Stateful {
    static final int PORTS = 1024;
    static final int FREE = 0, UNBOUND = 1, INTERDOMAIN = 2, VIRQ = 4, IPI = 5;
    /// Status numbers of EVTCHNOP_status for the same states (3 would be a physical interrupt).
    private static final int NOBODY = -1;

    /// The far end of a port that leads to a back end.
    @FunctionalInterface
    interface BackEnd {
        void notified();
    }

    private final XenDomain domain;
    private final MachineMemory memory;
    private final int[] state = new int[PORTS];
    private final int[] remoteDomain = new int[PORTS];
    /// Remote port, or VIRQ number.
    private final int[] far = new int[PORTS];
    private final int[] notify = new int[PORTS];
    /// What is at the far end of a port, when that is Java.
    private final @Nullable BackEnd[] backEnds = new BackEnd[PORTS];
    /// Those that are there from the beginning, and that a reset leaves alone.
    private final @Nullable BackEnd[] lasting = new BackEnd[PORTS];

    EventChannels(XenDomain domain) {
        this.domain = domain;
        memory = domain.memory;
        Arrays.fill(far, NOBODY);
    }

    int state(int port) {
        return state[port];
    }

    int remoteDomain(int port) {
        return remoteDomain[port];
    }

    int far(int port) {
        return far[port];
    }

    int notifyVcpu(int port) {
        return notify[port];
    }

    void setNotifyVcpu(int port, int vcpu) {
        notify[port] = vcpu;
    }

    static boolean inRange(int port) {
        return port >= 0 && port < PORTS;
    }

    /// The lowest free port, or -1.
    int freePort() {
        for (int port = 1; port < PORTS; port++) if (state[port] == FREE) return port;
        return -1;
    }

    void open(int port, int newState, int remote, int farEnd, int vcpu) {
        state[port] = newState;
        remoteDomain[port] = remote;
        far[port] = farEnd;
        notify[port] = vcpu;
    }

    /// A port whose far end is Java.
    int openBackEnd(BackEnd backEnd) {
        int port = freePort();
        open(port, INTERDOMAIN, 0, port, 0);
        backEnds[port] = backEnd;
        lasting[port] = backEnd;
        return port;
    }

    /// A back end takes the far end of a port that the guest has opened for domain 0. @return false: no such port
    boolean bindBackEnd(int port, BackEnd backEnd) {
        if (!inRange(port) || state[port] != UNBOUND || remoteDomain[port] != 0) return false;
        open(port, INTERDOMAIN, 0, port, notify[port]);
        backEnds[port] = backEnd;
        return true;
    }

    /// A bind that a loaded state has had.
    void rebindBackEnd(int port, BackEnd backEnd) {
        backEnds[port] = backEnd;
    }

    /// Undoes a bind, if the guest has not closed the port meanwhile.
    void unbindBackEnd(int port, BackEnd backEnd) {
        if (!leadsTo(port, backEnd)) return;
        backEnds[port] = null;
        open(port, UNBOUND, 0, NOBODY, notify[port]);
    }

    boolean leadsTo(int port, BackEnd backEnd) {
        return backEnds[port] == backEnd;
    }

    boolean isBackEnd(int port) {
        return backEnds[port] != null;
    }

    /// Whether the port leads to console or store.
    boolean isLasting(int port) {
        return lasting[port] != null && backEnds[port] == lasting[port];
    }

    void close(int port) {
        if (state[port] == INTERDOMAIN && !isBackEnd(port) && remoteDomain[port] == Abi.DOMAIN) {
            int other = far[port];
            if (inRange(other) && other != port && state[other] == INTERDOMAIN)
                open(other, UNBOUND, Abi.DOMAIN, NOBODY, 0);
        }
        backEnds[port] = null;
        open(port, FREE, 0, NOBODY, 0);
        clearBit(Abi.EVTCHN_PENDING, port);
    }

    /// The port bound to a VIRQ on a vCPU, or -1.
    int virqPort(int virq, int vcpu) {
        for (int port = 1; port < PORTS; port++) {
            if (state[port] == VIRQ && far[port] == virq && notify[port] == vcpu) return port;
        }
        return NOBODY;
    }

    /// The guest kicked a port. Unbound ports swallow it.
    void send(int port) {
        BackEnd backEnd = backEnds[port];
        if (backEnd != null) backEnd.notified();
        else if (state[port] == INTERDOMAIN) raise(far[port]);
        else if (state[port] == IPI) raise(port);
    }

    private boolean bit(int map, int port) {
        return (memory.read32(domain.sharedInfo + map + (port >>> 5) * 4) >>> (port & 31) & 1) != 0;
    }

    private void clearBit(int map, int port) {
        int at = domain.sharedInfo + map + (port >>> 5) * 4;
        memory.write32(at, memory.read32(at) & ~(1 << (port & 31)));
    }

    private void setBit(int map, int port) {
        int at = domain.sharedInfo + map + (port >>> 5) * 4;
        memory.write32(at, memory.read32(at) | 1 << (port & 31));
    }

    boolean pending(int port) {
        return bit(Abi.EVTCHN_PENDING, port);
    }

    boolean masked(int port) {
        return bit(Abi.EVTCHN_MASK, port);
    }

    /// The lowest port that a vCPU would find pending now, or -1: what an upcall is about, for the trace.
    int firstPending(XenVcpu v) {
        int selector = memory.read32(v.info + Abi.PENDING_SEL);
        for (int word = 0; word < 32; word++) {
            if ((selector >>> word & 1) == 0) continue;
            int at = domain.sharedInfo + word * 4;
            int set = memory.read32(at + Abi.EVTCHN_PENDING) & ~memory.read32(at + Abi.EVTCHN_MASK);
            if (set != 0) return word * 32 + Integer.numberOfTrailingZeros(set);
        }
        return NOBODY;
    }

    /// An event on a port of the guest's.
    void raise(int port) {
        if (!inRange(port) || state[port] == FREE || pending(port)) return;
        setBit(Abi.EVTCHN_PENDING, port);
        if (!masked(port)) select(port);
        for (XenVcpu v : domain.vcpus) if (v.polling && pollsOn(v, port)) wake(v);
    }

    /// Takes the mask off and makes up for what came meanwhile.
    void unmask(int port) {
        boolean was = masked(port);
        clearBit(Abi.EVTCHN_MASK, port);
        if (was && pending(port)) select(port);
    }

    private void select(int port) {
        XenVcpu v = domain.vcpu(notify[port]);
        int selector = memory.read32(v.info + Abi.PENDING_SEL);
        int bit = 1 << (port >>> 5);
        if ((selector & bit) != 0) return;
        memory.write32(v.info + Abi.PENDING_SEL, selector | bit);
        v.setUpcallPending();
        kick(v);
    }

    /// A vCPU's pending byte was set: wake it if it can take the upcall, and have it looked at.
    void kick(XenVcpu v) {
        if (v.blocked && !v.upcallMasked()) wake(v);
        if (v.up) v.guest.requestAttention();
    }

    private void wake(XenVcpu v) {
        domain.unblock(v);
    }

    /// Adds what does not fit together: a pair of ports whose ends name different ones, a vCPU that is none.
    void disagreements(List<String> wrong) {
        for (int port = 1; port < PORTS; port++) {
            if (state[port] == FREE) continue;
            if (!domain.hasVcpu(notify[port])) wrong.add("port " + port + " tells vcpu " + notify[port]);
            if (state[port] != INTERDOMAIN || isBackEnd(port)) continue;
            int other = far[port];
            if (!inRange(other) || state[other] != INTERDOMAIN || far[other] != port) {
                wrong.add("port " + port + " leads to port " + other + ", which does not lead back");
            }
        }
    }

    private boolean pollsOn(XenVcpu v, int port) {
        for (int i = 0; i < v.pollPorts; i++) if (v.polled[i] == port) return true;
        return false;
    }

    /// Every port that is open. @param leads where one leads that has a back end at its far end
    void show(Shares to, IntFunction<String> leads) {
        for (int port = 1; port < PORTS; port++) {
            if (state[port] == FREE) continue;
            String name = switch (state[port]) {
                case UNBOUND -> "unbound";
                case INTERDOMAIN -> "interdomain";
                case VIRQ -> "virq";
                default -> "ipi";
            };
            String device = isBackEnd(port) ? leads.apply(port) : "";
            to.port(port, name, remoteDomain[port], far[port], notify[port], pending(port), masked(port), device);
        }
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("state", state);
        v.ints("remoteDomain", remoteDomain);
        v.ints("far", far);
        v.ints("notify", notify);
        long[] there = new long[PORTS / 64];
        for (int port = 0; port < PORTS; port++) if (isLasting(port)) there[port / 64] |= 1L << port;
        v.longs("lasting", there);
        if (!v.loads()) return;
        // Those of the devices come back by themselves.
        for (int port = 0; port < PORTS; port++) {
            backEnds[port] = (there[port / 64] >>> port & 1) != 0 ? lasting[port] : null;
        }
    }
}
