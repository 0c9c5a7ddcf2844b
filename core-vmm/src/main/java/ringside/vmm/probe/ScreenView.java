// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

/// What a PC's screen shows at a moment: a copy, safe on any thread once it is handed over.
///
/// @param kind    what is shown
/// @param width   pixels, at least 1
/// @param height  pixels, at least 1
/// @param pixels  0xFFRRGGBB, line after line; not to be changed
/// @param columns characters in a row of text, or 0
/// @param rows    rows of text, or 0
/// @param cells   text: code (page 437) and, from bit 8, attribute; not to be changed
/// @param cursor  the cell with the cursor, or -1
public record ScreenView(
        Kind kind, int width, int height, int[] pixels, int columns, int rows, int[] cells, int cursor) {
    /// Kinds of pictures.
    public enum Kind {
        /// Nothing to see: switched off, or no screen at all.
        OFF,
        TEXT,
        GRAPHICS,
        /// A mode whose memory has planes: it is not shown.
        NOT_SHOWN
    }

    private static final int[] NOTHING = {};

    /// A black screen of a size.
    static ScreenView black(Kind kind, int width, int height) {
        int[] pixels = new int[width * height];
        java.util.Arrays.fill(pixels, 0xFF00_0000);
        return new ScreenView(kind, width, height, pixels, 0, 0, NOTHING, -1);
    }

    static ScreenView graphics(int width, int height, int[] pixels) {
        return new ScreenView(Kind.GRAPHICS, width, height, pixels, 0, 0, NOTHING, -1);
    }

    /// What there is where there is no screen.
    public static ScreenView none() {
        return black(Kind.OFF, 720, 400);
    }

    /// The text as lines of Unicode, without the blanks at their ends; "" when it is not text.
    public String text() {
        StringBuilder out = new StringBuilder();
        for (int r = 0; r < rows; r++) {
            int from = out.length();
            for (int c = 0; c < columns; c++) out.append(CodePage437.unicode(cells[r * columns + c] & 0xFF));
            int end = out.length();
            while (end > from && out.charAt(end - 1) == ' ') end--;
            out.setLength(end);
            out.append('\n');
        }
        return out.toString();
    }

    /// Whether a look gave the same picture as this.
    boolean same(ScreenView o) {
        return kind == o.kind
                && width == o.width
                && columns == o.columns
                && cursor == o.cursor
                && java.util.Arrays.equals(cells, o.cells)
                && java.util.Arrays.equals(pixels, o.pixels);
    }
}
