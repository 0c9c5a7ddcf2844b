// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.Font;
import ringside.vmm.word.Iface;

/// The rings that a vCPU was in of late, newest at the right: ring 0 highest. Where a hypervisor is underneath, ring 0
/// is its own, in its own colour.
public final class RingStrip extends PaintedRegion {
    private static final double LABEL = 22, HEIGHT = 52;

    private List<Integer> rings = List.of();
    private CornerLook look = CornerLook.NATIVE;
    private boolean below;

    public RingStrip() {
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setMinHeight(HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
    }

    /// @param newRings by stretches of time, oldest first: bit n is ring n
    public void show(List<Integer> newRings, Iface iface) {
        if (newRings.equals(rings)) return;
        rings = newRings;
        look = CornerLook.of(iface);
        below = iface != Iface.NATIVE;
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
        if (rings.isEmpty()) return;
        double column = (width - LABEL) / rings.size();
        for (int i = 0; i < rings.size(); i++) {
            for (int ring = 0; ring < 4; ring++) {
                if ((rings.get(i) >>> ring & 1) == 0) continue;
                double x = LABEL + i * column, y = ring * row + 1;
                g.setFill(paint(ring == 3 ? look.tint() : ring == 0 && below ? Role.INK : look.colour()));
                g.fillRect(x, y, Math.max(1, column - 0.5), row - 2);
                if (ring != 3) continue;
                g.setFill(paint(look.colour()));
                g.fillRect(x, y, Math.max(1, column - 0.5), 1.5);
            }
        }
    }
}
