// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.HPos;
import javafx.geometry.Pos;
import javafx.scene.control.CheckMenuItem;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.kit.BarsCell;
import ringside.app.kit.CornerMark;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.word.Iface;

/// The tale of the tape: counted rows first, a ratio for two corners, modelled rows with ≈ and in italics.
final class TapePane extends VBox {
    /// Room for a corner's numbers, and what else a row may have beside them.
    /// Below these widths the legend of the lanes is left out, or stands in short with the whole as its tooltip.
    private static final double ROOM_FOR_LEGEND = 840, ROOM_FOR_ALL = 1_380;
    private static final double VALUE = 100, ROOM_FOR_KINDS = 130, ROOM_FOR_BARS = 90, ROOM_FOR_SINCE = 560;

    private final BoutViewModel model;
    private final Texts texts;
    private final Label since = new Label();
    private final MenuButton choose = new MenuButton();
    private final GridPane grid = new GridPane();
    private final List<Row> rows = new ArrayList<>();
    private List<Iface> ifaces = List.of();
    private boolean covers;

    private record Row(String key, Label kind, List<Label> values, Label ratio, BarsCell bars) {}

    TapePane(BoutViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("tape");
        getStyleClass().add(StyleClass.TAPE);
        setSpacing(4);
        grid.setHgap(18);
        grid.setVgap(3);
        ScrollPane scroll = new ScrollPane(grid);
        scroll.setFitToWidth(true);
        scroll.setMinHeight(60);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        getChildren().addAll(head(), scroll);
        model.tapeProperty().addListener((_, _, lines) -> show(lines));
        widthProperty().addListener((_, _, width) -> roomy(width.doubleValue()));
    }

    /// What a narrow pane has no room for is left out: where numbers come from (≈ and italics still say it), bars.
    private void roomy(double width) {
        since.setMinWidth(width < ROOM_FOR_SINCE ? 0 : Region.USE_PREF_SIZE);
        double values = 140 + ifaces.size() * VALUE;
        boolean kinds = width > values + ROOM_FOR_KINDS, withBars = width > values + ROOM_FOR_BARS;
        for (Row row : rows) {
            row.kind().setVisible(kinds);
            row.kind().setManaged(kinds);
            row.bars().setVisible(withBars);
            row.bars().setManaged(withBars);
        }
        for (ColumnConstraints c : grid.getColumnConstraints())
            if (c.getPrefWidth() > 0) c.setPrefWidth(kinds ? 96 : 78);
    }

    private Region head() {
        Label title = new Label(texts.get("tape.title"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        since.setText(texts.get("tape.since"));
        title.setMinWidth(Region.USE_PREF_SIZE);
        since.setMinWidth(0);
        setMinWidth(0);
        since.getStyleClass().addAll(StyleClass.MUTED, "small");
        ToggleGroup group = new ToggleGroup();
        ToggleButton whole = choice("tape.since.start", group, true);
        ToggleButton round = choice("tape.since.bell", group, false);
        whole.getStyleClass().add("left-pill");
        round.getStyleClass().add("right-pill");
        Label legend = new Label(texts.get("bout.lanes.legend"));
        legend.getStyleClass().addAll(StyleClass.MUTED, "small");
        legend.setMinWidth(0);
        legend.setTooltip(new Tooltip(legend.getText()));
        choose.setId("tape-rows");
        choose.setText(texts.get("tape.rows"));
        choose.getStyleClass().add("small-button");
        choose.setMinWidth(Region.USE_PREF_SIZE);
        choose.setOnShowing(_ -> choose.getItems()
                .setAll(model.rowKeys().stream().map(this::choice).toList()));
        choose.getItems().add(new MenuItem());
        HBox head = new HBox(8, title, gap, since, new HBox(whole, round), choose);
        head.getChildren().add(1, legend);
        head.setSpacing(12);
        head.widthProperty().addListener((_, _, width) -> {
            legend.setVisible(width.doubleValue() >= ROOM_FOR_LEGEND);
            legend.setManaged(legend.isVisible());
            String key = width.doubleValue() >= ROOM_FOR_ALL ? "bout.lanes.legend" : "bout.lanes.legend.short";
            legend.setText(texts.get(key));
        });
        head.setAlignment(Pos.CENTER_LEFT);
        return head;
    }

    private MenuItem choice(String rowKey) {
        CheckMenuItem item = new CheckMenuItem(texts.get(rowKey));
        item.setSelected(model.shows(rowKey));
        item.setOnAction(_ -> model.show(rowKey, item.isSelected()));
        return item;
    }

    private ToggleButton choice(String key, ToggleGroup group, boolean wholeRun) {
        ToggleButton button = new ToggleButton(texts.get(key));
        button.setToggleGroup(group);
        button.setSelected(model.wholeRunProperty().get() == wholeRun);
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.getStyleClass().add("small-button");
        button.setOnAction(_ -> {
            button.setSelected(true);
            model.wholeRunProperty().set(wholeRun);
        });
        return button;
    }

    private void show(List<TapeLine> lines) {
        List<Iface> now =
                model.cornersProperty().get().stream().map(CornerModel::iface).toList();
        if (texts.covers() != covers) {
            covers = texts.covers();
            ifaces = List.of();
        }
        List<String> keys = lines.stream().map(TapeLine::key).toList();
        if (!now.equals(ifaces) || !keys.equals(rows.stream().map(Row::key).toList())) build(now, lines);
        for (int i = 0; i < rows.size(); i++) fill(rows.get(i), lines.get(i));
    }

    private void build(List<Iface> now, List<TapeLine> lines) {
        ifaces = now;
        rows.clear();
        grid.getChildren().clear();
        columns();
        int column = 2;
        for (Iface iface : ifaces) {
            Label name = new Label(texts.get("corner." + iface.id()), new CornerMark(iface, 10));
            name.getStyleClass().addAll(StyleClass.TAPE_VALUE, "tape-head");
            grid.add(name, column++, 0);
        }
        if (ifaces.size() == 2) {
            Label ratio = new Label(texts.get("tape.ratio"));
            ratio.getStyleClass().addAll(StyleClass.TAPE_VALUE, StyleClass.MUTED, "tape-head");
            grid.add(ratio, column, 0);
        }
        for (int i = 0; i < lines.size(); i++) rows.add(row(lines.get(i), i + 1));
        roomy(getWidth());
    }

    private void columns() {
        grid.getColumnConstraints().clear();
        grid.getColumnConstraints().add(column(Region.USE_PREF_SIZE, HPos.LEFT));
        grid.getColumnConstraints().add(column(Region.USE_PREF_SIZE, HPos.LEFT));
        for (int i = 0; i < ifaces.size() + (ifaces.size() == 2 ? 1 : 0); i++) {
            ColumnConstraints value = column(Region.USE_PREF_SIZE, HPos.RIGHT);
            value.setPrefWidth(96);
            grid.getColumnConstraints().add(value);
        }
        ColumnConstraints bars = new ColumnConstraints();
        bars.setHgrow(Priority.ALWAYS);
        grid.getColumnConstraints().add(bars);
    }

    private static ColumnConstraints column(double min, HPos side) {
        ColumnConstraints c = new ColumnConstraints();
        c.setMinWidth(min);
        c.setHalignment(side);
        return c;
    }

    private Row row(TapeLine line, int at) {
        Label label = new Label(texts.get(line.key()));
        Label kind =
                new Label(texts.get(line.modelled() ? "tape.modelled.with" : "tape.counted", model.profileTitle()));
        kind.getStyleClass().addAll(StyleClass.TAPE_KIND, StyleClass.MUTED);
        if (line.modelled()) {
            label.getStyleClass().add(StyleClass.MODELLED);
            kind.getStyleClass().add(StyleClass.MODELLED);
        }
        grid.add(label, 0, at);
        grid.add(kind, 1, at);
        List<Label> values = new ArrayList<>();
        int column = 2;
        for (int i = 0; i < line.values().size(); i++) {
            Label value = new Label();
            value.getStyleClass().addAll(StyleClass.TAPE_VALUE, StyleClass.MONO);
            if (line.modelled()) value.getStyleClass().add(StyleClass.MODELLED);
            value.setMinWidth(Region.USE_PREF_SIZE);
            int at0 = i;
            value.getStyleClass().add("tape-link");
            value.setTooltip(new Tooltip(texts.get("tape.open", texts.get(line.key()))));
            value.setOnMouseClicked(_ -> model.openEvents(line.key(), at0));
            value.setOnKeyPressed(e -> {
                if (e.getCode() == KeyCode.ENTER) model.openEvents(line.key(), at0);
            });
            value.setFocusTraversable(true);
            value.setId(line.key().replace('.', '-') + "-" + i);
            values.add(value);
            grid.add(value, column++, at);
        }
        Label ratio = new Label();
        ratio.getStyleClass().addAll(StyleClass.TAPE_VALUE, StyleClass.MONO, StyleClass.MUTED);
        if (ifaces.size() == 2) grid.add(ratio, column++, at);
        BarsCell bars = new BarsCell(ifaces);
        bars.setAccessibleText(texts.get(line.key()));
        grid.add(bars, column, at);
        return new Row(line.key(), kind, values, ratio, bars);
    }

    private void fill(Row row, TapeLine line) {
        for (int i = 0; i < row.values().size(); i++) {
            Label label = row.values().get(i);
            if (!line.values().get(i).equals(label.getText()))
                label.setText(line.values().get(i));
        }
        if (!line.ratio().equals(row.ratio().getText())) row.ratio().setText(line.ratio());
        row.bars().show(line.bars());
    }
}
