// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import javafx.scene.canvas.GraphicsContext;
import ringside.vmm.word.Iface;

/// One number per corner as thin bars of a common scale. Colour and fill pattern say whose it is.
public final class BarsCell extends PaintedRegion {
    private static final double BAR = 6;

    private final List<CornerLook> looks;
    private double[] values = new double[0];

    public BarsCell(List<Iface> ifaces) {
        looks = ifaces.stream().map(CornerLook::of).toList();
        double height = ifaces.size() * (BAR + 2) + 4;
        setMinSize(60, height);
        setPrefSize(240, height);
        setMaxHeight(height);
    }

    public void show(double[] newValues) {
        if (java.util.Arrays.equals(values, newValues)) return;
        values = newValues;
        requestPaint();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        double most = 0;
        for (double v : values) most = Math.max(most, v);
        if (most <= 0) return;
        double y = 2;
        for (int i = 0; i < values.length && i < looks.size(); i++) {
            double w = values[i] <= 0 ? 0 : Math.max(2, (width - 2) * values[i] / most);
            bar(g, looks.get(i), y, w);
            y += BAR + 2;
        }
    }

    private void bar(GraphicsContext g, CornerLook look, double y, double w) {
        if (w == 0) return;
        g.setStroke(paint(look.colour()));
        g.setFill(paint(look.colour()));
        if (Cover.place(this, look) >= 0) {
            g.fillRect(0, y, w, BAR);
            return;
        }
        switch (look) {
            case VMI -> g.fillRect(0, y, w, BAR);
            case XEN -> stripes(g, look, y, w);
            case NATIVE -> {
                g.setLineWidth(1.5);
                g.strokeRect(0.75, y + 0.75, Math.max(1, w - 1.5), BAR - 1.5);
            }
            case HW -> {
                g.setFill(paint(look.tint()));
                g.fillRect(0, y, w, BAR);
                g.setFill(paint(look.colour()));
                for (double x = 1; x < w - 2; x += 5) g.fillRect(x, y + 2, 2, 2);
            }
        }
    }

    private void stripes(GraphicsContext g, CornerLook look, double y, double w) {
        g.setFill(paint(look.tint()));
        g.fillRect(0, y, w, BAR);
        g.save();
        g.beginPath();
        g.rect(0, y, w, BAR);
        g.clip();
        g.setLineWidth(2);
        for (double x = -BAR; x < w + BAR; x += 5) g.strokeLine(x, y + BAR + 1, x + BAR + 2, y - 1);
        g.restore();
    }
}
