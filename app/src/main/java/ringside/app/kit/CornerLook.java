// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import javafx.scene.canvas.GraphicsContext;
import ringside.vmm.word.Iface;

/// Colour and shape of each interface: the same in every view. Inside a {@link Cover} they are those of a place. The
/// shape as a character is a text, `corner.glyph.ID`.
public enum CornerLook {
    NATIVE(Role.NATIVE, Role.NATIVE_TINT),
    VMI(Role.VMI, Role.VMI_TINT),
    XEN(Role.XEN, Role.XEN_TINT),
    HW(Role.HW, Role.HW_TINT);

    private final Role colour;
    private final Role tint;

    CornerLook(Role colour, Role tint) {
        this.colour = colour;
        this.tint = tint;
    }

    public static CornerLook of(Iface iface) {
        return switch (iface) {
            case NATIVE -> NATIVE;
            case VMI -> VMI;
            case XEN -> XEN;
            case HW -> HW;
        };
    }

    public Role colour() {
        return colour;
    }

    /// A quarter of the colour: the guest's user mode.
    public Role tint() {
        return tint;
    }

    /// Draws the shape into a square.
    public void draw(GraphicsContext g, PaintedRegion paints, double x, double y, double size) {
        g.setFill(paints.paint(colour));
        g.setStroke(paints.paint(colour));
        int place = Cover.place(paints, this);
        if (place >= 0) {
            Cover.draw(g, place, x, y, size);
            return;
        }
        switch (this) {
            case VMI -> g.fillOval(x, y, size, size);
            case HW -> g.fillRect(x + 0.5, y + 0.5, size - 1, size - 1);
            case XEN ->
                g.fillPolygon(new double[] {x + size / 2, x + size, x}, new double[] {y, y + size, y + size}, 3);
            case NATIVE -> {
                g.setLineWidth(2);
                g.strokeOval(x + 1, y + 1, size - 2, size - 2);
            }
        }
    }
}
