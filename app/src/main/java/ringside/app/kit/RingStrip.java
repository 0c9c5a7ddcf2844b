// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.Font;
import ringside.vmm.word.Iface;

/// The rings that a vCPU was found in, one column a look, newest at the right: ring 0 highest.
public final class RingStrip extends PaintedRegion {
    private static final double COLUMN = 4, LABEL = 22, HEIGHT = 52;

    private List<Integer> rings = List.of();
    private CornerLook look = CornerLook.NATIVE;

    public RingStrip() {
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setMinHeight(HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
    }

    public void show(List<Integer> newRings, Iface iface) {
        if (newRings.equals(rings)) return;
        rings = newRings;
        look = CornerLook.of(iface);
        requestPaint();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        g.setFont(Font.font(10));
        double row = height / 4;
        for (int ring = 0; ring < 4; ring++) {
            g.setFill(paint(Role.MUTED));
            g.fillText(Integer.toString(ring), 6, ring * row + row - 3);
            g.setFill(paint(Role.LINE));
            g.fillRect(LABEL, ring * row + row - 1, width - LABEL, 1);
        }
        int fit = Math.min(rings.size(), (int) ((width - LABEL) / COLUMN));
        for (int i = 0; i < fit; i++) {
            int ring = rings.get(rings.size() - fit + i);
            g.setFill(paint(ring == 3 ? look.tint() : look.colour()));
            g.fillRect(LABEL + i * COLUMN, ring * row + 1, COLUMN - 1, row - 2);
            if (ring == 3) {
                g.setFill(paint(look.colour()));
                g.fillRect(LABEL + i * COLUMN, ring * row + 1, COLUMN - 1, 1.5);
            }
        }
    }
}
