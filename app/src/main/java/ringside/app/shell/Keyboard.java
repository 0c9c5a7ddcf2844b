// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.function.LongSupplier;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ComboBoxBase;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import ringside.app.action.ActionId;
import ringside.app.action.Actions;
import ringside.app.session.Workbench;

/// Where keys go: to the console that has them, else to actions, else where the focus is.
///
/// F2 always takes the keys back and is never sent to a guest. Two quick Escapes take them back too; the first one
/// has reached the guest by then.
final class Keyboard {
    private static final long QUICK_NANOS = 500_000_000;

    private final Workbench workbench;
    private final Actions actions;
    private final LongSupplier clock;
    private long lastEscape = Long.MIN_VALUE;

    Keyboard(Workbench workbench, Actions actions, LongSupplier nanoClock) {
        this.workbench = workbench;
        this.actions = actions;
        this.clock = nanoClock;
    }

    void install(Scene scene) {
        scene.addEventFilter(KeyEvent.ANY, e -> {
            if (workbench.keysToProperty().get() >= 0) console(e);
            else if (e.getEventType() == KeyEvent.KEY_PRESSED) action(e, scene.getFocusOwner());
        });
    }

    private void action(KeyEvent e, Node focus) {
        boolean plain =
                !(focus instanceof TextInputControl || focus instanceof ButtonBase || focus instanceof ComboBoxBase<?>);
        actions.of(e, plain).ifPresent(action -> {
            action.trigger();
            e.consume();
        });
    }

    private void console(KeyEvent e) {
        if (e.getEventType() == KeyEvent.KEY_PRESSED) {
            if (e.getCode() == KeyCode.F2 || secondEscape(e)) {
                actions.get(ActionId.CONSOLE_KEYS).trigger();
            } else {
                byte[] bytes = ConsoleKeys.pressed(e);
                if (bytes != null) workbench.type(bytes);
            }
        } else if (e.getEventType() == KeyEvent.KEY_TYPED) {
            byte[] bytes = ConsoleKeys.typed(e);
            if (bytes != null) workbench.type(bytes);
        }
        e.consume();
    }

    private boolean secondEscape(KeyEvent e) {
        if (e.getCode() != KeyCode.ESCAPE) {
            lastEscape = Long.MIN_VALUE;
            return false;
        }
        long now = clock.getAsLong();
        boolean second = lastEscape != Long.MIN_VALUE && now - lastEscape < QUICK_NANOS;
        lastEscape = second ? Long.MIN_VALUE : now;
        return second;
    }
}
