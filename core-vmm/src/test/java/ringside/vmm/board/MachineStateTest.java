// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ringside.vmm.bout.Gallery;
import ringside.vmm.clock.Seeded;
import ringside.vmm.history.MachineState;
import ringside.vmm.history.RunHash;
import ringside.vmm.history.StateMismatch;
import ringside.vmm.iface.spi.GuestImage;
import ringside.vmm.word.Iface;

class MachineStateTest {
    private static final int POINTS = 3;

    private record Case(String guest, Iface iface, int vcpus) {
        Machine machine() {
            byte[] kernel = Gallery.image(guest, iface).orElseThrow();
            GuestImage image = new GuestImage(kernel, new byte[0], "", new byte[0]);
            MachineSpec spec = new MachineSpec(iface, 32 << 20, vcpus, 7, image);
            if (Boards.build(spec) instanceof Built.Ready(Machine m)) return m;
            throw new IllegalStateException("a gallery guest starts");
        }
    }

    static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (String guest : List.of("hello-boundary", "fork-storm")) {
            for (Iface iface : List.of(Iface.NATIVE, Iface.VMI, Iface.XEN)) {
                for (int vcpus = 1; vcpus <= 2; vcpus++) all.add(new Case(guest, iface, vcpus));
            }
        }
        return all;
    }

    /// Everything that two equal runs have in common.
    private static String end(Machine m) {
        while (m.exit() == null && m.knockdown() == null) m.run(1_000_000_000L, false);
        return m.exit() + m.status() + " " + m.retired() + " " + m.tracer().counts() + " "
                + m.tracer().rounds() + " " + m.console().written()
                + m.console().tail(200) + RunHash.of(List.of(m), m.tracer().hash());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aMachineThatIsGivenAStateGoesOnAsTheOneThatItCameFrom(Case c) {
        Machine whole = c.machine();
        String end = end(whole);
        Seeded random = new Seeded(c.toString().hashCode());
        for (int i = 0; i < POINTS; i++) {
            Machine first = c.machine();
            first.runToInstruction(Long.remainderUnsigned(random.nextLong(), whole.retired()), false, false);
            MachineState state = MachineState.toMove(first);
            Machine second = c.machine();
            state.moveInto(second);
            assertEquals(end, end(second), "from instruction " + first.retired());
        }
    }

    @Test
    void aLaterStateTakesOnlyWhatHasChanged() {
        Machine m = new Case("fork-storm", Iface.VMI, 1).machine();
        m.runToInstruction(400_000, false, false);
        MachineState before = MachineState.of(m, null);
        m.runToInstruction(400_100, false, false);
        MachineState after = MachineState.of(m, before);
        assertTrue(after.ownBytes() < before.ownBytes() / 3, before.ownBytes() + " and " + after.ownBytes());
        before.into(m);
        assertEquals(400_000, m.retired());
        after.into(m);
        assertEquals(400_100, m.retired());
    }

    @Test
    void aStateOfAnotherShapeIsRefused() {
        MachineState two = MachineState.of(new Case("fork-storm", Iface.VMI, 2).machine(), null);
        assertThrows(StateMismatch.class, () -> two.into(new Case("fork-storm", Iface.VMI, 1).machine()));
        assertThrows(StateMismatch.class, () -> two.into(new Case("fork-storm", Iface.NATIVE, 2).machine()));
    }

    @Test
    void savingChangesNothing() {
        Machine watched = new Case("fork-storm", Iface.XEN, 2).machine();
        Machine alone = new Case("fork-storm", Iface.XEN, 2).machine();
        MachineState state = null;
        while (watched.exit() == null) {
            watched.run(100_000, false);
            state = MachineState.of(watched, state);
        }
        assertEquals(end(alone), end(watched));
    }
}
