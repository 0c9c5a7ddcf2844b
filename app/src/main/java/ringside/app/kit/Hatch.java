// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Paint;

/// The pattern of a vCPU that could run and has no physical CPU: slanted lines, `/`.
final class Hatch {
    private static final double STEP = 4;

    private Hatch() {}

    /// Fills a rectangle. The lines of neighbours meet.
    static void draw(GraphicsContext g, double x, double y, double w, double h, Paint colour) {
        g.save();
        g.beginPath();
        g.rect(x, y, w, h);
        g.clip();
        g.setStroke(colour);
        g.setLineWidth(1);
        double first = Math.floor((x + y) / STEP) * STEP;
        for (double sum = first; sum <= x + w + y + h; sum += STEP) {
            g.strokeLine(sum - y, y, sum - y - h, y + h);
        }
        g.restore();
    }
}
