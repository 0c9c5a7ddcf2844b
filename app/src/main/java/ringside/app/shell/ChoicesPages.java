// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.List;
import javafx.beans.property.BooleanProperty;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// The pages of preferences that are a few choices each.
final class ChoicesPages {
    private static final List<Integer> MEGABYTES = List.of(64, 128, 256, 512, 1024, 2048, 4096);

    private final Workbench workbench;
    private final Actions actions;
    private final UndoStack undo;
    private final Texts texts;

    ChoicesPages(Workbench workbench, Actions actions, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.actions = actions;
        this.undo = undo;
        this.texts = texts;
    }

    /// How the window looks and how large everything is.
    Region appearance() {
        return page(
                title("preferences.theme"),
                buttons(ActionId.THEME_DARK, ActionId.THEME_LIGHT, ActionId.THEME_CONTRAST),
                title("preferences.size"),
                buttons(ActionId.ZOOM_OUT, ActionId.ZOOM_RESET, ActionId.ZOOM_IN),
                sentence("preferences.size.hint"),
                title("preferences.marks"),
                check("preferences-differences", "preferences.differences", workbench.differencesProperty()));
    }

    /// What happens while guests run.
    Region running() {
        return page(
                check("preferences-bells", "preferences.bells", workbench.waitAtBellsProperty()),
                sentence("preferences.bells.hint"),
                check("preferences-refusal", "preferences.refusal", workbench.pauseOnRefusalProperty()),
                sentence("preferences.refusal.hint"));
    }

    /// How much of the past is kept.
    Region history() {
        ComboBox<Integer> size = new ComboBox<>();
        size.setId("preferences-history");
        size.setAccessibleText(texts.get("preferences.megabytes"));
        size.getItems().setAll(MEGABYTES);
        size.setCellFactory(_ -> new Megabytes());
        size.setButtonCell(new Megabytes());
        size.setValue(workbench.historyMegabytesProperty().get());
        workbench.historyMegabytesProperty().addListener((_, _, now) -> size.setValue(now.intValue()));
        size.setOnAction(_ -> {
            int before = workbench.historyMegabytesProperty().get();
            Integer after = size.getValue();
            if (after == null || after == before) return;
            undo.apply(new Edit(
                    "edit.preference",
                    () -> workbench.historyMegabytesProperty().set(after),
                    () -> workbench.historyMegabytesProperty().set(before)));
        });
        return page(title("preferences.megabytes"), size, sentence("preferences.megabytes.hint"));
    }

    private static VBox page(Node... nodes) {
        return new VBox(10, nodes);
    }

    private Label title(String key) {
        Label label = new Label(texts.get(key));
        label.getStyleClass().add(StyleClass.SECTION_TITLE);
        return label;
    }

    private Label sentence(String key) {
        Label label = new Label(texts.get(key));
        label.getStyleClass().add(StyleClass.MUTED);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    private FlowPane buttons(ActionId... ids) {
        FlowPane line = new FlowPane(8, 6);
        line.setAlignment(Pos.CENTER_LEFT);
        for (ActionId id : ids) {
            Button button = ActionNodes.bind(new Button(texts.get(id.textKey())), actions.get(id), texts);
            button.setId("preferences-" + id.textKey().substring(7));
            button.setMinWidth(Region.USE_PREF_SIZE);
            line.getChildren().add(button);
        }
        return line;
    }

    private CheckBox check(String id, String key, BooleanProperty choice) {
        CheckBox box = new CheckBox(texts.get(key));
        box.setId(id);
        box.setWrapText(true);
        box.setSelected(choice.get());
        choice.addListener((_, _, now) -> box.setSelected(now));
        box.setOnAction(_ -> {
            boolean after = box.isSelected();
            undo.apply(new Edit("edit.preference", () -> choice.set(after), () -> choice.set(!after)));
        });
        return box;
    }

    private final class Megabytes extends ListCell<Integer> {
        @Override
        protected void updateItem(@Nullable Integer item, boolean empty) {
            super.updateItem(item, empty);
            setText(empty || item == null ? null : texts.get("preferences.mb", item));
        }
    }
}
