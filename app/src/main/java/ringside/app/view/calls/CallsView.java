// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.textfield.CustomTextField;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.Icons;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// The calls log: filter, rows, and the selected row in full.
public final class CallsView extends BorderPane {
    private static final int FRAMES_PER_COUNT = 30;

    private final CallsViewModel model;
    private final Texts texts;
    private final CustomTextField filter = new CustomTextField();
    private final FlowPane chips = new FlowPane(6, 6);
    private final RowCanvas rows;
    private final CallDetail detail;
    private final HBox widerLine = new HBox(10);
    private final Label widerWords = new Label();
    private final ComboBox<CallTables.By> groupBy = new ComboBox<>();
    private final PagePills<CallsViewModel.Page> tabs;
    private final Region log;
    private final RowCanvas groups;
    private final RowCanvas reference;
    private List<CallTables.Group> groupRows = List.of();
    private List<CallTables.Entry> entries = List.of();
    private int frame;
    private long forgotten;
    private boolean forgetting;

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
        detail = new CallDetail(model, texts);
        ScrollPane scroll = new ScrollPane(detail);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setMinHeight(90);
        SplitPane split = new SplitPane(rows, scroll);
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.58);
        setTop(head());
        log = split;
        groups = table("calls-groups", "calls.columns.groups", new Groups(), 40, 10, 13, 13, 13, 11, 10);
        groups.onOpen(at -> model.only(groupRows.get((int) at).name()));
        reference = table("calls-reference", "calls.columns.reference", new Reference(), 18, 30, 12, 8, 60);
        model.pageProperty().addListener((_, _, now) -> show(now));
        show(model.pageProperty().get());
        model.onRefresh(this::refresh);
        model.operationsProperty().addListener((_, _, now) -> chips(now));
        model.detailProperty().addListener((_, _, now) -> detail.show(now));
        model.widerProperty().addListener((_, _, now) -> wider(now));
        model.filterTextProperty()
                .addListener((_, _, _) -> rows.selectedProperty().set(-1));
        rows.selectedProperty().addListener((_, _, index) -> {
            if (!forgetting) model.select(index.longValue());
        });
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
        Region shown = switch (page) {
            case LOG -> log;
            case GROUPS -> groups;
            case REFERENCE -> reference;
        };
        setCenter(shown);
        BorderPane.setAlignment(shown, Pos.TOP_LEFT);
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

    /// Lets through only what this filter names. Can be undone.
    public void filter(String text) {
        model.edit(text);
    }

    /// Puts the cursor into the filter.
    public void focusFilter() {
        filter.requestFocus();
        filter.selectAll();
    }

    private List<RowCanvas.Column> columns() {
        return List.of(
                new RowCanvas.Column(texts.get("calls.column.time"), 17),
                new RowCanvas.Column(texts.get("calls.column.round"), 6),
                new RowCanvas.Column(texts.get("calls.column.vcpu"), 6),
                new RowCanvas.Column(texts.get("calls.column.op"), 23),
                new RowCanvas.Column(texts.get("calls.column.class"), 11),
                new RowCanvas.Column(texts.get("calls.column.result"), 11),
                new RowCanvas.Column(texts.get("calls.column.from"), 26),
                new RowCanvas.Column(texts.get("calls.column.about"), 40));
    }

    private Region head() {
        filter.setId("calls-filter");
        filter.setPromptText(texts.get("calls.filter.prompt"));
        filter.setAccessibleText(texts.get("calls.filter"));
        filter.setLeft(Icons.of("search"));
        filter.textProperty().bindBidirectional(model.filterTextProperty());
        HBox.setHgrow(filter, Priority.ALWAYS);
        filter.setOnAction(_ -> model.settle());
        filter.focusedProperty().addListener((_, _, focused) -> {
            if (!focused) model.settle();
            offers();
        });
        filter.textProperty().addListener((_, _, _) -> offers());
        // Down goes to what is offered, Enter there takes it.
        filter.addEventFilter(KeyEvent.KEY_PRESSED, e -> {
            if (e.getCode() != KeyCode.DOWN || chips.getChildren().isEmpty()) return;
            chips.getChildren().getFirst().requestFocus();
            e.consume();
        });
        Label counter = new Label();
        counter.setId("calls-counter");
        counter.getStyleClass().add(StyleClass.MONO);
        counter.textProperty().bind(model.counterProperty());
        counter.setMinWidth(Region.USE_PREF_SIZE);
        Button clear = new Button(texts.get("calls.filter.clear"), Icons.of("x"));
        clear.setOnAction(_ -> model.edit(""));
        clear.setMinWidth(Region.USE_PREF_SIZE);
        Button newest = new Button(texts.get("calls.newest"), Icons.of("arrow-down"));
        newest.setOnAction(_ -> rows.follow());
        newest.setMinWidth(Region.USE_PREF_SIZE);
        HBox line = new HBox(10, pages(), filter, counter, clear, newest);
        line.setAlignment(Pos.CENTER_LEFT);
        chips.setMinHeight(30);
        Button widen = new Button(texts.get("calls.wider.do"), Icons.of("maximize-2"));
        widen.setId("calls-widen");
        widen.getStyleClass().add("small-button");
        widen.setMinWidth(Region.USE_PREF_SIZE);
        widen.setOnAction(_ -> {
            CallsViewModel.Wider now = model.widerProperty().get();
            if (now != null) model.edit(now.filter());
        });
        widerWords.setId("calls-wider");
        widerLine.getChildren().setAll(widerWords, widen);
        widerLine.setAlignment(Pos.CENTER_LEFT);
        wider(null);
        VBox head = new VBox(8, line, groupBy, widerLine, chips);
        head.getStyleClass().add("view-head");
        return head;
    }

    private void refresh() {
        forgetting = true;
        rows.forget(model.dropped() - forgotten);
        forgotten = model.dropped();
        forgetting = false;
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

    private void wider(CallsViewModel.@Nullable Wider now) {
        widerLine.setVisible(now != null);
        widerLine.setManaged(now != null);
        if (now != null) widerWords.setText(texts.get("calls.wider", now.without(), now.count()));
    }

    /// While somebody types, what the last word may become stands where the commonest operations do.
    private void offers() {
        if (getScene() == null) return;
        List<FilterCompletion.Offer> offers = filter.isFocused() ? model.offers() : List.of();
        if (offers.isEmpty()) {
            chips(model.operationsProperty().get());
            return;
        }
        List<Button> made = new ArrayList<>();
        for (FilterCompletion.Offer offer : offers) {
            String words = offer.count() < 0 ? offer.word() : texts.get("calls.chip", offer.word(), offer.count());
            Button chip = new Button(words);
            chip.setId("calls-offer-" + made.size());
            chip.setMnemonicParsing(false);
            chip.getStyleClass().add(StyleClass.CHIP);
            chip.setOnAction(_ -> {
                filter.requestFocus();
                filter.setText(offer.filter());
                filter.end();
                if (offer.count() >= 0) model.settle();
            });
            made.add(chip);
        }
        chips.getChildren().setAll(made);
    }

    private boolean offering() {
        return filter.isFocused() && !filter.getText().isEmpty()
                || chips.getChildren().stream().anyMatch(Node::isFocused);
    }

    private void chips(List<CallsViewModel.OpCount> now) {
        if (getScene() == null || offering()) return;
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
                case 7 -> Role.TEXT;
                default -> Role.MUTED;
            };
        }

        private boolean isError(LogRow row) {
            int result = row.event().result();
            return result < 0 && result > -200;
        }
    }
}
