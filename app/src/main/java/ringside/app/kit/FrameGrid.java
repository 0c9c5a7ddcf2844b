// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import java.util.function.IntConsumer;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyEvent;
import javafx.scene.paint.Paint;
import javafx.scene.text.Font;

/// Machine memory as squares, one a frame, or one for several where they would not fit: then the rarest kind among
/// them is shown, so that a single page table is never hidden by plain memory.
public final class FrameGrid extends PaintedRegion implements Tabular {
    private static final double LARGEST = 14, SMALLEST = 3;

    /// How a kind is drawn.
    ///
    /// @param letter written into squares that are large enough, or ""
    public record Kind(Role colour, String letter) {}

    private Kind[] kinds = new Kind[0];
    private byte[] frames = new byte[0];
    private int[] rarity = new int[0];
    private int selected = -1;
    private int perSquare = 1;
    private int columns = 1;
    private double square = LARGEST;
    private IntConsumer listener = _ -> {};
    private Tabular words = new Nothing();

    /// Nobody has said yet what frames are in words.
    private static final class Nothing implements Tabular {
        @Override
        public List<String> titles() {
            return List.of();
        }

        @Override
        public long count() {
            return 0;
        }

        @Override
        public List<String> cells(long row) {
            return List.of();
        }
    }

    /// The same frames in words, one a row.
    public void asTable(Tabular table) {
        words = table;
    }

    @Override
    public List<String> titles() {
        return words.titles();
    }

    @Override
    public long count() {
        return words.count();
    }

    @Override
    public List<String> cells(long row) {
        return words.cells(row);
    }

    public FrameGrid() {
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setMinHeight(60);
        setOnMousePressed(e -> {
            requestFocus();
            int at = (int) (e.getY() / square) * columns + (int) (e.getX() / square);
            choose(at * perSquare);
        });
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
        focusedProperty().addListener((_, _, _) -> requestPaint());
    }

    /// Who is told of the chosen frame.
    public void onSelect(IntConsumer to) {
        listener = to;
    }

    /// Shows frames; the arrays are not changed here and must not be elsewhere.
    ///
    /// @param totals how many frames are of each kind
    public void show(byte[] frameKinds, Kind[] looks, int[] totals, int selectedFrame) {
        frames = frameKinds;
        kinds = looks;
        rarity = totals;
        selected = selectedFrame;
        requestPaint();
    }

    private void choose(int frame) {
        if (frame < 0 || frame >= frames.length) return;
        selected = frame;
        requestPaint();
        listener.accept(frame);
    }

    private void key(KeyEvent e) {
        int step = switch (e.getCode()) {
            case LEFT -> -perSquare;
            case RIGHT -> perSquare;
            case UP -> -perSquare * columns;
            case DOWN -> perSquare * columns;
            default -> 0;
        };
        if (step == 0) return;
        choose(Math.max(0, selected) + step);
        e.consume();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        g.setFill(paint(Role.SURFACE));
        g.fillRect(0, 0, width, height);
        if (frames.length == 0) return;
        fit(width, height);
        int squares = (frames.length + perSquare - 1) / perSquare;
        double inner = square > 5 ? square - 1 : square - 0.5;
        g.setFont(Font.font(square * 0.72));
        for (int i = 0; i < squares; i++) {
            Kind kind = kinds[rarest(i * perSquare)];
            double x = i % columns * square, y = (double) (i / columns) * square;
            if (y > height) break;
            Paint fill = paint(kind.colour());
            g.setFill(fill);
            g.fillRect(x, y, inner, inner);
            if (!kind.letter().isEmpty() && square >= 10) {
                g.setFill(paint(Role.SURFACE));
                g.fillText(kind.letter(), x + square * 0.22, y + square * 0.74);
            }
        }
        if (selected >= 0) {
            int i = selected / perSquare;
            g.setStroke(paint(Role.TEXT));
            g.setLineWidth(2);
            g.strokeRect(i % columns * square - 1, (double) (i / columns) * square - 1, square + 1, square + 1);
        }
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
    }

    private void fit(double width, double height) {
        perSquare = 1;
        square = LARGEST;
        while (square > SMALLEST && !fits(width, height)) square -= 1;
        while (!fits(width, height)) perSquare *= 2;
        columns = Math.max(1, (int) (width / square));
    }

    private boolean fits(double width, double height) {
        long across = Math.max(1, (long) (width / square)), down = Math.max(1, (long) (height / square));
        return across * down >= (frames.length + perSquare - 1) / perSquare;
    }

    private int rarest(int from) {
        int best = frames[from];
        for (int i = from; i < Math.min(frames.length, from + perSquare); i++)
            if (rarity[frames[i]] < rarity[best]) best = frames[i];
        return best;
    }
}
