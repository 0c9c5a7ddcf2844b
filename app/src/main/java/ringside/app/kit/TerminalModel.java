// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A VT100-like screen with scrollback, no toolkit in it. Bounded: 80 by 25 cells and the last 2,000 lines.
///
/// A line feed also returns the carriage, as terminals do for programs. Understands CR, LF, BS, TAB, cursor moves,
/// erasing and the eight colours; other sequences are swallowed.
public final class TerminalModel {
    public static final int COLUMNS = 80;
    public static final int ROWS = 25;
    private static final int SCROLLBACK = 2_000;
    private static final int LONGEST_SEQUENCE = 32;

    /// A cell's looks: bits 0-2 colour, 3 a colour was set, 4 bold, 5 reverse.
    public static final int COLOUR_SET = 8;

    public static final int BOLD = 16;
    public static final int REVERSE = 32;

    /// One line, as long as its text.
    public record Line(String text, byte[] looks) {}

    private final ArrayDeque<Line> gone = new ArrayDeque<>();
    private final char[][] cells = new char[ROWS][COLUMNS];
    private final byte[][] looks = new byte[ROWS][COLUMNS];
    private final StringBuilder sequence = new StringBuilder();
    private boolean inEscape;
    private int row;
    private int column;
    private int look;
    private int used;
    private long version;

    public TerminalModel() {
        for (char[] line : cells) Arrays.fill(line, ' ');
    }

    /// Grows with each change.
    public long version() {
        return version;
    }

    public void feed(byte[] bytes) {
        if (bytes.length == 0) return;
        version++;
        for (byte b : bytes) accept((char) (b & 0xFF));
    }

    /// Lines that have content, oldest first: scrollback, then the screen down to its last used row.
    public int lineCount() {
        return gone.size() + Math.max(used, row) + 1;
    }

    /// Copies lines `[from, to)` in the numbering of {@link #lineCount}.
    public List<Line> lines(int from, int to) {
        List<Line> out = new ArrayList<>();
        if (from < gone.size()) {
            gone.stream()
                    .skip(from)
                    .limit((long) Math.min(to, gone.size()) - from)
                    .forEach(out::add);
        }
        for (int i = Math.max(from, gone.size()); i < to; i++) out.add(screenLine(i - gone.size()));
        return out;
    }

    /// Line of the cursor in the numbering of {@link #lineCount}.
    public int cursorLine() {
        return gone.size() + row;
    }

    public int cursorColumn() {
        return Math.min(column, COLUMNS - 1);
    }

    /// The whole text, for the clipboard, tests and screen readers.
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Line line : lines(0, lineCount())) out.append(line.text()).append('\n');
        return out.toString();
    }

    private Line screenLine(int r) {
        int length = COLUMNS;
        while (length > 0 && cells[r][length - 1] == ' ' && looks[r][length - 1] == 0) length--;
        return new Line(new String(cells[r], 0, length), Arrays.copyOf(looks[r], length));
    }

    private void accept(char c) {
        if (inEscape) {
            escape(c);
            return;
        }
        switch (c) {
            case 0x1B -> {
                inEscape = true;
                sequence.setLength(0);
            }
            case '\r' -> column = 0;
            case '\n' -> {
                column = 0;
                lineFeed();
            }
            case '\b' -> column = Math.max(0, Math.min(column, COLUMNS - 1) - 1);
            case '\t' -> column = Math.min(COLUMNS - 1, (column / 8 + 1) * 8);
            default -> {
                if (c >= ' ' && c != 0x7F) put(c);
            }
        }
    }

    private void put(char c) {
        if (column >= COLUMNS) {
            column = 0;
            lineFeed();
        }
        cells[row][column] = c;
        looks[row][column] = (byte) look;
        column++;
        used = Math.max(used, row);
    }

    private void lineFeed() {
        if (row < ROWS - 1) {
            row++;
            used = Math.max(used, row);
            return;
        }
        gone.addLast(screenLine(0));
        if (gone.size() > SCROLLBACK) gone.removeFirst();
        char[] top = cells[0];
        byte[] topLooks = looks[0];
        System.arraycopy(cells, 1, cells, 0, ROWS - 1);
        System.arraycopy(looks, 1, looks, 0, ROWS - 1);
        Arrays.fill(top, ' ');
        Arrays.fill(topLooks, (byte) 0);
        cells[ROWS - 1] = top;
        looks[ROWS - 1] = topLooks;
    }

    private void escape(char c) {
        if (sequence.isEmpty()) {
            if (c == '[' || c == '(' || c == ')') {
                sequence.append(c);
                return;
            }
            inEscape = false;
            if (c == 'c') reset();
            return;
        }
        if (sequence.charAt(0) != '[') {
            inEscape = false;
            return;
        }
        if (c >= '@' && c <= '~') {
            inEscape = false;
            control(c, numbers());
        } else if (sequence.length() < LONGEST_SEQUENCE) {
            sequence.append(c);
        } else {
            inEscape = false;
        }
    }

    private int[] numbers() {
        String body = sequence.substring(1).replace("?", "");
        if (body.isEmpty()) return new int[0];
        String[] parts = body.split(";", -1);
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

    private void control(char c, int[] n) {
        int first = n.length == 0 ? 0 : n[0];
        int step = Math.max(1, first);
        switch (c) {
            case 'A' -> row = Math.max(0, row - step);
            case 'B' -> row = Math.min(ROWS - 1, row + step);
            case 'C' -> column = Math.min(COLUMNS - 1, column + step);
            case 'D' -> column = Math.max(0, Math.min(column, COLUMNS - 1) - step);
            case 'G' -> column = Math.clamp(step - 1, 0, COLUMNS - 1);
            case 'd' -> row = Math.clamp(step - 1, 0, ROWS - 1);
            case 'H', 'f' -> {
                row = Math.clamp(step - 1, 0, ROWS - 1);
                column = n.length < 2 ? 0 : Math.clamp(n[1] - 1, 0, COLUMNS - 1);
            }
            case 'J' -> eraseScreen(first);
            case 'K' -> eraseLine(row, first == 0 ? column : 0, first == 1 ? column + 1 : COLUMNS);
            case 'm' -> graphics(n);
            default -> {}
        }
    }

    private void eraseScreen(int how) {
        int from = how == 0 ? row + 1 : 0;
        int to = how == 1 ? row : ROWS;
        for (int r = from; r < to; r++) eraseLine(r, 0, COLUMNS);
        if (how == 0) eraseLine(row, column, COLUMNS);
        if (how == 1) eraseLine(row, 0, column + 1);
        if (how == 2) used = row;
    }

    private void eraseLine(int r, int from, int to) {
        if (from >= COLUMNS) return;
        Arrays.fill(cells[r], from, Math.min(to, COLUMNS), ' ');
        Arrays.fill(looks[r], from, Math.min(to, COLUMNS), (byte) 0);
    }

    private void graphics(int[] n) {
        if (n.length == 0) look = 0;
        for (int code : n) {
            if (code == 0) look = 0;
            else if (code == 1) look |= BOLD;
            else if (code == 7) look |= REVERSE;
            else if (code == 27) look &= ~REVERSE;
            else if (code >= 30 && code <= 37) look = look & ~15 | COLOUR_SET | code - 30;
            else if (code == 39) look &= ~15;
        }
    }

    private void reset() {
        for (int r = 0; r < ROWS; r++) eraseLine(r, 0, COLUMNS);
        row = 0;
        column = 0;
        look = 0;
        used = 0;
    }
}
