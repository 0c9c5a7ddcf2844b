// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import javafx.beans.binding.Bindings;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.MenuItem;
import javafx.scene.control.Tooltip;
import ringside.app.text.Texts;

/// Menu items and buttons made from actions.
public final class ActionNodes {
    private ActionNodes() {}

    public static MenuItem menuItem(Action action, Texts texts) {
        MenuItem item = new MenuItem();
        item.setMnemonicParsing(false);
        item.setId("menu-" + action.id().textKey().replace('.', '-'));
        item.textProperty().bind(action.bound().map(_ -> withKey(action, texts)));
        item.disableProperty().bind(Bindings.not(action.enabled()));
        item.setOnAction(_ -> action.trigger());
        return item;
    }

    /// Gives a button the action's effect, help and accessible name.
    public static <B extends ButtonBase> B bind(B button, Action action, Texts texts) {
        button.setOnAction(_ -> action.trigger());
        button.disableProperty().bind(Bindings.not(action.enabled()));
        Tooltip help = new Tooltip();
        help.textProperty().bind(action.bound().map(_ -> withKey(action, texts)));
        button.setTooltip(help);
        button.setAccessibleText(texts.get(action.textKey()));
        return button;
    }

    private static String withKey(Action action, Texts texts) {
        String text = texts.get(action.textKey());
        return action.keys().isEmpty() ? text : text + "   " + action.keyText();
    }
}
