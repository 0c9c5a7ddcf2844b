// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.List;
import java.util.Optional;
import ringside.app.text.Texts;
import ringside.vmm.score.Operation;
import ringside.vmm.score.OperationCost;
import ringside.vmm.score.OperationTable;
import ringside.vmm.score.PredictedCalls;

/// Costs of operations as a part of the HTML report; nothing where the guest declared none.
final class OperationsHtml {
    private final OperationTable table;
    private final Texts texts;
    private final StringBuilder html = new StringBuilder();

    private OperationsHtml(OperationTable table, Texts texts) {
        this.table = table;
        this.texts = texts;
    }

    static String of(OperationTable table, Texts texts) {
        if (table.isEmpty()) return "";
        OperationsHtml part = new OperationsHtml(table, texts);
        part.html.append("<h2>").append(part.text("html.operations")).append("</h2>\n<p class=small>");
        part.html.append(part.text("html.operations-note")).append("</p>\n");
        part.costs(OperationsText.columns(table), "counted");
        part.predictions();
        part.html
                .append("<details><summary>")
                .append(part.text("html.operations-modelled"))
                .append("</summary>");
        part.costs(OperationsText.modelled(table), "modelled");
        part.html.append("</details>\n");
        return part.html.toString();
    }

    /// @param kind class of the table
    private void costs(List<OperationsText.Column> columns, String kind) {
        html.append("<div class=\"wide tight\"><table class=").append(kind).append("><tr><th rowspan=2>");
        html.append(text("operations.title")).append("</th><th class=n rowspan=2>");
        html.append(text("operations.times")).append("</th>");
        for (int i = 0; i < columns.size(); ) {
            String key = columns.get(i).key();
            long span = columns.stream().filter(c -> c.key().equals(key)).count();
            html.append("<th class=n colspan=")
                    .append(span)
                    .append('>')
                    .append(text(key))
                    .append("</th>");
            i += (int) span;
        }
        html.append("</tr>\n<tr>");
        for (OperationsText.Column c : columns) {
            html.append("<th class=n title=\"")
                    .append(text("corner." + c.iface().id()))
                    .append("\"><span class=\"t-");
            html.append(c.iface().id())
                    .append("\">")
                    .append(Names.mark(c.iface()))
                    .append("</span></th>");
        }
        html.append("</tr>\n");
        for (Operation o : table.operations()) {
            html.append("<tr><td class=name>")
                    .append(HtmlReport.escape(o.name()))
                    .append("</td>");
            cell(OperationsText.times(o));
            for (OperationsText.Column c : columns) cell(OperationsText.cell(table, c, o, texts));
            html.append("</tr>\n");
        }
        html.append("</table></div>\n");
    }

    private void predictions() {
        Optional<OperationTable.Column> vmi = table.predictable();
        if (vmi.isEmpty()) return;
        PredictedCalls predicted = PredictedCalls.builtIn();
        html.append("<details><summary>").append(text("html.predicted")).append("</summary><table><tr>");
        for (String key : List.of("title", "call")) {
            html.append("<th>").append(text("operations." + key)).append("</th>");
        }
        for (String key : List.of("predicted", "counted", "difference")) {
            html.append("<th class=n>").append(text("operations." + key)).append("</th>");
        }
        html.append("</tr>\n");
        for (OperationCost cost : vmi.get().costs()) {
            for (PredictedCalls.Line line : predicted.beside(cost)) {
                html.append("<tr><td>")
                        .append(HtmlReport.escape(cost.operation().name()));
                html.append("</td><td><code>")
                        .append(HtmlReport.escape(line.call()))
                        .append("</code></td>");
                cell(OperationsText.predicted(line));
                cell(OperationsText.number(line.counted(), texts));
                cell(line.asPredicted() ? "" : OperationsText.number(line.difference(), texts));
                html.append("</tr>\n");
            }
        }
        html.append("</table></details>\n");
    }

    private void cell(String value) {
        html.append("<td class=n>").append(HtmlReport.escape(value)).append("</td>");
    }

    private String text(String key) {
        return HtmlReport.escape(texts.get(key));
    }
}
