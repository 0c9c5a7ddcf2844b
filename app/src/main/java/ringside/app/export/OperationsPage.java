// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import ringside.app.text.Texts;
import ringside.vmm.score.Operation;
import ringside.vmm.score.OperationCost;
import ringside.vmm.score.OperationTable;
import ringside.vmm.score.PredictedCalls;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// Costs of operations as Markdown: the table, the calls behind it, and predictions beside counts.
public final class OperationsPage {
    private static final String BEGIN = "<!-- operations, %d vCPU -->\n", END = "<!-- /operations -->\n";
    private static final double SHOWN = 0.005;

    private final OperationTable table;
    private final Texts texts = new Texts(Locale.ROOT);
    private final StringBuilder page = new StringBuilder();

    private OperationsPage(OperationTable table) {
        this.table = table;
    }

    /// Puts the tables into a page: between the comments that an earlier run with as many vCPUs has left there, or
    /// at the end.
    ///
    /// @param old    the page as it was, or ""
    /// @param table  the report's operations, or some of them
    /// @param append what was added to the command line
    public static String into(String old, BoutReport report, OperationTable table, String append) {
        String begin = String.format(Locale.ROOT, BEGIN, report.vcpus());
        String tables = begin + new OperationsPage(table).tables(report, append) + END;
        int from = old.indexOf(begin), to = from < 0 ? -1 : old.indexOf(END, from);
        if (to < 0) return (old.isEmpty() ? "# Operations\n" : old.stripTrailing() + "\n") + "\n" + tables;
        return old.substring(0, from) + tables + old.substring(to + END.length());
    }

    private String tables(BoutReport report, String append) {
        page.append("Kernel `").append(report.guest()).append("`, ").append(report.vcpus());
        page.append(report.vcpus() == 1 ? " vCPU, " : " vCPUs, ")
                .append(report.memoryBytes() >> 20)
                .append(" MB");
        page.append(append.isEmpty() ? "" : ", `" + append + "`")
                .append(", processor ")
                .append(report.cpu());
        page.append(".\n\n### One operation each\n\n");
        costs(OperationsText.columns(table));
        for (OperationTable.Column column : table.columns()) {
            if (column.iface() != Iface.NATIVE) calls(column);
        }
        predictions();
        page.append("### Modelled: cycles of one operation\n\n")
                .append(texts.get(
                        "tape.profile",
                        report.profile().title(),
                        report.profile().machine()))
                .append("\n\n");
        costs(OperationsText.modelled(table));
        return page.toString();
    }

    private void costs(List<OperationsText.Column> columns) {
        List<String> head = new ArrayList<>(List.of(texts.get("operations.title"), texts.get("operations.times")));
        for (OperationsText.Column c : columns)
            head.add(texts.get(c.key()) + " " + c.iface().id());
        row(head);
        row(head.stream().map(h -> h.equals(head.getFirst()) ? "---" : "---:").toList());
        for (Operation o : table.operations()) {
            List<String> cells = new ArrayList<>(List.of(name(o), OperationsText.times(o)));
            for (OperationsText.Column c : columns) cells.add(OperationsText.cell(table, c, o, texts));
            row(cells);
        }
        page.append('\n');
    }

    private String name(Operation o) {
        if (o.less() == 0) return o.name();
        return table.operations().stream()
                .filter(other -> other.bell() == o.less())
                .findFirst()
                .map(other -> o.name() + " (less " + other.name() + ")")
                .orElse(o.name());
    }

    private void calls(OperationTable.Column column) {
        boolean vmi = column.iface() == Iface.VMI;
        page.append("### Calls on ").append(column.iface().id()).append("\n\n");
        List<String> head = new ArrayList<>(List.of("operation", "calls"));
        if (vmi) head.addAll(List.of("in line", "local", "queued", "crossing"));
        else head.add("behind them");
        head.add("crossings by cause");
        row(head);
        row(head.stream()
                .map(h -> h.matches("in line|local|queued|crossing") ? "---:" : "---")
                .toList());
        for (OperationCost cost : column.costs()) {
            List<String> cells = new ArrayList<>(List.of(name(cost.operation()), list(cost.calls(), column.iface())));
            if (vmi) for (CallClass k : CallClass.values()) cells.add(OperationsText.number(cost.calls(k), texts));
            else cells.add(list(cost.items(), column.iface()));
            cells.add(list(cost.exits(), column.iface()));
            row(cells);
        }
        page.append('\n');
    }

    private String list(Map<?, Double> counts, Iface iface) {
        StringBuilder s = new StringBuilder();
        counts.forEach((key, count) -> {
            if (Math.abs(count) < SHOWN) return;
            String name = key instanceof ExitCause cause ? cause.id() : String.valueOf(key);
            if (name.startsWith(iface.id() + "."))
                name = name.substring(iface.id().length() + 1);
            s.append(s.isEmpty() ? "" : ", ").append(name);
            if (Math.abs(count - 1) >= SHOWN) s.append(' ').append(OperationsText.number(count, texts));
        });
        return s.toString();
    }

    private void predictions() {
        Optional<OperationTable.Column> vmi = table.predictable();
        if (vmi.isEmpty()) return;
        PredictedCalls predicted = PredictedCalls.builtIn();
        page.append("### VMI calls: predicted and counted\n\n");
        row(List.of("operation", "as predicted", "not so: predicted, counted"));
        row(List.of("---", "---", "---"));
        for (OperationCost cost : vmi.get().costs()) {
            List<PredictedCalls.Line> lines = predicted.beside(cost);
            if (lines.isEmpty()) continue;
            List<String> good = new ArrayList<>(), bad = new ArrayList<>();
            for (PredictedCalls.Line l : lines) {
                String call = l.call().substring(l.call().indexOf('.') + 1);
                String counted = OperationsText.number(l.counted(), texts);
                if (!l.asPredicted()) bad.add(call + " " + OperationsText.predicted(l) + ", " + counted);
                else if (l.predicted() > 0 || l.counted() >= SHOWN) good.add(call + " " + counted);
            }
            row(List.of(name(cost.operation()), String.join("; ", good), String.join("; ", bad)));
        }
        page.append('\n');
    }

    private void row(List<String> cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
