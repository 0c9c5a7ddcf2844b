// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Labeled;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.stage.Stage;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.ActionId;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerState;

/// What tests of the window have in common. Everything is done on the FX thread in one go, so that a busy host only
/// makes it later.
final class WindowRig {
    private final Window window;
    private final Stage stage;

    WindowRig(Window window, Stage stage) {
        this.window = window;
        this.stage = stage;
    }

    BoutSession bout() {
        return window.workbench().bout();
    }

    CornerState state(int corner) {
        return bout().corners().get(corner).state();
    }

    void act(ActionId id) {
        fx(() -> window.actions().get(id).trigger());
    }

    static void fx(Runnable run) {
        WaitForAsyncUtils.asyncFx(run);
        WaitForAsyncUtils.waitForFxEvents();
    }

    static <T> T get(Callable<T> call) {
        try {
            return WaitForAsyncUtils.asyncFx(call).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    <N extends Node> N node(String id, Class<N> kind) {
        return get(() -> kind.cast(stage.getScene().lookup(id)));
    }

    String text(String id) {
        return get(() -> ((Labeled) stage.getScene().lookup(id)).getText());
    }

    void fire(String id) {
        fx(() -> ((ButtonBase) stage.getScene().lookup(id)).fire());
    }

    /// Types a whole text and presses Enter.
    void enter(String id, String text) {
        fx(() -> {
            TextField field = (TextField) stage.getScene().lookup(id);
            field.requestFocus();
            field.setText(text);
            press(field, KeyCode.ENTER);
            field.fireEvent(new javafx.event.ActionEvent());
        });
    }

    /// Presses a key where the focus is.
    void press(String keys) {
        KeyCodeCombination key = (KeyCodeCombination) KeyCombination.valueOf(keys);
        fx(() -> {
            Node focus = stage.getScene().getFocusOwner();
            Event.fireEvent(focus == null ? stage.getScene() : focus, event(key));
        });
    }

    private static void press(Node on, KeyCode code) {
        Event.fireEvent(on, new KeyEvent(KeyEvent.KEY_PRESSED, "", "", code, false, false, false, false));
    }

    private static KeyEvent event(KeyCodeCombination key) {
        boolean control = key.getShortcut() == KeyCombination.ModifierValue.DOWN
                || key.getControl() == KeyCombination.ModifierValue.DOWN;
        return new KeyEvent(
                KeyEvent.KEY_PRESSED,
                "",
                "",
                key.getCode(),
                key.getShift() == KeyCombination.ModifierValue.DOWN,
                control,
                key.getAlt() == KeyCombination.ModifierValue.DOWN,
                false);
    }

    List<Node> all() {
        return get(() -> under(stage.getScene().getRoot(), new ArrayList<>()));
    }

    private static List<Node> under(Node node, List<Node> out) {
        if (!node.isVisible()) return out;
        out.add(node);
        if (node instanceof Parent parent) for (Node child : parent.getChildrenUnmodifiable()) under(child, out);
        return out;
    }

    /// A look from this thread may meet the scene half made, or a node that is still to come: then it is not yet so.
    static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(180, TimeUnit.SECONDS, () -> {
            try {
                return get(condition);
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
