// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.time;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerLook;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.word.Iface;

/// The selected stretch of all corners, counted by job, operation or call site, side by side.
final class ComparePane extends BorderPane {
    private static final long BETWEEN_NANOS = 500_000_000;

    private final TimeViewModel model;
    private final Texts texts;
    private final Label words = new Label();
    private final PagePills<RangeCompare.By> pills;
    private RangeCompare.By by = RangeCompare.By.JOB;
    private RowCanvas table;
    private List<Iface> corners = List.of();
    private boolean covers;
    private List<RangeCompare.Line> lines = List.of();
    private String asked = "";
    private boolean busy;
    private long answered;

    ComparePane(TimeViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("time-comparison");
        pills = new PagePills<>(RangeCompare.By.class, "time.by", texts, this::count);
        pills.show(by);
        words.getStyleClass().addAll(StyleClass.MUTED, "small");
        HBox head = new HBox(12, pills, words);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("legend");
        setTop(head);
        table = table();
        setCenter(table);
    }

    private void count(RangeCompare.By now) {
        by = now;
        pills.show(now);
        answered = 0;
        refresh();
    }

    private RowCanvas table() {
        List<RowCanvas.Column> columns = new ArrayList<>();
        columns.add(new RowCanvas.Column(texts.get("time.compare.what"), 34));
        for (Iface iface : corners) {
            String name = texts.get("corner.glyph." + iface.id()) + " " + texts.get("corner." + iface.id());
            columns.add(new RowCanvas.Column(name, 14));
        }
        columns.add(new RowCanvas.Column(corners.size() == 2 ? texts.get("tape.ratio") : "", 10));
        RowCanvas made = new RowCanvas(new Source(), columns, texts.get("time.compare.none"));
        made.setId("time-compare-table");
        made.setAccessibleText(texts.get("time.compare.hint"));
        made.startAtTop();
        return made;
    }

    /// Asks anew when the stretch or the run has changed; not more often than people read.
    void refresh() {
        if (!model.corners().equals(corners) || covers != texts.covers()) {
            covers = texts.covers();
            corners = model.corners();
            lines = List.of();
            asked = "";
            table = table();
            setCenter(table);
        }
        List<RangeCompare.Stretch> stretches = model.stretches();
        String question = by
                + stretches.stream()
                        .map(s ->
                                s.from() + "-" + s.to() + "/" + s.feed().trace().end())
                        .collect(Collectors.joining(" "));
        if (busy || question.equals(asked) || System.nanoTime() - answered < BETWEEN_NANOS) return;
        asked = question;
        busy = true;
        RangeCompare.By how = by;
        model.compare(stretches, how, this::show);
    }

    private void show(RangeCompare.@Nullable Answer answer) {
        busy = false;
        answered = System.nanoTime();
        if (answer == null) return;
        lines = answer.lines();
        String all = texts.get("time.compare.words", lines.size());
        words.setText(answer.partial() ? all + "   " + texts.get("time.compare.partial") : all);
        table.refresh();
    }

    private final class Source implements RowCanvas.Rows {
        @Override
        public long count() {
            return lines.size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            RangeCompare.Line line = lines.get((int) index);
            List<RowCanvas.Cell> cells = new ArrayList<>();
            cells.add(RowCanvas.Cell.of(covers ? texts.get("blind.line", index + 1) : line.name()));
            for (int i = 0; i < line.counts().length; i++) {
                Role role = line.counts()[i] == 0
                        ? Role.SUBTLE
                        : i < corners.size() ? CornerLook.of(corners.get(i)).colour() : Role.TEXT;
                cells.add(new RowCanvas.Cell(texts.number(line.counts()[i]), role));
            }
            boolean ratio = line.counts().length == 2 && line.counts()[1] > 0;
            cells.add(RowCanvas.Cell.of(ratio ? texts.number((double) line.counts()[0] / line.counts()[1], 2) : "-"));
            return new RowCanvas.Row(null, cells, false);
        }
    }
}
