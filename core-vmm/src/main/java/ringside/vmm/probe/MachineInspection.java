// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ringside.vmm.cpu.Vcpu;
import ringside.vmm.frames.P2m;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Iface;

/// Looks into a machine.
public final class MachineInspection implements Inspection {
    private static final int CR0_PG = 1 << 31, CR4_PAE = 1 << 5;
    private static final long FRAME = 0x000F_FFFF_FFFF_F000L, FRAME32 = 0xFFFF_F000L;
    private static final int LARGE = 0x80;
    private static final int MOST_BYTES = 1 << 16, MOST_LINES = 512;
    private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS"};
    private static final int[] MSRS = {0x174, 0x175, 0x176, 0x277, 0xC000_0080};
    private static final String[] MSR_NAMES = {"SYSENTER_CS", "SYSENTER_ESP", "SYSENTER_EIP", "PAT", "EFER"};
    private static final int SELECTOR_LDT = 4;

    private final MachineMemory memory;
    private final Hypervisor hypervisor;
    private final Iface iface;
    private final IntFunction<? extends GuestState> vcpus;
    private final VcpuProbe disassembler;

    public MachineInspection(
            MachineMemory memory, Hypervisor hypervisor, Iface iface, IntFunction<? extends GuestState> vcpus) {
        this.memory = memory;
        this.hypervisor = hypervisor;
        this.iface = iface;
        this.vcpus = vcpus;
        this.disassembler = new VcpuProbe(memory);
    }

    @Override
    public CpuView cpu(int vcpu) {
        GuestState g = vcpus.apply(vcpu);
        List<CpuView.Segment> segments = new ArrayList<>();
        for (int s = 0; s < SEGMENTS.length; s++) {
            DescriptorView hidden = DescriptorView.of(g.selector(s), g.cachedDescriptor(s));
            segments.add(new CpuView.Segment(SEGMENTS[s], g.selector(s), hidden));
        }
        List<CpuView.Msr> msrs = new ArrayList<>();
        for (int i = 0; i < MSRS.length; i++) msrs.add(new CpuView.Msr(MSR_NAMES[i], MSRS[i], g.msr(MSRS[i])));
        return new CpuView(
                List.copyOf(segments),
                g.gdtBase(),
                g.gdtLimit(),
                g.idtBase(),
                g.idtLimit(),
                g.ldtSelector(),
                g.trSelector(),
                List.of(g.cr(0), g.cr(2), g.cr(3), g.cr(4)),
                IntStream.of(0, 1, 2, 3, 6, 7).map(g::dr).boxed().toList(),
                List.copyOf(msrs));
    }

    @Override
    public List<DescriptorView> descriptors(int vcpu, int which) {
        GuestState g = vcpus.apply(vcpu);
        int base = which == 2 ? g.idtBase() : g.gdtBase();
        int limit = which == 2 ? g.idtLimit() : g.gdtLimit();
        if (which == 1) {
            long at = (g.gdtBase() & 0xFFFF_FFFFL) + (g.ldtSelector() & 0xFFF8);
            if ((g.ldtSelector() & 0xFFFC) == 0) return List.of();
            DescriptorView ldt = DescriptorView.of(g.ldtSelector(), eight(g, (int) at));
            if (ldt.kind() != DescriptorView.Kind.LDT) return List.of();
            base = ldt.base();
            limit = Math.min(ldt.limit(), 0xFFFF);
        }
        List<DescriptorView> all = new ArrayList<>();
        for (int at = 0; at + 7 <= limit; at += 8) {
            if (g.translate(base + at, false, false) < 0) continue;
            int number = which == 2 ? at / 8 : at | (which == 1 ? SELECTOR_LDT : 0);
            DescriptorView d = DescriptorView.of(number, eight(g, base + at));
            if (d.kind() != DescriptorView.Kind.NULL) all.add(d);
        }
        return List.copyOf(all);
    }

    private long eight(GuestState g, int va) {
        long out = 0;
        for (int i = 7; i >= 0; i--) out = out << 8 | Math.max(0, one(g, va + i));
        return out;
    }

    private short one(GuestState g, int va) {
        long at = g.translate(va, false, false);
        return at < 0 || !memory.contains(at, 1) ? -1 : (short) memory.read8((int) at);
    }

    @Override
    public List<VcpuView.CodeLine> code(int vcpu, int linear, int lines) {
        return disassembler.code(vcpus.apply(vcpu), linear, Math.min(lines, MOST_LINES));
    }

    @Override
    public short[] bytes(int vcpu, long address, int length, boolean virtual) {
        GuestState g = vcpus.apply(vcpu);
        short[] out = new short[Math.clamp(length, 0, MOST_BYTES)];
        for (int i = 0; i < out.length; i++) {
            long at = address + i;
            if (virtual) out[i] = one(g, (int) at);
            else out[i] = memory.contains(at, 1) ? (short) memory.read8((int) at) : -1;
        }
        return out;
    }

    @Override
    public TableView table(int vcpu, WalkView.Tables tables, int tableMfn, int level) {
        GuestState g = vcpus.apply(vcpu);
        boolean copy = tables == WalkView.Tables.GUEST_COPY;
        if ((g.cr(0) & CR0_PG) == 0) return TableView.NOTHING;
        P2m map = hypervisor.p2m();
        int cr4 = copy ? hypervisor.guestCr4(g) : g.cr(4);
        boolean wide = (cr4 & CR4_PAE) != 0;
        int levels = wide ? 3 : 2;
        if (tableMfn >= 0) return entries(tableMfn, 0, level, wide, copy ? map : null, level == 3 ? 4 : 0);
        long root = copy && hypervisor.intercepts(g) ? hypervisor.guestRoot(g.vcpu()) : g.cr(3) & 0xFFFF_FFFFL;
        if (root < 0) return TableView.NOTHING;
        int frame = (int) (root >>> 12);
        int mfn = copy && map != null ? map.toMachine(frame) : frame;
        if (mfn < 0) return TableView.NOTHING;
        int offset = wide ? (int) (root & 0xFE0) : 0;
        return entries(mfn, offset, levels, wide, copy ? map : null, wide ? 4 : 0);
    }

    @Override
    public SpaceView space(int vcpu, WalkView.Tables tables) {
        return SpaceProbe.space((mfn, level) -> table(vcpu, tables, mfn, level));
    }

    @Override
    public TlbView tlb(int vcpu) {
        return vcpus.apply(vcpu) instanceof Vcpu cpu ? SpaceProbe.remembered(cpu, cpu.tlb()) : TlbView.NOTHING;
    }

    private TableView entries(int mfn, int offset, int level, boolean wide, @Nullable P2m copy, int count) {
        int size = wide ? 8 : 4;
        int n = count > 0 ? count : MachineMemory.PAGE / size;
        long base = ((long) mfn << 12) + offset;
        if (!memory.contains(base, n * size)) return TableView.NOTHING;
        long[] entries = new long[n];
        int[] targets = new int[n];
        for (int i = 0; i < n; i++) {
            int at = (int) base + i * size;
            entries[i] = wide ? memory.read64(at) : memory.read32(at) & 0xFFFF_FFFFL;
            int frame = (int) ((entries[i] & (wide ? FRAME : FRAME32)) >>> 12);
            boolean leads = (entries[i] & 1) != 0;
            targets[i] = !leads ? -1 : copy == null ? frame : copy.toMachine(frame);
        }
        return new TableView(level, wide, mfn, toGuest(mfn), entries, targets, hypervisor.frameNote(mfn));
    }

    /// Whether an entry of a directory maps memory itself.
    public static boolean isLarge(long entry, int level) {
        return level == 2 && (entry & LARGE) != 0;
    }

    private int toGuest(int mfn) {
        P2m map = hypervisor.p2m();
        return map == null ? (iface == Iface.NATIVE ? mfn : -1) : map.toGuest(mfn);
    }

    @Override
    public String frame(int mfn) {
        return mfn < 0 || mfn >= memory.frames() ? "" : hypervisor.frameNote(mfn);
    }

    @Override
    public FramesView frames() {
        P2m map = hypervisor.p2m();
        int n = memory.frames();
        byte[] kinds = new byte[n];
        int[] toGuest = new int[n];
        int wrong = 0;
        for (int mfn = 0; mfn < n; mfn++) {
            toGuest[mfn] = map == null ? mfn : map.toGuest(mfn);
            if (map != null && toGuest[mfn] >= 0 && map.toMachine(toGuest[mfn]) != mfn) wrong++;
            kinds[mfn] = (byte) kind(mfn, toGuest[mfn]).ordinal();
        }
        int[] toMachine = new int[map == null ? 0 : map.guestFrames()];
        if (map != null) Arrays.setAll(toMachine, map::toMachine);
        return new FramesView(kinds, toGuest, toMachine, wrong);
    }

    /// What the interface says of a frame begins with its type. VMI's monitor types only its own frames: the guest's
    /// are known by the map.
    private FramesView.Kind kind(int mfn, int pfn) {
        if (iface == Iface.NATIVE || pfn >= 0 && iface != Iface.XEN) return FramesView.Kind.GUEST;
        String note = hypervisor.frameNote(mfn).toLowerCase(Locale.ROOT);
        for (FramesView.Kind kind : FramesView.Kind.values()) {
            if (note.startsWith(kind.name().toLowerCase(Locale.ROOT))) return kind;
        }
        return pfn >= 0 ? FramesView.Kind.GUEST : FramesView.Kind.HYPERVISOR;
    }

    @Override
    public SharesView shares() {
        return SharesView.of(hypervisor);
    }
}
