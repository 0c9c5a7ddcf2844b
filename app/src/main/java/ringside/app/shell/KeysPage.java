// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Action;
import ringside.app.action.Actions;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.Settings;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;

/// Every action with its keys: choose one, press Enter, then the keys it shall have. A key that another action has is
/// taken from it, and said to be.
final class KeysPage extends VBox {
    private final Actions actions;
    private final UndoStack undo;
    private final Settings settings;
    private final Texts texts;
    private final TextField filter = new TextField();
    private final Label words = new Label();
    private final RowCanvas rows;
    private List<Action> shown = List.of();
    private @Nullable Action waiting;

    KeysPage(Workbench workbench, Actions actions, UndoStack undo, Texts texts) {
        super(8);
        this.actions = actions;
        this.undo = undo;
        this.texts = texts;
        settings = workbench.settings();
        restore();
        filter.setId("keys-filter");
        filter.setPromptText(texts.get("keys.filter"));
        filter.setAccessibleText(texts.get("keys.filter"));
        filter.textProperty().addListener((_, _, _) -> fill());
        rows = RowCanvas.of(
                texts.get("keys.columns"),
                List.of(46, 22, 20),
                () -> shown.size(),
                i -> row(shown.get((int) i)),
                texts.get("palette.none"));
        rows.setId("keys-rows");
        rows.setAccessibleText(texts.get("preferences.keyboard"));
        rows.startAtTop();
        rows.onOpen(i -> ask(shown.get((int) i)));
        rows.onDelete(i -> bind(shown.get((int) i), List.of()));
        rows.setPrefHeight(330);
        rows.addEventFilter(KeyEvent.KEY_PRESSED, this::pressed);
        words.setId("keys-words");
        words.setWrapText(true);
        words.setMinHeight(Region.USE_PREF_SIZE);
        words.setText(texts.get("keys.hint"));
        CheckBox single = new CheckBox(texts.get("keys.single"));
        single.setId("keys-single");
        single.setWrapText(true);
        single.setMinHeight(Region.USE_PREF_SIZE);
        single.selectedProperty().bindBidirectional(workbench.singleKeysProperty());
        FlowPane buttons = new FlowPane(
                8,
                6,
                button("keys-change", "keys.change", () -> chosen().ifPresent(this::ask)),
                button("keys-usual", "keys.usual", () -> chosen().ifPresent(a -> bind(a, a.usual()))),
                button("keys-all-usual", "keys.all-usual", this::allUsual));
        buttons.setAlignment(Pos.CENTER_LEFT);
        VBox.setVgrow(rows, Priority.ALWAYS);
        getChildren().setAll(filter, rows, words, buttons, single);
        fill();
    }

    private Button button(String id, String key, Runnable run) {
        Button button = new Button(texts.get(key));
        button.setId(id);
        button.getStyleClass().add("small-button");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private Optional<Action> chosen() {
        int at = (int) rows.selectedProperty().get();
        return at < 0 || at >= shown.size() ? Optional.empty() : Optional.of(shown.get(at));
    }

    private void fill() {
        String wanted = filter.getText().strip().toLowerCase(Locale.ROOT);
        List<Action> found = new ArrayList<>();
        for (Action a : actions.all()) {
            String all = (texts.get(a.textKey()) + " " + keys(a.keys())).toLowerCase(Locale.ROOT);
            if (all.contains(wanted)) found.add(a);
        }
        shown = List.copyOf(found);
        rows.selectedProperty().set(shown.isEmpty() ? -1 : 0);
        rows.refresh();
    }

    private RowCanvas.Row row(Action a) {
        boolean changed = !a.keys().equals(a.usual());
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(texts.get(a.textKey()), Role.TEXT),
                        new RowCanvas.Cell(
                                a == waiting ? texts.get("keys.press") : keys(a.keys()),
                                a == waiting ? Role.BELL : changed ? Role.ACCENT : Role.TEXT),
                        new RowCanvas.Cell(changed ? texts.get("keys.usually", keys(a.usual())) : "", Role.MUTED)),
                a == waiting);
    }

    private static String keys(List<KeyCombination> keys) {
        return String.join(
                "   ", keys.stream().map(KeyCombination::getDisplayText).toList());
    }

    /// The next key that is pressed on the list is for this action.
    void ask(Action a) {
        waiting = a;
        rows.getProperties().put(Keyboard.TAKES_ALL, true);
        words.setText(texts.get("keys.asked", texts.get(a.textKey())));
        rows.requestFocus();
        rows.refresh();
    }

    private void pressed(KeyEvent e) {
        Action a = waiting;
        if (a == null) return;
        e.consume();
        if (e.getCode().isModifierKey()) return;
        waiting = null;
        rows.getProperties().remove(Keyboard.TAKES_ALL);
        if (e.getCode() == KeyCode.ESCAPE) {
            words.setText(texts.get("keys.hint"));
            rows.refresh();
            return;
        }
        KeyCombination key = new KeyCodeCombination(
                e.getCode(),
                down(e.isShiftDown()),
                KeyCombination.ModifierValue.UP,
                down(e.isAltDown()),
                KeyCombination.ModifierValue.UP,
                down(e.isShortcutDown()));
        Optional<Action> other = actions.holder(key, a.id());
        List<KeyCombination> mine = List.of(key);
        if (other.isEmpty()) bind(a, mine);
        else take(a, mine, other.get(), key);
        words.setText(other.map(o -> texts.get("keys.taken", key.getDisplayText(), texts.get(o.textKey())))
                .orElseGet(() -> texts.get("keys.set", key.getDisplayText(), texts.get(a.textKey()))));
    }

    private static KeyCombination.ModifierValue down(boolean is) {
        return is ? KeyCombination.ModifierValue.DOWN : KeyCombination.ModifierValue.UP;
    }

    private void take(Action a, List<KeyCombination> mine, Action other, KeyCombination key) {
        List<KeyCombination> before = a.keys(), theirs = other.keys();
        List<KeyCombination> left =
                theirs.stream().filter(k -> !Actions.same(k, key)).toList();
        undo.apply(new Edit(
                "edit.keys",
                () -> {
                    set(other, left);
                    set(a, mine);
                },
                () -> {
                    set(a, before);
                    set(other, theirs);
                }));
    }

    private void bind(Action a, List<KeyCombination> keys) {
        List<KeyCombination> before = a.keys();
        if (!before.equals(keys)) undo.apply(new Edit("edit.keys", () -> set(a, keys), () -> set(a, before)));
    }

    private void allUsual() {
        List<List<KeyCombination>> before = new ArrayList<>();
        List<Action> all = List.copyOf(actions.all());
        for (Action a : all) before.add(a.keys());
        undo.apply(new Edit(
                "edit.keys",
                () -> {
                    for (Action a : all) set(a, a.usual());
                },
                () -> {
                    for (int i = 0; i < all.size(); i++) set(all.get(i), before.get(i));
                }));
    }

    private void set(Action a, List<KeyCombination> keys) {
        actions.bind(a.id(), keys);
        boolean usual = keys.equals(a.usual());
        settings.set(name(a), usual ? "" : keys.isEmpty() ? "none" : Actions.write(keys));
        rows.refresh();
    }

    private static String name(Action a) {
        return "keys." + a.id().name();
    }

    private void restore() {
        for (Action a : actions.all()) {
            String kept = settings.get(name(a), "");
            if (!kept.isEmpty()) actions.bind(a.id(), Actions.read(kept.equals("none") ? "" : kept));
        }
    }
}
