// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringside.vmm.frames.P2m;
import ringside.vmm.frames.ShadowPool;
import ringside.vmm.frames.ShadowTables;
import ringside.vmm.iface.spi.CallTable;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.iface.spi.Dispatcher;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.iface.spi.Platform;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.Hook;
import ringside.vmm.trace.Trace;
import ringside.vmm.trap.Exit;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Verdict;
import ringside.vmm.word.Problem;

/// The VMI corner, API 3.0: a PC, an option ROM, and a monitor that appears when the guest calls it.
///
/// Tour 5.00 — VMI is a switch, not a boot protocol. The guest boots as on bare hardware (level 0, no exits; only
/// a map below its physical addresses, so that its frames are not the machine's). When it calls the ROM's first
/// cell it comes back at level 1, on shadow tables, with every event going through here. (vmi.md 2.5, 2.6.)
///
/// The machine's lowest frames are the monitor's; the rest are the guest's, scattered by the bout's seed.
public final class VmiHypervisor implements Hypervisor {
    private static final int EXITS_WITHOUT_PROGRESS = 10_000;
    private static final int PAGING = 0x80000000;
    private static final int APIC_BASE_MSR = 0x1B;
    private static final long APIC_ENABLED = 0x800;
    /// CPUID leaf 1: MONITOR, VMX, x2APIC, XSAVE; VME, MCE, MTRR, MCA, thermal.
    private static final int HIDDEN_ECX = 0x0C200028, HIDDEN_EDX = 0x20405082;
    private static final int CPUID_APIC = 0x200, CPUID_HYPERVISOR = 1 << 31;
    /// The leaf in which who is underneath names itself: "Ringside VMI", in EBX, ECX, EDX.
    private static final int SIGNATURE_LEAF = 0x40000000;
    private static final int[] SIGNATURE = {SIGNATURE_LEAF, 0x676E6952, 0x65646973, 0x494D5620};
    private static final int PAGE_FAULT = 14, IRET = 33, SYSEXIT = 34;

    private final Platform platform;
    /// Where the kernel runs once it has called VMI_Init.
    private final int ring;
    private final Trace trace;
    private final MachineMemory memory;
    private final int guestFrames;
    private final VmiRom rom;
    private final P2m p2m;
    private final ShadowTables shadow;
    private final GuestMemory guest;
    private final DescriptorTables tables;
    private final Delivery delivery;
    private final VmiMmu mmu;
    private final Emulation emulation;
    private final VmiTimer timer;
    private final VmiCalls calls;
    private final VmiHooks hooks;
    private final VmiStartup startup;
    private final CallTable table;
    private final Dispatcher dispatcher;
    private final VmiVcpu[] vcpus;
    private final int[] words = new int[6];

    /// @param guestFrames guest-physical frames; the machine must have more, which become the monitor's
    /// @param ring 1: the kernel is deprivileged, on shadow tables; 0: it stays, and its calls are instructions
    public VmiHypervisor(Platform platform, int guestFrames, int ring) {
        this.platform = platform;
        this.ring = ring;
        this.guestFrames = guestFrames;
        trace = platform.trace();
        memory = platform.memory();
        rom = VmiRom.shipped(ring);
        hooks = new VmiHooks(rom);
        int frames = memory.frames();
        int own = frames - guestFrames;
        p2m = P2m.scattered(guestFrames, frames, own, guestFrames, platform.seed());
        ShadowPool pool = new ShadowPool(memory, own, guestFrames);
        vcpus = new VmiVcpu[platform.vcpus()];
        for (int n = 0; n < vcpus.length; n++) vcpus[n] = new VmiVcpu(platform.vcpu(n), memory);
        shadow = new ShadowTables(
                memory,
                p2m,
                pool,
                vcpus.length,
                VmmArea.TOP,
                VmiRom.firstPfn(),
                rom.lastPfn(),
                this::reloadRoot,
                this::flushAll);
        guest = new GuestMemory(memory, p2m, shadow);
        tables = new DescriptorTables(memory, guest, shadow);
        delivery = new Delivery(platform, guest, tables, rom.size());
        mmu = new VmiMmu(platform, p2m, shadow, guest, delivery, rom, shadow.holdFrame());
        emulation = new Emulation(platform, guest, tables, delivery, mmu);
        timer = new VmiTimer(platform);
        startup = new VmiStartup(this, platform, vcpus, tables, timer, p2m);
        calls = new VmiCalls(platform, vcpus, guest, tables, delivery, mmu, emulation, timer, this::activate);
        table = calls.table();
        dispatcher = new Dispatcher(table, trace);
    }

    @Override
    public P2m p2m() {
        return p2m;
    }

    /// Compares the tables the silicon walks with the guest's. @return what is wrong; empty when all is right
    public List<String> check() {
        List<String> wrong = new ArrayList<>(shadow.check());
        for (VmiVcpu v : vcpus) {
            if (v.active && v.g.cr(3) != shadow.root(v.n())) wrong.add("vCPU " + v.n() + " walks another root");
        }
        return wrong;
    }

    @Override
    public long guestRoot(int vcpu) {
        return vcpus[vcpu].active ? vcpus[vcpu].cr3 & 0xFFFFFFFFL : -1;
    }

    @Override
    public int guestCr4(GuestState g) {
        return vcpus[g.vcpu()].active ? vcpus[g.vcpu()].cr4 : g.cr(4);
    }

    @Override
    public List<Hook> hooks() {
        return hooks.list(table, vcpus[0].romLinear);
    }

    @Override
    public String frameNote(int mfn) {
        return shadow.note(mfn);
    }

    /// Whether a vCPU's kernel runs deprivileged, on shadow tables.
    public boolean active(int vcpu) {
        return vcpus[vcpu].active;
    }

    private void showStolen(VmiVcpu v) {
        long stolen = platform.stolen(v.n());
        v.set(VmmArea.STOLEN, (int) stolen);
        v.set(VmmArea.STOLEN + 4, (int) (stolen >>> 32));
    }

    @Override
    public void resumed(int vcpu) {
        if (vcpus[vcpu].active) showStolen(vcpus[vcpu]);
        timer.resumed(vcpu);
    }

    private void reloadRoot(int vcpu) {
        if (vcpus[vcpu].active) vcpus[vcpu].g.setCr(3, shadow.root(vcpu));
    }

    private void flushAll() {
        for (VmiVcpu v : vcpus) if (v.active) v.g.flushTlb(true);
    }

    // ---- interface ------------------------------------------------------------------------------------------------

    @Override
    public List<CallInfo> calls() {
        return table.infos();
    }

    @Override
    public List<Problem> start(GuestImage image) {
        for (VmiVcpu v : vcpus) v.map(p2m);
        List<Problem> problems = platform.bootPc(image, p2m, guestFrames);
        if (!problems.isEmpty()) return problems;
        byte[] bytes = rom.bytes();
        for (int at = 0; at < bytes.length; at += MachineMemory.PAGE) {
            int mfn = p2m.toMachine(VmiRom.BASE + at >>> 12);
            if (mfn == P2m.ABSENT)
                return List.of(new Problem("memory", "room for the VMI ROM", guestFrames + " frames"));
            System.arraycopy(bytes, at, memory.bytes(), mfn << 12, Math.min(MachineMemory.PAGE, bytes.length - at));
        }
        return List.of();
    }

    /// The PC's reset line was pulled: the kernel finds a PC with a ROM again, and has to call it again. What hooks it
    /// had asked for stays counted.
    @Override
    public void restart() {
        for (VmiVcpu v : vcpus) v.restart();
        timer.restart();
        shadow.restart();
    }

    @Override
    public boolean intercepts(GuestState g) {
        VmiVcpu v = vcpus[g.vcpu()];
        return v.active || v.initPending || v.returning && v.linearEip() == v.iretLinear;
    }

    @Override
    public void interruptLine(int vcpu) {
        VmiVcpu v = vcpus[vcpu];
        if (!v.active) return;
        boolean waiting = platform.interruptPending(vcpu);
        v.set(VmmArea.PENDING, waiting ? 1 : 0);
        if (!waiting || !v.vif()) return;
        v.g.requestAttention();
        v.g.wake();
    }

    @Override
    public void cpuid(GuestState g, int leaf, int subleaf, int[] regs) {
        if (leaf == 7) Arrays.fill(regs, 0); // needs CR4 bits that stay here
        if (leaf == SIGNATURE_LEAF) System.arraycopy(SIGNATURE, 0, regs, 0, regs.length);
        if (leaf != 1) return;
        regs[1] = regs[1] & 0x00FFFFFF | g.vcpu() << 24;
        regs[2] = regs[2] & ~HIDDEN_ECX | CPUID_HYPERVISOR;
        regs[3] &= ~HIDDEN_EDX;
        boolean apic = (platform.apicBase(g.vcpu()) & APIC_ENABLED) != 0;
        regs[3] = apic ? regs[3] | CPUID_APIC : regs[3] & ~CPUID_APIC;
    }

    @Override
    public boolean msrRead(GuestState g, int msr, long[] value) {
        if (msr == VmiRom.WALLCLOCK_MSR && vcpus[g.vcpu()].aside) {
            value[0] = timer.wallclock();
            return true;
        }
        if ((msr == VmiRom.STOLEN_MSR || msr == VmiRom.AVAILABLE_MSR) && vcpus[g.vcpu()].aside) {
            long stolen = platform.stolen(g.vcpu());
            value[0] = msr == VmiRom.STOLEN_MSR ? stolen : g.tsc() - stolen;
            return true;
        }
        if (msr != APIC_BASE_MSR) return false;
        value[0] = platform.apicBase(g.vcpu());
        return true;
    }

    @Override
    public boolean msrWrite(GuestState g, int msr, long value) {
        VmiVcpu v = vcpus[g.vcpu()];
        if (msr == APIC_BASE_MSR) return platform.setApicBase(g.vcpu(), value);
        if (msr == VmiRom.CALL_MSR && v.aside) return byRegister(v, (int) value, (int) (value >>> 32));
        if (msr != VmiRom.INIT_MSR || v.active || v.aside || romOffset(v) < 0) return false;
        v.initPending = true;
        g.requestAttention();
        return true;
    }

    /// A call of a kernel at level 0 that reaches the monitor after all. @param at linear address of its five words;
    /// the first becomes its result
    private boolean byRegister(VmiVcpu v, int call, int at) {
        boolean known = call == 36 || call == 37 || call >= 62 && call <= 64 || call == 68 || call == 69;
        if (!known) return false;
        GuestState g = v.g;
        try {
            for (int i = 0; i < 5; i++) words[i] = g.read(at + 4 * i, 4, false);
            v.call = VmiRom.NONE;
            Caller c = new Caller(g, trace, 1L << 32).words(words[0], words[1], words[2], words[3], words[4], 0);
            g.write(at, 4, dispatcher.dispatch(c, call, CallClass.CROSSING), false);
            return true;
        } catch (GuestFault unreadable) {
            return false;
        }
    }

    /// Offset into the ROM of the instruction about to run, before the monitor is there: by its physical address.
    private int romOffset(VmiVcpu v) {
        long maddr = v.g.translate(v.linearEip(), false, false);
        if (maddr < 0) return VmiRom.NONE;
        int pfn = p2m.toGuest((int) (maddr >>> 12));
        return pfn < 0 ? VmiRom.NONE : rom.offset(((long) pfn << 12) + (maddr & 0xFFF));
    }

    // ---- exits ----------------------------------------------------------------------------------------------------

    @Override
    public Verdict exit(GuestState g, Exit exit) {
        VmiVcpu v = vcpus[g.vcpu()];
        if (!v.active) return beforeSwitch(v, exit);
        if (stuck(v)) {
            delivery.fall(v, "no instruction can complete");
            g.sleep();
            return Verdict.RESUME;
        }
        return switch (exit) {
            case Exit.Fault f -> fault(v, f);
            case Exit.SoftInt s -> softInterrupt(v, s);
            case Exit.Privileged p -> emulation.privileged(v, p);
            case Exit.Sysenter s -> {
                count(v, ExitCause.SOFTWARE_INTERRUPT, 0, 0);
                delivery.sysenter(v);
                yield Verdict.RESUME;
            }
            case Exit.Attention a -> attention(v);
            case Exit.Nmi n -> {
                v.nmi = true;
                yield attention(v);
            }
            case Exit.TripleFault t -> {
                delivery.fall(v, "triple fault");
                yield Verdict.RESUME;
            }
        };
    }

    private Verdict beforeSwitch(VmiVcpu v, Exit exit) {
        if (v.returning && exit instanceof Exit.Fault f) {
            v.returning = false;
            count(v, ExitCause.EXCEPTION, f.vector(), f.error());
            v.g.setEip(callSite(v));
            return Verdict.DELIVER;
        }
        if (exit instanceof Exit.TripleFault) {
            delivery.fall(v, "triple fault");
            return Verdict.RESUME;
        }
        if (!v.initPending) return Verdict.DELIVER;
        v.initPending = false;
        if (!(exit instanceof Exit.Attention)) return Verdict.DELIVER;
        Caller c = new Caller(v.g, trace, Integer.toUnsignedLong(VmmArea.TOP));
        v.g.setReg(GuestState.EAX, dispatcher.dispatch(c, VmiRom.INIT, CallClass.CROSSING));
        if (v.active) {
            v.set(VmmArea.PENDING, platform.interruptPending(v.n()) ? 1 : 0);
            delivery.attend(v);
        }
        return Verdict.RESUME;
    }

    /// Where the IRET call came from: a frame that cannot be returned to is a fault of that place, where the kernel has
    /// an entry in its exception table, and not of the ROM (vmi.md 3.5). The call's return address is below the
    /// frame.
    private static int callSite(VmiVcpu v) {
        GuestState g = v.g;
        try {
            return g.read(g.segmentBase(GuestState.SS) + g.reg(GuestState.ESP) - 4, 4, false) - 5;
        } catch (GuestFault unreadable) {
            return g.eip();
        }
    }

    /// Exits that no instruction separates: at some point the guest cannot go on.
    private boolean stuck(VmiVcpu v) {
        long retired = v.g.retired();
        if (retired != v.lastRetired) {
            v.lastRetired = retired;
            v.exitsWithoutProgress = 0;
        }
        return ++v.exitsWithoutProgress > EXITS_WITHOUT_PROGRESS;
    }

    private void count(VmiVcpu v, ExitCause cause, long qualifier, long value) {
        trace.exit(v.n(), cause, v.g.eip(), qualifier, value);
    }

    private Verdict fault(VmiVcpu v, Exit.Fault f) {
        if (f.vector() == PAGE_FAULT) {
            mmu.pageFault(v, f);
            return Verdict.RESUME;
        }
        boolean segment = f.vector() >= 10 && f.vector() <= 13 && (f.error() & 2) == 0;
        if (segment && (tables.refresh(v, f.error()) || v.user() && tables.gateForUser(v, f.error()))) {
            count(v, ExitCause.DESCRIPTOR_TABLE, f.error(), 0);
            return Verdict.RESUME;
        }
        count(v, ExitCause.EXCEPTION, f.vector(), f.error());
        delivery.exception(v, f.vector(), f.hasError(), f.error(), f.va());
        return Verdict.RESUME;
    }

    private Verdict softInterrupt(VmiVcpu v, Exit.SoftInt s) {
        int call = s.vector() == VmiRom.CROSSING && v.g.cpl() == 1 ? crossing(v, s.nextEip()) : VmiRom.NONE;
        if (call != VmiRom.NONE) {
            cross(v, call, s.nextEip());
            return Verdict.RESUME;
        }
        boolean plain = s.kind() == Exit.SoftInt.Kind.INT_N, direct = plain && delivery.direct(v, s.vector());
        if (!direct) count(v, ExitCause.SOFTWARE_INTERRUPT, s.vector(), 0);
        if (s.kind() == Exit.SoftInt.Kind.ICEBP) {
            v.g.setEip(s.nextEip());
            delivery.exception(v, 1, false, 0, 0);
        } else {
            EventKind kind = plain ? EventKind.SOFTWARE_INTERRUPT : EventKind.FAULT;
            delivery.softInterrupt(v, s.vector(), s.nextEip(), kind);
        }
        return Verdict.RESUME;
    }

    /// The call that crosses with the interrupt before `nextEip`, or none: then it is an interrupt of the guest's
    /// own.
    private int crossing(VmiVcpu v, int nextEip) {
        int offset = v.romOffset(v.g.segmentBase(GuestState.CS) + nextEip, rom.size());
        return offset < 0 ? VmiRom.NONE : rom.crossingBefore(offset);
    }

    private void cross(VmiVcpu v, int call, int nextEip) {
        GuestState g = v.g;
        v.call = VmiRom.NONE;
        calls.words(v, call, words);
        g.setEip(nextEip + 4);
        Caller c = new Caller(g, trace, Integer.toUnsignedLong(VmmArea.TOP))
                .words(words[0], words[1], words[2], words[3], words[4], words[5]);
        int result = dispatcher.dispatch(c, call, CallClass.CROSSING);
        if (!c.keepsRegisters()) g.setReg(GuestState.EAX, result);
        if (v.active) {
            v.set(VmmArea.PENDING, platform.interruptPending(v.n()) ? 1 : 0);
            delivery.attend(v);
        }
    }

    private Verdict attention(VmiVcpu v) {
        int eip = v.g.eip();
        if (v.nmi ? delivery.nonMaskable(v) : delivery.interrupt(v)) trace.exit(v.n(), ExitCause.INTERRUPT, eip, 0, 0);
        return Verdict.RESUME;
    }

    // ---- the ROM's own calls --------------------------------------------------------------------------------------

    /// Tour 5.13 — A call that never crosses leaves no mark. It is counted by looking at what is fetched: where a
    /// call begins and where it returns. Not one instruction is added for that.
    @Override
    public void fetched(GuestState g, int linear) {
        VmiVcpu v = vcpus[g.vcpu()];
        int offset = v.romOffset(linear, rom.size());
        if (offset < 0 || g.cpl() == 3) return;
        int call = rom.callAt(offset);
        v.returning = v.aside && linear == v.iretLinear;
        if (call != VmiRom.NONE) {
            if (v.aside && v.call != VmiRom.NONE) finished(v); // one that an interrupt broke into, like Halt
            v.call = call;
            if (call == VmiRom.GET_RELOCATION_INFO) hooks.asked(g.reg(GuestState.EAX));
            else hooks.hit(g, call, linear);
            calls.words(v, call, words);
            System.arraycopy(words, 0, v.words, 0, v.words.length);
        }
        boolean leaves = v.aside && (call == IRET || call == SYSEXIT);
        if (leaves || rom.returnsAt(offset)) {
            if (v.call != VmiRom.NONE) finished(v);
            if (v.postponed) {
                v.postponed = false;
                g.requestAttention();
            }
        }
    }

    private void finished(VmiVcpu v) {
        int call = v.call;
        v.call = VmiRom.NONE;
        CallClass kind = call >= 38 && call <= 41 ? CallClass.QUEUED : CallClass.LOCAL;
        dispatcher.finished(v.n(), call, kind, v.words, v.g.reg(GuestState.EAX));
    }

    // ---- switching over -------------------------------------------------------------------------------------------

    /// VMI_Init: from here on the kernel is at level 1. @return 0, or 1 when it cannot be
    private int activate(VmiVcpu v) {
        GuestState g = v.g;
        int offset = romOffset(v);
        if ((g.cr(0) & PAGING) == 0 || offset < 0 || (g.eflags() & 0x20000) != 0) return 1;
        v.romLinear = v.linearEip() - offset;
        if (ring == 0) {
            stepAside(v);
            return 0;
        }
        v.cr0 = g.cr(0);
        v.cr3 = g.cr(3);
        v.cr4 = g.cr(4);
        v.idtBase = g.idtBase();
        v.idtLimit = g.idtLimit();
        v.iopl = 0;
        if (!tables.makePages(v)) return 1;
        v.set(VmmArea.CR2, g.cr(2));
        v.setVif((g.eflags() & VmiVcpu.IF) != 0);
        begin(v, g.gdtBase(), g.gdtLimit(), g.ldtSelector(), g.trSelector());
        tables.deprivilegeSegments(v);
        g.setEflags(g.eflags() & ~0x3000 | VmiVcpu.IF);
        return 0;
    }

    /// The kernel keeps the processor; from here on the ROM's calls are counted, and a few reach the monitor.
    void stepAside(VmiVcpu v) {
        v.aside = true;
        v.call = VmiRom.NONE;
        v.iretLinear = v.romLinear + rom.iretInstruction();
        v.g.watchFetch(v.romLinear, v.romLinear + rom.size());
    }

    /// What the first vCPU and the others have in common.
    void begin(VmiVcpu v, int gdtBase, int gdtLimit, int ldt, int tr) {
        GuestState g = v.g;
        v.active = true;
        v.call = VmiRom.NONE;
        v.postponed = false;
        v.userTables = false;
        long epoch = timer.wallclock();
        v.set(VmmArea.WALLCLOCK, (int) epoch);
        v.set(VmmArea.WALLCLOCK + 4, (int) (epoch >>> 32));
        showStolen(v);
        boolean fits = mmu.begin(v) && tables.setGdt(v, gdtBase, gdtLimit);
        try {
            fits = fits && tables.setLdt(v, ldt);
            if (fits) tables.setTr(v, tr);
        } catch (GuestFault unreadable) {
            g.forceLdt(0, 0);
        }
        if (!fits) delivery.fall(v, "the monitor's frames are used up");
        g.setIdt(VmmArea.IDT, 0x7FF);
        g.watchFetch(v.romLinear, v.romLinear + rom.size());
    }

    @Override
    public boolean startup(int vcpu, boolean init, int vector) {
        return startup.startup(vcpu, init);
    }

    @Override
    public void state(StateVisitor v) {
        shadow.state(v);
        for (VmiVcpu each : vcpus) {
            each.state(v);
            if (v.loads()) each.map(each.mapped ? p2m : null);
        }
        timer.state(v);
        hooks.state(v);
    }
}
