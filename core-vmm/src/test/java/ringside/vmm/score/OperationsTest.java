// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

final class OperationsTest {
    private static final Operation CALL = new Operation(2, 100, 0, "a call");

    @Test
    void linesOfTheConsoleDeclareOperations() {
        String console = "Linux\r\noperation 2 x 100: a call\r\noperation 3 x 20 less 2: more: of it \r\n"
                + "operation 4 x interrupts: a tick\nsomething else";
        assertEquals(
                List.of(CALL, new Operation(3, 20, 2, "more: of it"), new Operation(4, 0, 0, "a tick")),
                Operation.declared(console));
    }

    @Test
    void aDamagedLineDeclaresNothing() {
        String console = "operation x x 100: a\n operation 2 x 100: b\noperation 2 x 0: c\noperation 2 x 100:\n"
                + "operation 2 x 1e2: d\n[    0.1] operation 2 x 5: e";
        assertEquals(List.of(), Operation.declared(console));
    }

    @Test
    void theLaterOfTwoLinesForABellCounts() {
        assertEquals(
                List.of(new Operation(2, 7, 0, "new")),
                Operation.declared("operation 2 x 5: old\noperation 2 x 7: new"));
    }

    @Test
    void theMedianRoundIsDividedAsAWhole() {
        List<OperationCost> costs = costs(
                List.of(CALL),
                List.of(round(2, 9_000, 300), round(1, 1, 1), round(2, 5_000, 200), round(2, 4_000, 900)));
        OperationCost c = costs.getFirst();
        assertEquals(3, c.rounds());
        assertEquals(50, c.instructions());
        assertEquals(2, c.crossings());
        assertEquals(2, c.calls().get("vmi.IRET"));
        assertEquals(2, c.calls(CallClass.CROSSING));
        assertEquals(2, c.exits().get(ExitCause.CALL));
        assertEquals(40, c.fewest());
        assertEquals(90, c.most());
    }

    @Test
    void whatIsDoneOnceEachTimeAsWellIsTakenOff() {
        Operation both = new Operation(3, 10, 2, "a call and more");
        List<OperationCost> costs = costs(List.of(CALL, both), List.of(round(2, 5_000, 200), round(3, 700, 50)));
        assertEquals(70 - 50, costs.get(1).instructions());
        assertEquals(5 - 2, costs.get(1).crossings());
        assertEquals(5 - 2, costs.get(1).calls().get("vmi.IRET"));
        assertEquals(2 * (70 - 50), costs.get(1).cycles().value());
    }

    @Test
    void withoutARoundOfWhatIsToBeTakenOffNothingIsSaid() {
        Operation both = new Operation(3, 10, 2, "a call and more");
        assertEquals(List.of(), costs(List.of(CALL, both), List.of(round(3, 700, 50))));
    }

    @Test
    void aRoundWithoutAnInterruptIsNoRoundOfInterrupts() {
        Operation tick = new Operation(4, 0, 0, "a tick");
        List<OperationCost> costs =
                costs(List.of(tick), List.of(round(4, 500, 0), round(4, 1_000, 20, Map.of(EventKind.INTERRUPT, 10L))));
        assertEquals(1, costs.getFirst().rounds());
        assertEquals(100, costs.getFirst().instructions());
        assertEquals(2, costs.getFirst().crossings());
    }

    @Test
    void aCornerThatDeclaresNothingHasAnEmptyColumn() {
        OperationTable table = OperationTable.of(
                List.of(
                        new OperationTable.Source(Iface.NATIVE, "", List.of(round(2, 1, 1))),
                        new OperationTable.Source(Iface.VMI, "operation 2 x 100: a call", List.of(round(2, 100, 100)))),
                CostProfile.builtIn(CostProfile.DEFAULT));
        assertFalse(table.isEmpty());
        assertTrue(table.columns().getFirst().costs().isEmpty());
        assertTrue(table.column(Iface.VMI).orElseThrow().cost(CALL).isPresent());
        assertTrue(table.column(Iface.XEN).isEmpty());
    }

    @Test
    void predictionsStandBesideCountsAndTheUnforeseenBehindThem() {
        PredictedCalls predicted =
                PredictedCalls.parse(List.of("# note", "a call\tIRET\t2", "a call\tGetCR2\t1+", "a call\tHalt\t1"));
        List<PredictedCalls.Line> lines = predicted.beside(cost(
                Map.of("vmi.IRET", call(200), "vmi.GetCR2", call(400), "vmi.SetCR3", call(100), "vmi.CLTS", call(1))));
        assertEquals(
                List.of("vmi.IRET", "vmi.GetCR2", "vmi.Halt"),
                lines.stream().limit(3).map(PredictedCalls.Line::call).toList());
        assertTrue(lines.get(0).asPredicted());
        assertTrue(lines.get(1).asPredicted(), "more was left open");
        assertFalse(lines.get(2).asPredicted());
        assertEquals(-1, lines.get(2).difference());
        PredictedCalls.Line extra = lines.stream()
                .filter(l -> l.call().equals("vmi.SetCR3"))
                .findFirst()
                .orElseThrow();
        assertEquals(-1, extra.predicted());
        assertFalse(extra.asPredicted());
        PredictedCalls.Line once = lines.stream()
                .filter(l -> l.call().equals("vmi.CLTS"))
                .findFirst()
                .orElseThrow();
        assertTrue(once.asPredicted(), "one in the whole round is not a part of the operation");
    }

    @Test
    void aPredictionOfAnEntryIsForBothSizes() {
        PredictedCalls predicted = PredictedCalls.parse(List.of("a call\tSetPxE\t2", "a call\tUpdatePxE\t1"));
        for (String size : List.of("", "Long")) {
            List<PredictedCalls.Line> lines =
                    predicted.beside(cost(Map.of("vmi.SetPxE" + size, call(200), "vmi.UpdatePxE" + size, call(100))));
            assertEquals(2, lines.size());
            assertTrue(lines.stream().allMatch(PredictedCalls.Line::asPredicted), size);
        }
    }

    @Test
    void aPredictionThatCannotBeReadIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> PredictedCalls.parse(List.of("a call\tIRET")));
    }

    /// A price of two cycles an instruction.
    private static List<OperationCost> costs(List<Operation> operations, List<OperationCost.Round> rounds) {
        return OperationCost.of(operations, rounds, c -> new Modelled(2.0 * c.instructions()));
    }

    private static OperationCost cost(Map<String, Counts.CallCount> calls) {
        Counts c = counts(100, 1, calls, Map.of());
        return costs(List.of(CALL), List.of(new OperationCost.Round(2, c))).getFirst();
    }

    private static Counts.CallCount call(long count) {
        return new Counts.CallCount(count, CallClass.CROSSING);
    }

    private static OperationCost.Round round(int bell, long instructions, long crossings) {
        return round(bell, instructions, crossings, Map.of());
    }

    private static OperationCost.Round round(int bell, long instructions, long crossings, Map<EventKind, Long> events) {
        return new OperationCost.Round(
                bell, counts(instructions, crossings, Map.of("vmi.IRET", call(crossings)), events));
    }

    private static Counts counts(
            long instructions, long crossings, Map<String, Counts.CallCount> calls, Map<EventKind, Long> events) {
        return new Counts(
                0,
                instructions,
                List.of(instructions),
                crossings,
                List.of(crossings),
                calls,
                Map.of(ExitCause.CALL, crossings),
                0,
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                Map.of(),
                events);
    }
}
