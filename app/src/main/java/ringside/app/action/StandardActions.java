// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import javafx.beans.binding.Bindings;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.value.ObservableBooleanValue;
import ringside.app.session.BoutSession;
import ringside.app.session.EngineCommand;
import ringside.app.session.Workbench;

/// The action table with its default keys. F7, F8, F9 are a small, a middle and a large step.
public final class StandardActions {
    private StandardActions() {}

    public static Actions of(Workbench workbench, Navigator window) {
        Actions a = new Actions();
        ObservableBooleanValue always = new SimpleBooleanProperty(true);
        ObservableBooleanValue hasBout = workbench.boutProperty().isNotNull();
        ObservableBooleanValue steppable = workbench.steppableProperty();
        file(a, window, workbench, always, hasBout);
        transport(a, workbench, window, steppable, hasBout);
        views(a, window, always);
        return a;
    }

    private static void file(
            Actions a,
            Navigator window,
            Workbench workbench,
            ObservableBooleanValue always,
            ObservableBooleanValue hasBout) {
        ObservableBooleanValue idle = Bindings.not(workbench.openingProperty());
        a.add(ActionId.RING_BELL, "bell", idle, window::ringBell, "Shortcut+R");
        a.add(ActionId.RING_AGAIN, "rotate-ccw", Bindings.and(idle, hasBout), workbench::ringAgain, "Shortcut+Shift+R");
        a.add(ActionId.IMPORT_KERNEL, "upload", idle, window::importKernel, "Shortcut+I");
        a.add(ActionId.CLOSE_BOUT, "x", hasBout, workbench::closeBout, "Shortcut+W");
        a.add(ActionId.QUIT, "", always, window::quit, "Shortcut+Q");
    }

    private static void transport(
            Actions a,
            Workbench w,
            Navigator window,
            ObservableBooleanValue steppable,
            ObservableBooleanValue hasBout) {
        a.add(ActionId.RUN_PAUSE, "play", steppable, w::runOrPause, "F5", "Space");
        a.add(
                ActionId.STEP_INSTRUCTION,
                "chevron-right",
                steppable,
                () -> w.postMovers(new EngineCommand.StepInstruction()),
                "F7",
                "Period");
        a.add(
                ActionId.STEP_CROSSING,
                "chevrons-right",
                steppable,
                () -> w.postMovers(new EngineCommand.StepCrossing()),
                "F8");
        a.add(ActionId.STEP_BELL, "skip-forward", steppable, () -> w.postMovers(new EngineCommand.StepBell()), "F9");
        ObservableBooleanValue pair = Bindings.createBooleanBinding(() -> corners(w) > 1, w.boutProperty());
        a.add(ActionId.MOVE_ALL, "", hasBout, () -> w.whoMovesProperty().set(-1), "Alt+1");
        a.add(ActionId.MOVE_LEFT, "", hasBout, () -> w.whoMovesProperty().set(0), "Alt+2");
        a.add(ActionId.MOVE_RIGHT, "", pair, () -> w.whoMovesProperty().set(1), "Alt+3");
        a.add(
                ActionId.WAIT_AT_BELLS,
                "",
                pair,
                () -> w.waitAtBellsProperty().set(!w.waitAtBellsProperty().get()),
                "Shortcut+Shift+B");
        a.add(ActionId.CONSOLE_KEYS, "terminal", hasBout, w::toggleKeys, "F2");
        a.add(ActionId.SCREEN, "monitor", hasBout, w::toggleScreen, "F3");
        a.add(ActionId.PASTE, "clipboard", hasBout, window::paste, "Shortcut+Shift+V");
        a.add(
                ActionId.OTHER_CONSOLE,
                "",
                pair,
                () -> w.activeCornerProperty().set((w.activeCornerProperty().get() + 1) % Math.max(1, corners(w))),
                "O");
    }

    private static void views(Actions a, Navigator window, ObservableBooleanValue always) {
        a.add(ActionId.VIEW_HOME, "home", always, () -> window.show(ViewId.HOME), "Shortcut+1");
        a.add(ActionId.VIEW_BOUT, "columns", always, () -> window.show(ViewId.BOUT), "Shortcut+2");
        a.add(ActionId.VIEW_CALLS, "list", always, () -> window.show(ViewId.CALLS), "Shortcut+4");
        a.add(ActionId.VIEW_MEMORY, "layers", always, () -> window.show(ViewId.MEMORY), "Shortcut+5");
        a.add(ActionId.LAYOUT_WATCH, "", always, () -> window.layout(ViewId.BOUT), "Shortcut+Shift+1");
        a.add(ActionId.LAYOUT_CALLS, "", always, () -> window.layout(ViewId.CALLS), "Shortcut+Shift+2");
        a.add(ActionId.LAYOUT_MEMORY, "", always, () -> window.layout(ViewId.MEMORY), "Shortcut+Shift+3");
        a.add(ActionId.FILTER, "search", always, window::filter, "Shortcut+F");
        a.add(ActionId.NEXT_REGION, "", always, () -> window.nextRegion(false), "F6");
        a.add(ActionId.PREVIOUS_REGION, "", always, () -> window.nextRegion(true), "Shift+F6");
        a.add(ActionId.OTHER_THEME, "sun", always, window::otherTheme, "Shortcut+Shift+L");
    }

    private static int corners(Workbench workbench) {
        BoutSession bout = workbench.bout();
        return bout == null ? 0 : bout.corners().size();
    }
}
