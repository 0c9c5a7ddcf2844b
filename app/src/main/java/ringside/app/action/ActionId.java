// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.Locale;

/// Everything that people can do from a menu, a button or a key.
public enum ActionId {
    RING_BELL,
    RING_AGAIN,
    IMPORT_KERNEL,
    OPEN_BOUT,
    SAVE_BOUT,
    SAVE_BOUT_AS,
    RENAME_BOUT,
    CLOSE_BOUT,
    QUIT,
    UNDO,
    REDO,
    FIND,
    GO_TO,
    RUN_PAUSE,
    STEP_INSTRUCTION,
    STEP_CROSSING,
    STEP_BELL,
    BACK_INSTRUCTION,
    BACK_CROSSING,
    BACK_BELL,
    BACK_BREAK,
    RETURN_TO_NOW,
    TAKE_SNAPSHOT,
    MOVE_ALL,
    MOVE_LEFT,
    MOVE_RIGHT,
    WAIT_AT_BELLS,
    CONSOLE_KEYS,
    OTHER_CONSOLE,
    SCREEN,
    PASTE,
    VIEW_HOME,
    VIEW_BOUT,
    VIEW_TIME,
    VIEW_CALLS,
    VIEW_MEMORY,
    VIEW_CPU,
    VIEW_WIRES,
    LAYOUT_WATCH,
    LAYOUT_LECTURE,
    LAYOUT_CALLS_LAB,
    LAYOUT_MEMORY_LAB,
    LAYOUT_DEBUG,
    INSPECTOR,
    DRAWER,
    NOTE,
    COUNTERPART,
    BACK,
    FORWARD,
    FILTER,
    NEXT_REGION,
    PREVIOUS_REGION,
    PRESENTATION,
    ZOOM_IN,
    ZOOM_OUT,
    ZOOM_RESET,
    THEME_DARK,
    THEME_LIGHT,
    THEME_CONTRAST,
    OTHER_THEME;

    /// The text key: `action.run-pause`.
    public String textKey() {
        return "action." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
