// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Everything that can be done or found, in one list over the window: type a few letters, press Enter.
final class Palette extends StackPane {
    /// One thing to do.
    ///
    /// @param hint its key, or what it is
    record Entry(String title, String hint, String icon, boolean enabled, Runnable run) {}

    private static final int MOST = 60;

    private final TextField field = new TextField();
    private final ListView<Entry> list = new ListView<>();
    private final Function<String, Collection<Entry>> source;
    private @Nullable Node before;

    /// @param source what there is, for what was typed
    Palette(Function<String, Collection<Entry>> source, Texts texts) {
        this.source = source;
        setId("palette");
        getStyleClass().add("palette-shade");
        field.setId("palette-field");
        field.setPromptText(texts.get("palette.prompt"));
        field.setAccessibleText(texts.get("palette.prompt"));
        field.textProperty().addListener((_, _, _) -> fill());
        list.setId("palette-list");
        list.setFixedCellSize(32);
        list.setFocusTraversable(false);
        list.setPlaceholder(new Label(texts.get("palette.none")));
        list.setAccessibleText(texts.get("palette.prompt"));
        list.setCellFactory(_ -> new EntryCell());
        list.setOnMouseClicked(_ -> run());
        VBox box = new VBox(8, field, list);
        VBox.setVgrow(list, Priority.ALWAYS);
        box.getStyleClass().add("palette");
        box.setMaxSize(620, 460);
        setAlignment(box, Pos.TOP_CENTER);
        getChildren().add(box);
        addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        setOnMousePressed(e -> {
            if (e.getTarget() == this) close();
        });
        setVisible(false);
    }

    /// Opens with something typed in already.
    void open(String start) {
        before = getScene() == null ? null : getScene().getFocusOwner();
        setVisible(true);
        toFront();
        field.setText(start);
        fill();
        field.requestFocus();
        field.end();
    }

    void close() {
        setVisible(false);
        if (before != null) before.requestFocus();
    }

    private void key(KeyEvent e) {
        int at = list.getSelectionModel().getSelectedIndex();
        if (e.getCode() == KeyCode.ESCAPE) close();
        else if (e.getCode() == KeyCode.ENTER) run();
        else if (e.getCode() == KeyCode.DOWN) select(at + 1);
        else if (e.getCode() == KeyCode.UP) select(at - 1);
        else if (e.getCode() == KeyCode.PAGE_DOWN) select(at + 8);
        else if (e.getCode() == KeyCode.PAGE_UP) select(at - 8);
        else return;
        e.consume();
    }

    private void select(int index) {
        if (list.getItems().isEmpty()) return;
        int to = Math.clamp(index, 0, list.getItems().size() - 1);
        list.getSelectionModel().select(to);
        list.scrollTo(Math.max(0, to - 5));
    }

    private void run() {
        Entry entry = list.getSelectionModel().getSelectedItem();
        if (entry == null || !entry.enabled()) return;
        close();
        entry.run().run();
    }

    private void fill() {
        String[] words = field.getText().strip().toLowerCase(Locale.ROOT).split("\\s+");
        List<Entry> found = new ArrayList<>();
        for (Entry entry : source.apply(field.getText().strip())) {
            if (found.size() < MOST && matches(entry, words)) found.add(entry);
        }
        list.getItems().setAll(found);
        select(0);
    }

    private static boolean matches(Entry entry, String[] words) {
        String in = (entry.title() + " " + entry.hint()).toLowerCase(Locale.ROOT);
        for (String word : words) if (!in.contains(word)) return false;
        return true;
    }

    private static final class EntryCell extends ListCell<Entry> {
        @Override
        protected void updateItem(Entry entry, boolean empty) {
            super.updateItem(entry, empty);
            setText(null);
            if (empty || entry == null) {
                setGraphic(null);
                return;
            }
            Label title = new Label(entry.title(), Icons.of(entry.icon().isEmpty() ? "chevron-right" : entry.icon()));
            title.setGraphicTextGap(10);
            title.setMinWidth(0);
            Label hint = new Label(entry.hint());
            hint.getStyleClass().addAll(StyleClass.MUTED, "small");
            hint.setMinWidth(Region.USE_PREF_SIZE);
            Region gap = new Region();
            HBox.setHgrow(gap, Priority.ALWAYS);
            HBox line = new HBox(10, title, gap, hint);
            line.setAlignment(Pos.CENTER_LEFT);
            line.setDisable(!entry.enabled());
            setGraphic(line);
            setAccessibleText(entry.title() + " " + entry.hint());
        }
    }
}
