// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.concurrent.ThreadLocalRandom;
import javafx.beans.binding.Bindings;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.value.ObservableBooleanValue;
import ringside.app.session.BoutSession;
import ringside.app.session.EngineCommand;
import ringside.app.session.EngineCommand.Stride;
import ringside.app.session.Workbench;

/// The action table with its default keys. F7, F8, F9 are a small, a middle and a large step.
public final class StandardActions {
    /// Seeds of blind bouts are below.
    private static final int SEEDS = 1_000_000;

    private StandardActions() {}

    public static Actions of(Workbench workbench, Navigator window, UndoStack undo) {
        Actions a = new Actions();
        ObservableBooleanValue always = new SimpleBooleanProperty(true);
        ObservableBooleanValue hasBout = workbench.boutProperty().isNotNull();
        ObservableBooleanValue steppable = workbench.steppableProperty();
        file(a, window, workbench, always, hasBout);
        transport(a, workbench, window, undo, steppable, hasBout);
        views(a, window, always);
        looks(a, window, always);
        places(a, window, workbench, always, hasBout);
        looking(a, window, workbench, undo, hasBout);
        a.add(ActionId.UNDO, "corner-up-left", undo.nextProperty().isNotEmpty(), undo::undo, "Shortcut+Z");
        a.add(ActionId.REDO, "corner-up-right", undo.againProperty().isNotEmpty(), undo::redo, "Shortcut+Shift+Z");
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
        a.add(ActionId.OPEN_BOUT, "folder", idle, window::openBout, "Shortcut+O");
        a.add(ActionId.SAVE_BOUT, "save", hasBout, () -> window.saveBout(false), "Shortcut+S");
        a.add(ActionId.SAVE_BOUT_AS, "", hasBout, () -> window.saveBout(true), "F12");
        a.add(ActionId.RENAME_BOUT, "edit-2", hasBout, window::renameBout, "Shift+F2");
        a.add(ActionId.FIRST_STEPS, "flag", always, window::firstSteps);
        a.add(ActionId.CLOSE_BOUT, "x", hasBout, workbench::closeBout, "Shortcut+W");
        a.add(ActionId.QUIT, "", always, window::quit, "Shortcut+Q");
    }

    private static void transport(
            Actions a,
            Workbench w,
            Navigator window,
            UndoStack undo,
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
        back(a, w, window, hasBout);
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
        ObservableBooleanValue more = Bindings.createBooleanBinding(
                () -> corners(w) < w.possibleCorners().size(), w.boutProperty(), w.openingProperty());
        a.add(
                ActionId.SWAP_SIDES,
                "repeat",
                pair,
                () -> undo.apply(new Edit("action.swap-sides", () -> swap(w), () -> swap(w))),
                "Shortcut+Shift+X");
        a.add(ActionId.ADD_CORNER, "plus-square", more, w::addCorner, "Shortcut+Shift+A");
        a.add(ActionId.OTHER_INTERFACE, "shuffle", more, w::otherInterface, "Shortcut+Shift+O");
        ObservableBooleanValue idle = Bindings.not(w.openingProperty());
        a.add(
                ActionId.BLIND_BOUT,
                "eye-off",
                Bindings.and(pair, idle),
                () -> w.ringBlind(ThreadLocalRandom.current().nextInt(1, SEEDS)),
                "Shortcut+Shift+U");
        ObservableBooleanValue covered = Bindings.createBooleanBinding(w::blind, w.coveredProperty());
        a.add(ActionId.REVEAL, "eye", covered, () -> reveal(w, undo), "Shortcut+U");
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

    private static void reveal(Workbench w, UndoStack undo) {
        BoutSession bout = w.bout();
        if (bout != null) undo.apply(new Edit("action.reveal", () -> w.cover(bout, false), () -> w.cover(bout, true)));
    }

    private static void back(Actions a, Workbench w, Navigator window, ObservableBooleanValue hasBout) {
        ObservableBooleanValue can = w.backProperty();
        a.add(ActionId.BACK_INSTRUCTION, "chevron-left", can, () -> back(w, Stride.INSTRUCTION), "Shift+F7", "Comma");
        a.add(ActionId.BACK_CROSSING, "chevrons-left", can, () -> back(w, Stride.CROSSING), "Shift+F8");
        a.add(ActionId.BACK_BELL, "skip-back", can, () -> back(w, Stride.BELL), "Shift+F9");
        a.add(ActionId.BACK_BREAK, "rewind", can, () -> back(w, Stride.BREAK), "Shift+F5");
        a.add(
                ActionId.RETURN_TO_NOW,
                "corner-down-right",
                w.pastProperty(),
                () -> w.cursor().returnToNow(),
                "End");
        a.add(ActionId.GO_THERE, "map-pin", hasBout, w::goThere, "G");
        a.add(ActionId.BRANCH_HERE, "git-branch", w.pastProperty(), w::branchHere, "Shortcut+Shift+G");
        a.add(ActionId.TAKE_SNAPSHOT, "camera", hasBout, window::keepMoment, "Shortcut+Shift+S");
    }

    private static void swap(Workbench w) {
        w.swappedProperty().set(!w.swappedProperty().get());
    }

    private static void back(Workbench w, Stride stride) {
        w.postMovers(new EngineCommand.Back(stride));
    }

    private static void views(Actions a, Navigator window, ObservableBooleanValue always) {
        a.add(ActionId.VIEW_HOME, "home", always, () -> window.show(ViewId.HOME), "Shortcut+1");
        a.add(ActionId.VIEW_BOUT, "columns", always, () -> window.show(ViewId.BOUT), "Shortcut+2");
        a.add(ActionId.VIEW_TIME, "clock", always, () -> window.show(ViewId.TIME), "Shortcut+3");
        a.add(ActionId.VIEW_CALLS, "list", always, () -> window.show(ViewId.CALLS), "Shortcut+4");
        a.add(ActionId.VIEW_MEMORY, "layers", always, () -> window.show(ViewId.MEMORY), "Shortcut+5");
        a.add(ActionId.VIEW_CPU, "cpu", always, () -> window.show(ViewId.CPU), "Shortcut+6");
        a.add(ActionId.VIEW_WIRES, "share-2", always, () -> window.show(ViewId.WIRES), "Shortcut+7");
        a.add(ActionId.LAYOUT_WATCH, "", always, () -> window.layout(Preset.WATCH), "Shortcut+Shift+1");
        a.add(ActionId.LAYOUT_LECTURE, "", always, () -> window.layout(Preset.LECTURE), "Shortcut+Shift+2");
        a.add(ActionId.LAYOUT_MEMORY_LAB, "", always, () -> window.layout(Preset.MEMORY_LAB), "Shortcut+Shift+3");
        a.add(ActionId.LAYOUT_CALLS_LAB, "", always, () -> window.layout(Preset.CALLS_LAB), "Shortcut+Shift+4");
        a.add(ActionId.LAYOUT_DEBUG, "", always, () -> window.layout(Preset.DEBUG), "Shortcut+Shift+5");
        a.add(ActionId.FILTER, "search", always, window::filter, "Shortcut+F");
        a.add(ActionId.NEXT_REGION, "", always, () -> window.nextRegion(false), "F6");
        a.add(ActionId.PREVIOUS_REGION, "", always, () -> window.nextRegion(true), "Shift+F6");
    }

    private static void looks(Actions a, Navigator window, ObservableBooleanValue always) {
        a.add(ActionId.PRESENTATION, "airplay", always, window::togglePresentation, "Shortcut+Shift+P");
        a.add(ActionId.ZOOM_IN, "zoom-in", always, () -> window.zoom(1), "Shortcut+Equals", "Shortcut+Plus");
        a.add(ActionId.ZOOM_OUT, "zoom-out", always, () -> window.zoom(-1), "Shortcut+Minus");
        a.add(ActionId.ZOOM_RESET, "", always, () -> window.zoom(0), "Shortcut+0");
        a.add(ActionId.THEME_DARK, "moon", always, () -> window.theme("DARK"));
        a.add(ActionId.THEME_LIGHT, "sun", always, () -> window.theme("LIGHT"));
        a.add(ActionId.THEME_CONTRAST, "circle", always, () -> window.theme("HIGH_CONTRAST"));
        a.add(ActionId.OTHER_THEME, "sun", always, () -> window.theme(""), "Shortcut+Shift+L");
    }

    private static void looking(
            Actions a, Navigator window, Workbench workbench, UndoStack undo, ObservableBooleanValue hasBout) {
        BreakpointEdits breakpoints = new BreakpointEdits(workbench, undo);
        ObservableBooleanValue always = new SimpleBooleanProperty(true);
        a.add(ActionId.PREFERENCES, "settings", always, () -> window.preferences("appearance"), "Shortcut+Comma");
        a.add(ActionId.KEYS_HERE, "command", always, () -> window.preferences("keyboard"), "Shift+F1");
        a.add(ActionId.SAVE_TABLE, "download", always, window::saveTable, "Shortcut+Shift+E");
        a.add(ActionId.COPY_TABLE, "copy", always, window::copyTable, "Shortcut+Shift+K");
        a.add(ActionId.SAVE_PICTURE, "image", always, window::savePicture, "Shortcut+Shift+J");
        a.add(ActionId.AS_TABLE, "grid", always, window::asTable, "Shortcut+Shift+T");
        a.add(ActionId.LOAD_SYMBOLS, "file-plus", hasBout, window::loadSymbols);
        a.add(
                ActionId.BREAKPOINT,
                "alert-octagon",
                workbench.places().selectedProperty().isNotNull(),
                () -> {
                    if (!breakpoints.toggleSelected()) window.say("break.nothing");
                },
                "Shortcut+B");
        ObservableBooleanValue pair =
                Bindings.createBooleanBinding(() -> corners(workbench) > 1, workbench.boutProperty());
        a.add(
                ActionId.DIFFERENCES,
                "git-commit",
                pair,
                () -> workbench
                        .differencesProperty()
                        .set(!workbench.differencesProperty().get()),
                "Shortcut+D");
    }

    private static void places(
            Actions a,
            Navigator window,
            Workbench workbench,
            ObservableBooleanValue always,
            ObservableBooleanValue hasBout) {
        ObservableBooleanValue selection = workbench.places().selectedProperty().isNotNull();
        a.add(ActionId.FIND, "search", always, () -> window.find(""), "Shortcut+K");
        a.add(ActionId.GO_TO, "crosshair", hasBout, () -> window.find("0x"), "Shortcut+L");
        a.add(ActionId.INSPECTOR, "info", always, window::toggleInspector, "F1", "Shortcut+Shift+I");
        a.add(ActionId.DRAWER, "sidebar", always, window::toggleDrawer, "Shortcut+Shift+D");
        a.add(ActionId.NOTE, "edit-3", hasBout, window::note, "N");
        a.add(ActionId.COUNTERPART, "git-pull-request", selection, window::counterpart, "X");
        a.add(ActionId.BACK, "arrow-left", hasBout, () -> workbench.places().go(true), "Alt+Left");
        a.add(ActionId.FORWARD, "arrow-right", hasBout, () -> workbench.places().go(false), "Alt+Right");
    }

    private static int corners(Workbench workbench) {
        BoutSession bout = workbench.bout();
        return bout == null ? 0 : bout.corners().size();
    }
}
