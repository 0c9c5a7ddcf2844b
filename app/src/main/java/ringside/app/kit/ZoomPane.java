// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import javafx.beans.property.DoubleProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.scene.layout.Region;
import javafx.scene.transform.Scale;

/// Shows its content larger or smaller than life, laid out for the room that is left: text stays sharp, nothing is
/// cut off that would fit a smaller window.
public final class ZoomPane extends Region {
    private final Region content;
    private final Scale scale = new Scale(1, 1);
    private final DoubleProperty zoom = new SimpleDoubleProperty(1);

    public ZoomPane(Region content) {
        this.content = content;
        content.getTransforms().add(scale);
        getChildren().add(content);
        zoom.addListener((_, _, _) -> requestLayout());
    }

    /// 1 is life size.
    public DoubleProperty zoomProperty() {
        return zoom;
    }

    @Override
    protected void layoutChildren() {
        scale.setX(zoom.get());
        scale.setY(zoom.get());
        content.resizeRelocate(0, 0, getWidth() / zoom.get(), getHeight() / zoom.get());
    }

    @Override
    protected double computeMinWidth(double height) {
        return 0;
    }

    @Override
    protected double computeMinHeight(double width) {
        return 0;
    }
}
