// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.Menu;
import javafx.scene.control.MenuBar;
import javafx.scene.control.SeparatorMenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.action.ViewId;
import ringside.app.session.BoutSession;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.word.Problem;

/// The frame around the views: menu, transport, rail, tiles, status bar.
public final class Shell extends BorderPane {
    private final Rail rail;
    private final Transport transport;
    private final StatusBar status;
    private final WorkArea area;
    private final Workbench workbench;
    private final Actions actions;
    private final Texts texts;

    public Shell(Workbench workbench, Actions actions, Texts texts, Map<ViewId, Node> views) {
        this.workbench = workbench;
        this.actions = actions;
        this.texts = texts;
        rail = new Rail(actions, texts);
        transport = new Transport(workbench, actions, texts);
        status = new StatusBar(workbench, texts);
        area = new WorkArea(views, texts);
        setMinSize(0, 0);
        setTop(new VBox(menu(actions, texts), transport));
        setLeft(rail);
        setCenter(area);
        setBottom(status);
        workbench.onPulse(this::refresh);
        workbench.boutProperty().addListener((_, _, bout) -> {
            if (bout != null) area.show(ViewId.BOUT);
        });
        workbench.problems().addListener((ListChangeListener<Problem>) _ -> {
            if (!workbench.problems().isEmpty()) area.show(ViewId.HOME);
        });
    }

    /// Connects the keyboard once the shell is in its scene.
    public void install(Scene scene) {
        new Keyboard(workbench, actions, System::nanoTime).install(scene);
    }

    public void show(ViewId view) {
        area.show(view);
    }

    public void layout(ViewId beside) {
        area.layout(beside);
    }

    /// Moves the focus to the next region: rail, transport, views, in a circle.
    public void nextRegion(boolean backwards) {
        List<Parent> regions = List.of(transport, rail, area);
        int here = -1;
        Node focus = getScene().getFocusOwner();
        for (int i = 0; i < regions.size(); i++) if (inside(focus, regions.get(i))) here = i;
        int step = backwards ? -1 : 1;
        for (int tries = 1; tries <= regions.size(); tries++) {
            Node target = focusable(regions.get(Math.floorMod(here + step * tries, regions.size())));
            if (target != null) {
                target.requestFocus();
                return;
            }
        }
    }

    /// Types the clipboard's text where keys would go: bytes to a console, key strokes to a screen's keyboard.
    public void paste() {
        BoutSession bout = workbench.bout();
        String text = Clipboard.getSystemClipboard().getString();
        if (bout == null || text == null || text.isEmpty()) {
            workbench.noticeProperty().set(texts.get("paste.nothing"));
            return;
        }
        int corner = workbench.keysToProperty().get() >= 0
                ? workbench.keysToProperty().get()
                : workbench.activeCornerProperty().get();
        if (!bout.corners().get(corner).showsScreenProperty().get()) {
            String lines = text.replace("\r\n", "\r").replace('\n', '\r');
            workbench.type(corner, lines.getBytes(StandardCharsets.UTF_8));
            return;
        }
        List<List<Integer>> strokes = ScreenKeys.strokes(text);
        int left = text.replace("\r\n", "\n").length() - strokes.size();
        workbench.strokes(corner, strokes);
        workbench.noticeProperty().set(left == 0 ? "" : texts.get("paste.left-out", left));
    }

    private void refresh() {
        transport.refresh();
        status.refresh();
        rail.mark(area);
    }

    private static MenuBar menu(Actions actions, Texts texts) {
        return new MenuBar(
                menu(
                        "menu.file",
                        actions,
                        texts,
                        ActionId.RING_BELL,
                        ActionId.RING_AGAIN,
                        ActionId.IMPORT_KERNEL,
                        null,
                        ActionId.CLOSE_BOUT,
                        ActionId.QUIT),
                menu(
                        "menu.view",
                        actions,
                        texts,
                        ActionId.VIEW_HOME,
                        ActionId.VIEW_BOUT,
                        ActionId.VIEW_CALLS,
                        ActionId.VIEW_MEMORY,
                        null,
                        ActionId.LAYOUT_WATCH,
                        ActionId.LAYOUT_CALLS,
                        ActionId.LAYOUT_MEMORY,
                        null,
                        ActionId.FILTER,
                        ActionId.NEXT_REGION,
                        ActionId.PREVIOUS_REGION,
                        ActionId.OTHER_THEME),
                menu(
                        "menu.bout",
                        actions,
                        texts,
                        ActionId.RUN_PAUSE,
                        ActionId.STEP_INSTRUCTION,
                        ActionId.STEP_CROSSING,
                        ActionId.STEP_BELL,
                        null,
                        ActionId.MOVE_ALL,
                        ActionId.MOVE_LEFT,
                        ActionId.MOVE_RIGHT,
                        ActionId.WAIT_AT_BELLS,
                        null,
                        ActionId.CONSOLE_KEYS,
                        ActionId.OTHER_CONSOLE,
                        ActionId.SCREEN,
                        ActionId.PASTE));
    }

    private static Menu menu(String key, Actions actions, Texts texts, @Nullable ActionId... items) {
        Menu menu = new Menu(texts.get(key));
        for (ActionId item : items) {
            menu.getItems()
                    .add(item == null ? new SeparatorMenuItem() : ActionNodes.menuItem(actions.get(item), texts));
        }
        return menu;
    }

    private static boolean inside(@Nullable Node node, Parent region) {
        for (Node n = node; n != null; n = n.getParent()) if (n == region) return true;
        return false;
    }

    private static @Nullable Node focusable(Node node) {
        if (!node.isVisible() || node.isDisabled()) return null;
        if (node.isFocusTraversable()) return node;
        if (node instanceof Parent parent) {
            for (Node child : parent.getChildrenUnmodifiable()) {
                Node found = focusable(child);
                if (found != null) return found;
            }
        }
        return null;
    }
}
