// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.frames.P2m;
import ringside.vmm.iface.spi.Hypervisor;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.mem.PageWalk;
import ringside.vmm.trap.GuestState;
import ringside.vmm.word.Iface;

/// Walks page tables for people: level by level, with both names of every frame, and sets nothing.
public final class WalkProbe {
    private static final int EFER = 0xC0000080;
    private static final int CR0_PG = 1 << 31;
    private static final int CR4_PAE = 1 << 5;
    private static final long FRAME = 0x000F_FFFF_FFFF_F000L;

    private final MachineMemory memory;
    private final Hypervisor hypervisor;
    private final Iface iface;

    public WalkProbe(MachineMemory memory, Hypervisor hypervisor, Iface iface) {
        this.memory = memory;
        this.hypervisor = hypervisor;
        this.iface = iface;
    }

    /// One walk on native and Xen; under VMI the guest's copy and, once the VMM has taken over, the table the CPU
    /// uses.
    public List<WalkView> walk(GuestState g, int va) {
        return switch (iface) {
            case NATIVE -> List.of(direct(g, va, WalkView.Tables.CPU_NATIVE, g.cr(3)));
            case XEN -> List.of(direct(g, va, WalkView.Tables.CPU_DIRECT, g.cr(3)));
            case VMI, HW ->
                hypervisor.intercepts(g)
                        ? List.of(
                                copy(g, va, hypervisor.guestRoot(g.vcpu())),
                                direct(g, va, WalkView.Tables.CPU_SHADOW, g.cr(3)))
                        : List.of(copy(g, va, g.cr(3)));
        };
    }

    /// Tables that hold machine frames.
    private WalkView direct(GuestState g, int va, WalkView.Tables title, int root) {
        if ((g.cr(0) & CR0_PG) == 0) return new WalkView(title, va, List.of(), va & 0xFFFF_FFFFL);
        PageWalk walk = new PageWalk(memory);
        walk.walk(root, g.cr(4), g.msr(EFER), va);
        List<WalkView.Step> steps = new ArrayList<>();
        for (int i = 0; i < walk.levels(); i++) {
            long at = walk.address(i);
            int tableMfn = (int) (at >>> 12);
            int targetMfn = target(walk.entry(i));
            steps.add(step(
                    g.cr(4), walk, i, toGuest(tableMfn), tableMfn, targetMfn < 0 ? -1 : toGuest(targetMfn), targetMfn));
        }
        return new WalkView(title, va, List.copyOf(steps), walk.machine());
    }

    /// Tables that hold guest frames.
    private WalkView copy(GuestState g, int va, long root) {
        P2m map = hypervisor.p2m();
        if ((g.cr(0) & CR0_PG) == 0) {
            int mfn = map == null ? va >>> 12 : map.toMachine(va >>> 12);
            long machine = mfn < 0 ? -1 : (long) mfn << 12 | va & 0xFFF;
            return new WalkView(WalkView.Tables.GUEST_COPY, va, List.of(), machine);
        }
        PageWalk walk = new PageWalk(memory);
        walk.setPhysMap(map);
        if (root < 0) return new WalkView(WalkView.Tables.GUEST_COPY, va, List.of(), -1);
        int cr4 = hypervisor.guestCr4(g);
        walk.walk((int) root, cr4, g.msr(EFER), va);
        List<WalkView.Step> steps = new ArrayList<>();
        for (int i = 0; i < walk.levels(); i++) {
            int tablePfn = (int) (walk.address(i) >>> 12);
            int targetPfn = target(walk.entry(i));
            steps.add(step(
                    cr4,
                    walk,
                    i,
                    tablePfn,
                    toMachine(map, tablePfn),
                    targetPfn,
                    targetPfn < 0 ? -1 : toMachine(map, targetPfn)));
        }
        return new WalkView(WalkView.Tables.GUEST_COPY, va, List.copyOf(steps), walk.machine());
    }

    private WalkView.Step step(
            int cr4, PageWalk walk, int i, int tablePfn, int tableMfn, int targetPfn, int targetMfn) {
        boolean wide = (cr4 & CR4_PAE) != 0;
        int index = (int) (walk.address(i) & 0xFFF) / (wide ? 8 : 4);
        // The four PAE pointers may lie anywhere in their page, 32 bytes aligned: number them from the root.
        if (wide && i == 0) index &= 3;
        String note = targetMfn < 0 ? "" : hypervisor.frameNote(targetMfn);
        return new WalkView.Step(
                (wide ? 3 : 2) - i, tablePfn, tableMfn, index, walk.entry(i), targetPfn, targetMfn, note);
    }

    private static int target(long entry) {
        return (entry & 1) == 0 ? -1 : (int) ((entry & FRAME) >>> 12);
    }

    private int toGuest(int mfn) {
        P2m map = hypervisor.p2m();
        return map == null ? (iface == Iface.NATIVE ? mfn : -1) : map.toGuest(mfn);
    }

    private static int toMachine(@Nullable P2m map, int pfn) {
        return map == null ? pfn : map.toMachine(pfn);
    }
}
