// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayList;
import java.util.List;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyEvent;
import javafx.scene.text.Font;
import javafx.scene.text.Text;
import ringside.app.theme.Fonts;

/// Shows a {@link TerminalModel}: the newest lines, or older ones after scrolling. Lines wider than the view are
/// wrapped.
public final class TerminalView extends PaintedRegion {
    private static final double PAD = 8;
    private static final double LARGEST = 14;
    private static final double SMALLEST = 11;

    /// One painted row: a part of a line.
    private record Piece(TerminalModel.Line line, int from, int to, int lineNumber) {}

    private final TerminalModel model;
    private final BooleanProperty hasKeys = new SimpleBooleanProperty();
    private long painted = -1;
    private int scrolled;

    public TerminalView(TerminalModel model) {
        this.model = model;
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.TEXT_AREA);
        hasKeys.addListener((_, _, _) -> requestPaint());
        focusedProperty().addListener((_, _, _) -> requestPaint());
        setOnScroll(e -> scroll(e.getDeltaY() > 0 ? 3 : -3));
        setOnMousePressed(_ -> requestFocus());
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
    }

    /// Whether the guest gets what is typed.
    public BooleanProperty hasKeysProperty() {
        return hasKeys;
    }

    public TerminalModel model() {
        return model;
    }

    /// Repaints if the model has changed since the last time.
    public void refresh() {
        if (painted != model.version()) requestPaint();
    }

    private void key(KeyEvent e) {
        switch (e.getCode()) {
            case PAGE_UP -> scroll(10);
            case PAGE_DOWN -> scroll(-10);
            default -> {
                return;
            }
        }
        e.consume();
    }

    private void scroll(int lines) {
        int most = Math.max(0, model.lineCount() - 3);
        scrolled = Math.clamp(scrolled + lines, 0, most);
        requestPaint();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        painted = model.version();
        double size = Math.clamp((width - 2 * PAD) / TerminalModel.COLUMNS / 0.602, SMALLEST, LARGEST);
        Font font = Fonts.mono(size);
        Text probe = new Text("M");
        probe.setFont(font);
        double cw = probe.getLayoutBounds().getWidth();
        double lh = Math.ceil(size * 1.28);
        int columns = Math.max(20, (int) ((width - 2 * PAD) / cw));
        int rows = Math.max(1, (int) ((height - PAD) / lh));
        g.setFill(paint(Role.SURFACE));
        g.fillRect(0, 0, width, height);
        List<Piece> pieces = newest(columns, rows);
        double y = PAD / 2 + lh - size * 0.28;
        for (Piece piece : pieces) {
            line(g, piece, size, cw, lh, y);
            cursor(g, piece, cw, lh, y, size);
            y += lh;
        }
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
    }

    private List<Piece> newest(int columns, int rows) {
        int end = Math.max(1, model.lineCount() - scrolled);
        int from = Math.max(0, end - rows);
        List<TerminalModel.Line> lines = model.lines(from, end);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            TerminalModel.Line line = lines.get(i);
            int length = line.text().length();
            int at = 0;
            do {
                pieces.add(new Piece(line, at, Math.min(length, at + columns), from + i));
                at += columns;
            } while (at < length);
        }
        return pieces.size() > rows ? pieces.subList(pieces.size() - rows, pieces.size()) : pieces;
    }

    private void line(GraphicsContext g, Piece piece, double size, double cw, double lh, double y) {
        byte[] looks = piece.line().looks();
        int at = piece.from();
        while (at < piece.to()) {
            int end = at + 1;
            while (end < piece.to() && looks[end] == looks[at]) end++;
            run(g, piece, at, end, looks[at], size, cw, lh, y);
            at = end;
        }
    }

    private void run(
            GraphicsContext g, Piece piece, int at, int end, int look, double size, double cw, double lh, double y) {
        double x = PAD + (at - piece.from()) * cw;
        boolean reverse = (look & TerminalModel.REVERSE) != 0;
        Role colour = colour(look);
        if (reverse) {
            g.setFill(paint(colour));
            g.fillRect(x, y - lh + size * 0.34, (end - at) * cw, lh);
        }
        g.setFill(paint(reverse ? Role.SURFACE : colour));
        g.setFont((look & TerminalModel.BOLD) != 0 ? Fonts.monoBold(size) : Fonts.mono(size));
        g.fillText(piece.line().text().substring(at, end), x, y);
    }

    private void cursor(GraphicsContext g, Piece piece, double cw, double lh, double y, double size) {
        int column = model.cursorColumn();
        boolean here = piece.lineNumber() == model.cursorLine()
                && column >= piece.from()
                && (column < piece.to()
                        || column == piece.to()
                        || piece.to() == piece.line().text().length());
        if (!here) return;
        double x = PAD + (column - piece.from()) * cw;
        g.setFill(paint(hasKeys.get() ? Role.TEXT : Role.SUBTLE));
        if (hasKeys.get()) {
            g.fillRect(x, y - lh + size * 0.34, cw, lh - 1);
        } else {
            g.fillRect(x, y + 2, cw, 2);
        }
    }

    private static Role colour(int look) {
        if ((look & TerminalModel.COLOUR_SET) == 0) return Role.TEXT;
        return switch (look & 7) {
            case 0 -> Role.SUBTLE;
            case 1 -> Role.PROBLEM;
            case 2 -> Role.GOOD;
            case 3 -> Role.BELL;
            case 4 -> Role.VMI;
            case 5 -> Role.HW;
            case 6 -> Role.ACCENT;
            default -> Role.TEXT;
        };
    }
}
