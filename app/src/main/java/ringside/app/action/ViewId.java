// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.Locale;

/// The views of the rail, in its order. Those that are not there yet stay visible with the reason.
public enum ViewId {
    HOME("home", true),
    BOUT("columns", true),
    TIME("clock", true),
    CALLS("list", true),
    MEMORY("layers", true),
    CPU("cpu", true),
    WIRES("share-2", true),
    DEBATE("message-square", false),
    LEARN("book-open", false);

    private final String icon;
    private final boolean available;

    ViewId(String icon, boolean available) {
        this.icon = icon;
        this.available = available;
    }

    public String icon() {
        return icon;
    }

    public boolean available() {
        return available;
    }

    /// Its name in text keys and node ids.
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
