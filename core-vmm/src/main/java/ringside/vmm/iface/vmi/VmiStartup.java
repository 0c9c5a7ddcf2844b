// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import java.util.Arrays;
import ringside.vmm.frames.P2m;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.Trace;
import ringside.vmm.trace.VcpuChange;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// How the other vCPUs come to life, and end.
final class VmiStartup {
    private static final int PROTECTED_AND_PAGED = 0x80000001;
    /// EAX, EBX, ECX, EDX, ESP, EBP, ESI, EDI: the block's order.
    private static final int[] AP_REGISTERS = {0, 3, 1, 2, 4, 5, 6, 7};
    /// CS, SS, DS, ES, FS, GS: the block's order.
    private static final int[] AP_SEGMENTS = {
        GuestState.CS, GuestState.SS, GuestState.DS, GuestState.ES, GuestState.FS, GuestState.GS
    };

    private final VmiHypervisor hypervisor;
    private final VmiVcpu[] vcpus;
    private final DescriptorTables tables;
    private final VmiTimer timer;
    private final P2m p2m;
    private final MachineMemory memory;
    private final Trace trace;

    VmiStartup(
            VmiHypervisor hypervisor,
            Platform platform,
            VmiVcpu[] vcpus,
            DescriptorTables tables,
            VmiTimer timer,
            P2m p2m) {
        this.hypervisor = hypervisor;
        this.vcpus = vcpus;
        this.tables = tables;
        this.timer = timer;
        this.p2m = p2m;
        memory = platform.memory();
        trace = platform.trace();
    }

    /// Tour 5.70 — An application processor has no VMI_Init: it wakes up deprivileged, with the complete state that
    /// SetInitialAPState gave, at the STARTUP interrupt that would have sent a real one into 16-bit code.
    ///
    /// @param init an INIT interrupt, else STARTUP
    /// @return false: as silicon does
    boolean startup(int vcpu, boolean init) {
        VmiVcpu v = vcpus[vcpu];
        if (vcpus[0].aside && !init && vcpu != 0 && v.apStateKnown) {
            if (!v.g.online()) startAside(v);
            return true;
        }
        if (vcpus[0].aside && init) timer.cancelAll(vcpu);
        if (!vcpus[0].active) return false;
        if (vcpu == 0) return true;
        if (init) {
            timer.cancelAll(vcpu);
            if (v.g.online()) trace.event(vcpu, EventKind.VCPU, VcpuChange.STOPPED.ordinal(), 0, 0, 0, 0);
            v.active = false;
            v.g.reset(true);
            v.map(null);
            v.g.setOnline(false);
        } else if (!v.g.online() && v.apStateKnown) {
            startAp(v);
        }
        return true;
    }

    private void startAp(VmiVcpu v) {
        GuestState g = v.g;
        int cr0 = apWord(v, 0x00);
        int base = apWord(v, 0x50);
        if ((cr0 & PROTECTED_AND_PAGED) != PROTECTED_AND_PAGED || !tables.makePages(v)) return;
        g.reset(true);
        v.cr0 = cr0;
        v.cr3 = apWord(v, 0x08);
        v.cr4 = apWord(v, 0x0C) & ~0x20 | vcpus[0].cr4 & 0x20;
        v.idtBase = apWord(v, 0x54);
        v.idtLimit = apHalf(v, 0x58);
        v.iopl = 0;
        v.kernelStackKnown = false;
        v.ldtLimit = 0;
        v.romLinear = vcpus[0].romLinear;
        Arrays.fill(memory.bytes(), v.stateMfn << 12, (v.stateMfn << 12) + MachineMemory.PAGE, (byte) 0);
        v.set(VmmArea.CR2, apWord(v, 0x04));
        g.setMsr(VmiVcpu.EFER, apWord(v, 0x10) & 0x800);
        hypervisor.begin(v, base, apHalf(v, 0x4E), apHalf(v, 0x4C), 0);
        for (int r = 0; r < 8; r++) g.setReg(AP_REGISTERS[r], apWord(v, 0x20 + 4 * r));
        g.setEip(apWord(v, 0x18));
        g.setEflags(apWord(v, 0x1C) & 0xCD5 | 2 | VmiVcpu.IF);
        loadApSegments(v);
        g.setOnline(true);
        g.wake();
        trace.event(v.n(), EventKind.VCPU, VcpuChange.STARTED.ordinal(), 0, 0, 0, 0);
    }

    /// The same at level 0: what SetInitialAPState gave is what the processor gets. Without it, or with tables that
    /// cannot be read, it does not start.
    private void startAside(VmiVcpu v) {
        GuestState g = v.g;
        int cr0 = apWord(v, 0x00);
        if ((cr0 & PROTECTED_AND_PAGED) != PROTECTED_AND_PAGED) return;
        g.reset(true);
        g.setPhysMap(p2m);
        g.setMsr(VmiVcpu.EFER, apWord(v, 0x10) & 0x800);
        g.setCr(4, apWord(v, 0x0C));
        g.setCr(3, apWord(v, 0x08));
        g.setCr(2, apWord(v, 0x04));
        g.setCr(0, cr0);
        g.setGdt(apWord(v, 0x50), apHalf(v, 0x4E));
        g.setIdt(apWord(v, 0x54), apHalf(v, 0x58));
        for (int r = 0; r < 8; r++) g.setReg(AP_REGISTERS[r], apWord(v, 0x20 + 4 * r));
        g.setEip(apWord(v, 0x18));
        g.setEflags(apWord(v, 0x1C) & 0xCD5 | 2);
        try {
            for (int i = 0; i < AP_SEGMENTS.length; i++) {
                int selector = apHalf(v, 0x40 + 2 * i);
                long d = (selector & 0xFFFC) == 0 ? 0 : ownDescriptor(v, selector);
                g.forceSegment(AP_SEGMENTS[i], d == 0 ? 0 : selector, d);
            }
        } catch (GuestFault unreadable) {
            return;
        }
        v.romLinear = vcpus[0].romLinear;
        hypervisor.stepAside(v);
        g.setOnline(true);
        g.wake();
        trace.event(v.n(), EventKind.VCPU, VcpuChange.STARTED.ordinal(), 0, 0, 0, 0);
    }

    private static long ownDescriptor(VmiVcpu v, int selector) throws GuestFault {
        int at = v.g.gdtBase() + (selector & 0xFFF8);
        return v.g.read(at, 4, false) & 0xFFFFFFFFL | (long) v.g.read(at + 4, 4, false) << 32;
    }

    private void loadApSegments(VmiVcpu v) {
        for (int i = 0; i < AP_SEGMENTS.length; i++) {
            int seg = AP_SEGMENTS[i];
            int selector = apHalf(v, 0x40 + 2 * i);
            long d = tables.lookup(v, selector);
            boolean usable = Descriptor.present(d) && Descriptor.systemType(d) < 0;
            if (seg == GuestState.CS) {
                boolean code = usable && Descriptor.code(d);
                v.g.forceSegment(seg, selector & ~3 | 1, code ? d : Descriptor.flat(true, 1));
            } else if (seg == GuestState.SS) {
                v.g.forceSegment(seg, selector & ~3 | 1, usable ? d : Descriptor.flat(false, 1));
            } else {
                v.g.forceSegment(seg, usable ? selector : 0, usable ? d : 0);
            }
        }
    }

    private static int apWord(VmiVcpu v, int at) {
        return apHalf(v, at) | apHalf(v, at + 2) << 16;
    }

    private static int apHalf(VmiVcpu v, int at) {
        return v.apState[at] & 0xFF | (v.apState[at + 1] & 0xFF) << 8;
    }
}
