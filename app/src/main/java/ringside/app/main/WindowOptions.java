// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ringside.app.theme.Theme;

/// Flags that open the window in a particular way; for developers and for continuous integration.
///
/// @param exitAfterFirstFrame start, show one frame, exit 0
/// @param screenshots         ring the bell, take pictures of the views in both themes into this folder, exit 0
/// @param toTheEnd            take them when the guests have ended, not at the first bell
/// @param guest               the guest of the screenshots, or "" for the first bout
/// @param theme               the theme to start with
record WindowOptions(
        boolean exitAfterFirstFrame, Optional<Path> screenshots, boolean toTheEnd, String guest, Theme theme) {
    private static final List<String> FLAGS =
            List.of("--exit-after-first-frame", "--screenshot-dir", "--to-the-end", "--guest", "--light", "--window");

    /// Whether these arguments are the window's (and not the command line's).
    static boolean ours(List<String> args) {
        return !args.isEmpty() && FLAGS.contains(args.getFirst().split("=")[0]);
    }

    static WindowOptions of(List<String> args) {
        boolean exit = false;
        Optional<Path> screenshots = Optional.empty();
        boolean toTheEnd = false;
        String guest = "";
        Theme theme = Theme.DARK;
        for (int i = 0; i < args.size(); i++) {
            String[] parts = args.get(i).split("=", 2);
            boolean takes = parts[0].equals("--screenshot-dir") || parts[0].equals("--guest");
            String value = parts.length == 2 ? parts[1] : takes && i + 1 < args.size() ? args.get(++i) : "";
            switch (parts[0]) {
                case "--exit-after-first-frame" -> exit = true;
                case "--screenshot-dir" -> screenshots = Optional.of(Path.of(value));
                case "--to-the-end" -> toTheEnd = true;
                case "--guest" -> guest = value;
                case "--light" -> theme = Theme.LIGHT;
                default -> {}
            }
        }
        return new WindowOptions(exit, screenshots, toTheEnd, guest, theme);
    }
}
