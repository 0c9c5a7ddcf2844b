// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;

/// The parts of the hypervisor for one domain, made and wired once.
final class XenParts implements Stateful {
    final XenDomain domain;
    final ReservedArea area;
    final Descriptors descriptors;
    final Bounce bounce;
    final EventChannels events;
    final Timers timers;
    final DebugRegisters debug;
    final Mmu mmu;
    final Emulation emulation;
    final ConsoleRing console;
    final TrapCalls traps;
    final EventCalls eventCalls;
    final SchedCalls sched;
    final VcpuCalls vcpuCalls;
    final MemoryCalls memoryCalls;
    final GrantTable grants;
    final XenDevices devices;
    final MiscCalls misc;

    XenParts(Platform platform, int guestFrames) {
        domain = new XenDomain(platform, guestFrames);
        area = new ReservedArea(domain.memory, domain.map, domain::layout);
        descriptors = new Descriptors(domain, area);
        bounce = new Bounce(domain, descriptors);
        events = new EventChannels(domain);
        timers = new Timers(domain, events);
        debug = new DebugRegisters();
        mmu = new Mmu(domain, descriptors);
        emulation = new Emulation(domain, bounce, mmu, debug);
        traps = new TrapCalls(domain, emulation, debug);
        eventCalls = new EventCalls(domain, events, timers);
        sched = new SchedCalls(domain, events, timers, this::runBackEnds);
        vcpuCalls = new VcpuCalls(domain, events, timers, descriptors, debug);
        memoryCalls = new MemoryCalls(domain);
        grants = new GrantTable(domain, mmu);
        devices = new XenDevices(domain, events, grants);
        console = new ConsoleRing(domain, events);
        misc = new MiscCalls(domain);
    }

    /// Console and store, looked at without being notified.
    void runBackEnds() {
        console.pump();
        devices.ring.pump();
    }

    int setGdt(Caller c) throws GuestFault {
        return descriptors.setGdt(c, domain.vcpu(c.vcpu()));
    }

    int iret(Caller c) {
        bounce.iret(domain.vcpu(c.vcpu()));
        c.keepRegisters();
        return 0;
    }

    @Override
    public void state(StateVisitor v) {
        domain.state(v);
        events.state(v);
        timers.state(v);
        console.state(v);
        memoryCalls.state(v);
        grants.state(v);
        devices.state(v);
    }
}
