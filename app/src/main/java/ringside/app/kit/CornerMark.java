// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import javafx.scene.canvas.GraphicsContext;
import ringside.vmm.word.Iface;

/// The shape of an interface in its colour.
public final class CornerMark extends PaintedRegion {
    private final CornerLook look;

    public CornerMark(Iface iface, double size) {
        look = CornerLook.of(iface);
        setMinSize(size, size);
        setPrefSize(size, size);
        setMaxSize(size, size);
        setMouseTransparent(true);
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        look.draw(g, this, 0, 0, Math.min(width, height));
    }
}
