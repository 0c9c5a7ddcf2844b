// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.function.IntUnaryOperator;

/// Bytes from a serial line as characters and as what a VT100 does: control characters, ECMA-48 sequences, DEC's
/// private ones that programs use. What it does not know it swallows.
///
/// Bytes are UTF-8. One that cannot be is a character of the code page.
final class TerminalInput {
    private static final int ESCAPE = 0x1B, LONGEST_SEQUENCE = 32;
    private static final String LINE_DRAWING = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

    private enum State {
        TEXT,
        ESCAPE,
        /// After ESC and one of the characters that take one more.
        CHARSET,
        CONTROL,
        /// A title or the like, to its BEL or ESC.
        STRING
    }

    private final TerminalModel screen;
    private final IntUnaryOperator page;
    private final StringBuilder sequence = new StringBuilder();
    private State state = State.TEXT;
    private char introducer;
    private boolean drawing, returnsItself, wasReturn;
    private int rest, code, begun;
    private final int[] pending = new int[3];

    TerminalInput(TerminalModel screen, IntUnaryOperator page) {
        this.screen = screen;
        this.page = page;
    }

    void accept(int b) {
        if (rest > 0 && (b & 0xC0) != 0x80) broken();
        if (b == 0x18 || b == 0x1A) state = State.TEXT;
        else if (b == ESCAPE) {
            state = State.ESCAPE;
            sequence.setLength(0);
        } else if (b < 0x20 && state != State.STRING) control(b);
        else {
            switch (state) {
                case TEXT -> text(b);
                case ESCAPE -> escape((char) b);
                case CHARSET -> charset((char) b);
                case CONTROL -> sequence((char) b);
                case STRING -> {
                    if (b == 7) state = State.TEXT;
                }
            }
        }
    }

    private void control(int b) {
        switch (b) {
            case '\r' -> screen.carriageReturn();
            case '\n', 0x0B, 0x0C -> {
                if (wasReturn) returnsItself = true;
                if (!returnsItself) screen.carriageReturn();
                screen.lineFeed();
            }
            case '\b' -> screen.backspace();
            case '\t' -> screen.tab();
            default -> {}
        }
        wasReturn = b == '\r';
    }

    // ---- characters ------------------------------------------------------------------------------------------------

    private void text(int b) {
        wasReturn = false;
        if (rest > 0) follow(b);
        else if (b < 0x7F) screen.put(drawing && b >= 0x60 ? LINE_DRAWING.charAt(b - 0x60) : (char) b);
        else if (b >= 0xC2 && b <= 0xF4) {
            rest = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
            code = b & 0x3F >> rest;
            begun = 0;
            pending[begun++] = b;
        } else if (b != 0x7F) screen.put((char) page.applyAsInt(b));
    }

    private void follow(int b) {
        code = code << 6 | b & 0x3F;
        if (--rest > 0) pending[begun++] = b;
        else screen.put(code > 0xFFFF || code < 0x80 || Character.isSurrogate((char) code) ? '\uFFFD' : (char) code);
    }

    /// What looked like UTF-8 was none: each byte is a character.
    private void broken() {
        for (int i = 0; i < begun; i++) screen.put((char) page.applyAsInt(pending[i]));
        rest = 0;
    }

    // ---- sequences -------------------------------------------------------------------------------------------------

    private void escape(char c) {
        state = State.TEXT;
        switch (c) {
            case '[' -> state = State.CONTROL;
            case '(', ')', '*', '+', '#', '%', ' ' -> {
                state = State.CHARSET;
                introducer = c;
            }
            case ']', 'P', '^', '_' -> state = State.STRING;
            case '7' -> screen.save();
            case '8' -> screen.restore();
            case 'D' -> screen.lineFeed();
            case 'E' -> {
                screen.carriageReturn();
                screen.lineFeed();
            }
            case 'M' -> screen.reverseLineFeed();
            case 'Z' -> identify();
            case 'c' -> {
                drawing = false;
                screen.reset();
            }
            default -> {}
        }
    }

    private void identify() {
        screen.reply("\u001b[?1;2c");
    }

    private void charset(char c) {
        state = State.TEXT;
        if (introducer == '(') drawing = c == '0';
        else if (introducer == '#' && c == '8') screen.fillWithE();
    }

    private void sequence(char c) {
        if (c >= '@' && c <= '~') {
            state = State.TEXT;
            boolean isPrivate = !sequence.isEmpty() && sequence.charAt(0) >= '<' && sequence.charAt(0) <= '?';
            int[] n = numbers(sequence.substring(isPrivate ? 1 : 0));
            if (!isPrivate) perform(c, n);
            else if (sequence.charAt(0) == '?' && (c == 'h' || c == 'l')) for (int mode : n) mode(mode, c == 'h');
        } else if (sequence.length() < LONGEST_SEQUENCE) sequence.append(c);
        else state = State.TEXT;
    }

    private static int[] numbers(String body) {
        if (body.isEmpty()) return new int[0];
        String[] parts = body.split("[;:]", -1);
        int[] out = new int[parts.length];
        for (int i = 0; i < parts.length; i++) out[i] = number(parts[i]);
        return out;
    }

    private static int number(String digits) {
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') return 0;
            value = Math.min(9_999, value * 10 + c - '0');
        }
        return value;
    }

    private void perform(char c, int[] n) {
        int first = n.length == 0 ? 0 : n[0];
        int step = Math.max(1, first);
        switch (c) {
            case 'A' -> screen.move(-step, 0);
            case 'B', 'e' -> screen.move(step, 0);
            case 'C', 'a' -> screen.move(0, step);
            case 'D' -> screen.move(0, -step);
            case 'E', 'F' -> {
                screen.move(c == 'E' ? step : -step, 0);
                screen.carriageReturn();
            }
            case 'G', '`' -> screen.toColumn(step - 1);
            case 'd' -> screen.toRow(step - 1);
            case 'H', 'f' -> {
                screen.toRow(step - 1);
                screen.toColumn(n.length < 2 ? 0 : n[1] - 1);
            }
            case 'm' -> graphics(n);
            case 'n' -> {
                if (first == 6) screen.replyPosition();
                else if (first == 5) screen.reply("\u001b[0n");
            }
            case 'c' -> identify();
            case 'r' -> screen.region(step - 1, n.length < 2 || n[1] == 0 ? TerminalModel.ROWS - 1 : n[1] - 1);
            case 's' -> screen.save();
            case 'u' -> screen.restore();
            default -> edit(c, first, step);
        }
    }

    private void edit(char c, int first, int step) {
        switch (c) {
            case 'J' -> screen.eraseScreen(first);
            case 'K' -> screen.eraseLine(first);
            case 'X' -> screen.eraseCells(step);
            case '@' -> screen.insertCells(step);
            case 'P' -> screen.deleteCells(step);
            case 'L' -> screen.insertLines(step);
            case 'M' -> screen.deleteLines(step);
            case 'S' -> screen.scrollRegionUp(step);
            case 'T' -> screen.scrollRegionDown(step);
            default -> {}
        }
    }

    private void mode(int mode, boolean on) {
        switch (mode) {
            case 1 -> screen.applicationCursor(on);
            case 7 -> screen.wraps(on);
            case 25 -> screen.showCursor(on);
            case 47, 1047 -> screen.alternate(on);
            case 1049 -> {
                if (on) screen.save();
                screen.alternate(on);
                if (!on) screen.restore();
            }
            default -> {}
        }
    }

    // ---- colours ---------------------------------------------------------------------------------------------------

    private void graphics(int[] n) {
        int look = screen.look();
        if (n.length == 0) look = 0;
        for (int i = 0; i < n.length; i++) {
            int code = n[i];
            if (code == 38 || code == 48) {
                int used = colourLength(n, i);
                int colour = colour(n, i);
                if (colour >= 0) look = code == 38 ? ink(look, colour) : behind(look, colour);
                i += used;
            } else look = plain(look, code);
        }
        screen.look(look);
    }

    private static int plain(int look, int code) {
        if (code >= 30 && code <= 37) return ink(look, code - 30);
        if (code >= 90 && code <= 97) return ink(look, code - 90 + 8);
        if (code >= 40 && code <= 47) return behind(look, code - 40);
        if (code >= 100 && code <= 107) return behind(look, code - 100 + 8);
        return switch (code) {
            case 0 -> 0;
            case 1 -> look | TerminalModel.BOLD;
            case 4 -> look | TerminalModel.UNDERLINE;
            case 7 -> look | TerminalModel.REVERSE;
            case 22 -> look & ~TerminalModel.BOLD;
            case 24 -> look & ~TerminalModel.UNDERLINE;
            case 27 -> look & ~TerminalModel.REVERSE;
            case 39 -> look & ~(TerminalModel.COLOUR_SET | 0xF);
            case 49 -> look & ~(TerminalModel.BACK_SET | 0xF << TerminalModel.BACK_SHIFT);
            default -> look;
        };
    }

    private static int ink(int look, int colour) {
        return look & ~0xF | TerminalModel.COLOUR_SET | colour;
    }

    private static int behind(int look, int colour) {
        return look & ~(0xF << TerminalModel.BACK_SHIFT) | TerminalModel.BACK_SET | colour << TerminalModel.BACK_SHIFT;
    }

    private static int colourLength(int[] n, int at) {
        if (at + 1 >= n.length) return 0;
        return n[at + 1] == 5 ? 2 : n[at + 1] == 2 ? 4 : 1;
    }

    /// One of 256 colours, or a colour by its parts, as the nearest of the sixteen; -1: none.
    private static int colour(int[] n, int at) {
        if (at + 2 >= n.length) return -1;
        if (n[at + 1] == 5) {
            int c = n[at + 2] & 0xFF;
            if (c < 16) return c;
            if (c >= 232) return nearest(8 + 10 * (c - 232), 8 + 10 * (c - 232), 8 + 10 * (c - 232));
            int cube = c - 16;
            return nearest(51 * (cube / 36), 51 * (cube / 6 % 6), 51 * (cube % 6));
        }
        return n[at + 1] == 2 && at + 4 < n.length ? nearest(n[at + 2], n[at + 3], n[at + 4]) : -1;
    }

    private static int nearest(int red, int green, int blue) {
        int most = Math.max(red, Math.max(green, blue));
        if (most < 48) return 0;
        int half = most / 2;
        int hue = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0);
        if (hue == 7 && most < 160) return 8;
        return most > 200 ? hue | 8 : hue;
    }
}
