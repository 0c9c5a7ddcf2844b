// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import ringside.app.text.Texts;
import ringside.vmm.explain.Explain;
import ringside.vmm.score.Bill;
import ringside.vmm.score.CostProfile;
import ringside.vmm.score.Modelled;
import ringside.vmm.score.Tape;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.word.Iface;

/// The bout as one HTML file that needs nothing else: tape, rounds, calls by name, exits by cause, prices, consoles.
/// Light or dark as the reader's system is. Every chart has its table beside it.
public final class HtmlReport {
    private final BoutReport report;
    private final Texts texts;
    private final StringBuilder html = new StringBuilder(1 << 16);

    private HtmlReport(BoutReport report, Texts texts) {
        this.report = report;
        this.texts = texts;
    }

    public static String of(BoutReport report, Texts texts) {
        return new HtmlReport(report, texts).page();
    }

    private String page() {
        String title = texts.get("html.title", report.guest());
        html.append("<!DOCTYPE html>\n<html lang=\"")
                .append(texts.locale().toLanguageTag())
                .append("\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style></head><body>\n<main>\n");
        html.append("<h1>").append(escape(title)).append("</h1>\n");
        setting();
        tape();
        html.append(OperationsHtml.of(report.operations(), texts));
        rounds();
        calls();
        exits();
        prices();
        consoles();
        html.append("</main></body></html>\n");
        return html.toString();
    }

    private void setting() {
        html.append("<p>")
                .append(escape(texts.get(
                        "html.setting",
                        report.vcpus(),
                        texts.number(report.memoryBytes() >> 20),
                        Long.toString(report.seed()),
                        report.until())))
                .append("</p>\n<table><tr><th>")
                .append(text("html.corner"))
                .append("</th><th>")
                .append(text("html.outcome"))
                .append("</th><th class=n>")
                .append(text("html.guest-time"))
                .append("</th><th>")
                .append(text("html.run-hash"))
                .append("</th></tr>\n");
        for (BoutReport.CornerReport c : report.corners()) {
            String end = texts.get("outcome." + c.outcome());
            if (c.exit() != null) end += " (" + c.exit() + ", " + texts.get("html.status", c.status()) + ")";
            if (c.knockdown() != null) {
                end += ": " + c.knockdown().what() + ". "
                        + texts.get("html.first-cause", c.knockdown().firstCause());
            }
            html.append("<tr><td>")
                    .append(corner(c.iface()))
                    .append("</td><td>")
                    .append(escape(end));
            html.append("</td><td class=n>")
                    .append(texts.number(c.total().ticks() / 1e6, 3))
                    .append(" ms</td><td><code>");
            html.append(escape(c.runHash())).append("</code></td></tr>\n");
        }
        html.append("</table>\n");
    }

    private void tape() {
        Tape tape = report.tape();
        html.append("<h2>").append(text("tape.title")).append("</h2>\n<table><tr><th></th><th></th>");
        for (Iface iface : tape.corners())
            html.append("<th class=n>").append(corner(iface)).append("</th>");
        boolean two = tape.corners().size() == 2;
        if (two) {
            html.append("<th class=n>")
                    .append(Names.mark(tape.corners().get(0)))
                    .append(" / ")
                    .append(Names.mark(tape.corners().get(1)))
                    .append("</th>");
        }
        html.append("<th class=bars></th></tr>\n");
        for (Tape.Row row : tape.rows()) tapeRow(tape, row, two);
        html.append("</table>\n<p class=small>")
                .append(escape(texts.get(
                        "tape.profile", tape.profile().title(), tape.profile().machine())))
                .append(' ')
                .append(text("html.counted-note"))
                .append("</p>\n");
    }

    private void tapeRow(Tape tape, Tape.Row row, boolean two) {
        String kind = row.modelled() ? "≈ " + texts.get("tape.modelled") : texts.get("tape.counted");
        html.append(row.modelled() ? "<tr class=modelled><td>" : "<tr><td>").append(text(row.key()));
        html.append("</td><td class=small>").append(escape(kind)).append("</td>");
        double most = row.values().stream().mapToDouble(v -> v.orElse(0)).max().orElse(0);
        for (var value : row.values()) {
            html.append("<td class=n>")
                    .append(escape(TapeText.value(value, row, texts)))
                    .append("</td>");
        }
        if (two) {
            html.append("<td class=n>")
                    .append(row.ratio().isPresent() ? texts.number(row.ratio().getAsDouble(), 2) : "-")
                    .append("</td>");
        }
        html.append("<td class=bars><svg viewBox=\"0 0 200 ")
                .append(row.values().size() * 7)
                .append("\">");
        for (int i = 0; i < row.values().size(); i++) {
            double w = most <= 0 ? 0 : 200 * row.values().get(i).orElse(0) / most;
            bar(0, i * 7 + 1, w, 5, tape.corners().get(i));
        }
        html.append("</svg></td></tr>\n");
    }

    private void rounds() {
        int most =
                report.corners().stream().mapToInt(c -> c.rounds().size()).max().orElse(0);
        if (most == 0) return;
        html.append("<h2>").append(text("html.rounds")).append("</h2>\n");
        roundChart(Math.min(most, 64));
        html.append("<div class=wide><table><tr><th class=n>")
                .append(text("html.round"))
                .append("</th><th class=n>");
        html.append(text("html.bell")).append("</th>");
        for (BoutReport.CornerReport c : report.corners()) {
            String mark = Names.mark(c.iface()) + " ";
            for (String key :
                    List.of("tape.crossings", "tape.pte-updates", "tape.hidden-faults", "tape.instructions")) {
                html.append("<th class=n>").append(mark).append(text(key)).append("</th>");
            }
        }
        html.append("</tr>\n");
        for (int r = 0; r < most; r++) roundRow(r);
        html.append("</table></div>\n");
    }

    private void roundRow(int r) {
        html.append("<tr><td class=n>").append(r + 1).append("</td><td class=n>");
        html.append(report.corners().stream()
                .filter(c -> r < c.rounds().size())
                .map(c -> Integer.toString(c.rounds().get(r).bell()))
                .findFirst()
                .orElse(""));
        html.append("</td>");
        for (BoutReport.CornerReport c : report.corners()) {
            if (r >= c.rounds().size()) {
                html.append("<td></td><td></td><td></td><td></td>");
                continue;
            }
            Counts counts = c.rounds().get(r).counts();
            number(counts.crossings());
            number(counts.pteUpdates());
            number(counts.hiddenFaults());
            number(counts.instructions());
        }
        html.append("</tr>\n");
    }

    private void roundChart(int shown) {
        int corners = report.corners().size();
        int group = corners * 14 + 14;
        int width = 60 + shown * group;
        long top = 1;
        for (BoutReport.CornerReport c : report.corners()) {
            for (int r = 0; r < Math.min(shown, c.rounds().size()); r++) {
                top = Math.max(top, c.rounds().get(r).counts().crossings());
            }
        }
        html.append("<figure><figcaption>")
                .append(text("html.chart.crossings"))
                .append("</figcaption><svg role=img viewBox=\"0 0 ");
        html.append(width).append(" 190\" style=\"max-width:").append(width).append("px\">");
        for (int i = 0; i <= 2; i++) {
            int y = 160 - i * 75;
            html.append("<line class=grid x1=56 x2=")
                    .append(width)
                    .append(" y1=")
                    .append(y)
                    .append(" y2=")
                    .append(y);
            html.append("></line><text class=axis x=52 y=").append(y + 4).append(" text-anchor=end>");
            html.append(escape(texts.number(top * i / 2))).append("</text>");
        }
        for (int r = 0; r < shown; r++) {
            for (int k = 0; k < corners; k++) {
                BoutReport.CornerReport c = report.corners().get(k);
                if (r >= c.rounds().size()) continue;
                double h = 150.0 * c.rounds().get(r).counts().crossings() / top;
                bar(60 + r * group + k * 14, 160 - h, 12, h, c.iface());
            }
            html.append("<text class=axis text-anchor=middle y=178 x=").append(60 + r * group + corners * 7);
            html.append(">").append(r + 1).append("</text>");
        }
        html.append("</svg></figure>\n");
    }

    private void calls() {
        html.append("<h2>").append(text("html.calls")).append("</h2>\n<div class=columns>");
        for (BoutReport.CornerReport c : report.corners()) {
            Counts counts = c.total();
            html.append("<section><h3>").append(corner(c.iface())).append("</h3>");
            if (counts.calls().isEmpty()) {
                html.append("<p>").append(text("html.no-calls")).append("</p></section>");
                continue;
            }
            long most = counts.calls().values().stream()
                    .mapToLong(Counts.CallCount::count)
                    .max()
                    .orElse(1);
            html.append("<table><tr><th>")
                    .append(text("html.call"))
                    .append("</th><th>")
                    .append(text("html.class"));
            html.append("</th><th class=n>").append(text("html.count")).append("</th><th class=bars></th></tr>\n");
            for (Map.Entry<String, Counts.CallCount> e : counts.calls().entrySet()) {
                html.append("<tr><td><code>").append(escape(e.getKey())).append("</code></td><td>");
                html.append(escape(classes(e.getValue()))).append("</td>");
                number(e.getValue().count());
                barCell(e.getValue().count(), most, c.iface());
                html.append("</tr>\n");
            }
            for (Map.Entry<String, Long> e : counts.items().entrySet()) {
                html.append("<tr class=small><td><code>")
                        .append(escape(e.getKey()))
                        .append("</code></td><td>");
                html.append(text("html.item")).append("</td>");
                number(e.getValue());
                html.append("<td></td></tr>\n");
            }
            html.append("</table></section>\n");
        }
        html.append("</div>\n");
    }

    /// One class by its name; several with their counts.
    private String classes(Counts.CallCount call) {
        if (call.kinds().size() == 1) return texts.get(Explain.classKey(call.kind()));
        StringBuilder s = new StringBuilder();
        for (Map.Entry<CallClass, Long> kind : call.kinds().entrySet()) {
            s.append(s.isEmpty() ? "" : ", ").append(texts.get(Explain.classKey(kind.getKey())));
            s.append(' ').append(texts.number(kind.getValue()));
        }
        return s.toString();
    }

    private void exits() {
        Set<ExitCause> seen = new LinkedHashSet<>();
        for (ExitCause cause : ExitCause.values()) {
            if (report.corners().stream().anyMatch(c -> c.total().exits(cause) > 0)) seen.add(cause);
        }
        html.append("<h2>").append(text("html.exits")).append("</h2>\n");
        if (seen.isEmpty()) {
            html.append("<p>").append(text("html.no-exits")).append("</p>\n");
            return;
        }
        html.append("<table><tr><th>").append(text("html.cause")).append("</th>");
        for (BoutReport.CornerReport c : report.corners())
            html.append("<th class=n>").append(corner(c.iface())).append("</th>");
        html.append("</tr>\n");
        for (ExitCause cause : seen) {
            html.append("<tr><td>").append(text(Explain.causeKey(cause))).append("</td>");
            for (BoutReport.CornerReport c : report.corners()) number(c.total().exits(cause));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    private void prices() {
        CostProfile profile = report.profile();
        html.append("<h2>").append(text("html.prices")).append("</h2>\n<p class=small>");
        html.append(escape(texts.get("html.prices-note", profile.title(), profile.machine())))
                .append("</p><div class=columns>");
        for (BoutReport.CornerReport c : report.corners()) {
            Bill bill = Bill.of(c.iface(), c.total(), profile);
            html.append("<section><h3>").append(corner(c.iface())).append("</h3><table class=modelled><tr><th>");
            html.append(text("html.event"))
                    .append("</th><th class=n>")
                    .append(text("html.count"))
                    .append("</th><th class=n>");
            html.append(text("html.price"))
                    .append("</th><th>")
                    .append(text("html.basis"))
                    .append("</th><th class=n>≈ ");
            html.append(text("html.cycles")).append("</th></tr>\n");
            for (Bill.Line line : bill.lines()) {
                CostProfile.Price price = profile.prices().get(line.event());
                html.append("<tr><td><code>").append(escape(line.event())).append("</code>");
                html.append(line.hypervisor() ? " █" : "").append("</td>");
                number(line.count());
                html.append("<td class=n>")
                        .append(price == null ? "-" : texts.number(price.cycles(), price.cycles() < 10 ? 1 : 0));
                html.append("</td><td>")
                        .append(price == null ? "" : price.basis().name() + " " + escape(price.source()));
                html.append("</td>");
                cycles(line.cycles());
                html.append("</tr>\n");
            }
            html.append("<tr><th>").append(text("html.total")).append("</th><td></td><td></td><td></td>");
            cycles(bill.total());
            html.append("</tr></table></section>\n");
        }
        html.append("</div>\n");
    }

    private void cycles(Modelled cycles) {
        html.append("<td class=n>≈ ")
                .append(escape(texts.number(Math.round(cycles.value()))))
                .append("</td>");
    }

    private void consoles() {
        html.append("<h2>").append(text("html.consoles")).append("</h2>\n<div class=columns>");
        for (BoutReport.CornerReport c : report.corners()) {
            html.append("<section><h3>")
                    .append(corner(c.iface()))
                    .append("</h3><pre>")
                    .append(escape(c.console()));
            html.append("</pre></section>\n");
        }
        html.append("</div>\n");
    }

    // ---- pieces ---------------------------------------------------------------------------------------------------

    private void barCell(long value, long most, Iface iface) {
        html.append("<td class=bars><svg viewBox=\"0 0 200 8\">");
        bar(0, 1, most == 0 ? 0 : 200.0 * value / most, 6, iface);
        html.append("</svg></td>");
    }

    private void bar(double x, double y, double w, double h, Iface iface) {
        html.append(String.format(
                Locale.ROOT,
                "<rect class=\"c-%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"></rect>",
                iface.id(),
                x,
                y,
                Math.max(0, w),
                Math.max(0, h)));
    }

    private void number(long value) {
        html.append("<td class=n>").append(escape(texts.number(value))).append("</td>");
    }

    private String corner(Iface iface) {
        return "<span class=\"t-" + iface.id() + "\">" + Names.mark(iface) + " " + text("corner." + iface.id())
                + "</span>";
    }

    private String text(String key) {
        return escape(texts.get(key));
    }

    static String escape(String s) {
        StringBuilder out = new StringBuilder(s.length() + 16);
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\r' -> {}
                default -> {
                    if (c >= ' ' || c == '\n' || c == '\t') out.append(c);
                    else out.append('\u00B7');
                }
            }
        }
        return out.toString();
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) throw new IllegalStateException("report.css is not in the program");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("report.css cannot be read", e);
        }
    }
}
