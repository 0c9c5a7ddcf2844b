// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;
import javafx.scene.Node;
import javafx.scene.canvas.GraphicsContext;
import ringside.vmm.word.Iface;

/// A blind bout: what is under a covered node shows its corners in the greys and shapes of their places, not in those
/// of their interfaces.
public final class Cover {
    private static final String KEY = "ringside.cover";
    /// Of the classes that give a corner the greys of a place; the stylesheet of roles has them.
    private static final String STYLE = "covered-";

    private Cover() {}

    /// Covers a node and all that is in it, or uncovers it. @param corners in the order of their places, or none
    public static void lay(Node over, List<Iface> corners) {
        if (corners.isEmpty()) over.getProperties().remove(KEY);
        else over.getProperties().put(KEY, List.copyOf(corners));
        over.getStyleClass().removeIf(name -> name.startsWith(STYLE));
        for (int place = 0; place < corners.size(); place++)
            over.getStyleClass().add(STYLE + corners.get(place).id() + "-" + place);
    }

    /// Which place a corner has there, or -1 where it shows what it is.
    static int place(Node in, CornerLook look) {
        for (Node n = in; n != null; n = n.getParent()) {
            if (n.hasProperties() && n.getProperties().get(KEY) instanceof List<?> corners) {
                for (int i = 0; i < corners.size(); i++)
                    if (corners.get(i) instanceof Iface iface && CornerLook.of(iface) == look) return i;
            }
        }
        return -1;
    }

    /// The shape of a place: a rhombus, a bar, a cross, a triangle on its tip.
    static void draw(GraphicsContext g, int place, double x, double y, double size) {
        double half = size / 2, third = size / 3;
        switch (place) {
            case 0 -> {
                double[] across = {x + half, x + size, x + half, x}, down = {y, y + half, y + size, y + half};
                g.fillPolygon(across, down, 4);
            }
            case 1 -> g.fillRect(x, y + third, size, third + 1);
            case 2 -> {
                g.fillRect(x, y + third, size, third);
                g.fillRect(x + third, y, third, size);
            }
            default -> g.fillPolygon(new double[] {x, x + size, x + half}, new double[] {y, y, y + size}, 3);
        }
    }
}
