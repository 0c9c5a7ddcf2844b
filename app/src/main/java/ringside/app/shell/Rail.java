// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.EnumMap;
import java.util.Map;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Separator;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.action.ViewId;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// The views, at the left edge. Views that are not there yet stay visible and say why.
final class Rail extends VBox {
    private static final PseudoClass CURRENT = PseudoClass.getPseudoClass("current");

    private final Map<ViewId, Button> buttons = new EnumMap<>(ViewId.class);

    Rail(Actions actions, Texts texts) {
        setId("rail");
        getStyleClass().add(StyleClass.RAIL);
        setAlignment(Pos.TOP_CENTER);
        for (ViewId view : ViewId.values()) {
            if (view == ViewId.DEBATE) getChildren().add(new Separator());
            Button button = new Button(texts.get("view." + view.id()), Icons.of(view.icon()));
            button.setId("rail-" + view.id());
            button.setContentDisplay(ContentDisplay.TOP);
            button.setMaxWidth(Double.MAX_VALUE);
            button.getStyleClass().add(StyleClass.RAIL_BUTTON);
            buttons.put(view, button);
            StackPane holder = new StackPane(button);
            if (view.available()) {
                ActionNodes.bind(button, actions.get(ActionId.valueOf("VIEW_" + view.name())), texts);
            } else {
                button.setDisable(true);
                Tooltip.install(holder, new Tooltip(texts.get("view." + view.id() + ".later")));
                button.setAccessibleText(texts.get("view." + view.id() + ".later"));
            }
            getChildren().add(holder);
        }
    }

    void mark(WorkArea area) {
        buttons.forEach((view, button) -> button.pseudoClassStateChanged(CURRENT, area.shows(view)));
    }
}
