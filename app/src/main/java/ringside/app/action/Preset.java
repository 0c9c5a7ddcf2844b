// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.Locale;

/// Ready-made layouts of the work area, in the notation of the work area: `h` side by side, `v` one above the other,
/// with the share of the first parts in per cent; a tile is its tabs, the one in front marked.
public enum Preset {
    WATCH("home,bout*,time,calls,memory,cpu,wires"),
    LECTURE("v58(home,bout*,calls,memory,cpu,wires;time*)"),
    MEMORY_LAB("h44(home,bout*,time,cpu,wires;v58(memory*;calls*))"),
    CALLS_LAB("h42(home,bout*,time,memory,cpu,wires;calls*)"),
    DEBUG("h46(v60(home,bout*,calls,wires;time*);v60(cpu*;memory*))");

    private final String layout;

    Preset(String layout) {
        this.layout = layout;
    }

    public String layout() {
        return layout;
    }

    /// The text key of its name.
    public String textKey() {
        return "action.layout-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
