// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.Icons;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// A view that is not seen while a bout is blind: it says why, and how to end that.
final class Covered extends StackPane {
    Covered(Node view, Workbench workbench, Actions actions, Texts texts) {
        setMinSize(0, 0);
        Label words = new Label(texts.get("blind.covered"));
        words.getStyleClass().add(StyleClass.SECTION_TITLE);
        words.setWrapText(true);
        Button reveal = ActionNodes.bind(
                new Button(texts.get("action.reveal"), Icons.of("eye")), actions.get(ActionId.REVEAL), texts);
        VBox box = new VBox(16, words, reveal);
        box.setAlignment(Pos.CENTER);
        box.getStyleClass().add(StyleClass.EMPTY);
        box.setVisible(false);
        getChildren().addAll(view, box);
        workbench.coveredProperty().addListener((_, _, corners) -> {
            view.setVisible(corners.isEmpty());
            box.setVisible(!corners.isEmpty());
        });
    }
}
