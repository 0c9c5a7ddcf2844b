// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javafx.css.CssMetaData;
import javafx.css.SimpleStyleableObjectProperty;
import javafx.css.Styleable;
import javafx.css.StyleableObjectProperty;
import javafx.css.StyleableProperty;
import javafx.css.converter.PaintConverter;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.paint.Paint;
import javafx.scene.transform.Scale;
import ringside.app.theme.StyleClass;

/// A region that paints itself on a canvas of its own size, with colours from the style sheets. It paints at most
/// once a layout pass, and only when something changed.
public abstract class PaintedRegion extends Region {
    private static final Map<Role, CssMetaData<PaintedRegion, Paint>> ROLES = new EnumMap<>(Role.class);
    private static final List<CssMetaData<? extends Styleable, ?>> META;

    static {
        for (Role role : Role.values()) ROLES.put(role, new RoleMeta(role));
        List<CssMetaData<? extends Styleable, ?>> all = new ArrayList<>(Region.getClassCssMetaData());
        all.addAll(ROLES.values());
        META = Collections.unmodifiableList(all);
    }

    private final Map<Role, StyleableObjectProperty<Paint>> paints = new EnumMap<>(Role.class);
    private final Canvas canvas = new Canvas();
    private final Scale shrink = new Scale(1, 1);
    private boolean dirty = true;

    protected PaintedRegion() {
        getStyleClass().add(StyleClass.PAINTED);
        for (Role role : Role.values()) {
            StyleableObjectProperty<Paint> paint =
                    new SimpleStyleableObjectProperty<>(ROLES.get(role), this, role.property(), Color.GRAY);
            paint.addListener((_, _, _) -> requestPaint());
            paints.put(role, paint);
        }
        canvas.setManaged(false);
        canvas.getTransforms().add(shrink);
        canvas.setMouseTransparent(true);
        getChildren().add(canvas);
    }

    private StyleableObjectProperty<Paint> paintOf(Role role) {
        return Objects.requireNonNull(paints.get(role));
    }

    /// Draws everything. The canvas has been cleared.
    protected abstract void paint(GraphicsContext g, double width, double height);

    /// Asks for a repaint with the next layout pass.
    public final void requestPaint() {
        dirty = true;
        requestLayout();
    }

    /// The current colour of a role.
    protected final Paint paint(Role role) {
        StyleableObjectProperty<Paint> paint = paints.get(role);
        return paint == null ? Color.GRAY : paint.get();
    }

    @Override
    protected void layoutChildren() {
        double width = Math.floor(getWidth());
        double height = Math.floor(getHeight());
        if (width < 1 || height < 1) return;
        // Painted in the window's own pixels, whatever the zoom: else text on it would blur.
        double zoom = Math.max(0.25, getLocalToSceneTransform().getMxx());
        double across = Math.ceil(width * zoom), down = Math.ceil(height * zoom);
        if (canvas.getWidth() != across || canvas.getHeight() != down) {
            canvas.setWidth(across);
            canvas.setHeight(down);
            shrink.setX(1 / zoom);
            shrink.setY(1 / zoom);
            dirty = true;
        }
        layoutOthers(width, height);
        if (!dirty) return;
        dirty = false;
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.setTransform(1, 0, 0, 1, 0, 0);
        g.clearRect(0, 0, across, down);
        g.setTransform(zoom, 0, 0, zoom, 0, 0);
        paint(g, width, height);
    }

    /// Places child controls, when there are any.
    protected void layoutOthers(double width, double height) {}

    @Override
    public List<CssMetaData<? extends Styleable, ?>> getCssMetaData() {
        return META;
    }

    private static final class RoleMeta extends CssMetaData<PaintedRegion, Paint> {
        private final Role role;

        RoleMeta(Role role) {
            super(role.property(), PaintConverter.getInstance(), Color.GRAY);
            this.role = role;
        }

        @Override
        public boolean isSettable(PaintedRegion region) {
            return !region.paintOf(role).isBound();
        }

        @Override
        public StyleableProperty<Paint> getStyleableProperty(PaintedRegion region) {
            return region.paintOf(role);
        }
    }
}
