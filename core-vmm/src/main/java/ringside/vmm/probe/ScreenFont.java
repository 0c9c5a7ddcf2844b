// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The 256 characters of a text screen, 8 by 16 (assets/fonts says whose they are).
final class ScreenFont {
    static final int HEIGHT = 16;
    private static final int FIRST_JOINED = 0xC0, LAST_JOINED = 0xDF;

    private final byte[] rows;

    ScreenFont() {
        try (InputStream in = ScreenFont.class.getResourceAsStream("vga-8x16.font")) {
            if (in == null) throw new IllegalStateException("the screen's font is not in the program");
            rows = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (rows.length != 256 * HEIGHT) throw new IllegalStateException("a screen font of " + rows.length + " bytes");
    }

    /// The pixels of a row of a character, the leftmost in bit 8; the ninth continues the lines of a box.
    int row(int code, int y) {
        if (y >= HEIGHT) return 0;
        int bits = (rows[code * HEIGHT + y] & 0xFF) << 1;
        return code >= FIRST_JOINED && code <= LAST_JOINED ? bits | bits >> 1 & 1 : bits;
    }
}
