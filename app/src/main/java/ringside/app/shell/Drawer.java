// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableList;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.kit.Icons;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.BoutSession;
import ringside.app.session.Finding;
import ringside.app.session.LogRow;
import ringside.app.session.Note;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Explained;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Problem;

/// Consoles, the log, problems, notes and visited places, at the lower edge.
final class Drawer extends TabPane {
    private static final double HEIGHT = 190;

    private final Workbench workbench;
    private final UndoStack undo;
    private final Texts texts;
    private final TextField note = new TextField();
    private final Tab notes;
    private final Tab consolesTab;
    private final Tab logTab;
    private final Tab problemsTab;
    private final DrawerConsoles consoles;
    private final RowCanvas log;
    private final ListView<Said> problems = new ListView<>();

    /// A problem in words, and where to look at it.
    private record Said(String words, @Nullable Place place) {}

    Drawer(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.undo = undo;
        this.texts = texts;
        setId("drawer");
        getStyleClass().add("drawer");
        setTabClosingPolicy(TabClosingPolicy.UNAVAILABLE);
        setPrefHeight(HEIGHT);
        setMinHeight(HEIGHT);
        notes = tab("drawer.notes", notes());
        consoles = new DrawerConsoles(texts);
        consolesTab = tab("drawer.consoles", consoles);
        log = log();
        logTab = tab("drawer.log", log);
        problemsTab = tab("drawer.problems", problems());
        getTabs().setAll(consolesTab, logTab, problemsTab, notes, tab("drawer.visited", visited()));
        workbench.boutProperty().addListener((_, _, bout) -> consoles.opened(bout));
        workbench.problems().addListener((ListChangeListener<Problem>) _ -> fillProblems());
        workbench.lint().findings().addListener((ListChangeListener<Finding>) _ -> fillProblems());
        fillProblems();
    }

    /// Called once a pulse: only what is seen is brought up to date.
    void refresh() {
        if (!isVisible()) return;
        if (consolesTab.isSelected()) consoles.refresh();
        if (logTab.isSelected()) log.refresh();
    }

    private RowCanvas log() {
        RowCanvas rows = RowCanvas.of(
                texts.get("drawer.log.columns"),
                List.of(15, 7, 6, 120),
                () -> {
                    RowLog all = rowLog();
                    return all == null ? 0 : all.end() - all.first();
                },
                i -> {
                    RowLog all = rowLog();
                    return all == null ? new RowCanvas.Row(null, List.of(), false) : row(all.get(all.first() + i));
                },
                texts.get("drawer.log.none"));
        rows.setId("drawer-log-rows");
        rows.setAccessibleText(texts.get("drawer.log"));
        rows.selectedProperty().addListener((_, _, i) -> {
            RowLog all = rowLog();
            if (all == null || i.longValue() < 0 || all.first() + i.longValue() >= all.end()) return;
            LogRow row = all.get(all.first() + i.longValue());
            workbench.places().select(new Place.Event(row.corner(), row));
        });
        return rows;
    }

    private @Nullable RowLog rowLog() {
        BoutSession bout = workbench.bout();
        return bout == null ? null : bout.log().calls();
    }

    private RowCanvas.Row row(LogRow row) {
        BoutSession bout = workbench.bout();
        if (bout == null) return new RowCanvas.Row(null, List.of(), false);
        Explain explain = new Explain(
                row.iface(), bout.corners().get(row.corner()).trace().calls());
        Explained what = explain.what(row.event());
        return new RowCanvas.Row(
                row.iface(),
                List.of(
                        new RowCanvas.Cell(texts.number(row.event().tick()), Role.MUTED),
                        new RowCanvas.Cell(Integer.toString(row.round()), Role.MUTED),
                        new RowCanvas.Cell(Integer.toString(row.event().vcpu()), Role.MUTED),
                        new RowCanvas.Cell(
                                texts.get(what.key(), what.array()), row.refusal() == null ? Role.TEXT : Role.PROBLEM)),
                row.event().kind() == EventKind.BELL);
    }

    private Tab tab(String key, Node content) {
        Tab tab = new Tab(texts.get(key), content);
        tab.setId(key.replace('.', '-'));
        return tab;
    }

    private Node problems() {
        problems.setId("problems");
        problems.setFixedCellSize(24);
        problems.setAccessibleText(texts.get("drawer.problems"));
        Label none = new Label(texts.get("drawer.problems.none"));
        none.getStyleClass().add(StyleClass.MUTED);
        problems.setPlaceholder(none);
        problems.setCellFactory(_ -> new ListCell<>() {
            @Override
            protected void updateItem(@Nullable Said item, boolean empty) {
                super.updateItem(item, empty);
                setText(empty || item == null ? null : item.words());
                setTooltip(empty || item == null ? null : new Tooltip(item.words()));
            }
        });
        problems.setOnMouseClicked(_ -> goToProblem());
        problems.setOnKeyPressed(e -> {
            if (e.getCode() == KeyCode.ENTER) goToProblem();
        });
        return problems;
    }

    private void goToProblem() {
        Said chosen = problems.getSelectionModel().getSelectedItem();
        if (chosen != null && chosen.place() != null) workbench.places().select(chosen.place());
    }

    /// Of the program first, then of the guests; the tab counts them.
    private void fillProblems() {
        List<Said> all = new ArrayList<>();
        for (Problem p : workbench.problems())
            all.add(new Said(texts.get("home.problem", p.field(), p.expected(), p.found()), null));
        for (Finding f : workbench.lint().findings()) all.add(new Said(words(f), f.place()));
        int at = problems.getSelectionModel().getSelectedIndex();
        problems.getItems().setAll(all);
        if (at >= 0 && at < all.size()) problems.getSelectionModel().select(at);
        problemsTab.setText(texts.get("drawer.problems.counted", all.size()));
    }

    private String words(Finding f) {
        String key = "finding." + f.kind().name().toLowerCase(Locale.ROOT);
        String what = texts.get(key, f.values().toArray());
        return mark(f.corner()) + "  " + what + (f.times() > 1 ? "   " + texts.get("finding.times", f.times()) : "");
    }

    private Node visited() {
        ListView<Place> list = list(workbench.places().visited(), this::words, "drawer.visited.none");
        list.setId("visited");
        list.setOnMouseClicked(
                _ -> workbench.places().revisit(list.getSelectionModel().getSelectedIndex()));
        list.setOnKeyPressed(e -> {
            if (e.getCode() == KeyCode.ENTER)
                workbench.places().revisit(list.getSelectionModel().getSelectedIndex());
        });
        return list;
    }

    private Node notes() {
        ListView<Note> list = list(workbench.notes(), this::words, "drawer.notes.none");
        list.setId("notes");
        list.setOnMouseClicked(_ -> go(list.getSelectionModel().getSelectedItem()));
        list.setOnKeyPressed(e -> {
            Note chosen = list.getSelectionModel().getSelectedItem();
            if (e.getCode() == KeyCode.ENTER) go(chosen);
            if (e.getCode() == KeyCode.DELETE && chosen != null) remove(chosen);
        });
        note.setId("note-text");
        note.setPromptText(texts.get("drawer.notes.prompt"));
        note.setAccessibleText(texts.get("drawer.notes.prompt"));
        note.setOnAction(_ -> write());
        Button add = new Button(texts.get("drawer.notes.add"), Icons.of("plus"));
        add.getStyleClass().add("small-button");
        add.setMinWidth(Region.USE_PREF_SIZE);
        add.setOnAction(_ -> write());
        HBox line = new HBox(8, note, add);
        HBox.setHgrow(note, Priority.ALWAYS);
        line.getStyleClass().add("drawer-line");
        BorderPane pane = new BorderPane(list);
        pane.setTop(line);
        return pane;
    }

    private void write() {
        BoutSession bout = workbench.bout();
        String text = note.getText().strip();
        if (bout == null || text.isEmpty()) return;
        int corner = workbench.activeCornerProperty().get();
        long tick = bout.corners().get(corner).state().snapshot().tick();
        if (workbench.places().selected() instanceof Place.Moment(int at, long when)) {
            corner = at;
            tick = when;
        }
        Note written = new Note(corner, tick, text);
        undo.apply(new Edit(
                "edit.note",
                () -> workbench.notes().add(written),
                () -> workbench.notes().remove(written)));
        note.clear();
    }

    private void remove(Note chosen) {
        undo.apply(new Edit(
                "edit.note.remove",
                () -> workbench.notes().remove(chosen),
                () -> workbench.notes().add(chosen)));
    }

    private void go(@Nullable Note chosen) {
        if (chosen != null) workbench.places().select(new Place.Moment(chosen.corner(), chosen.tick()));
    }

    /// Puts the cursor where a note is written.
    void writeNote() {
        getSelectionModel().select(notes);
        note.requestFocus();
    }

    private <T> ListView<T> list(ObservableList<T> items, Function<T, String> words, String none) {
        ListView<T> list = new ListView<>(items);
        list.setFixedCellSize(24);
        Label empty = new Label(texts.get(none));
        empty.getStyleClass().add(StyleClass.MUTED);
        list.setPlaceholder(empty);
        list.setCellFactory(_ -> new ListCell<>() {
            @Override
            protected void updateItem(T item, boolean isEmpty) {
                super.updateItem(item, isEmpty);
                setText(isEmpty || item == null ? null : words.apply(item));
            }
        });
        return list;
    }

    private String words(Note n) {
        return texts.get("drawer.notes.line", mark(n.corner()), n.tick(), n.text());
    }

    private String words(Place place) {
        String what = switch (place) {
            case Place.Event(int _, var row) ->
                row.call() != null ? row.call().name() : row.event().kind().id();
            case Place.Address(int _, int vcpu, int va) -> texts.get("place.address", Texts.hex(va), vcpu);
            case Place.Frame(int _, int mfn) -> texts.get("place.frame", Integer.toHexString(mfn));
            case Place.Vcpu(int _, int vcpu) -> texts.get("bout.lane", vcpu);
            case Place.Moment(int _, long tick) -> texts.get("place.moment", tick);
        };
        return mark(place.corner()) + "  " + what;
    }

    private String mark(int corner) {
        BoutSession bout = workbench.bout();
        return bout == null || corner >= bout.corners().size()
                ? "?"
                : texts.get("corner.glyph." + bout.corners().get(corner).iface().id());
    }
}
