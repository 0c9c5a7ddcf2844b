// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import javafx.beans.property.LongProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.geometry.Orientation;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.ScrollBar;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.text.Font;
import org.jspecify.annotations.Nullable;
import ringside.app.theme.Fonts;
import ringside.vmm.word.Iface;

/// A list of rows without limit, of which only the visible ones are ever asked for. Follows the newest row until
/// somebody scrolls or selects.
public final class RowCanvas extends PaintedRegion implements Tabular {
    private static final double ROW = 21;
    private static final double HEAD = 24;
    private static final double SIZE = 12;
    private static final double PAD = 10;
    private static final double MARK = 18;
    private static final double BAR = 14;
    private static final double EMPTY_LETTER = 6.9;
    private static final int LEAST = 6;

    /// A column: its title and its width in characters; the last one takes what is left.
    public record Column(String title, int characters) {}

    /// What a cell says, and in which role's colour.
    public record Cell(String text, Role role) {
        public static Cell of(String text) {
            return new Cell(text, Role.TEXT);
        }
    }

    /// A row.
    ///
    /// @param iface whose mark stands in front, or null for none
    /// @param tint  the row is set apart (a bell)
    public record Row(@Nullable Iface iface, List<Cell> cells, boolean tint) {}

    /// Where rows come from.
    public interface Rows {
        long count();

        Row at(long index);
    }

    private final Rows rows;
    private final List<Column> columns;
    private final ScrollBar bar = new ScrollBar();
    private final LongProperty selected = new SimpleLongProperty(-1);
    private final String emptyText;
    private long top;
    private boolean following = true;
    private boolean sticky = true;
    private boolean moving;
    private LongConsumer opened = _ -> {};
    private LongConsumer deleted = _ -> {};

    public RowCanvas(Rows rows, List<Column> columns, String emptyText) {
        this.rows = rows;
        this.columns = columns;
        this.emptyText = emptyText;
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.LIST_VIEW);
        bar.setOrientation(Orientation.VERTICAL);
        bar.setFocusTraversable(false);
        bar.valueProperty().addListener((_, _, value) -> dragged(value.doubleValue()));
        getChildren().add(bar);
        setOnScroll(e -> scrollTo(top + (e.getDeltaY() > 0 ? -3 : 3)));
        setOnMousePressed(this::press);
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
        focusedProperty().addListener((_, _, _) -> requestPaint());
        selected.addListener((_, _, _) -> requestPaint());
        setMinHeight(HEAD + 2 * ROW);
    }

    /// How many rows there are.
    @Override
    public long count() {
        return rows.count();
    }

    @Override
    public List<String> titles() {
        return columns.stream().map(Column::title).toList();
    }

    @Override
    public List<String> cells(long row) {
        List<String> out = new ArrayList<>();
        for (Cell cell : rows.at(row).cells()) out.add(cell.text());
        while (out.size() < columns.size()) out.add("");
        return out;
    }

    /// Index of the selected row, or -1.
    public LongProperty selectedProperty() {
        return selected;
    }

    /// A table of columns whose titles stand in one text, with commas between.
    ///
    /// @param widths in characters, one a title
    public static RowCanvas of(
            String titles, List<Integer> widths, LongSupplier count, LongFunction<Row> at, String empty) {
        List<Column> columns = new ArrayList<>();
        String[] names = titles.split(",");
        for (int i = 0; i < widths.size(); i++)
            columns.add(new Column(i < names.length ? names[i].strip() : "", widths.get(i)));
        return new RowCanvas(
                new Rows() {
                    @Override
                    public long count() {
                        return count.getAsLong();
                    }

                    @Override
                    public Row at(long index) {
                        return at.apply(index);
                    }
                },
                columns,
                empty);
    }

    /// Shows the first rows until somebody scrolls, where the others follow the newest.
    public void startAtTop() {
        following = false;
        sticky = false;
    }

    /// Rows came or went.
    public void refresh() {
        if (following) top = lastTop();
        requestPaint();
    }

    /// The first rows are not there any more: what is seen and selected stays the same.
    public void forget(long count) {
        if (count <= 0) return;
        top = Math.max(0, top - count);
        if (selected.get() >= 0) selected.set(Math.max(-1, selected.get() - count));
        requestPaint();
    }

    /// Shows the newest row and stays with it.
    public void follow() {
        following = true;
        refresh();
    }

    /// Who is told of a double click on a row, or of Enter.
    public void onOpen(LongConsumer to) {
        opened = to;
    }

    /// Who is told of Delete on a row.
    public void onDelete(LongConsumer to) {
        deleted = to;
    }

    /// Brings a row into sight; follows no newer ones from then on.
    public void reveal(long index) {
        if (index < 0 || index >= rows.count()) return;
        following = false;
        if (index < top || index >= top + visible()) top = Math.clamp(index - visible() / 3, 0, lastTop());
        requestPaint();
    }

    private int visible() {
        return Math.max(1, (int) ((getHeight() - HEAD) / ROW));
    }

    private long lastTop() {
        return Math.max(0, rows.count() - visible());
    }

    private void scrollTo(long wanted) {
        top = Math.clamp(wanted, 0, lastTop());
        following = sticky && top >= lastTop();
        requestPaint();
    }

    private void dragged(double value) {
        if (!moving) scrollTo((long) value);
    }

    private void press(MouseEvent e) {
        requestFocus();
        long index = top + (long) ((e.getY() - HEAD) / ROW);
        if (e.getY() >= HEAD && index < rows.count()) {
            select(index);
            if (e.getClickCount() == 2) opened.accept(index);
        }
    }

    private void key(KeyEvent e) {
        long count = rows.count();
        long at = selected.get();
        switch (e.getCode()) {
            case DOWN -> select(at < 0 ? count - 1 : Math.min(count - 1, at + 1));
            case UP -> select(at < 0 ? count - 1 : Math.max(0, at - 1));
            case PAGE_DOWN -> select(Math.min(count - 1, Math.max(0, at) + visible()));
            case PAGE_UP -> select(Math.max(0, at - visible()));
            case ENTER -> {
                if (at >= 0) opened.accept(at);
            }
            case DELETE -> {
                if (at >= 0) deleted.accept(at);
            }
            case HOME -> select(count == 0 ? -1 : 0);
            case END -> {
                select(count - 1);
                follow();
            }
            default -> {
                return;
            }
        }
        e.consume();
    }

    private void select(long index) {
        if (rows.count() == 0) return;
        selected.set(index);
        if (index < top) top = index;
        if (index >= top + visible()) top = index - visible() + 1;
        following = false;
        setAccessibleText(spoken(rows.at(index)));
        requestPaint();
    }

    private static String spoken(Row row) {
        StringBuilder out =
                new StringBuilder(row.iface() == null ? "" : row.iface().id());
        for (Cell cell : row.cells()) out.append(' ').append(cell.text());
        return out.toString();
    }

    @Override
    protected void layoutOthers(double width, double height) {
        double w = 12;
        if (following) top = lastTop();
        bar.resizeRelocate(width - w, HEAD, w, height - HEAD);
        moving = true;
        bar.setVisibleAmount(visible());
        bar.setMax(lastTop());
        bar.setValue(top);
        bar.setVisible(lastTop() > 0);
        bar.setBlockIncrement(visible());
        moving = false;
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        long count = rows.count();
        top = following ? lastTop() : Math.clamp(top, 0, lastTop());
        g.setFill(paint(Role.SURFACE));
        g.fillRect(0, 0, width, height);
        head(g, width);
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
        if (count == 0) {
            g.setFont(Font.font(13));
            g.setFill(paint(Role.MUTED));
            empty(g, width);
            return;
        }
        double y = HEAD;
        for (long i = top; i < count && y < height; i++) {
            row(g, rows.at(i), i, y, width);
            y += ROW;
        }
    }

    /// What is said of an empty list, in as many lines as it takes.
    private void empty(GraphicsContext g, double width) {
        int room = (int) Math.max(12, (width - 2 * PAD) / EMPTY_LETTER);
        StringBuilder line = new StringBuilder();
        double y = HEAD + 28;
        for (String word : emptyText.split(" ")) {
            if (line.length() + word.length() >= room && !line.isEmpty()) {
                g.fillText(line.toString(), PAD, y);
                line.setLength(0);
                y += ROW;
            }
            line.append(word).append(' ');
        }
        g.fillText(line.toString(), PAD, y);
    }

    /// Characters that fit into a column here; fewer than a few are not worth showing.
    private int room(int column, double x, double width) {
        int fit = (int) ((width - x - BAR) / cw());
        int room =
                column < columns.size() - 1 ? Math.min(fit, columns.get(column).characters() - 1) : fit;
        return room < Math.min(LEAST, columns.get(column).characters() - 1) ? 0 : room;
    }

    private void head(GraphicsContext g, double width) {
        g.setFill(paint(Role.RAISED));
        g.fillRect(0, 0, width, HEAD);
        g.setFill(paint(Role.LINE));
        g.fillRect(0, HEAD - 1, width, 1);
        g.setFont(Font.font(11.5));
        g.setFill(paint(Role.MUTED));
        double x = PAD + MARK;
        for (int i = 0; i < columns.size(); i++) {
            if (room(i, x, width) > 0) g.fillText(columns.get(i).title(), x, HEAD - 8);
            x += columns.get(i).characters() * cw();
        }
    }

    private void row(GraphicsContext g, Row row, long index, double y, double width) {
        if (row.tint()) {
            g.setFill(paint(Role.RAISED));
            g.fillRect(0, y, width, ROW);
            g.setFill(paint(Role.BELL));
            g.fillRect(0, y, 3, ROW);
        }
        if (index == selected.get()) {
            g.setFill(paint(Role.SELECT));
            g.fillRect(0, y, width, ROW);
            g.setFill(paint(Role.ACCENT));
            g.fillRect(0, y, 3, ROW);
            if (isFocused()) {
                g.setStroke(paint(Role.ACCENT));
                g.setLineWidth(1);
                g.strokeRect(0.5, y + 0.5, width - 13, ROW - 1);
            }
        }
        if (row.iface() != null) CornerLook.of(row.iface()).draw(g, this, PAD, y + 6, 9);
        g.setFont(Fonts.mono(SIZE));
        double x = PAD + MARK;
        List<Cell> cells = row.cells();
        for (int i = 0; i < cells.size(); i++) {
            int room = i < columns.size() ? room(i, x, width) : 0;
            if (room == 0) break;
            g.setFill(paint(cells.get(i).role()));
            g.fillText(cut(cells.get(i).text(), room), x, y + ROW - 6);
            if (i < columns.size()) x += columns.get(i).characters() * cw();
        }
    }

    private static String cut(String text, int room) {
        return text.length() <= room ? text : text.substring(0, Math.max(0, room - 1)) + "…";
    }

    private static double cw() {
        return SIZE * 0.602;
    }
}
