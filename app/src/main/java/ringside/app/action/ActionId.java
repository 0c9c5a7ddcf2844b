// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.Locale;

/// Everything that people can do from a menu, a button or a key.
public enum ActionId {
    RING_BELL,
    RING_AGAIN,
    IMPORT_KERNEL,
    CLOSE_BOUT,
    QUIT,
    RUN_PAUSE,
    STEP_INSTRUCTION,
    STEP_CROSSING,
    STEP_BELL,
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
    VIEW_CALLS,
    VIEW_MEMORY,
    LAYOUT_WATCH,
    LAYOUT_CALLS,
    LAYOUT_MEMORY,
    FILTER,
    NEXT_REGION,
    PREVIOUS_REGION,
    OTHER_THEME;

    /// The text key: `action.run-pause`.
    public String textKey() {
        return "action." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
