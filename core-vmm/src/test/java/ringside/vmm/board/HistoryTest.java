// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringside.vmm.bout.Gallery;
import ringside.vmm.clock.Seeded;
import ringside.vmm.history.History;
import ringside.vmm.history.Replayable.Sought;
import ringside.vmm.history.RunHash;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.probe.Breaks;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

class HistoryTest {
    private static final long SECOND = 1_000_000_000L;
    /// Sends each typed byte back; `q` ends the machine. As in {@link MachineTest}.
    private static final String ECHO =
            "31c08ed8c7063000247cc70632000000baf903b001eebafc03b008eeb0efe621fbf4ebfdbaf803ecee3c7175"
                    + "02e6f4b020e620cf";
    /// Counts up at 0x9000 to 1000, then ends the machine: `inc word [0x9000]` is at 0x7C08.
    private static final String COUNT = "31c08ed8a30090 90 ff060090 813e0090e803 75f4 e6f4";

    private static Machine gallery(Iface iface, int vcpus) {
        byte[] kernel = Gallery.image("fork-storm", iface).orElseThrow();
        return machine(iface, vcpus, kernel);
    }

    private static Machine machine(Iface iface, int vcpus, byte[] kernel) {
        GuestImage image = new GuestImage(kernel, new byte[0], "", new byte[0]);
        MachineSpec spec = new MachineSpec(iface, 16 << 20, vcpus, 7, image);
        if (Boards.build(spec) instanceof Built.Ready(Machine m)) return m;
        throw new IllegalStateException("the guest starts");
    }

    private static Machine sector(String hex) {
        byte[] image = java.util.Arrays.copyOf(HexFormat.of().parseHex(hex.replace(" ", "")), 512);
        image[510] = 0x55;
        image[511] = (byte) 0xAA;
        return machine(Iface.NATIVE, 1, image);
    }

    private static String hash(Machine m) {
        return RunHash.of(List.of(m), m.tracer().hash());
    }

    /// Runs in stretches, as a window would.
    private static void run(Machine m, History h, long instructions) {
        while (m.exit() == null && m.retired() < instructions) {
            m.run(SECOND, false, Math.min(h.untilNext(), instructions - m.retired()));
            h.note();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Iface.class,
            names = {"NATIVE", "VMI", "XEN"})
    void everyPlaceIsReachedAgainAndThePresentWaits(Iface iface) {
        Machine m = gallery(iface, 2);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(100_000);
        run(m, h, 3_000_000);
        String now = hash(m);
        long counted = m.retired();
        List<Long> places = new ArrayList<>();
        Seeded random = new Seeded(iface.id().hashCode());
        for (int i = 0; i < 20; i++) places.add(Long.remainderUnsigned(random.nextLong(), counted));
        List<String> hashes = new ArrayList<>();
        for (long place : places) {
            h.goTo(place);
            assertEquals(place, m.retired());
            hashes.add(hash(m));
        }
        h.returnToNow();
        assertEquals(now, hash(m));
        Machine straight = gallery(iface, 2);
        places.stream().sorted().forEach(place -> {
            straight.runToInstruction(place, false, false);
            assertEquals(hash(straight), hashes.get(places.indexOf(place)), "at " + place);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Iface.class,
            names = {"NATIVE", "VMI", "XEN"})
    void stepsBackUndoStepsForward(Iface iface) {
        Machine m = gallery(iface, 2);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(50_000);
        run(m, h, 900_000);
        List<String> forward = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            forward.add(hash(m));
            m.runToInstruction(m.retired() + 1, false, false);
        }
        for (int i = 49; i >= 0; i--) {
            assertTrue(h.backInstruction());
            assertEquals(forward.get(i), hash(m));
        }
    }

    @Test
    void aStepBackByCrossingEndsAtTheCrossingBefore() {
        Machine m = gallery(Iface.VMI, 1);
        NavigableSet<Long> crossings = new TreeSet<>();
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(20_000);
        while (m.retired() < 400_000) {
            if (m.stepCrossing(SECOND, h.untilNext()) == Stop.CROSSING) crossings.add(m.retired());
            h.note();
        }
        for (int i = 0; i < 10; i++) {
            Long before = crossings.lower(m.retired());
            assertNotNull(before);
            assertTrue(h.back(Sought.CROSSING));
            assertEquals(before, m.retired());
        }
    }

    @Test
    void aStepBackByBellEndsAtTheBell() {
        Machine m = gallery(Iface.XEN, 2);
        History h = new History(m.rewind(), History.BUDGET);
        List<Long> bells = new ArrayList<>();
        while (bells.size() < 3) {
            if (m.run(SECOND, true, h.untilNext()) == Stop.BELL) bells.add(m.retired());
            h.note();
        }
        assertTrue(h.back(Sought.BELL));
        assertEquals(bells.get(1), m.retired());
        assertTrue(h.back(Sought.BELL));
        assertEquals(bells.get(0), m.retired());
        assertFalse(h.back(Sought.BELL));
        assertEquals(0, m.retired());
        h.returnToNow();
        assertEquals(bells.get(2), m.retired());
    }

    @Test
    void breakpointsAndWatchpointsAreFoundBackwards() {
        Machine m = sector(COUNT);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(100);
        run(m, h, 2_000);
        Breaks.Watch watch = new Breaks.Watch(0x9000, 2, false, true);
        m.breaks().add(watch);
        int count = m.memory().read16(0x9000);
        assertTrue(h.back(Sought.BREAK));
        assertEquals(0x7C08, m.vcpu(0).eip());
        assertEquals(count - 1, m.memory().read16(0x9000));
        m.breaks().remove(watch);
        m.breaks().add(0x7C0C);
        assertTrue(h.back(Sought.BREAK));
        assertEquals(0x7C0C, m.vcpu(0).eip());
        assertEquals(count - 1, m.memory().read16(0x9000));
        m.breaks().resume();
        assertEquals(Stop.REQUESTED, m.run(SECOND, false));
        assertEquals(count, m.memory().read16(0x9000));
    }

    @Test
    void aDebuggerChangesNoRun() {
        Machine alone = gallery(Iface.XEN, 2), debugged = gallery(Iface.XEN, 2);
        alone.runToInstruction(1_500_000, false, false);
        debugged.breaks().add(0xC0100123);
        debugged.breaks().add(new Breaks.Watch(0xC0200000, 4, true, true));
        while (debugged.retired() < 1_500_000) debugged.runToInstruction(1_500_000, false, false);
        assertEquals(hash(alone), hash(debugged));
    }

    @Test
    void typedInputComesAgainAtItsPlace() {
        Machine m = sector(ECHO);
        History h = new History(m.rewind(), History.BUDGET);
        for (String word : List.of("one", "two", "three")) {
            m.run(SECOND, false);
            m.console().type(word.getBytes(ISO_8859_1));
            m.run(SECOND, false);
            h.mark();
        }
        String now = hash(m);
        long place = m.retired();
        long printed = m.console().written();
        h.goTo(0);
        h.goTo(place - 1);
        while (m.console().written() == printed) h.backInstruction();
        assertEquals("onetwothre", m.console().tail(10));
        h.returnToNow();
        assertEquals(now, hash(m));
        h.goTo(place / 2);
        h.branch();
        assertFalse(h.past());
        m.console().type("q".getBytes(ISO_8859_1));
        m.run(SECOND, false);
        assertEquals("debug exit", m.exit());
        assertTrue(m.console().tail(20).endsWith("q"));
        h.goTo(place / 2 + 1);
        h.returnToNow();
        assertEquals("debug exit", m.exit());
    }

    @Test
    void recordedInputComesIntoAnotherMachineAtItsPlace() {
        Machine first = sector(ECHO);
        first.inputs().keep();
        for (String word : List.of("one", "two", "q")) {
            first.run(SECOND, false);
            first.console().type(word.getBytes(ISO_8859_1));
            first.run(SECOND, false);
        }
        assertEquals("debug exit", first.exit());
        Machine second = sector(ECHO);
        second.inputs().rerun(first.inputs().records());
        second.run(SECOND, false);
        assertEquals(hash(first), hash(second));
    }

    @Test
    void aBranchKnowsNoFuture() {
        Machine m = gallery(Iface.VMI, 2);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(100_000);
        run(m, h, 2_000_000);
        long events = m.tracer().end();
        h.goTo(700_000);
        assertEquals(events, m.tracer().end());
        h.branch();
        assertEquals(700_000, h.nowInstructions());
        assertTrue(m.tracer().end() < events);
        run(m, h, 2_000_000);
        Machine straight = gallery(Iface.VMI, 2);
        straight.runToInstruction(2_000_000, false, false);
        assertEquals(hash(straight), hash(m));
        assertEquals(straight.tracer().counts(), m.tracer().counts());
    }

    @Test
    void aFutureThatWasLeftIsReturnedTo() {
        Machine m = gallery(Iface.VMI, 2);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(100_000);
        run(m, h, 2_000_000);
        String left = hash(m);
        List<TraceEvent> events = m.tracer().copy(0, Integer.MAX_VALUE);
        h.goTo(700_000);
        h.branch();
        run(m, h, 1_000_000);
        String other = hash(m);
        assertEquals(
                List.of(new History.Branch(
                        1,
                        700_000,
                        h.branches().getFirst().fromTick(),
                        2_000_000,
                        h.branches().getFirst().toTick())),
                h.branches());
        assertTrue(h.goOver(1));
        assertEquals(2_000_000, m.retired());
        assertEquals(left, hash(m));
        assertEquals(events, m.tracer().copy(0, Integer.MAX_VALUE));
        h.goTo(900_000);
        Machine straight = gallery(Iface.VMI, 2);
        straight.runToInstruction(900_000, false, false);
        assertEquals(hash(straight), hash(m));
        assertTrue(h.goOver(h.branches().getFirst().number()));
        assertEquals(other, hash(m));
        assertFalse(h.goOver(99));
    }

    @Test
    void futuresOfFuturesKeepTheirInputsAndTheirEvents() {
        Machine m = sector(ECHO);
        History h = new History(m.rewind(), History.BUDGET);
        List<String> hashes = new ArrayList<>();
        List<List<TraceEvent>> traces = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        // Each word is typed a little earlier than the one before: every future leaves the one before nearer its start.
        for (String word : List.of("first", "second", "third")) {
            if (h.nowInstructions() > 0) {
                h.goTo(h.nowInstructions() * 2 / 3);
                h.branch();
            }
            for (int i = 0; i < word.length(); i++) {
                m.console().type(word.substring(i, i + 1).getBytes(ISO_8859_1));
                m.run(SECOND, false);
                h.mark();
            }
            hashes.add(hash(m));
            traces.add(m.tracer().copy(0, Integer.MAX_VALUE));
            ends.add(m.retired());
        }
        for (int back : new int[] {1, 0, 2, 0, 1}) {
            long to = ends.get(back);
            h.branches().stream()
                    .filter(b -> b.to() == to)
                    .findFirst()
                    .ifPresent(b -> assertTrue(h.goOver(b.number())));
            assertEquals(hashes.get(back), hash(m));
            assertEquals(traces.get(back), m.tracer().copy(0, Integer.MAX_VALUE));
            h.goTo(to / 2);
            h.goTo(to - 1);
            h.returnToNow();
            assertEquals(hashes.get(back), hash(m));
        }
    }

    /// 1,000 in full: `-Dringside.random-points=1000`.
    @Test
    void aStepBackAndForwardAgainIsTheSameStateAtRandomPoints() {
        Machine m = gallery(Iface.XEN, 2);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(400_000);
        run(m, h, Long.MAX_VALUE);
        Seeded random = new Seeded(8);
        for (int i = 0; i < Integer.getInteger("ringside.random-points", 24); i++) {
            long place = 1 + Long.remainderUnsigned(random.nextLong(), h.nowInstructions() - 1);
            h.goTo(place);
            String before = hash(m);
            assertTrue(h.backInstruction());
            assertEquals(place - 1, m.retired());
            m.runToInstruction(place, false, false);
            assertEquals(before, hash(m), "at " + place);
        }
    }

    @Test
    void aHandThatMovesOnIsShownAPlaceNearIt() {
        Machine m = gallery(Iface.XEN, 1);
        History h = new History(m.rewind(), History.BUDGET);
        h.spacing(200_000);
        run(m, h, 2_000_000);
        long wanted = m.tick() - 100_000;
        h.goNear(wanted, Long.MAX_VALUE);
        assertEquals(wanted, m.tick());
        h.goTo(0);
        long last = -1;
        for (int i = 0; i < 100 && last < wanted; i++) {
            h.goNear(wanted, 10_000);
            assertTrue(
                    m.tick() > last,
                    m.tick() + " is further than " + last + " on the way to " + wanted + ", round " + i);
            last = m.tick();
            h.goNear(0, 10_000);
        }
        assertEquals(wanted, last);
        h.goNear(Long.MAX_VALUE, 0);
        assertFalse(h.past());
    }

    @Test
    void historyStaysInItsBudget() {
        Machine m = gallery(Iface.NATIVE, 1);
        long budget = 8 << 20;
        History h = new History(m.rewind(), budget);
        h.spacing(20_000);
        run(m, h, 4_000_000);
        assertTrue(h.bytes() <= budget, h.bytes() + " bytes");
        assertTrue(h.points() > 4);
        h.goTo(1);
        assertEquals(1, m.retired());
    }
}
