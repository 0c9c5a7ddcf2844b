// SPDX-License-Identifier: Apache-2.0
package ringside.test.system;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.PcSpec;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// The gallery guests on every corner: they end, they count what they must, and they count it again.
class GalleryBoutTest {
    private static final long LIMIT = 2_000_000_000L;

    @Test
    void helloBoundaryNamesItsRingOnEveryCorner() {
        Map<Iface, String> ring = Map.of(Iface.NATIVE, "ring 0", Iface.VMI, "ring 1", Iface.XEN, "ring 1");
        ring.forEach((iface, text) -> {
            Corner c = finished("hello-boundary", iface, 1);
            assertTrue(
                    c.console().tail(4096).contains(text),
                    iface + " printed: " + c.console().tail(4096));
        });
    }

    @Test
    void forkStormFinishesAllRoundsWithTheSameAnswersOnEveryCorner() {
        List<String> lines = new ArrayList<>();
        for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN))
            lines.add(checksums(finished("fork-storm", iface, 2)));
        assertNotEquals("", lines.getFirst());
        assertEquals(List.of(lines.getFirst(), lines.getFirst()), lines.subList(1, 3));
    }

    @Test
    void withoutPaeTheAnswersAreTheSame() {
        String usual = checksums(finished("fork-storm", Iface.NATIVE, 2));
        for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN))
            assertEquals(usual, checksums(finished("fork-storm-nopae", iface, 2)), iface.id());
    }

    /// The other design of a VMI monitor: the kernel keeps level 0, and its calls are instructions.
    @Test
    void atLevelZeroUnderVmiTheAnswersAreTheSameAndHardlyAnythingCrosses() {
        Corner hello = finished("hello-boundary", Iface.VMI, 2, 0);
        assertTrue(hello.console().tail(4096).contains("ring 0 under VMI"));
        for (String guest : List.of("fork-storm", "fork-storm-nopae")) {
            Corner c = finished(guest, Iface.VMI, 2, 0);
            assertEquals(checksums(finished("fork-storm", Iface.NATIVE, 2)), checksums(c));
            Counts low = c.snapshot(0).total(),
                    high = finished(guest, Iface.VMI, 2, 1).snapshot(0).total();
            assertTrue(low.crossings() * 10 < high.crossings(), guest + ": " + low.crossings());
            assertEquals(0, low.hiddenFaults());
        }
    }

    /// What the host takes away changes how long it takes, and nothing else.
    @Test
    void onABusyHostTheAnswersAreTheSame() {
        String usual = checksums(finished("fork-storm", Iface.NATIVE, 2));
        for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN)) {
            Corner c = ended(open("fork-storm", iface, 2, PcSpec.USUAL.withSteal(50, 2_000_000)), iface);
            assertEquals(usual, checksums(c), iface.id());
            assertTrue(c.snapshot(0).total().readyTicks() > 5_000_000, iface.id());
        }
    }

    @Test
    void forkStormCountsWhatEachInterfaceMustDo() {
        Counts nativeCounts =
                finished("fork-storm", Iface.NATIVE, 2).snapshot(0).total();
        Counts vmi = finished("fork-storm", Iface.VMI, 2).snapshot(0).total();
        Counts xen = finished("fork-storm", Iface.XEN, 2).snapshot(0).total();
        assertAll(
                () -> assertEquals(0, nativeCounts.crossings(), "native crossings"),
                () -> assertEquals(0, nativeCounts.hiddenFaults(), "native hidden faults"),
                () -> assertTrue(vmi.crossings() > 0 && vmi.pteUpdates() > 0, "VMI crossings and PTE updates"),
                () -> assertTrue(vmi.hiddenFaults() > 0, "VMI hidden faults"),
                () -> assertEquals(0, xen.hiddenFaults(), "Xen hidden faults"),
                () -> assertTrue(nativeCounts.events(EventKind.SOFTWARE_INTERRUPT) > 0, "system calls by INT"),
                () -> assertEquals(
                        List.of(
                                nativeCounts.events(EventKind.SOFTWARE_INTERRUPT),
                                nativeCounts.events(EventKind.SOFTWARE_INTERRUPT)),
                        List.of(vmi.events(EventKind.SOFTWARE_INTERRUPT), xen.events(EventKind.SOFTWARE_INTERRUPT)),
                        "the same system calls everywhere"),
                () -> assertEquals(
                        List.of(0L, 0L),
                        List.of(vmi.exits(ExitCause.SOFTWARE_INTERRUPT), xen.exits(ExitCause.SOFTWARE_INTERRUPT)),
                        "they go straight to the kernel, through its trap gate"),
                () -> assertTrue(
                        xen.calls().containsKey("xen.mmu_update") || xen.calls().containsKey("xen.update_va_mapping"),
                        "Xen page-table calls: " + xen.calls().keySet()),
                () -> assertTrue(xen.pteUpdates() > 0, "Xen PTE updates"));
    }

    @Test
    void theSameBoutGivesTheSameHashEveryTime() {
        for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN))
            assertEquals(
                    finished("fork-storm", iface, 2).runHash(),
                    finished("fork-storm", iface, 2).runHash(),
                    iface.id());
    }

    @Test
    void pausingAndSteppingNeverChangesTheRun() {
        for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN)) {
            String straight = finished("hello-boundary", iface, 2).runHash();
            Corner c = open("hello-boundary", iface, 2);
            int n = 0;
            while (!c.snapshot(1).finished() && n < 2_000_000) {
                switch (n++ % 4) {
                    case 0 -> c.stepInstruction();
                    case 1 -> c.run(37, true);
                    case 2 -> c.stepCrossing(1000);
                    default -> c.run(4999, false);
                }
            }
            assertEquals(straight, c.runHash(), iface.id());
        }
    }

    private static Corner finished(String guest, Iface iface, int vcpus) {
        return ended(open(guest, iface, vcpus), iface);
    }

    private static Corner finished(String guest, Iface iface, int vcpus, int ring) {
        return ended(open(guest, iface, vcpus, new PcSpec(false, false, false, ring)), iface);
    }

    private static Corner ended(Corner c, Iface iface) {
        c.run(LIMIT, false);
        Snapshot end = c.snapshot(0);
        assertEquals(null, end.knockdown(), iface + ": " + c.console().tail(2000));
        assertNotEquals(null, end.exit(), iface + " did not end: " + c.console().tail(2000));
        assertEquals(0, end.status(), iface + ": " + c.console().tail(2000));
        return c;
    }

    private static Corner open(String guest, Iface iface, int vcpus) {
        return open(guest, iface, vcpus, PcSpec.USUAL);
    }

    private static Corner open(String guest, Iface iface, int vcpus, PcSpec settings) {
        BoutSpec spec =
                new BoutSpec(guest, List.of(iface), vcpus, 32L << 20, 7, new byte[0], new byte[0], "").withPc(settings);
        return assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec), guest + " on " + iface)
                .corners()
                .getFirst();
    }

    private static String checksums(Corner c) {
        return c.console()
                .tail(1 << 16)
                .lines()
                .filter(l -> l.contains("checksum"))
                .map(String::strip)
                .reduce("", (a, b) -> a + b + "\n");
    }
}
