// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Preferences over the window, a page at a time. Changes apply at once and can be undone.
final class Preferences extends StackPane {
    /// The pages, in the order of the list.
    enum Page {
        APPEARANCE,
        KEYBOARD,
        RUNNING,
        HISTORY,
        PROFILES
    }

    private final ListView<Page> list = new ListView<>();
    private final BorderPane box = new BorderPane();
    private final Map<Page, Region> pages = new EnumMap<>(Page.class);
    private @Nullable Node before;

    Preferences(Map<Page, Region> content, Texts texts) {
        setId("preferences");
        getStyleClass().add("palette-shade");
        list.setId("preferences-pages");
        list.getStyleClass().add("preferences-pages");
        list.getItems().setAll(Page.values());
        list.setFixedCellSize(32);
        list.setPrefWidth(140);
        list.setMinWidth(140);
        list.setAccessibleText(texts.get("preferences.title"));
        list.setCellFactory(_ -> new ListCell<>() {
            @Override
            protected void updateItem(@Nullable Page item, boolean empty) {
                super.updateItem(item, empty);
                setText(empty || item == null ? null : texts.get("preferences." + id(item)));
            }
        });
        content.forEach((page, region) -> {
            region.getStyleClass().add("preferences-page");
            // The list of keys and that of prices scroll by themselves.
            boolean scrolls = page == Page.KEYBOARD || page == Page.PROFILES;
            ScrollPane scroll = new ScrollPane(region);
            scroll.setFitToWidth(true);
            scroll.setFitToHeight(scrolls);
            pages.put(page, scroll);
        });
        list.getSelectionModel().selectedItemProperty().addListener((_, _, page) -> {
            if (page != null) box.setCenter(pages.get(page));
        });
        Label title = new Label(texts.get("preferences.title"));
        title.getStyleClass().add(StyleClass.VIEW_TITLE);
        Label hint = new Label(texts.get("preferences.hint"));
        hint.getStyleClass().addAll(StyleClass.MUTED, "small");
        hint.setWrapText(true);
        VBox head = new VBox(2, title, hint);
        head.getStyleClass().add("pane-head");
        box.setTop(head);
        box.setLeft(list);
        box.getStyleClass().add("preferences");
        box.setMaxSize(820, 560);
        setAlignment(box, Pos.CENTER);
        getChildren().add(box);
        // Before the controls: a list takes Escape for itself. While a key is asked for, Escape only ends that.
        addEventFilter(KeyEvent.KEY_PRESSED, e -> {
            boolean asked =
                    e.getTarget() instanceof Node on && on.getProperties().containsKey(Keyboard.TAKES_ALL);
            if (e.getCode() != KeyCode.ESCAPE || asked) return;
            close();
            e.consume();
        });
        setOnMousePressed(e -> {
            if (e.getTarget() == this) close();
        });
        setVisible(false);
    }

    /// @param page its name, in lower case
    void open(String page) {
        if (!isVisible()) before = getScene() == null ? null : getScene().getFocusOwner();
        setVisible(true);
        toFront();
        for (Page p : Page.values())
            if (id(p).equals(page)) list.getSelectionModel().select(p);
        list.requestFocus();
    }

    void close() {
        setVisible(false);
        if (before != null) before.requestFocus();
    }

    static String id(Page page) {
        return page.name().toLowerCase(Locale.ROOT);
    }
}
