// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.textfield.CustomTextField;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// The calls log: filter, rows, and the selected row in full.
public final class CallsView extends BorderPane {
    private static final double ITEM = 22;
    private static final int FRAMES_PER_COUNT = 30;

    private final CallsViewModel model;
    private final Texts texts;
    private final CustomTextField filter = new CustomTextField();
    private final FlowPane chips = new FlowPane(6, 6);
    private final RowCanvas rows;
    private final VBox detail = new VBox(10);
    private final ComboBox<CallTables.By> groupBy = new ComboBox<>();
    private final PagePills<CallsViewModel.Page> tabs;
    private final Region log;
    private final RowCanvas groups;
    private final RowCanvas reference;
    private List<CallTables.Group> groupRows = List.of();
    private List<CallTables.Entry> entries = List.of();
    private int frame;

    public CallsView(CallsViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        this.rows = new RowCanvas(new Source(), columns(), texts.get("calls.empty"));
        tabs = new PagePills<>(CallsViewModel.Page.class, "calls.page", texts, page -> {
            model.pageProperty().set(page);
            show(page);
        });
        setId("view-calls");
        getStyleClass().add(StyleClass.VIEW);
        rows.setId("calls-rows");
        rows.setAccessibleText(texts.get("calls.title"));
        detail.getStyleClass().add(StyleClass.DETAIL);
        detail.setMinHeight(Region.USE_PREF_SIZE);
        ScrollPane scroll = new ScrollPane(detail);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setMinHeight(90);
        SplitPane split = new SplitPane(rows, scroll);
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.66);
        setTop(head());
        log = split;
        groups = table("calls-groups", "calls.columns.groups", new Groups(), 34, 12, 14, 14, 12, 10);
        groups.onOpen(at -> model.only(groupRows.get((int) at).name()));
        reference = table("calls-reference", "calls.columns.reference", new Reference(), 18, 30, 12, 8, 60);
        model.pageProperty().addListener((_, _, now) -> show(now));
        show(model.pageProperty().get());
        model.onRefresh(this::refresh);
        model.operationsProperty().addListener((_, _, now) -> chips(now));
        model.detailProperty().addListener((_, _, now) -> detail(now));
        model.filterTextProperty()
                .addListener((_, _, _) -> rows.selectedProperty().set(-1));
        rows.selectedProperty().addListener((_, _, index) -> model.select(index.longValue()));
        model.placeProperty().addListener((_, _, place) -> {
            long index = place == null ? -1 : model.indexOf(place);
            if (index < 0 || index == rows.selectedProperty().get()) return;
            rows.reveal(index);
            if (place instanceof Place.Event) rows.selectedProperty().set(index);
        });
        sceneProperty().addListener((_, _, scene) -> {
            if (scene == null) return;
            rows.refresh();
            chips(model.operationsProperty().get());
        });
        detail(null);
    }

    private RowCanvas table(String id, String titles, RowCanvas.Rows source, int... widths) {
        List<RowCanvas.Column> columns = new ArrayList<>();
        String[] names = texts.get(titles).split(",");
        for (int i = 0; i < widths.length; i++) columns.add(new RowCanvas.Column(names[i].strip(), widths[i]));
        RowCanvas table = new RowCanvas(source, columns, texts.get("calls.empty"));
        table.setId(id);
        table.setAccessibleText(texts.get(titles));
        table.startAtTop();
        return table;
    }

    private void show(CallsViewModel.Page page) {
        tabs.show(page);
        groupBy.setVisible(page == CallsViewModel.Page.GROUPS);
        groupBy.setManaged(groupBy.isVisible());
        chips.setVisible(page == CallsViewModel.Page.LOG);
        chips.setManaged(chips.isVisible());
        setCenter(
                switch (page) {
                    case LOG -> log;
                    case GROUPS -> groups;
                    case REFERENCE -> reference;
                });
        frame = 0;
        refresh();
    }

    private Region pages() {
        groupBy.setId("calls-group-by");
        groupBy.getItems().setAll(CallTables.By.values());
        groupBy.setAccessibleText(texts.get("calls.group-by"));
        groupBy.setCellFactory(_ -> new ByCell());
        groupBy.setButtonCell(new ByCell());
        groupBy.valueProperty().bindBidirectional(model.groupByProperty());
        groupBy.valueProperty().addListener((_, _, _) -> {
            frame = 0;
            refresh();
        });
        groupBy.setMinWidth(Region.USE_PREF_SIZE);
        tabs.setMinWidth(Region.USE_PREF_SIZE);
        tabs.setAlignment(Pos.CENTER_LEFT);
        return tabs;
    }

    /// Puts the cursor into the filter.
    public void focusFilter() {
        filter.requestFocus();
        filter.selectAll();
    }

    private List<RowCanvas.Column> columns() {
        return List.of(
                new RowCanvas.Column(texts.get("calls.column.time"), 15),
                new RowCanvas.Column(texts.get("calls.column.round"), 7),
                new RowCanvas.Column(texts.get("calls.column.vcpu"), 6),
                new RowCanvas.Column(texts.get("calls.column.op"), 26),
                new RowCanvas.Column(texts.get("calls.column.class"), 11),
                new RowCanvas.Column(texts.get("calls.column.result"), 11),
                new RowCanvas.Column(texts.get("calls.column.about"), 40));
    }

    private Region head() {
        filter.setId("calls-filter");
        filter.setPromptText(texts.get("calls.filter.prompt"));
        filter.setAccessibleText(texts.get("calls.filter"));
        filter.setLeft(Icons.of("search"));
        filter.textProperty().bindBidirectional(model.filterTextProperty());
        HBox.setHgrow(filter, Priority.ALWAYS);
        Label counter = new Label();
        counter.setId("calls-counter");
        counter.getStyleClass().add(StyleClass.MONO);
        counter.textProperty().bind(model.counterProperty());
        counter.setMinWidth(Region.USE_PREF_SIZE);
        Button clear = new Button(texts.get("calls.filter.clear"), Icons.of("x"));
        clear.setOnAction(_ -> filter.clear());
        clear.setMinWidth(Region.USE_PREF_SIZE);
        Button newest = new Button(texts.get("calls.newest"), Icons.of("arrow-down"));
        newest.setOnAction(_ -> rows.follow());
        newest.setMinWidth(Region.USE_PREF_SIZE);
        HBox line = new HBox(10, pages(), filter, counter, clear, newest);
        line.setAlignment(Pos.CENTER_LEFT);
        chips.setMinHeight(30);
        VBox head = new VBox(8, line, groupBy, chips);
        head.getStyleClass().add("view-head");
        return head;
    }

    private void refresh() {
        if (getScene() == null) return;
        switch (model.pageProperty().get()) {
            case LOG -> rows.refresh();
            case GROUPS -> {
                if (frame++ % FRAMES_PER_COUNT == 0) groupRows = model.groups();
                groups.refresh();
            }
            case REFERENCE -> {
                entries = model.reference();
                reference.refresh();
            }
        }
    }

    private void chips(List<CallsViewModel.OpCount> now) {
        if (getScene() == null) return;
        List<Button> made = new ArrayList<>();
        for (CallsViewModel.OpCount op : now) {
            Button chip = new Button(texts.get("calls.chip", op.op(), op.count()));
            chip.setMnemonicParsing(false);
            chip.getStyleClass().add(StyleClass.CHIP);
            chip.setOnAction(_ -> model.addTerm("op", op.op().split(" ")[0]));
            made.add(chip);
        }
        chips.getChildren().setAll(made);
    }

    private void detail(CallsViewModel.@Nullable Detail d) {
        detail.getChildren().clear();
        if (d == null) {
            Label none = new Label(texts.get("calls.detail.none"));
            none.getStyleClass().add(StyleClass.MUTED);
            detail.getChildren().add(none);
            return;
        }
        Label title = new Label(d.title(), new CornerMark(d.row().iface(), 13));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        Label about = new Label(d.about());
        about.getStyleClass().addAll(StyleClass.MUTED, "small");
        about.setWrapText(true);
        detail.getChildren().addAll(title, about);
        if (!d.why().isEmpty()) detail.getChildren().add(why(d.why()));
        if (!d.arguments().isEmpty()) detail.getChildren().add(arguments(d.arguments()));
        if (!d.items().isEmpty()) detail.getChildren().add(items(d.items()));
    }

    private Region why(String words) {
        Label title = new Label(texts.get("calls.why"), Icons.of("slash"));
        title.getStyleClass().add("knocked-down-title");
        Label why = new Label(words);
        why.setId("calls-why");
        why.setWrapText(true);
        VBox box = new VBox(4, title, why);
        box.getStyleClass().add(StyleClass.KNOCKED_DOWN);
        return box;
    }

    private Region arguments(List<DecodedArg> args) {
        GridPane grid = new GridPane();
        grid.setId("calls-arguments");
        grid.setHgap(24);
        grid.setVgap(3);
        int at = 0;
        for (DecodedArg arg : args) {
            Label name = new Label(arg.name());
            name.getStyleClass().addAll(StyleClass.MUTED, StyleClass.MONO);
            Label raw = new Label("0x" + Long.toHexString(arg.value()).toUpperCase(Locale.ROOT));
            raw.getStyleClass().addAll(StyleClass.MUTED, StyleClass.MONO);
            Label shown = new Label(arg.shown());
            shown.getStyleClass().add(StyleClass.MONO);
            grid.addRow(at++, name, raw, shown);
        }
        return grid;
    }

    private Region items(List<String> lines) {
        Label title = new Label(texts.get("calls.items.title", lines.size()));
        title.getStyleClass().add(StyleClass.MUTED);
        ListView<String> list = new ListView<>();
        list.setId("calls-items");
        list.getItems().setAll(lines);
        list.setFixedCellSize(ITEM);
        list.setPrefHeight(Math.min(8, lines.size()) * ITEM + 4);
        list.setMinHeight(Region.USE_PREF_SIZE);
        list.setAccessibleText(texts.get("calls.items.title", lines.size()));
        list.getStyleClass().add(StyleClass.MONO);
        return new VBox(4, title, list);
    }

    private final class ByCell extends ListCell<CallTables.By> {
        @Override
        protected void updateItem(CallTables.By item, boolean empty) {
            super.updateItem(item, empty);
            setText(
                    empty || item == null
                            ? null
                            : texts.get("calls.by." + item.name().toLowerCase(Locale.ROOT)));
        }
    }

    private final class Groups implements RowCanvas.Rows {
        @Override
        public long count() {
            return groupRows.size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            CallTables.Group group = groupRows.get((int) index);
            return new RowCanvas.Row(
                    null,
                    model.tables().cells(group).stream().map(RowCanvas.Cell::of).toList(),
                    false);
        }
    }

    private final class Reference implements RowCanvas.Rows {
        @Override
        public long count() {
            return entries.size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            CallTables.Entry entry = entries.get((int) index);
            List<String> texts = model.tables().cells(entry);
            List<RowCanvas.Cell> cells = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++)
                cells.add(new RowCanvas.Cell(texts.get(i), i == 1 ? Role.TEXT : Role.MUTED));
            return new RowCanvas.Row(entry.iface(), cells, false);
        }
    }

    private final class Source implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.count();
        }

        @Override
        public RowCanvas.Row at(long index) {
            LogRow row = model.row((int) index);
            List<String> texts = model.cells(row);
            boolean bell = row.event().kind() == EventKind.BELL;
            List<RowCanvas.Cell> cells = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) cells.add(new RowCanvas.Cell(texts.get(i), role(i, row, bell)));
            return new RowCanvas.Row(row.iface(), cells, bell);
        }

        private Role role(int column, LogRow row, boolean bell) {
            if (bell) return Role.BELL;
            boolean refused = row.refusal() != null
                    || row.iface() == Iface.XEN && row.event().kind() == EventKind.CALL && isError(row);
            return switch (column) {
                case 3 -> refused ? Role.PROBLEM : row.event().kind() == EventKind.CALL ? Role.TEXT : Role.ACCENT;
                case 5 -> refused ? Role.PROBLEM : Role.MUTED;
                case 6 -> Role.TEXT;
                default -> Role.MUTED;
            };
        }

        private boolean isError(LogRow row) {
            int result = row.event().result();
            return result < 0 && result > -200;
        }
    }
}
