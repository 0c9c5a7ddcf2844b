// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import ringside.app.text.Texts;
import ringside.vmm.score.CostProfile;
import ringside.vmm.score.Operation;
import ringside.vmm.score.OperationCost;
import ringside.vmm.score.OperationTable;
import ringside.vmm.score.PredictedCalls;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// Costs of operations as tables of characters; what the other forms of the table have in common with it.
public final class OperationsText {
    /// A column of the table: one number of one corner.
    ///
    /// @param key text key of the number
    record Column(String key, Iface iface, ToDoubleFunction<OperationCost> number) {}

    private OperationsText() {}

    /// @param profile the prices behind the cycles
    /// @param plain   no signs beyond ASCII
    public static String of(OperationTable table, CostProfile profile, Texts texts, boolean plain) {
        String counted = table(table, columns(table), texts) + texts.get("operations.note") + "\n";
        String modelled = table(table, modelled(table), texts)
                + texts.get("tape.profile", profile.title(), profile.machine()) + "\n";
        return counted + "\n" + (plain ? modelled.replace('≈', '~') : modelled) + beside(table, texts);
    }

    private static String table(OperationTable table, List<Column> columns, Texts texts) {
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("", ""));
        List<String> corners = new ArrayList<>(List.of(texts.get("operations.title"), texts.get("operations.times")));
        String last = "";
        for (Column c : columns) {
            head.add(c.key().equals(last) ? "" : texts.get(c.key()));
            corners.add(c.iface().id());
            last = c.key();
        }
        cells.add(head);
        cells.add(corners);
        for (Operation o : table.operations()) {
            List<String> row = new ArrayList<>(List.of(o.name(), times(o)));
            for (Column c : columns) row.add(cell(table, c, o, texts));
            cells.add(row);
        }
        return TapeText.layout(cells);
    }

    /// Cycles at the prices of a profile: in tables of their own, or marked.
    static List<Column> modelled(OperationTable table) {
        return table.columns().stream()
                .map(c -> new Column(
                        "operations.cycles",
                        c.iface(),
                        cost -> Math.rint(cost.cycles().value())))
                .toList();
    }

    /// How often a round does it.
    static String times(Operation o) {
        return o.times() == 0 ? "irq" : Integer.toString(o.times());
    }

    /// The same numbers side by side, corner by corner. Native has no hypervisor to cross to: it has traps.
    static List<Column> columns(OperationTable table) {
        List<Column> list = new ArrayList<>();
        List<Iface> all =
                table.columns().stream().map(OperationTable.Column::iface).toList();
        List<Iface> above = all.stream().filter(i -> i != Iface.NATIVE).toList();
        for (Iface i : all) list.add(new Column("operations.instructions", i, OperationCost::instructions));
        for (Iface i : all) if (i == Iface.NATIVE) list.add(new Column("operations.traps", i, OperationsText::traps));
        for (Iface i : above) list.add(new Column("operations.crossings", i, OperationCost::crossings));
        for (Iface i : above) list.add(new Column("operations.calls", i, OperationCost::allCalls));
        for (Iface i : above) list.add(new Column("operations.pte-updates", i, OperationCost::pteUpdates));
        for (Iface i : above) {
            boolean any =
                    table.column(i).stream().flatMap(c -> c.costs().stream()).anyMatch(c -> c.hiddenFaults() != 0);
            if (any) list.add(new Column("operations.hidden-faults", i, OperationCost::hiddenFaults));
        }
        return list;
    }

    /// What the processor delivered through the IDT.
    static double traps(OperationCost c) {
        double sum = 0;
        for (EventKind kind : List.of(EventKind.FAULT, EventKind.SOFTWARE_INTERRUPT, EventKind.INTERRUPT)) {
            sum += c.events().getOrDefault(kind, 0.0);
        }
        return sum;
    }

    static String cell(OperationTable table, Column column, Operation o, Texts texts) {
        Optional<OperationCost> cost = table.column(column.iface()).flatMap(c -> c.cost(o));
        return cost.map(c -> number(column.number().applyAsDouble(c), texts)).orElse("-");
    }

    /// At most two digits after the point, none for whole numbers and thousands.
    static String number(double value, Texts texts) {
        double rounded = Math.round(value * 100) / 100.0;
        if (Math.abs(rounded) >= 1000) return texts.number(Math.round(value));
        if (rounded == Math.rint(rounded)) return texts.number((long) rounded);
        return texts.number(rounded, 2);
    }

    /// Predictions of VMI calls that do not hold.
    private static String beside(OperationTable table, Texts texts) {
        Optional<OperationTable.Column> vmi = table.predictable();
        if (vmi.isEmpty()) {
            return table.column(Iface.VMI).isPresent() ? "\n" + texts.get("operations.no-vmi") + "\n" : "";
        }
        PredictedCalls predicted = PredictedCalls.builtIn();
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of(
                texts.get("operations.title"),
                texts.get("operations.call"),
                texts.get("operations.predicted"),
                texts.get("operations.counted"),
                texts.get("operations.difference")));
        int all = 0, held = 0;
        for (OperationCost cost : vmi.get().costs()) {
            for (PredictedCalls.Line line : predicted.beside(cost)) {
                if (line.predicted() >= 0) all++;
                if (line.predicted() >= 0 && line.asPredicted()) held++;
                if (line.asPredicted()) continue;
                cells.add(List.of(
                        cost.operation().name(),
                        line.call(),
                        predicted(line),
                        number(line.counted(), texts),
                        (line.difference() > 0 ? "+" : "") + number(line.difference(), texts)));
            }
        }
        if (all == 0) return "";
        if (cells.size() == 1) return "\n" + texts.get("operations.all-hold", all) + "\n";
        return "\n" + texts.get("operations.beside", held, all) + "\n" + TapeText.layout(cells);
    }

    static String predicted(PredictedCalls.Line line) {
        return line.predicted() < 0 ? "-" : line.predicted() + (line.more() ? "+" : "");
    }
}
