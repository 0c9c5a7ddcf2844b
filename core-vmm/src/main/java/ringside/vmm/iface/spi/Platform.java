// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;
import ringside.vmm.word.Knockdown;

/// What the board lends to an interface: the machine under the guest.
public interface Platform {
    MachineMemory memory();

    VirtualClock clock();

    Trace trace();

    ConsoleSink console();

    /// The PC's ports. Reads ones where there is no PC.
    Ports ports();

    int vcpus();

    GuestState vcpu(int n);

    /// The PC's local APIC registers of a vCPU. @param offset 0..0xFFF
    int apicRead(int vcpu, int offset);

    void apicWrite(int vcpu, int offset, int value);

    /// Delivers LVT timer of a vCPU's local APIC now, as its own timer would (VMI alarms wired to LVTT).
    void apicTimerFire(int vcpu);

    /// Raises an edge on ISA IRQ 0 (VMI alarms wired to IRQ 0).
    void irq0();

    /// Whether the vCPU's interrupt input (local APIC, 8259) wants attention, and its acknowledge cycle.
    boolean interruptPending(int vcpu);

    int acknowledgeInterrupt(int vcpu);

    /// The guest ended itself. @param status as written to the exit port, or the shutdown reason
    void exited(String how, int status);

    /// The guest cannot go on. The first one wins.
    void knockdown(Knockdown k);

    /// Bytes of entropy for tables: the bout's seed.
    long seed();
}
