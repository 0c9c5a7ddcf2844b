// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.probe.WalkView;
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
