// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// A VT100's screen with scrollback, no toolkit in it: 80 by 24 cells and the last 2,000 lines. {@link TerminalInput}
/// understands what a program sends; this knows what it does to the cells.
///
/// A line feed also returns the carriage, until the guest is seen to do that itself.
public final class TerminalModel {
    public static final int COLUMNS = 80;
    public static final int ROWS = 24;
    private static final int SCROLLBACK = 2_000;

    /// A cell's looks: bits 0-3 colour, 5-8 colour behind it, and these.
    public static final int COLOUR_SET = 0x10;

    public static final int BACK_SHIFT = 5;
    public static final int BACK_SET = 0x200;
    public static final int BOLD = 0x400;
    public static final int UNDERLINE = 0x800;
    public static final int REVERSE = 0x1000;

    /// One line, as long as its text.
    public record Line(String text, int[] looks) {}

    private record Saved(int row, int column, int look) {}

    private final ArrayDeque<Line> gone = new ArrayDeque<>();
    private final TerminalInput input;
    private char[][] cells = blank();
    private int[][] looks = new int[ROWS][COLUMNS];
    private char[][] otherCells = blank();
    private int[][] otherLooks = new int[ROWS][COLUMNS];
    private boolean alternate;
    private int row;
    private int column;
    private int look;
    private int used;
    private int top;
    private int bottom = ROWS - 1;
    private boolean wraps = true;
    private boolean cursorShown = true;
    private boolean applicationCursor;
    private Saved saved = new Saved(0, 0, 0);
    private final StringBuilder replies = new StringBuilder();
    private long version;

    public TerminalModel() {
        this(b -> b);
    }

    /// @param page the character of a byte that is no UTF-8
    public TerminalModel(IntUnaryOperator page) {
        input = new TerminalInput(this, page);
    }

    private static char[][] blank() {
        char[][] all = new char[ROWS][COLUMNS];
        for (char[] line : all) Arrays.fill(line, ' ');
        return all;
    }

    /// Grows with each change.
    public long version() {
        return version;
    }

    public void feed(byte[] bytes) {
        if (bytes.length == 0) return;
        version++;
        for (byte b : bytes) input.accept(b & 0xFF);
    }

    /// Lines that have content, oldest first: scrollback, then the screen down to its last used row.
    public int lineCount() {
        return gone.size() + Math.max(used, row) + 1;
    }

    /// Lines that have left the screen.
    public int scrolledOff() {
        return gone.size();
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

    public boolean cursorShown() {
        return cursorShown;
    }

    /// Whether cursor keys send the longer sequences that full-screen programs ask for.
    public boolean applicationCursor() {
        return applicationCursor;
    }

    /// What the guest has asked the terminal since the last call, answered.
    public String takeReplies() {
        String all = replies.toString();
        replies.setLength(0);
        return all;
    }

    /// The whole text, for the clipboard, tests and screen readers.
    public String text() {
        return text(0, 0, lineCount(), 0);
    }

    /// The text from a place (line, column) to before another.
    public String text(int fromLine, int fromColumn, int toLine, int toColumn) {
        StringBuilder out = new StringBuilder();
        int last = Math.min(toLine, lineCount() - 1);
        List<Line> some = lines(fromLine, last + 1);
        for (int i = 0; i < some.size(); i++) {
            String line = some.get(i).text();
            int from = i == 0 ? Math.min(fromColumn, line.length()) : 0;
            int to = fromLine + i == toLine ? Math.min(toColumn, line.length()) : line.length();
            out.append(line, Math.min(from, to), to);
            if (fromLine + i != toLine) out.append('\n');
        }
        return out.toString();
    }

    private Line screenLine(int r) {
        int length = COLUMNS;
        while (length > 0 && cells[r][length - 1] == ' ' && looks[r][length - 1] == 0) length--;
        return new Line(new String(cells[r], 0, length), Arrays.copyOf(looks[r], length));
    }

    // ---- what programs do to it ------------------------------------------------------------------------------------

    void put(char c) {
        if (column >= COLUMNS && wraps) {
            column = 0;
            lineFeed();
        }
        column = Math.min(column, COLUMNS - 1);
        cells[row][column] = c;
        looks[row][column] = look;
        column++;
        used = Math.max(used, row);
    }

    void carriageReturn() {
        column = 0;
    }

    void lineFeed() {
        if (row == bottom) scrollUp(top, 1);
        else if (row < ROWS - 1) row++;
        used = Math.max(used, row);
    }

    void reverseLineFeed() {
        if (row == top) scrollDown(top, 1);
        else if (row > 0) row--;
    }

    void backspace() {
        column = Math.max(0, Math.min(column, COLUMNS - 1) - 1);
    }

    void tab() {
        column = Math.min(COLUMNS - 1, (column / 8 + 1) * 8);
    }

    void move(int rows, int columns) {
        int least = row >= top ? top : 0, most = row <= bottom ? bottom : ROWS - 1;
        row = Math.clamp(row + (long) rows, least, most);
        if (columns != 0) column = Math.clamp(Math.min(column, COLUMNS - 1) + (long) columns, 0, COLUMNS - 1);
    }

    void toRow(int r) {
        row = Math.clamp(r, 0, ROWS - 1);
    }

    void toColumn(int c) {
        column = Math.clamp(c, 0, COLUMNS - 1);
    }

    void eraseScreen(int how) {
        int from = how == 0 ? row + 1 : 0;
        int to = how == 1 ? row : ROWS;
        for (int r = from; r < to; r++) eraseLine(r, 0, COLUMNS);
        if (how == 0) eraseLine(row, column, COLUMNS);
        if (how == 1) eraseLine(row, 0, column + 1);
        if (how == 3) gone.clear();
        if (how >= 2) used = row;
    }

    void eraseLine(int how) {
        eraseLine(row, how == 0 ? column : 0, how == 1 ? column + 1 : COLUMNS);
    }

    void eraseCells(int n) {
        eraseLine(row, column, column + n);
    }

    private void eraseLine(int r, int from, int to) {
        if (from >= COLUMNS) return;
        Arrays.fill(cells[r], from, Math.min(to, COLUMNS), ' ');
        // What is erased keeps the colour behind the text, as terminals do that programs were written for.
        Arrays.fill(looks[r], from, Math.min(to, COLUMNS), look & (BACK_SET | 0xF << BACK_SHIFT));
    }

    void insertCells(int n) {
        if (column >= COLUMNS) return;
        int k = Math.min(n, COLUMNS - column);
        System.arraycopy(cells[row], column, cells[row], column + k, COLUMNS - column - k);
        System.arraycopy(looks[row], column, looks[row], column + k, COLUMNS - column - k);
        eraseCells(k);
    }

    void deleteCells(int n) {
        if (column >= COLUMNS) return;
        int k = Math.min(n, COLUMNS - column);
        System.arraycopy(cells[row], column + k, cells[row], column, COLUMNS - column - k);
        System.arraycopy(looks[row], column + k, looks[row], column, COLUMNS - column - k);
        eraseLine(row, COLUMNS - k, COLUMNS);
    }

    void insertLines(int n) {
        if (row >= top && row <= bottom) scrollDown(row, n);
    }

    void deleteLines(int n) {
        if (row >= top && row <= bottom) scrollUp(row, n);
    }

    void scrollRegionUp(int n) {
        scrollUp(top, n);
    }

    void scrollRegionDown(int n) {
        scrollDown(top, n);
    }

    private void scrollUp(int from, int n) {
        for (int i = 0; i < Math.min(n, bottom - from + 1); i++) {
            if (from == 0 && !alternate) {
                gone.addLast(screenLine(0));
                if (gone.size() > SCROLLBACK) gone.removeFirst();
            }
            rotate(from, bottom);
        }
    }

    private void rotate(int from, int to) {
        char[] line = cells[from];
        int[] colours = looks[from];
        int step = from < to ? 1 : -1;
        for (int r = from; r != to; r += step) {
            cells[r] = cells[r + step];
            looks[r] = looks[r + step];
        }
        cells[to] = line;
        looks[to] = colours;
        eraseLine(to, 0, COLUMNS);
    }

    private void scrollDown(int from, int n) {
        int lines = Math.min(n, bottom - from + 1);
        for (int i = 0; i < lines; i++) rotate(bottom, from);
        if (used >= from && used < bottom) used = Math.min(bottom, used + lines);
    }

    /// Lines `first` to `last` scroll from now on; an impossible pair is all of them.
    void region(int first, int last) {
        boolean good = first >= 0 && last < ROWS && first < last;
        top = good ? first : 0;
        bottom = good ? last : ROWS - 1;
        row = 0;
        column = 0;
    }

    int look() {
        return look;
    }

    void look(int now) {
        look = now;
    }

    void save() {
        saved = new Saved(row, column, look);
    }

    void restore() {
        row = saved.row();
        column = saved.column();
        look = saved.look();
    }

    void wraps(boolean now) {
        wraps = now;
    }

    void showCursor(boolean now) {
        cursorShown = now;
    }

    void applicationCursor(boolean now) {
        applicationCursor = now;
    }

    /// The second screen, which has no scrollback, or back to the first.
    void alternate(boolean now) {
        if (alternate == now) return;
        alternate = now;
        char[][] c = cells;
        int[][] l = looks;
        cells = otherCells;
        looks = otherLooks;
        otherCells = c;
        otherLooks = l;
        if (now) for (int r = 0; r < ROWS; r++) eraseLine(r, 0, COLUMNS);
        used = ROWS - 1;
    }

    void replyPosition() {
        reply("\u001b[" + (row + 1) + ";" + (cursorColumn() + 1) + "R");
    }

    void reply(String text) {
        if (replies.length() < 256) replies.append(text);
    }

    void reset() {
        alternate(false);
        look = 0;
        for (int r = 0; r < ROWS; r++) eraseLine(r, 0, COLUMNS);
        region(0, ROWS - 1);
        used = 0;
        wraps = true;
        cursorShown = true;
        applicationCursor = false;
        save();
    }

    /// Every cell an E, for adjusting.
    void fillWithE() {
        for (char[] line : cells) Arrays.fill(line, 'E');
        used = ROWS - 1;
    }
}
