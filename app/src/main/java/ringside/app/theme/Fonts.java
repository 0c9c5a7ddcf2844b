// SPDX-License-Identifier: Apache-2.0
package ringside.app.theme;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javafx.scene.text.Font;
import javafx.scene.text.FontWeight;

/// The monospaced face that travels with the program, so that columns line up everywhere.
public final class Fonts {
    /// Its family name, as style sheets write it.
    public static final String MONO = "DejaVu Sans Mono";

    private Fonts() {}

    /// Makes the bundled face known; once, at the start.
    public static void load() {
        load("fonts/DejaVuSansMono.ttf");
        load("fonts/DejaVuSansMono-Bold.ttf");
    }

    public static Font mono(double size) {
        return Font.font(MONO, size);
    }

    public static Font monoBold(double size) {
        return Font.font(MONO, FontWeight.BOLD, size);
    }

    private static void load(String name) {
        try (InputStream in = Fonts.class.getResourceAsStream(name)) {
            if (in == null || Font.loadFont(in, 12) == null) {
                throw new IllegalStateException("the bundled font " + name + " is not in the program");
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
