// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.frames.FrameTable;
import ringside.vmm.frames.M2p;
import ringside.vmm.frames.P2m;
import ringside.vmm.iface.spi.CallTable;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Controls;
import ringside.vmm.iface.spi.Dispatcher;
import ringside.vmm.iface.spi.FrameBuffer;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.iface.spi.Shares;
import ringside.vmm.iface.xen.back.BlockBackEnd;
import ringside.vmm.iface.xen.back.NetBackEnd;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Verdict;
import ringside.vmm.word.Problem;

/// Xen 3 under one 32-bit PAE guest: everything that leaves the guest arrives here.
///
/// Tour 6.01: the kernel runs at CPL 1 on page tables of its own, which the processor walks directly. Whatever
/// needs more privilege leaves the guest: calls (`int $0x82`), exceptions, privileged instructions. Each is one
/// crossing, is recorded with its cause, and ends the same way: if an event is pending and not masked, the guest
/// goes on in its event callback.
///
/// The one exception is `int $0x80` from user mode when the guest registered it with DPL 3 and without masking
/// events: Xen 3.0 puts such a gate straight into the processor's IDT, so a system call goes from ring 3 to ring 1
/// without the hypervisor. It is delivered here all the same, but not recorded as a crossing.
public final class XenHypervisor implements Hypervisor {
    /// Disks and network cards that a guest can have.
    public static final int MOST_DISKS = BlockBackEnd.MOST, MOST_NETWORKS = NetBackEnd.MOST;

    private static final int PAGE_FAULT = 14;
    private static final int INVALID_OPCODE = 6;
    private static final int NO_FPU = 7;
    private static final int DOUBLE_FAULT = 8;
    /// UD2 and "xen": the prefix that asks for an emulated CPUID.
    private static final int[] FORCED = {0x0F, 0x0B, 0x78, 0x65, 0x6E, 0x0F, 0xA2};
    private static final int FORCED_PREFIX = 5;

    private final Platform platform;
    private final XenParts parts;
    private final XenDomain domain;
    private final CallTable table;
    private final Dispatcher dispatcher;
    /// The hypervisor itself is writing for the guest: its stores are not the guest's page-table writes.
    private boolean inside;
    private @Nullable P2m probed;
    private long probedAt;

    /// @param platform    the board; its memory should have {@link #machineFrames} frames, and more is used
    /// @param guestFrames pages of the guest
    public XenHypervisor(Platform platform, int guestFrames) {
        this.platform = platform;
        parts = new XenParts(platform, guestFrames);
        domain = parts.domain;
        table = XenCalls.table(parts);
        dispatcher = new Dispatcher(table, platform.trace());
    }

    /// Machine frames a board needs for a guest of `guestFrames` pages: the guest's, room to scatter them, Xen's own.
    public static int machineFrames(int guestFrames) {
        return MachineMap.needed(guestFrames);
    }

    /// The frame table, for probes. Reading changes nothing.
    public FrameTable frames() {
        return domain.frames;
    }

    /// The machine-to-physical table, for probes.
    public M2p m2p() {
        return domain.m2p;
    }

    /// Both ways as the M2P has it now: a copy, made again when the M2P has changed.
    @Override
    public P2m p2m() {
        P2m known = probed;
        if (known != null && probedAt == domain.m2p.changes()) return known;
        P2m fresh = new P2m(domain.guestFrames, domain.frames.frames());
        for (int mfn = domain.map.firstPool(); mfn < domain.frames.frames(); mfn++) {
            int pfn = domain.m2p.get(mfn);
            if (domain.frames.guestOwns(mfn) && pfn >= 0 && pfn < domain.guestFrames) fresh.set(pfn, mfn);
        }
        probed = fresh;
        probedAt = domain.m2p.changes();
        return fresh;
    }

    @Override
    public FrameBuffer frameBuffer() {
        return parts.devices.screen;
    }

    @Override
    public Controls controls() {
        return parts.devices.keyboard;
    }

    @Override
    public void show(Shares to) {
        for (int n = 0; n < domain.vcpus.size(); n++) {
            XenVcpu v = domain.vcpus.get(n);
            to.vcpu(n, v.upcallPending(), v.upcallMasked());
        }
        parts.events.show(to, this::leadsTo);
        parts.grants.show(to);
        parts.devices.show(to);
    }

    private String leadsTo(int port) {
        return port == parts.console.port() ? "console" : parts.devices.at(port);
    }

    @Override
    public String frameNote(int mfn) {
        return domain.frames.describe(mfn);
    }

    /// What is not as it has to be, counted anew; empty when all is well.
    public List<String> check() {
        return new Invariants(parts).check();
    }

    /// Machine frame of the root of a vCPU's tables, or -1.
    public int rootMfn(int vcpu) {
        return domain.vcpu(vcpu).rootMfn;
    }

    @Override
    public List<CallInfo> calls() {
        return table.infos();
    }

    // --- start of day --------------------------------------------------------------------------------------------

    @Override
    public List<Problem> start(GuestImage image) {
        int pool = domain.map.poolFrames();
        if (pool < domain.guestFrames) {
            String need = machineFrames(domain.guestFrames) + " machine frames";
            return List.of(new Problem("memory", need, domain.memory.frames() + " frames"));
        }
        P2m p2m = P2m.scattered(
                domain.guestFrames, domain.memory.frames(), domain.map.firstPool(), pool, platform.seed());
        DomainBuilder builder = new DomainBuilder(domain, image, p2m);
        domain.layout(builder.layout());
        parts.area.build(domain.frames, domain.m2p, domain.vcpus.size());
        Optional<DomainBuilder.Built> built = builder.build(parts.devices.port, parts.console.port());
        built.ifPresent(this::startDay);
        return builder.problems();
    }

    private void startDay(DomainBuilder.Built b) {
        domain.assist(XenDomain.ASSIST_EXTENDED_CR3, b.extendedCr3());
        parts.console.at(b.consoleMfn());
        parts.devices.ring.at(b.storeMfn() * Abi.PAGE);
        parts.devices.introduce(domain, b.storeMfn(), parts.console.port(), b.consoleMfn());
        parts.grants.prefill(b.consoleMfn(), b.storeMfn());
        for (int i = 0; i < Abi.SHARED_VCPUS; i++) {
            domain.memory.write8(domain.sharedInfo + i * Abi.VCPU_INFO_BYTES + Abi.UPCALL_MASK, 1);
        }
        domain.memory.write32(domain.sharedInfo + Abi.WC_VERSION, 2);
        domain.memory.write32(domain.sharedInfo + Abi.WC_SEC, (int) VirtualClock.EPOCH_SECONDS);
        firstVcpu(domain.vcpu(0), b);
    }

    private void firstVcpu(XenVcpu v, DomainBuilder.Built b) {
        GuestState g = v.guest;
        g.reset(false);
        if (domain.frames.hold(b.rootMfn(), domain.frames.rootLevel()).refused()) {
            throw new IllegalStateException("the builder's own root is refused");
        }
        v.rootMfn = b.rootMfn();
        v.initialised = true;
        parts.vcpuCalls.startProcessor(v);
        parts.descriptors.load(v);
        for (int r = 0; r < 8; r++) g.setReg(r, 0);
        g.setReg(GuestState.ESI, b.startInfo());
        g.setReg(GuestState.ESP, b.stackTop());
        g.setEip(b.entry());
        g.setEflags(Abi.IF | 2);
        g.forceSegment(GuestState.CS, Abi.KERNEL_CS, Abi.KERNEL_CODE);
        for (int seg : new int[] {GuestState.SS, GuestState.DS, GuestState.ES, GuestState.FS, GuestState.GS}) {
            g.forceSegment(seg, Abi.KERNEL_DS, Abi.KERNEL_DATA);
        }
        v.kernelSs = Abi.KERNEL_DS;
        v.kernelSp = b.stackTop();
        parts.vcpuCalls.setUp(v);
    }

    // --- monitor -------------------------------------------------------------------------------------------------

    @Override
    public boolean intercepts(GuestState g) {
        return true;
    }

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        XenVcpu v = domain.vcpu(g.vcpu());
        if (domain.dead()) {
            g.sleep();
            return Verdict.RESUME;
        }
        inside = true;
        try {
            return handle(v, exit);
        } finally {
            inside = false;
        }
    }

    private Verdict handle(XenVcpu v, Exit exit) {
        parts.timers.refreshIfOld(v);
        Verdict verdict = switch (exit) {
            case Exit.SoftInt s -> softwareInterrupt(v, s);
            case Exit.Fault f -> fault(v, f);
            case Exit.Privileged p -> parts.emulation.privileged(v, p);
            case Exit.Sysenter s -> sysenter(v);
            case Exit.Attention a -> attention(v);
            case Exit.Nmi n -> Verdict.RESUME; // nothing on this board raises one
            case Exit.TripleFault t -> tripleFault(v);
        };
        if (verdict == Verdict.RESUME) back(v);
        else if (v.deliverable()) v.guest.requestAttention();
        return verdict;
    }

    /// On the way back to the guest.
    private void back(XenVcpu v) {
        if (domain.dead()) return;
        if (v.runstateStale) parts.vcpuCalls.refreshRunstate(v);
        if (v.up && !v.blocked && v.nmiDeliverable()) parts.bounce.nmi(v);
        if (v.up && !v.blocked && v.deliverable()) parts.bounce.upcall(v, parts.events.firstPending(v));
        if (v.up && !v.blocked && v.segmentsStale && !domain.dead()) parts.bounce.segments(v);
    }

    private Verdict attention(XenVcpu v) {
        if (v.up && v.nmiDeliverable()) {
            domain.trace.exit(v.number, ExitCause.INTERRUPT, v.guest.eip(), EventKind.NMI, 0);
        }
        if (v.up && !v.blocked && v.deliverable()) {
            int eip = v.guest.eip();
            domain.trace.exit(v.number, ExitCause.INTERRUPT, eip, parts.events.firstPending(v), 0);
        }
        return Verdict.RESUME;
    }

    private Verdict tripleFault(XenVcpu v) {
        domain.crash(v, "triple fault");
        return Verdict.RESUME;
    }

    private Verdict sysenter(XenVcpu v) {
        domain.trace.exit(v.number, ExitCause.SOFTWARE_INTERRUPT, v.guest.eip(), 0, 0);
        parts.bounce.sysenter(v);
        return Verdict.RESUME;
    }

    // --- int n ---------------------------------------------------------------------------------------------------

    private Verdict softwareInterrupt(XenVcpu v, Exit.SoftInt s) {
        int vector = s.vector();
        if (s.kind() == Exit.SoftInt.Kind.INT_N) {
            if (vector == Abi.HYPERCALL_VECTOR && v.guest.cpl() == 1) {
                hypercall(v, s.nextEip());
                return Verdict.RESUME;
            }
            if (!allowed(v, vector)) {
                domain.trace.exit(v.number, ExitCause.EXCEPTION, v.guest.eip(), 13, vector * 8 + 2);
                parts.bounce.generalProtection(v, vector * 8 + 2);
                return Verdict.RESUME;
            }
        }
        if (!isDirectGate(v, s)) {
            domain.trace.exit(v.number, ExitCause.SOFTWARE_INTERRUPT, v.guest.eip(), vector, 0);
        }
        v.guest.setEip(s.nextEip());
        if (s.kind() == Exit.SoftInt.Kind.INT_N) parts.bounce.softwareInterrupt(v, vector);
        else parts.bounce.trap(v, vector, false, 0);
        return Verdict.RESUME;
    }

    private static boolean allowed(XenVcpu v, int vector) {
        return v.trapEip[vector] != 0 && (v.trapFlags[vector] & 3) >= v.guest.cpl();
    }

    private static boolean isDirectGate(XenVcpu v, Exit.SoftInt s) {
        return s.kind() == Exit.SoftInt.Kind.INT_N
                && s.vector() == Abi.SYSCALL_VECTOR
                && v.trapFlags[s.vector()] == 3
                && v.inUserMode();
    }

    /// Tour 6.15: one hypercall: number in EAX, arguments in six registers, result in EAX, unless the handler
    /// replaced the whole context (iret).
    private void hypercall(XenVcpu v, int nextEip) {
        GuestState g = v.guest;
        int number = g.reg(GuestState.EAX);
        Caller c = new Caller(g, platform.trace(), v.layout.reservedFrom());
        c.words(
                g.reg(GuestState.EBX),
                g.reg(GuestState.ECX),
                g.reg(GuestState.EDX),
                g.reg(GuestState.ESI),
                g.reg(GuestState.EDI),
                g.reg(GuestState.EBP));
        int result = dispatcher.dispatch(c, number, CallClass.CROSSING);
        if (c.keepsRegisters()) return;
        g.setEip(nextEip);
        g.setReg(GuestState.EAX, result);
    }

    // --- exceptions ----------------------------------------------------------------------------------------------

    private Verdict fault(XenVcpu v, Exit.Fault f) {
        switch (f.vector()) {
            case PAGE_FAULT -> pageFault(v, f);
            case INVALID_OPCODE -> invalidOpcode(v);
            case NO_FPU -> noFpu(v);
            case DOUBLE_FAULT -> domain.crash(v, "double fault");
            default -> {
                domain.trace.exit(v.number, ExitCause.EXCEPTION, v.guest.eip(), f.vector(), f.error());
                parts.bounce.trap(v, f.vector(), f.hasError(), f.error());
            }
        }
        return Verdict.RESUME;
    }

    private void pageFault(XenVcpu v, Exit.Fault f) {
        int va = f.va();
        if (parts.descriptors.inLdtArea(v, va)) {
            if (parts.descriptors.showLdtPage(v, va)) {
                domain.trace.exit(
                        v.number, ExitCause.HIDDEN_FAULT, v.guest.eip(), Integer.toUnsignedLong(va), f.error());
                return;
            }
            va = v.ldtBase + (va - v.ldtVa());
        }
        domain.trace.exit(v.number, ExitCause.PAGE_FAULT, v.guest.eip(), Integer.toUnsignedLong(va), f.error());
        v.setCr2(va);
        parts.bounce.trap(v, PAGE_FAULT, true, f.error());
    }

    private void invalidOpcode(XenVcpu v) {
        if (isForcedCpuid(v)) {
            domain.trace.exit(v.number, ExitCause.OTHER, v.guest.eip(), INVALID_OPCODE, 0);
            v.guest.setEip(v.guest.eip() + FORCED_PREFIX); // CPUID itself comes next and is filtered in any case
            return;
        }
        domain.trace.exit(v.number, ExitCause.EXCEPTION, v.guest.eip(), INVALID_OPCODE, 0);
        parts.bounce.trap(v, INVALID_OPCODE, false, 0);
    }

    private static boolean isForcedCpuid(XenVcpu v) {
        int at = v.guest.segmentBase(GuestState.CS) + v.guest.eip();
        try {
            for (int i = 0; i < FORCED.length; i++) {
                if ((v.guest.read(at + i, 1, false) & 0xFF) != FORCED[i]) return false;
            }
            return true;
        } catch (GuestFault notAllThere) {
            return false;
        }
    }

    /// Delivering #NM clears TS: the guest's handler need not.
    private void noFpu(XenVcpu v) {
        domain.trace.exit(v.number, ExitCause.EXCEPTION, v.guest.eip(), NO_FPU, 0);
        parts.emulation.setTaskSwitched(v, false);
        parts.bounce.trap(v, NO_FPU, false, 0);
    }

    // --- the rest of Monitor ---------------------------------------------------------------------------------------

    @Override
    public boolean mayStoreToReadOnly(GuestState g, int va, int maddr) {
        return !inside && !domain.dead() && parts.mmu.mayStore(domain.vcpu(g.vcpu()), maddr);
    }

    @Override
    public boolean storeToReadOnly(GuestState g, int va, int maddr, int size, long value) {
        XenVcpu v = domain.vcpu(g.vcpu());
        if (inside || domain.dead() || !parts.mmu.mayStore(v, maddr)) return false;
        if (!parts.mmu.writableTableStore(v, maddr, size, value)) return false;
        domain.trace.exit(v.number, ExitCause.PTE_WRITE, g.eip(), Integer.toUnsignedLong(va), value);
        return true;
    }

    /// Tour 6.36: the host's scheduler tells the guest what it did. The registered area is written before the vCPU's
    /// next instruction.
    @Override
    public void preempted(int vcpu) {
        XenVcpu v = domain.vcpu(vcpu);
        if (v.up && !v.blocked) domain.runstate(v, XenDomain.RUNNABLE);
    }

    @Override
    public void resumed(int vcpu) {
        XenVcpu v = domain.vcpu(vcpu);
        if (v.runstate != XenDomain.RUNNABLE) return;
        domain.runstate(v, XenDomain.RUNNING);
        v.guest.requestAttention();
    }

    @Override
    public void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {
        CpuidFilter.apply(leaf, subleaf, regs);
    }

    @Override
    public void state(StateVisitor v) {
        parts.state(v);
        probed = null;
    }
}
