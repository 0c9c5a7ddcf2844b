// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ringside.app.text.Texts;

/// What the window's sources and style sheets promise: no missing text, no colour outside the scale.
class WindowFilesTest {
    private static final Path MAIN =
            Path.of(System.getProperty("ringside.root", "..")).resolve("app/src/main");
    private static final Pattern KEY = Pattern.compile("texts(?:\\(\\))?\\.get\\(\\s*\"([a-z0-9.-]+[a-z0-9])\"");
    private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{3,8}\\b|\\brgba?\\(");

    @Test
    void everyKeyThatTheSourcesNameHasAText() throws IOException {
        Texts texts = new Texts(Locale.ENGLISH);
        TreeSet<String> missing = new TreeSet<>();
        for (Path file : files("java", ".java")) {
            Matcher key = KEY.matcher(Files.readString(file));
            while (key.find()) if (!texts.has(key.group(1))) missing.add(key.group(1));
        }
        assertEquals(new TreeSet<String>(), missing);
    }

    @Test
    void onlyTheScaleNamesColours() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (Path file : files("resources/ringside/app/theme", ".css")) {
            String name = file.getFileName().toString();
            String rules = Files.readString(file).replaceAll("(?m)^#[A-Za-z-]+|\\s#[a-z]+-[a-z-]+ ", " ");
            if (!name.startsWith("scale-") && COLOUR.matcher(rules).find()) found.add(name);
        }
        assertEquals(new TreeSet<String>(), found);
    }

    @Test
    void noSourceSetsAStyle() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (Path file : files("java", ".java")) {
            if (Files.readString(file).contains(".setStyle("))
                found.add(file.getFileName().toString());
        }
        assertEquals(new TreeSet<String>(), found);
    }

    private static List<Path> files(String folder, String end) throws IOException {
        try (Stream<Path> all = Files.walk(MAIN.resolve(folder))) {
            return all.filter(f -> f.toString().endsWith(end)).sorted().toList();
        }
    }
}
