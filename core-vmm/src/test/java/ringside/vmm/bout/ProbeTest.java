// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.probe.Breaks;
import ringside.vmm.probe.SpaceView;
import ringside.vmm.probe.TlbView;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// The probes show what is there.
class ProbeTest {
    @Test
    void underXenOneWalkHoldsMachineFramesAndBothNamesOfEach() {
        Corner corner = stopped(Iface.XEN);
        List<WalkView> walks =
                corner.walk(0, corner.snapshot(0).vcpus().getFirst().linearEip());

        assertEquals(1, walks.size());
        assertEquals(WalkView.Tables.CPU_DIRECT, walks.getFirst().title());
        List<WalkView.Step> steps = walks.getFirst().steps();
        assertEquals(List.of(3, 2, 1), steps.stream().map(WalkView.Step::level).toList());
        WalkView.Step leaf = steps.getLast();
        assertTrue(leaf.targetPfn() >= 0 && leaf.targetMfn() >= 0 && leaf.tablePfn() >= 0, leaf.toString());
        assertNotEquals(leaf.targetPfn(), leaf.targetMfn());
        assertEquals(leaf.targetMfn(), walks.getFirst().machine() >>> 12);
    }

    @Test
    void underVmiTheGuestsCopyAndTheShadowEndAtTheSameByte() {
        Corner corner = stopped(Iface.VMI);
        List<WalkView> walks =
                corner.walk(0, corner.snapshot(0).vcpus().getFirst().linearEip());

        assertEquals(
                List.of(WalkView.Tables.GUEST_COPY, WalkView.Tables.CPU_SHADOW),
                walks.stream().map(WalkView::title).toList());
        assertTrue(walks.get(0).machine() >= 0, walks.get(0).toString());
        assertEquals(walks.get(0).machine(), walks.get(1).machine());
    }

    @Test
    void codeIsShownFromTheNextInstruction() {
        Corner corner = stopped(Iface.NATIVE);
        VcpuView view = corner.snapshot(4).vcpus().getFirst();

        assertEquals(4, view.code().size());
        assertEquals(view.linearEip(), view.code().getFirst().linear());
        assertFalse(view.code().getFirst().text().isBlank());
    }

    @Test
    void everyCallIsMadeBySomeFunctionOfTheGuests() {
        for (Iface iface : List.of(Iface.XEN, Iface.VMI)) {
            SymbolTable names =
                    SymbolTable.of(Gallery.symbols("fork-storm", iface).orElseThrow());
            Corner corner = open(iface);
            corner.keepSites();
            while (corner.rounds().size() < 2) corner.run(1L << 40, true);
            List<TraceEvent> calls = corner.trace().copy(corner.trace().oldest(), 1 << 20).stream()
                    .filter(e -> e.kind() == EventKind.CALL)
                    .toList();

            assertTrue(calls.size() > 100, iface + " " + calls.size());
            List<String> from =
                    calls.stream().map(e -> names.name(e.site())).distinct().toList();
            long unknown = calls.stream()
                    .filter(e -> names.name(e.site()).isEmpty()
                            || names.name(e.site()).contains("hypercall_page"))
                    .count();
            assertTrue(
                    unknown * 100 < calls.size() && from.size() > 4,
                    iface + " " + unknown + " of " + calls.size() + " " + from);
        }
    }

    @Test
    void keepingCallSitesChangesNothingThatIsHashed() {
        List<String> hashes = new ArrayList<>();
        for (boolean sites : new boolean[] {false, true}) {
            Corner corner = open(Iface.XEN);
            if (sites) corner.keepSites();
            while (corner.rounds().size() < 2) corner.run(1L << 40, true);
            hashes.add(corner.runHash());
        }
        assertEquals(hashes.get(0), hashes.get(1));
    }

    @Test
    void aMachineStopsAtACallAndAtAPort() {
        Corner xen = open(Iface.XEN);
        Breaks breaks = Objects.requireNonNull(xen.breaks());
        int index = 0;
        while (!xen.trace().calls().get(index).name().equals("mmu_update")) index++;
        breaks.onCall(index, true);
        assertEquals(Corner.Stop.CONDITION, xen.run(1L << 40, false));
        assertEquals(index, Objects.requireNonNull(breaks.hit()).address());
        assertEquals(1, xen.counts().calls("xen.mmu_update"));
        assertEquals(Breaks.Event.CALL, breaks.hit().event());
        breaks.onCall(index, false);
        while (xen.rounds().size() < 3) xen.run(1L << 40, true);
        long last = xen.trace().copy(xen.trace().oldest(), 1 << 20).stream()
                .filter(e -> e.kind() == EventKind.PTE_UPDATE)
                .reduce((_, later) -> later)
                .orElseThrow()
                .a0();
        xen = open(Iface.XEN);
        breaks = Objects.requireNonNull(xen.breaks());
        breaks.onEntry((int) last, true);
        assertEquals(Corner.Stop.CONDITION, xen.run(1L << 40, false));
        assertEquals((int) last, Objects.requireNonNull(breaks.hit()).address());
        assertTrue(breaks.touched());

        Corner pc = open(Iface.NATIVE);
        Breaks ports = Objects.requireNonNull(pc.breaks());
        Breaks.PortWatch serial = new Breaks.PortWatch(0x3F8, 0x3F8, false, true);
        ports.add(serial);
        assertEquals(Corner.Stop.CONDITION, pc.run(1L << 40, false));
        assertEquals(serial, Objects.requireNonNull(ports.hit()).port());
        long first = pc.instructions();
        assertEquals(Corner.Stop.CONDITION, pc.run(1L << 40, false));
        assertTrue(pc.instructions() > first);
    }

    @Test
    void theTlbAgreesWithTheTablesAndTheSpaceWithEveryWalk() {
        for (Iface iface : Iface.values()) {
            if (iface == Iface.HW) continue;
            Corner corner = stopped(iface);
            WalkView.Tables tables = corner.walk(0, 0).getLast().title();
            SpaceView space = corner.inspect().space(0, tables);
            assertTrue(space.size() > 20, iface + " " + space.size());
            for (int i = 0; i < space.size(); i++) {
                WalkView walk = corner.walk(0, space.vas()[i]).getLast();
                WalkView.Step leaf = walk.steps().getLast();
                assertEquals(leaf.entry(), space.entries()[i], iface + " " + i);
                assertEquals(i, space.at(space.vas()[i] + 0xFFF));
            }
            TlbView tlb = corner.inspect().tlb(0);
            assertFalse(tlb.entries().isEmpty());
            for (TlbView.Entry e : tlb.entries())
                if (!e.stale())
                    assertEquals(e.mfn(), corner.walk(0, e.va()).getLast().machine() >>> 12, iface + " " + e);
        }
    }

    /// Somewhere in the middle of user processes and faults.
    private static Corner stopped(Iface iface) {
        Corner corner = open(iface);
        while (corner.run(1L << 40, true) == Corner.Stop.BELL) {
            if (corner.rounds().size() == 2) return corner;
        }
        throw new IllegalStateException("fork-storm rings more than two bells");
    }

    private static Corner open(Iface iface) {
        BoutSpec spec = new BoutSpec("fork-storm", List.of(iface), 2, 32L << 20, 7, new byte[0], new byte[0], "");
        return assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec))
                .corners()
                .getFirst();
    }
}
