// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.MenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.text.Font;
import javafx.scene.text.Text;
import org.jspecify.annotations.Nullable;
import ringside.app.text.Texts;
import ringside.app.theme.Fonts;

/// Shows a {@link TerminalModel}: the newest lines, or older ones after scrolling. Lines wider than the view are
/// wrapped. Text is selected with the mouse, a word by two clicks, a line by three; Ctrl+Shift+C copies the selection
/// or, without one, everything; Ctrl+Shift+V pastes.
public final class TerminalView extends PaintedRegion {
    private static final double PAD = 8;
    private static final double LARGEST = 14;
    private static final double SMALLEST = 11;

    /// One painted row: a part of a line.
    private record Piece(TerminalModel.Line line, int from, int to, int lineNumber) {}

    /// A place between two characters.
    private record Place(int line, int column) {
        boolean before(Place o) {
            return line < o.line || line == o.line && column < o.column;
        }
    }

    private final TerminalModel model;
    private final BooleanProperty hasKeys = new SimpleBooleanProperty();
    private Consumer<String> paste = text -> {};
    private List<Piece> pieces = List.of();
    private @Nullable Place anchor;
    private @Nullable Place end;
    private double cell = 8;
    private double rowHeight = 16;
    private long painted = -1;
    private int scrolled;
    private int lastLines;

    public TerminalView(TerminalModel model, Texts texts) {
        this.model = model;
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.TEXT_AREA);
        hasKeys.addListener((_, _, _) -> requestPaint());
        focusedProperty().addListener((_, _, _) -> requestPaint());
        setOnScroll(e -> scroll(e.getDeltaY() > 0 ? 3 : -3));
        setOnMousePressed(this::pressed);
        setOnMouseDragged(e -> {
            end = place(e);
            requestPaint();
        });
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
        ContextMenu menu = menu(texts);
        setOnContextMenuRequested(e -> menu.show(this, e.getScreenX(), e.getScreenY()));
    }

    private ContextMenu menu(Texts texts) {
        MenuItem copy = new MenuItem(texts.get("console.copy"));
        copy.setOnAction(_ -> copy());
        MenuItem put = new MenuItem(texts.get("console.paste"));
        put.setOnAction(_ -> paste());
        MenuItem all = new MenuItem(texts.get("console.select-all"));
        all.setOnAction(_ -> selectAll());
        return new ContextMenu(copy, put, all);
    }

    /// Whether the guest gets what is typed.
    public BooleanProperty hasKeysProperty() {
        return hasKeys;
    }

    /// Who gets pasted text.
    public void onPaste(Consumer<String> to) {
        paste = to;
    }

    public TerminalModel model() {
        return model;
    }

    /// Repaints if the model has changed since the last time. What is being read stays where it is.
    public void refresh() {
        if (painted == model.version()) return;
        if (scrolled > 0) scrolled = Math.min(scrolled + Math.max(0, model.lineCount() - lastLines), most());
        requestPaint();
    }

    private void key(KeyEvent e) {
        boolean ours = e.isShortcutDown() && e.isShiftDown();
        switch (e.getCode()) {
            case PAGE_UP -> scroll(10);
            case PAGE_DOWN -> scroll(-10);
            case C -> {
                if (!ours) return;
                copy();
            }
            case V -> {
                if (!ours) return;
                paste();
            }
            case A -> {
                if (!ours) return;
                selectAll();
            }
            default -> {
                return;
            }
        }
        e.consume();
    }

    private int most() {
        return Math.max(0, model.lineCount() - 3);
    }

    private void scroll(int lines) {
        scrolled = Math.clamp(scrolled + (long) lines, 0, most());
        requestPaint();
    }

    // ---- selection -------------------------------------------------------------------------------------------------

    private void pressed(MouseEvent e) {
        requestFocus();
        if (e.getButton() != MouseButton.PRIMARY) return;
        Place at = place(e);
        anchor = at;
        end = at;
        if (e.getClickCount() == 3) {
            anchor = new Place(at.line(), 0);
            end = new Place(at.line(), TerminalModel.COLUMNS);
        } else if (e.getClickCount() == 2) word(at);
        requestPaint();
    }

    private void word(Place at) {
        if (at.line() >= model.lineCount()) return;
        String line = model.lines(at.line(), at.line() + 1).getFirst().text();
        int from = Math.min(at.column(), line.length()), to = from;
        while (from > 0 && line.charAt(from - 1) != ' ') from--;
        while (to < line.length() && line.charAt(to) != ' ') to++;
        anchor = new Place(at.line(), from);
        end = new Place(at.line(), to);
    }

    private Place place(MouseEvent e) {
        if (pieces.isEmpty()) return new Place(0, 0);
        int row = Math.clamp((int) ((e.getY() - PAD / 2) / rowHeight), 0, pieces.size() - 1);
        Piece piece = pieces.get(row);
        int column = piece.from() + Math.max(0, (int) Math.round((e.getX() - PAD) / cell));
        return new Place(piece.lineNumber(), column);
    }

    /// The selected text, or "".
    public String selection() {
        if (anchor == null || end == null || anchor.equals(end)) return "";
        Place from = anchor.before(end) ? anchor : end;
        Place to = anchor.before(end) ? end : anchor;
        return model.text(from.line(), from.column(), to.line(), to.column());
    }

    public void selectAll() {
        anchor = new Place(0, 0);
        end = new Place(model.lineCount(), 0);
        requestPaint();
    }

    /// The selection, or everything, to the clipboard.
    public void copy() {
        ClipboardContent content = new ClipboardContent();
        String selected = selection();
        content.putString(selected.isEmpty() ? model.text() : selected);
        Clipboard.getSystemClipboard().setContent(content);
    }

    /// The clipboard's text to whom it concerns.
    public void paste() {
        String text = Clipboard.getSystemClipboard().getString();
        if (text != null && !text.isEmpty()) paste.accept(text);
    }

    private boolean isSelected(int line, int column) {
        if (anchor == null || end == null || anchor.equals(end)) return false;
        Place here = new Place(line, column);
        Place from = anchor.before(end) ? anchor : end;
        Place to = anchor.before(end) ? end : anchor;
        return !here.before(from) && here.before(to);
    }

    // ---- painting --------------------------------------------------------------------------------------------------

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        painted = model.version();
        lastLines = model.lineCount();
        double size = Math.clamp((width - 2 * PAD) / TerminalModel.COLUMNS / 0.602, SMALLEST, LARGEST);
        Font font = Fonts.mono(size);
        Text probe = new Text("M");
        probe.setFont(font);
        cell = probe.getLayoutBounds().getWidth();
        rowHeight = Math.ceil(size * 1.28);
        int columns = Math.max(20, (int) ((width - 2 * PAD) / cell));
        int rows = Math.max(1, (int) ((height - PAD) / rowHeight));
        g.setFill(paint(Role.SURFACE));
        g.fillRect(0, 0, width, height);
        pieces = newest(columns, rows);
        double y = PAD / 2 + rowHeight - size * 0.28;
        for (Piece piece : pieces) {
            line(g, piece, size, y);
            cursor(g, piece, y, size);
            y += rowHeight;
        }
        scrollBar(g, width, height, rows);
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
    }

    /// Where in the scrollback the view is, while it is not at the end.
    private void scrollBar(GraphicsContext g, double width, double height, int rows) {
        if (scrolled == 0) return;
        double all = Math.max(1, model.lineCount());
        double bar = Math.max(12, height * rows / all);
        double at = (height - bar) * (1 - scrolled / Math.max(1.0, most()));
        g.setFill(paint(Role.SUBTLE));
        g.fillRoundRect(width - 6, at, 4, bar, 4, 4);
    }

    private List<Piece> newest(int columns, int rows) {
        int last = Math.max(1, model.lineCount() - scrolled);
        int from = Math.max(0, last - rows);
        List<TerminalModel.Line> lines = model.lines(from, last);
        List<Piece> all = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            TerminalModel.Line line = lines.get(i);
            int length = line.text().length();
            int at = 0;
            do {
                all.add(new Piece(line, at, Math.min(length, at + columns), from + i));
                at += columns;
            } while (at < length);
        }
        return all.size() > rows ? all.subList(all.size() - rows, all.size()) : all;
    }

    private void line(GraphicsContext g, Piece piece, double size, double y) {
        int[] looks = piece.line().looks();
        int at = piece.from();
        while (at < piece.to()) {
            boolean selected = isSelected(piece.lineNumber(), at);
            int to = at + 1;
            while (to < piece.to() && looks[to] == looks[at] && isSelected(piece.lineNumber(), to) == selected) to++;
            run(g, piece, at, to, looks[at], selected, size, y);
            at = to;
        }
    }

    private void run(
            GraphicsContext g, Piece piece, int at, int to, int look, boolean selected, double size, double y) {
        double x = PAD + (at - piece.from()) * cell;
        boolean reverse = (look & TerminalModel.REVERSE) != 0;
        Role ink = (look & TerminalModel.COLOUR_SET) != 0 ? colour(look & 15) : Role.TEXT;
        Role behind = (look & TerminalModel.BACK_SET) != 0 ? back(look >> TerminalModel.BACK_SHIFT & 15) : Role.SURFACE;
        Role front = reverse ? behind : ink;
        Role ground = selected ? Role.SELECT : reverse ? ink : behind;
        if (selected && front == Role.SURFACE) front = Role.TEXT;
        if (front == ground) front = ground == Role.TEXT ? Role.SURFACE : Role.TEXT;
        if (ground != Role.SURFACE) {
            g.setFill(paint(ground));
            g.fillRect(x, y - rowHeight + size * 0.34, (to - at) * cell, rowHeight);
        }
        g.setFill(paint(front));
        g.setFont((look & TerminalModel.BOLD) != 0 ? Fonts.monoBold(size) : Fonts.mono(size));
        g.fillText(piece.line().text().substring(at, to), x, y);
        if ((look & TerminalModel.UNDERLINE) != 0) g.fillRect(x, y + 2, (to - at) * cell, 1);
    }

    private void cursor(GraphicsContext g, Piece piece, double y, double size) {
        int column = model.cursorColumn();
        boolean here = model.cursorShown()
                && piece.lineNumber() == model.cursorLine()
                && column >= piece.from()
                && (column < piece.to()
                        || column == piece.to()
                        || piece.to() == piece.line().text().length());
        if (!here) return;
        double x = PAD + (column - piece.from()) * cell;
        g.setFill(paint(hasKeys.get() ? Role.TEXT : Role.SUBTLE));
        if (!hasKeys.get()) {
            g.fillRect(x, y + 2, cell, 2);
            return;
        }
        g.fillRect(x, y - rowHeight + size * 0.34, cell, rowHeight - 1);
        if (column >= piece.line().text().length()) return;
        g.setFill(paint(Role.SURFACE));
        g.fillText(piece.line().text().substring(column, column + 1), x, y);
    }

    /// The sixteen colours of a terminal, by what the theme has: black and dark grey are readable on its ground.
    private static Role colour(int n) {
        return switch (n & 7) {
            case 0 -> n == 8 ? Role.MUTED : Role.SUBTLE;
            case 1 -> Role.PROBLEM;
            case 2 -> Role.GOOD;
            case 3 -> Role.BELL;
            case 4 -> Role.VMI;
            case 5 -> Role.HW;
            case 6 -> Role.ACCENT;
            default -> Role.TEXT;
        };
    }

    /// The same behind text, where black is the ground.
    private static Role back(int n) {
        return n == 0 ? Role.SURFACE : n == 8 ? Role.RAISED : colour(n);
    }
}
