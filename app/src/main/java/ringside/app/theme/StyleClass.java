// SPDX-License-Identifier: Apache-2.0
package ringside.app.theme;

/// Every style class that the program's own rules know.
public final class StyleClass {
    public static final String PAINTED = "painted";
    public static final String RAIL = "rail";
    public static final String RAIL_BUTTON = "rail-button";
    public static final String TRANSPORT = "transport";
    public static final String RUN_BUTTON = "run-button";
    public static final String STEP_BUTTON = "step-button";
    public static final String POSITION = "position";
    public static final String STATUS = "status";
    public static final String KEYS_TAKEN = "keys-taken";
    public static final String VIEW = "view";
    public static final String HERO = "hero";
    public static final String BELL_BUTTON = "bell-button";
    public static final String GUEST_CARD = "guest-card";
    public static final String TOPIC = "topic";
    public static final String SECTION_TITLE = "section-title";
    public static final String VIEW_TITLE = "view-title";
    public static final String MUTED = "muted";
    public static final String MONO = "mono";
    public static final String CORNER_PANE = "corner-pane";
    public static final String CORNER_HEADER = "corner-header";
    public static final String CORNER_MARK = "corner-mark";
    public static final String CORNER_NAME = "corner-name";
    public static final String MODE = "mode";
    public static final String CONSOLE_FRAME = "console-frame";
    public static final String SCREEN_WORDS = "screen-words";
    public static final String KEYS_BANNER = "keys-banner";
    public static final String TAB = "corner-tab";
    public static final String PIXEL_SCREEN = "pixel-screen";
    public static final String NOW = "now";
    public static final String MILESTONE = "milestone";
    public static final String REACHED = "reached";
    public static final String TAPE = "tape";
    public static final String TAPE_VALUE = "tape-value";
    public static final String TAPE_KIND = "tape-kind";
    public static final String MODELLED = "modelled";
    public static final String TAPE_BAR = "tape-bar";
    public static final String KNOCKED_DOWN = "knocked-down";
    public static final String PROBLEM = "problem";
    public static final String EMPTY = "empty";
    public static final String DETAIL = "detail";
    public static final String BITS = "bits";
    public static final String CHIP = "chip";
    public static final String WALK = "walk";
    public static final String FLAGS = "flags";

    private StyleClass() {}

    /// The class that gives a node its corner's colour: `corner-vmi` and so on.
    public static String corner(String ifaceId) {
        return "corner-" + ifaceId;
    }
}
