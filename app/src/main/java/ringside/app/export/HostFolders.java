// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.nio.file.Path;
import java.util.Locale;

/// Where programs of this host keep what is theirs.
public final class HostFolders {
    private static final String NAME = "ringside";

    private HostFolders() {}

    /// For settings: small, wanted on every machine of the person's.
    public static Path settings() {
        String roaming = System.getenv("APPDATA");
        if (windows() && roaming != null) return Path.of(roaming, NAME);
        return mac() ? library() : unix("XDG_CONFIG_HOME", ".config");
    }

    /// For what the program keeps by itself: autosaved bouts, images out of their files.
    public static Path state() {
        String local = System.getenv("LOCALAPPDATA");
        if (windows() && local != null) return Path.of(local, NAME);
        return mac() ? library().resolve("state") : unix("XDG_STATE_HOME", ".local/state");
    }

    private static Path unix(String variable, String otherwise) {
        String set = System.getenv(variable);
        Path folder = set != null && !set.isEmpty() ? Path.of(set) : home().resolve(otherwise);
        return folder.resolve(NAME);
    }

    private static Path library() {
        return home().resolve("Library").resolve("Application Support").resolve(NAME);
    }

    private static Path home() {
        return Path.of(System.getProperty("user.home", "."));
    }

    private static boolean windows() {
        return system().contains("win") && !mac();
    }

    private static boolean mac() {
        return system().contains("mac") || system().contains("darwin");
    }

    private static String system() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    }
}
