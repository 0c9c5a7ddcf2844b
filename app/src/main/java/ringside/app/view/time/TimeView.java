// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.time;

import java.util.List;
import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.Icons;
import ringside.app.kit.RowCanvas;
import ringside.app.kit.TimelineChart;
import ringside.app.session.Axis;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Timeline: lanes of every vCPU over rounds, cycles, instructions or guest time, and the same as a table.
public final class TimeView extends BorderPane {
    private static final double ROOM_FOR_LEGEND = 280;

    private final TimeViewModel model;
    private final Texts texts;
    private final TimelineChart chart;
    private final RowCanvas table;
    private final SplitPane split = new SplitPane();
    private final ScrollPane scroll;
    private final ToggleButton asTable = new ToggleButton();
    private final ToggleButton compare = new ToggleButton();
    private final TextField words = new TextField();
    private final ComparePane comparison;
    private List<TimeViewModel.Row> rows = List.of();

    public TimeView(TimeViewModel model, Actions actions, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-time");
        getStyleClass().add(StyleClass.VIEW);
        chart = new TimelineChart(model, texts.get("time.empty"), texts.get("time.crossing"));
        chart.setId("timeline");
        table = new RowCanvas(
                new Source(),
                List.of(
                        new RowCanvas.Column(texts.get("time.column.round"), 24),
                        new RowCanvas.Column(texts.get("tape.crossings"), 12),
                        new RowCanvas.Column(texts.get("tape.pte-updates"), 13),
                        new RowCanvas.Column(texts.get("tape.hidden-faults"), 14),
                        new RowCanvas.Column(texts.get("tape.instructions"), 15),
                        new RowCanvas.Column(texts.get("time.column.cycles"), 18),
                        new RowCanvas.Column(texts.get("time.column.user"), 14),
                        new RowCanvas.Column(texts.get("time.column.kernel"), 14),
                        new RowCanvas.Column(texts.get("time.column.idle"), 14)),
                texts.get("time.empty"));
        table.setId("timeline-table");
        table.setAccessibleText(texts.get("time.table"));
        table.startAtTop();
        comparison = new ComparePane(model, texts);
        scroll = new ScrollPane(chart);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        split.setOrientation(javafx.geometry.Orientation.VERTICAL);
        split.getItems().setAll(scroll);
        setTop(head(actions));
        setCenter(split);
        Region legend = legend();
        setBottom(new VBox(selection(), legend));
        heightProperty().addListener((_, _, height) -> {
            legend.setVisible(height.doubleValue() >= ROOM_FOR_LEGEND);
            legend.setManaged(legend.isVisible());
        });
        model.onRefresh(this::refresh);
        sceneProperty().addListener((_, _, _) -> refresh());
        chart.widthProperty().addListener((_, _, _) -> refresh());
    }

    private Region head(Actions actions) {
        Label title = new Label(texts.get("view.time"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        title.setMinWidth(Region.USE_PREF_SIZE);
        HBox axes = new HBox();
        Axis.Kind[] kinds = Axis.Kind.values();
        for (int i = 0; i < kinds.length; i++) {
            Axis.Kind kind = kinds[i];
            String key = "time.axis." + kind.name().toLowerCase(Locale.ROOT);
            ToggleButton pill = new ToggleButton(texts.get(key));
            pill.setId("time-axis-" + kind.name().toLowerCase(Locale.ROOT));
            pill.getStyleClass()
                    .addAll(
                            "small-button",
                            i == 0 ? "left-pill" : i == kinds.length - 1 ? "right-pill" : "center-pill");
            pill.setTooltip(new Tooltip(texts.get(key + ".hint")));
            pill.setMinWidth(Region.USE_PREF_SIZE);
            pill.setSelected(model.kindProperty().get() == kind);
            pill.setOnAction(_ -> {
                model.kindProperty().set(kind);
                pill.setSelected(true);
            });
            model.kindProperty().addListener((_, _, now) -> pill.setSelected(now == kind));
            axes.getChildren().add(pill);
        }
        Button note = ActionNodes.bind(new Button("", Icons.of("edit-3")), actions.get(ActionId.NOTE), texts);
        note.getStyleClass().add("small-button");
        FlowPane line = new FlowPane(
                10,
                6,
                title,
                axes,
                small("time-zoom-in", "zoom-in", "time.zoom-in", () -> chart("+")),
                small("time-zoom-out", "zoom-out", "time.zoom-out", () -> chart("-")),
                small("time-fit", "maximize", "time.fit", model::fit),
                note);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("view-head");
        return line;
    }

    private void chart(String what) {
        model.zoomCentre(what.equals("+") ? 0.7 : 1.4);
    }

    private Button small(String id, String icon, String key, Runnable run) {
        Button button = new Button("", Icons.of(icon));
        button.setId(id);
        button.getStyleClass().add("small-button");
        button.setTooltip(new Tooltip(texts.get(key)));
        button.setAccessibleText(texts.get(key));
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private Region selection() {
        Label title = new Label(texts.get("time.selection"));
        title.getStyleClass().add(StyleClass.MUTED);
        title.setMinWidth(Region.USE_PREF_SIZE);
        Label selection = new Label();
        selection.setId("time-selection");
        selection.textProperty().bind(model.selectionProperty());
        selection.setMinWidth(40);
        HBox.setHgrow(selection, Priority.ALWAYS);
        selection.setMaxWidth(Double.MAX_VALUE);
        asTable.setGraphic(Icons.of("list"));
        asTable.setText(texts.get("time.as-table"));
        asTable.setId("time-as-table");
        asTable.setOnAction(_ -> below(asTable, compare, table));
        compare.setGraphic(Icons.of("bar-chart-2"));
        compare.setText(texts.get("time.compare"));
        compare.setId("time-compare");
        compare.setTooltip(new Tooltip(texts.get("time.compare.hint")));
        compare.setOnAction(_ -> below(compare, asTable, comparison));
        Button zoom = small("time-zoom-selection", "crop", "time.zoom-selection", model::zoomToSelection);
        Button note = small("time-note-selection", "edit-3", "time.note-selection", this::writeNote);
        zoom.disableProperty().bind(model.rangeProperty().not());
        note.disableProperty().bind(model.rangeProperty().not());
        for (ToggleButton b : List.of(asTable, compare)) {
            b.getStyleClass().add("small-button");
            b.setMinWidth(Region.USE_PREF_SIZE);
        }
        words.setId("time-note-text");
        words.setPromptText(texts.get("time.note-selection"));
        words.setAccessibleText(texts.get("time.note-selection"));
        words.setVisible(false);
        words.setManaged(false);
        words.setOnAction(_ -> {
            model.note(words.getText());
            closeNote();
        });
        words.setOnKeyPressed(e -> {
            if (e.getCode() == KeyCode.ESCAPE) closeNote();
        });
        HBox line = new HBox(8, title, selection, words, asTable, compare, zoom, note);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("legend");
        return line;
    }

    private void writeNote() {
        words.setVisible(true);
        words.setManaged(true);
        words.requestFocus();
    }

    private void closeNote() {
        words.clear();
        words.setVisible(false);
        words.setManaged(false);
        chart.requestFocus();
    }

    /// Shows something below the chart, or nothing there.
    private void below(ToggleButton pressed, ToggleButton other, Region what) {
        other.setSelected(false);
        split.getItems().setAll(scroll);
        if (pressed.isSelected()) {
            split.getItems().add(what);
            split.setDividerPositions(0.55);
        }
        refresh();
    }

    private Region legend() {
        Label legend = new Label(texts.get("time.legend"));
        legend.setWrapText(true);
        legend.setMinHeight(Region.USE_PREF_SIZE);
        legend.getStyleClass().addAll(StyleClass.MUTED, "small");
        HBox line = new HBox(legend);
        line.getStyleClass().add("legend");
        return line;
    }

    private void refresh() {
        if (getScene() == null || chart.getWidth() < 100) return;
        chart.setMinHeight(model.height());
        chart.show(model.picture(chart.columns()));
        chart.setAccessibleText(model.spoken());
        if (table.getScene() != null) {
            rows = model.rows();
            table.refresh();
        }
        if (comparison.getScene() != null) comparison.refresh();
    }

    private final class Source implements RowCanvas.Rows {
        @Override
        public long count() {
            return rows.size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            TimeViewModel.Row row = rows.get((int) index);
            return new RowCanvas.Row(
                    row.iface(), row.cells().stream().map(RowCanvas.Cell::of).toList(), false);
        }
    }
}
