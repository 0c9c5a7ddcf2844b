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
import org.jspecify.annotations.Nullable;
import ringside.app.action.ActionId;
import ringside.app.action.Actions;
import ringside.app.session.Workbench;

/// Where keys go: to the console or the screen that has them, else to actions, else where the focus is.
///
/// F2 always takes the keys back and is never sent to a guest. Two quick Escapes take them back too; the first one
/// has reached the guest by then.
final class Keyboard {
    /// A node with this property is about to be told a key, whatever it does elsewhere.
    static final String TAKES_ALL = "takes all keys";

    private static final long QUICK_NANOS = 500_000_000;

    private final Workbench workbench;
    private final Actions actions;
    private final LongSupplier clock;
    private final ScreenKeys screenKeys = new ScreenKeys();
    private long lastEscape = Long.MIN_VALUE;

    Keyboard(Workbench workbench, Actions actions, LongSupplier nanoClock) {
        this.workbench = workbench;
        this.actions = actions;
        this.clock = nanoClock;
    }

    void install(Scene scene) {
        workbench.keysToProperty().addListener((_, was, _) -> letGo(was.intValue()));
        scene.addEventFilter(KeyEvent.ANY, e -> {
            if (workbench.keysToProperty().get() >= 0) guest(e);
            else if (e.getEventType() == KeyEvent.KEY_PRESSED) action(e, scene.getFocusOwner());
        });
    }

    private void action(KeyEvent e, @Nullable Node focus) {
        if (focus != null && focus.getProperties().containsKey(TAKES_ALL)) return;
        boolean plain = workbench.singleKeysProperty().get()
                && !(focus instanceof TextInputControl
                        || focus instanceof ButtonBase
                        || focus instanceof ComboBoxBase<?>);
        // A field of text undoes and pastes by itself.
        if (focus instanceof TextInputControl
                && e.isShortcutDown()
                && (e.getCode() == KeyCode.Z || e.getCode() == KeyCode.V)) return;
        actions.of(e, plain).ifPresent(action -> {
            action.trigger();
            e.consume();
        });
    }

    private void guest(KeyEvent e) {
        boolean clipboard = e.isShortcutDown() && e.isShiftDown();
        if (workbench.keysToScreen()) screen(e);
        else if (!clipboard) console(e);
        else if (e.getCode() != KeyCode.C && e.getCode() != KeyCode.V) e.consume();
    }

    private void screen(KeyEvent e) {
        boolean down = e.getEventType() == KeyEvent.KEY_PRESSED;
        if (down && (e.getCode() == KeyCode.F2 || secondEscape(e)))
            actions.get(ActionId.CONSOLE_KEYS).trigger();
        else if (e.isShortcutDown() && e.isShiftDown() && e.getCode() == KeyCode.V) {
            if (down) {
                letGo(workbench.keysToProperty().get());
                actions.get(ActionId.PASTE).trigger();
            }
        } else if (e.getEventType() != KeyEvent.KEY_TYPED) {
            int key = ScreenKeys.of(e.getCode());
            if (key >= 0 && e.getCode() != KeyCode.F2) {
                workbench.key(key, down);
                screenKeys.held(key, down);
            }
        }
        e.consume();
    }

    /// A guest that loses the keys is told that all of them are up.
    private void letGo(int corner) {
        for (int key : screenKeys.letGo()) workbench.keyUp(corner, key);
    }

    private void console(KeyEvent e) {
        if (e.getEventType() == KeyEvent.KEY_PRESSED) {
            if (e.getCode() == KeyCode.F2 || secondEscape(e)) {
                actions.get(ActionId.CONSOLE_KEYS).trigger();
            } else {
                byte[] bytes = ConsoleKeys.pressed(
                        e, workbench.longCursorKeysProperty().get());
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
