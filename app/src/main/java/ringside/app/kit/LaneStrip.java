// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Paint;
import javafx.scene.text.Font;
import ringside.vmm.word.Iface;

/// What each vCPU did, as lanes: a tint for user mode, the full colour for the kernel, thin for idle, ink for
/// crossings.
///
/// A column shows the greatest number of crossings that fell into it, so that a rare one is never averaged away.
public final class LaneStrip extends PaintedRegion {
    /// Height of one lane with its gap.
    public static final double LANE = 26;

    private static final double LABEL = 52;
    private static final double COLUMN = 2;
    private static final double INK = 9;

    /// One vCPU.
    ///
    /// @param user ticks by column, and so on; all four of one length
    public record Lane(String label, int[] user, int[] kernel, int[] idle, int[] ready, int[] crossings) {}

    private final CornerLook look;
    private List<Lane> lanes = List.of();
    private double[] bells = new double[0];

    public LaneStrip(Iface iface, int vcpus) {
        look = CornerLook.of(iface);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        double height = vcpus * LANE + 4;
        setMinHeight(height);
        setPrefHeight(height);
        setMaxHeight(height);
    }

    /// Columns that fit.
    public int columns() {
        return Math.max(1, (int) ((getWidth() - LABEL - 4) / COLUMN));
    }

    /// @param bellMarks places of bells, 0 to 1
    public void show(List<Lane> newLanes, double[] bellMarks) {
        lanes = newLanes;
        bells = bellMarks;
        requestPaint();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        double y = 2;
        for (Lane lane : lanes) {
            g.setFont(Font.font(11));
            g.setFill(paint(Role.MUTED));
            g.fillText(lane.label(), 2, y + LANE * 0.62);
            lane(g, lane, y, LANE - 5);
            y += LANE;
        }
        g.setFill(paint(Role.BELL));
        for (double bell : bells) {
            g.fillRect(LABEL + Math.round(bell * (width - LABEL - 4)), 0, 1.5, height);
        }
    }

    private void lane(GraphicsContext g, Lane lane, double y, double h) {
        int n = lane.user().length;
        g.setFill(paint(Role.RAISED));
        g.fillRect(LABEL, y, n * COLUMN, h);
        bars(g, lane, y, h);
        int most = 1;
        for (int c : lane.crossings()) most = Math.max(most, c);
        g.setFill(paint(Role.INK));
        for (int i = 0; i < n; i++) {
            int c = lane.crossings()[i];
            if (c == 0) continue;
            double ink = Math.max(2, INK * Math.log1p(c) / Math.log1p(most));
            g.fillRect(LABEL + i * COLUMN, y, COLUMN, ink);
        }
    }

    /// Neighbouring columns that look the same are one rectangle.
    private void bars(GraphicsContext g, Lane lane, double y, double h) {
        int n = lane.user().length;
        int at = 0;
        while (at < n) {
            int kernel = part(lane.kernel(), lane, at);
            int user = part(lane.user(), lane, at);
            int idle = part(lane.idle(), lane, at);
            int ready = part(lane.ready(), lane, at);
            int end = at + 1;
            while (end < n
                    && part(lane.kernel(), lane, end) == kernel
                    && part(lane.user(), lane, end) == user
                    && part(lane.idle(), lane, end) == idle
                    && part(lane.ready(), lane, end) == ready) end++;
            double x = LABEL + at * COLUMN;
            double w = (end - at) * COLUMN;
            stack(g, x, w, y, h, kernel / 8.0, Math.min(user, 8 - kernel) / 8.0, idle);
            if (ready > 0) Hatch.draw(g, x, y, w, h * ready / 8, paint(look.colour()));
            at = end;
        }
    }

    private void stack(
            GraphicsContext g, double x, double w, double y, double h, double kernel, double user, int idle) {
        Paint full = paint(look.colour());
        double bottom = y + h;
        if (kernel > 0) {
            g.setFill(full);
            g.fillRect(x, bottom - h * kernel, w, h * kernel);
            bottom -= h * kernel;
        }
        if (user > 0) {
            g.setFill(paint(look.tint()));
            g.fillRect(x, bottom - h * user, w, h * user);
            g.setFill(full);
            g.fillRect(x, bottom - h * user, w, 1);
        } else if (idle > 0 && kernel == 0) {
            g.setFill(paint(Role.SUBTLE));
            g.fillRect(x, y + h / 2, w, 1);
        }
    }

    private static int part(int[] of, Lane lane, int i) {
        long all = (long) lane.user()[i] + lane.kernel()[i] + lane.idle()[i] + lane.ready()[i];
        return all == 0 ? 0 : (int) Math.round(8.0 * of[i] / all);
    }
}
