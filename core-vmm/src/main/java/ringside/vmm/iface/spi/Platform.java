// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import java.util.List;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PhysMap;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;
import ringside.vmm.word.Knockdown;
import ringside.vmm.word.Problem;

/// What the board lends to an interface: the machine under the guest.
public interface Platform {
    MachineMemory memory();

    VirtualClock clock();

    Trace trace();

    ConsoleSink console();

    /// Disks that have been plugged in, for an interface that serves them itself.
    default List<BlockMedium> disks() {
        return List.of();
    }

    default List<BlockMedium> cds() {
        return List.of();
    }

    /// The network cables of the machine.
    default List<Wire> networks() {
        return List.of();
    }

    /// Ticks for which the vCPU could have run, and had no physical CPU.
    default long stolen(int vcpu) {
        return 0;
    }

    /// The PC's ports. Reads ones where there is no PC.
    Ports ports();

    int vcpus();

    GuestState vcpu(int n);

    /// Does what a PC's firmware and boot loader do: writes the low-memory tables and the image into guest-physical
    /// memory through `map`, and sets vCPU 0 up at the image's entry. Nothing runs yet.
    ///
    /// @param map         guest frame to machine frame
    /// @param guestFrames guest-physical frames, from 0
    /// @return empty when it can be started
    default List<Problem> bootPc(GuestImage image, PhysMap map, int guestFrames) {
        return List.of(new Problem("machine", "a PC", "none"));
    }

    /// The APIC base MSR (0x1B) of a vCPU's local APIC. Ones where there is no PC.
    default long apicBase(int vcpu) {
        return -1;
    }

    /// @return false when the value has reserved bits set: #GP(0)
    default boolean setApicBase(int vcpu, long value) {
        return false;
    }

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

    /// Pulls the PC's reset line.
    default void reset(ResetCause why) {
        exited("reset", 0);
    }

    /// The guest ended itself. @param status as written to the exit port, or the shutdown reason
    void exited(String how, int status);

    /// The guest cannot go on. The first one wins.
    void knockdown(Knockdown k);

    /// Bytes of entropy for tables: the bout's seed.
    long seed();
}
