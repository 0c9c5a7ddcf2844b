// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

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
import javafx.scene.input.KeyCode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.kit.CornerLook;
import ringside.app.kit.Icons;
import ringside.app.session.BoutSession;
import ringside.app.session.Note;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.word.Problem;

/// Problems, notes and visited places, at the lower edge.
final class Drawer extends TabPane {
    private static final double HEIGHT = 190;

    private final Workbench workbench;
    private final UndoStack undo;
    private final Texts texts;
    private final TextField note = new TextField();
    private final Tab notes;

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
        getTabs().setAll(problems(), notes, tab("drawer.visited", visited()));
    }

    private Tab tab(String key, Node content) {
        Tab tab = new Tab(texts.get(key), content);
        tab.setId(key.replace('.', '-'));
        return tab;
    }

    private Tab problems() {
        Tab tab = tab(
                "drawer.problems",
                list(
                        workbench.problems(),
                        p -> texts.get("home.problem", p.field(), p.expected(), p.found()),
                        "drawer.problems.none"));
        workbench.problems().addListener((ListChangeListener<Problem>) _ -> tab.setText(
                texts.get("drawer.problems.counted", workbench.problems().size())));
        tab.setText(texts.get("drawer.problems.counted", 0));
        return tab;
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
                : CornerLook.of(bout.corners().get(corner).iface()).glyph();
    }
}
