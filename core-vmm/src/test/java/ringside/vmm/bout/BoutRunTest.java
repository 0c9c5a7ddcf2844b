// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;

class BoutRunTest {
    @Test
    void aCornerThatEndedItselfHasReachedExit() {
        assertEquals(Leg.Outcome.EXITED, outcome("bell:9", exits(5_000_000)));
        assertEquals(Leg.Outcome.EXITED, outcome("exit", exits(5_000_000)));
    }

    @Test
    void itStopsAtTheBellAskedFor() {
        ScriptedCorner corner = exits(5_000_000).bell(100, 1).bell(4000, 2).bell(5000, 3);

        assertEquals(Leg.Outcome.REACHED, outcome("bell:2", corner));
        assertEquals(4000, corner.tick());
    }

    @Test
    void itStopsAtTheExactInstruction() {
        ScriptedCorner corner = exits(5_000_000).bell(100, 1);

        assertEquals(Leg.Outcome.REACHED, outcome("insns:1234567", corner));
        assertEquals(1_234_567, corner.tick());
    }

    @Test
    void itStopsAtTheExactTime() {
        ScriptedCorner corner = exits(5_000_000);

        assertEquals(Leg.Outcome.REACHED, outcome("time:0.002345678", corner));
        assertEquals(2_345_678, corner.tick());
    }

    @Test
    void consoleTextIsFoundAcrossLooks() {
        ScriptedCorner corner =
                exits(9_000_000).print(999_999, "Test result: SU").print(2_000_001, "CCESS\r\n");

        assertEquals(Leg.Outcome.REACHED, outcome("console:^Test result: SUCCESS$", corner));
        assertEquals(3_000_000, corner.tick());
    }

    @Test
    void theConditionIsFoundAtTheSameMomentWhateverTheSlices() {
        ScriptedCorner a = exits(9_000_000).print(1_500_000, "x");
        ScriptedCorner b = exits(9_000_000).print(1_500_000, "x");
        finish(new BoutRun(List.of(a), until("console:x")), 77_777);
        finish(new BoutRun(List.of(b), until("console:x")), 50_000_000);

        assertEquals(b.tick(), a.tick());
    }

    @Test
    void cornersWaitForEachOtherAtBells() {
        ScriptedCorner quick = exits(1000).bell(10, 1).bell(20, 2);
        ScriptedCorner slow = exits(9_000_000).bell(8_000_000, 1).bell(8_500_000, 2);
        BoutRun run = new BoutRun(List.of(quick, slow), new Until.Exit());

        run.ready().forEach(leg -> leg.advance(1_000_000));
        assertEquals(List.of(run.legs().get(1)), run.ready());
        finish(run, 1_000_000);

        assertEquals(List.of(2, 2), run.legs().stream().map(Leg::bells).toList());
    }

    @Test
    void aCornerThatEndedKeepsNobodyWaiting() {
        BoutRun run = new BoutRun(List.of(exits(5), exits(9_000_000).bell(100, 1)), new Until.Exit());
        finish(run, 1_000_000);

        assertEquals(true, run.finished());
    }

    @Test
    void whoWaitsForTypingGoesOnWhenWoken() {
        BoutRun run = new BoutRun(List.of(new ScriptedCorner(50, Corner.Stop.WAITING_FOR_INPUT)), new Until.Exit());
        finish(run, 1000);
        Leg leg = run.legs().getFirst();
        assertEquals(Leg.Outcome.WAITING, leg.outcome());

        leg.wake();

        assertEquals(List.of(leg), run.ready());
    }

    private static ScriptedCorner exits(long end) {
        return new ScriptedCorner(end, Corner.Stop.EXITED);
    }

    private static Until until(String text) {
        return assertInstanceOf(Until.Parsed.Ok.class, Until.parse(text)).until();
    }

    private static Leg.Outcome outcome(String condition, ScriptedCorner corner) {
        BoutRun run = new BoutRun(List.of(corner), until(condition));
        finish(run, 300_000);
        return run.legs().getFirst().outcome();
    }

    private static void finish(BoutRun run, long slice) {
        for (List<Leg> ready = run.ready(); !ready.isEmpty(); ready = run.ready()) {
            ready.forEach(leg -> leg.advance(slice));
        }
    }
}
