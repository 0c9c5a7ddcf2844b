// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import javafx.scene.canvas.GraphicsContext;

/// A square of a role's colour, for legends.
public final class Swatch extends PaintedRegion {
    private final Role role;

    public Swatch(Role role, double size) {
        this.role = role;
        setMinSize(size, size);
        setPrefSize(size, size);
        setMaxSize(size, size);
        setMouseTransparent(true);
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        g.setFill(paint(role));
        g.fillRect(0, 0, width, height);
        g.setStroke(paint(Role.SUBTLE));
        g.strokeRect(0.5, 0.5, width - 1, height - 1);
    }
}
