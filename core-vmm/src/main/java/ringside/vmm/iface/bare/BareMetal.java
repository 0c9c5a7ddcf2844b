// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.bare;

import java.util.List;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Verdict;
import ringside.vmm.word.Problem;

/// The native corner: nobody underneath. Every event goes through the guest's own IDT, and nothing crosses.
/// What is left to say is what a processor asks of its package: the base of its local APIC.
public final class BareMetal implements Hypervisor {
    private static final int APIC_BASE_MSR = 0x1B;
    private static final long APIC_ENABLED = 0x800;
    private static final int CPUID_APIC = 1 << 9;

    private final Platform platform;

    public BareMetal(Platform platform) {
        this.platform = platform;
    }

    @Override
    public boolean intercepts(GuestState g) {
        return false;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        return Verdict.DELIVER;
    }

    @Override
    public void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {
        if (leaf != 1) return;
        boolean apic = (platform.apicBase(g.vcpu()) & APIC_ENABLED) != 0;
        regs[3] = apic ? regs[3] | CPUID_APIC : regs[3] & ~CPUID_APIC;
    }

    @Override
    public boolean msrRead(GuestState g, int msr, long[] value) {
        if (msr != APIC_BASE_MSR) return false;
        value[0] = platform.apicBase(g.vcpu());
        return true;
    }

    @Override
    public boolean msrWrite(GuestState g, int msr, long value) {
        return msr == APIC_BASE_MSR && platform.setApicBase(g.vcpu(), value);
    }

    @Override
    public List<CallInfo> calls() {
        return List.of();
    }

    @Override
    public List<Problem> start(GuestImage image) {
        return platform.bootPc(image, pfn -> pfn, platform.memory().size() / MachineMemory.PAGE);
    }

    @Override
    public void state(StateVisitor v) {
        // Nothing of its own.
    }
}
