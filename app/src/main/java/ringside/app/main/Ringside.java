// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.application.Application;
import ringside.app.cli.RingsideCommand;

/// Where everything starts. With arguments: the command line. Without: the window, or, where no display is, the
/// default bout without one.
///
/// `-Dringside.args="bout fork-storm"` stands in for arguments when a build tool starts the program.
public final class Ringside {
    private Ringside() {}

    public static void main(String[] args) {
        List<String> given = args.length > 0 ? List.of(args) : split(System.getProperty("ringside.args", ""));
        if (WindowOptions.ours(given) || given.isEmpty() && hasDisplay()) {
            Application.launch(RingsideApp.class, given.toArray(String[]::new));
        } else {
            System.exit(RingsideCommand.execute(given.toArray(String[]::new)));
        }
    }

    /// Can a window be shown? On Linux that needs a display, or JavaFX's own headless platform.
    private static boolean hasDisplay() {
        if ("Headless".equals(System.getProperty("glass.platform"))) return true;
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) return true;
        return set("DISPLAY") || set("WAYLAND_DISPLAY");
    }

    private static boolean set(String variable) {
        String value = System.getenv(variable);
        return value != null && !value.isBlank();
    }

    /// Splits as a shell does: at blanks, except between quotes.
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean open = false;
        char quote = 0;
        for (char c : line.toCharArray()) {
            if (quote != 0) {
                if (c == quote) quote = 0;
                else word.append(c);
            } else if (c == '"' || c == '\'') {
                quote = c;
                open = true;
            } else if (!Character.isWhitespace(c)) {
                word.append(c);
                open = true;
            } else if (open) {
                words.add(word.toString());
                word.setLength(0);
                open = false;
            }
        }
        if (open) words.add(word.toString());
        return words;
    }
}
