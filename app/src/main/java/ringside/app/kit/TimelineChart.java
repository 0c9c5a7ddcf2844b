// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.ScrollEvent;
import javafx.scene.paint.Paint;
import javafx.scene.text.Font;
import ringside.vmm.word.Iface;

/// Lanes of all vCPUs over a common axis, an overview above them and crossings beneath: zoom, pan, a cursor, a
/// selected range. Draws columns only, whatever the number of events; the highest crossing count of a column is what
/// it shows.
public final class TimelineChart extends PaintedRegion {
    /// Width of a column in pixels.
    public static final double COLUMN = 2;

    private static final double LABEL = 80, RIGHT = 10, OVERVIEW = 34, AXIS = 22, LANE = 28, HISTOGRAM = 46, GAP = 6;
    private static final double MOST_STRETCH = 2.4;
    private static final double CLICK = 4, GRIP = 5;

    /// One vCPU's lane; all arrays of one length.
    ///
    /// @param here where its corner stands, on the axis
    public record Lane(
            Iface iface,
            String label,
            int[] user,
            int[] kernel,
            int[] idle,
            int[] ready,
            int[] crossings,
            double here) {}

    /// Crossings of one corner by column.
    public record Histogram(Iface iface, int[] crossings) {}

    /// A place on the axis with words: a bell or a note.
    public record Mark(double at, String text, boolean note) {}

    /// Everything to draw.
    ///
    /// @param from    the axis' value at the left end
    /// @param to      the axis' value at the right end
    /// @param all     the axis' value at the end of the whole run
    /// @param cursor  the time cursor on the axis, or NaN
    /// @param picked  a selected event on the axis, or NaN
    /// @param selFrom begin of the selected range, or NaN
    public record Picture(
            double from,
            double to,
            double all,
            double cursor,
            double picked,
            double selFrom,
            double selTo,
            int[] overview,
            List<Lane> lanes,
            List<Histogram> histograms,
            List<Mark> marks) {}

    /// Is told what people do with the chart.
    public interface Hand {
        /// Zooms by a factor around a place on the axis.
        void zoom(double factor, double around);

        /// Moves by a share of what is visible.
        void pan(double share);

        void fit();

        /// The cursor was put somewhere.
        void cursor(double at);

        /// The cursor is being dragged over a place.
        void scrub(double at);

        void select(double from, double to);
    }

    private final Hand hand;
    private final String emptyText;
    private final String histogramText;
    private Picture picture = new Picture(
            0, 1, 1, Double.NaN, Double.NaN, Double.NaN, Double.NaN, new int[0], List.of(), List.of(), List.of());
    private double pressed = Double.NaN;
    private double dragged = Double.NaN;
    private boolean inOverview;
    private boolean scrubbing;
    private double stretch = 1;

    public TimelineChart(Hand hand, String emptyText, String histogramText) {
        this.histogramText = histogramText;
        this.hand = hand;
        this.emptyText = emptyText;
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setMinHeight(120);
        addEventHandler(ScrollEvent.SCROLL, this::scroll);
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::press);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, this::drag);
        addEventHandler(MouseEvent.MOUSE_RELEASED, this::release);
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
        focusedProperty().addListener((_, _, _) -> requestPaint());
    }

    /// Columns that fit.
    public int columns() {
        return Math.max(1, (int) ((getWidth() - LABEL - RIGHT) / COLUMN));
    }

    /// Height that shows so many lanes and histograms in full.
    public static double heightFor(int lanes, int histograms) {
        return OVERVIEW + AXIS + lanes * LANE + GAP + histograms * (HISTOGRAM + GAP) + 4;
    }

    public void show(Picture now) {
        picture = now;
        requestPaint();
    }

    private double axis(double x) {
        double share = (x - LABEL) / Math.max(1, columns() * COLUMN);
        return picture.from() + (picture.to() - picture.from()) * Math.clamp(share, 0, 1);
    }

    private double x(double axis) {
        double span = picture.to() - picture.from();
        return LABEL + (axis - picture.from()) / (span == 0 ? 1 : span) * columns() * COLUMN;
    }

    private void scroll(ScrollEvent e) {
        if (e.getDeltaX() != 0 || e.isShiftDown()) {
            double d = e.getDeltaX() != 0 ? e.getDeltaX() : e.getDeltaY();
            hand.pan(d > 0 ? -0.15 : 0.15);
        } else if (e.getDeltaY() != 0) {
            hand.zoom(e.getDeltaY() > 0 ? 0.8 : 1.25, axis(e.getX()));
        }
        e.consume();
    }

    private void press(MouseEvent e) {
        requestFocus();
        if (e.getButton() != MouseButton.PRIMARY) return;
        inOverview = e.getY() < OVERVIEW;
        if (inOverview) {
            overview(e.getX());
            return;
        }
        // The axis, and the cursor itself, are the handle of time.
        double cursor = Double.isNaN(picture.cursor()) ? -GRIP * 2 : x(picture.cursor());
        scrubbing = e.getY() < OVERVIEW + AXIS || Math.abs(e.getX() - cursor) < GRIP;
        if (scrubbing) hand.scrub(axis(e.getX()));
        else pressed = dragged = e.getX();
    }

    /// Centres what is visible on a place of the overview.
    private void overview(double x) {
        double share = Math.clamp((x - LABEL) / Math.max(1, columns() * COLUMN), 0, 1);
        double middle = (picture.from() + picture.to()) / 2, span = picture.to() - picture.from();
        if (span > 0) hand.pan((share * picture.all() - middle) / span);
    }

    private void drag(MouseEvent e) {
        if (inOverview) overview(e.getX());
        else if (scrubbing) hand.scrub(axis(e.getX()));
        else if (!Double.isNaN(pressed)) {
            dragged = e.getX();
            requestPaint();
        }
    }

    private void release(MouseEvent e) {
        if (scrubbing) hand.cursor(axis(e.getX()));
        scrubbing = false;
        if (!inOverview && !Double.isNaN(pressed)) {
            if (Math.abs(e.getX() - pressed) < CLICK) hand.cursor(axis(e.getX()));
            else hand.select(axis(Math.min(pressed, e.getX())), axis(Math.max(pressed, e.getX())));
        }
        pressed = dragged = Double.NaN;
        requestPaint();
    }

    private void key(KeyEvent e) {
        double middle = Double.isNaN(picture.cursor()) ? (picture.from() + picture.to()) / 2 : picture.cursor();
        switch (e.getCode()) {
            case W, PLUS, EQUALS, ADD -> hand.zoom(0.8, middle);
            case S, MINUS, SUBTRACT -> hand.zoom(1.25, middle);
            case A, LEFT -> hand.pan(-0.15);
            case D, RIGHT -> hand.pan(0.15);
            case DIGIT0, NUMPAD0 -> hand.fit();
            default -> {
                return;
            }
        }
        e.consume();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        g.setFill(paint(Role.SURFACE));
        g.fillRect(0, 0, width, height);
        if (picture.lanes().isEmpty()) {
            g.setFont(Font.font(13));
            g.setFill(paint(Role.MUTED));
            g.fillText(emptyText, 14, 30);
            return;
        }
        overview(g);
        double fixed = OVERVIEW + AXIS + GAP * (1 + picture.histograms().size()) + 4;
        double needed = picture.lanes().size() * LANE + picture.histograms().size() * HISTOGRAM;
        stretch = Math.clamp((height - fixed) / needed, 1, MOST_STRETCH);
        double top = OVERVIEW + AXIS, y = top;
        for (Lane lane : picture.lanes()) {
            lane(g, lane, y);
            y += Math.floor(LANE * stretch);
        }
        y += GAP;
        for (Histogram h : picture.histograms()) {
            histogram(g, h, y, Math.floor(HISTOGRAM * stretch));
            y += Math.floor(HISTOGRAM * stretch) + GAP;
        }
        marks(g, top, y - GAP);
        range(g, top, y - GAP);
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
    }

    private void overview(GraphicsContext g) {
        int[] all = picture.overview();
        int most = 1;
        for (int v : all) most = Math.max(most, v);
        double w = columns() * COLUMN, h = OVERVIEW - 8;
        g.setFill(paint(Role.RAISED));
        g.fillRect(LABEL, 3, w, h);
        g.setFill(paint(Role.SUBTLE));
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) continue;
            double bar = Math.max(1.5, (h - 3) * Math.log1p(all[i]) / Math.log1p(most));
            g.fillRect(LABEL + i * w / all.length, 3 + h - bar, Math.max(1, w / all.length), bar);
        }
        if (picture.all() > 0) {
            double a = LABEL + w * Math.clamp(picture.from() / picture.all(), 0, 1);
            double b = LABEL + w * Math.clamp(picture.to() / picture.all(), 0, 1);
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(a + 0.75, 3.75, Math.max(3, b - a - 1.5), h - 1.5);
        }
    }

    private void lane(GraphicsContext g, Lane lane, double y) {
        CornerLook look = CornerLook.of(lane.iface());
        double h = Math.floor(LANE * stretch) - 7;
        look.draw(g, this, 6, y + h / 2 - 5, 10);
        g.setFont(Font.font(11));
        g.setFill(paint(Role.MUTED));
        g.fillText(lane.label(), 22, y + h / 2 + 4);
        int n = lane.user().length;
        g.setFill(paint(Role.RAISED));
        g.fillRect(LABEL, y, n * COLUMN, h);
        Paint full = paint(look.colour()), tint = paint(look.tint());
        int at = 0;
        while (at < n) {
            int kernel = part(lane.kernel(), lane, at),
                    user = part(lane.user(), lane, at),
                    idle = part(lane.idle(), lane, at),
                    ready = part(lane.ready(), lane, at);
            int end = at + 1;
            while (end < n
                    && part(lane.kernel(), lane, end) == kernel
                    && part(lane.user(), lane, end) == user
                    && part(lane.idle(), lane, end) == idle
                    && part(lane.ready(), lane, end) == ready) end++;
            double x = LABEL + at * COLUMN, w = (end - at) * COLUMN, bottom = y + h;
            if (kernel > 0) {
                g.setFill(full);
                g.fillRect(x, bottom - h * kernel / 8, w, h * kernel / 8);
                bottom -= h * kernel / 8;
            }
            if (user > 0) {
                double high = h * Math.min(user, 8 - kernel) / 8; // both may have been rounded up
                g.setFill(tint);
                g.fillRect(x, bottom - high, w, high);
                g.setFill(full);
                g.fillRect(x, bottom - high, w, 1);
            } else if (idle > 0 && kernel == 0) {
                g.setFill(paint(Role.SUBTLE));
                g.fillRect(x, y + h / 2, w, 1);
            }
            if (ready > 0) Hatch.draw(g, x, y, w, h * ready / 8, full);
            at = end;
        }
        double here = Math.round(x(lane.here()));
        if (here >= LABEL && here <= LABEL + n * COLUMN) {
            g.setFill(paint(Role.TEXT));
            g.fillRect(here - 1, y - 2, 3, h + 4);
        }
        int most = 1;
        for (int c : lane.crossings()) most = Math.max(most, c);
        g.setFill(paint(Role.INK));
        for (int i = 0; i < n; i++) {
            int c = lane.crossings()[i];
            if (c > 0)
                g.fillRect(LABEL + i * COLUMN, y, COLUMN, Math.max(2, h * 0.42 * Math.log1p(c) / Math.log1p(most)));
        }
    }

    private static int part(int[] of, Lane lane, int i) {
        long all = (long) lane.user()[i] + lane.kernel()[i] + lane.idle()[i] + lane.ready()[i];
        return all == 0 ? 0 : (int) Math.round(8.0 * of[i] / all);
    }

    private void histogram(GraphicsContext g, Histogram h, double y, double high) {
        CornerLook look = CornerLook.of(h.iface());
        look.draw(g, this, 6, y + high / 2 - 5, 10);
        int most = 0;
        for (int c : h.crossings()) most = Math.max(most, c);
        g.setFont(Font.font(10));
        g.setFill(paint(Role.MUTED));
        g.fillText(histogramText, 22, y + high / 2 + 4);
        g.fillText(String.format(Locale.ROOT, "%,d", most), 22, y + 10);
        g.setFill(paint(Role.LINE));
        g.fillRect(LABEL, y + high - 1, h.crossings().length * COLUMN, 1);
        g.setFill(paint(look.colour()));
        for (int i = 0; i < h.crossings().length; i++) {
            int c = h.crossings()[i];
            if (c == 0) continue;
            double bar = Math.max(1, (high - 2) * c / Math.max(1, most));
            g.fillRect(LABEL + i * COLUMN, y + high - 1 - bar, COLUMN, bar);
        }
    }

    private void marks(GraphicsContext g, double top, double bottom) {
        double right = LABEL + columns() * COLUMN;
        List<Double> taken = new ArrayList<>();
        g.setFont(Font.font(11));
        for (Mark mark : picture.marks()) {
            double x = Math.round(x(mark.at()));
            if (x < LABEL - 1 || x > right + 1) continue;
            g.setFill(paint(mark.note() ? Role.ACCENT : Role.BELL));
            g.fillRect(x, OVERVIEW + 4, 1.5, bottom - OVERVIEW - 4);
            double w = mark.text().length() * 6.2 + 8;
            boolean free = taken.stream().allMatch(t -> x >= t || x + w <= t - 400);
            if (!free || x + w > right) continue;
            g.fillText(mark.text(), x + 4, OVERVIEW + 15);
            taken.add(x + w);
        }
        if (!Double.isNaN(picture.picked())) {
            double x = Math.round(x(picture.picked()));
            g.setFill(paint(Role.ACCENT));
            if (x >= LABEL && x <= right) for (double y = OVERVIEW + AXIS; y < bottom; y += 8) g.fillRect(x, y, 1.5, 4);
        }
        if (!Double.isNaN(picture.cursor())) {
            double x = Math.round(x(picture.cursor()));
            if (x >= LABEL && x <= right) {
                g.setFill(paint(Role.TEXT));
                g.fillRect(x - 0.5, OVERVIEW, 2, bottom - OVERVIEW);
                g.fillPolygon(new double[] {x - 5, x + 6, x + 0.5}, new double[] {OVERVIEW, OVERVIEW, OVERVIEW + 8}, 3);
            }
        }
    }

    private void range(GraphicsContext g, double top, double bottom) {
        double a = Double.NaN, b = Double.NaN;
        if (!Double.isNaN(pressed) && Math.abs(dragged - pressed) >= CLICK) {
            a = Math.min(pressed, dragged);
            b = Math.max(pressed, dragged);
        } else if (!Double.isNaN(picture.selFrom())) {
            a = x(picture.selFrom());
            b = x(picture.selTo());
        }
        if (Double.isNaN(a)) return;
        double right = LABEL + columns() * COLUMN;
        a = Math.clamp(a, LABEL, right);
        b = Math.clamp(b, LABEL, right);
        if (b <= a) return;
        g.setFill(paint(Role.SELECT));
        g.fillRect(a, top, b - a, bottom - top);
        g.setStroke(paint(Role.ACCENT));
        g.setLineWidth(1);
        g.strokeRect(a + 0.5, top + 0.5, Math.max(1, b - a - 1), bottom - top - 1);
    }
}
