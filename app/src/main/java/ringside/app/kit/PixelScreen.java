// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.nio.IntBuffer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.geometry.Rectangle2D;
import javafx.scene.AccessibleRole;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;
import ringside.app.theme.StyleClass;

/// A guest's screen: pixels as large as a whole number of times fits, or smaller and smooth where not even one does.
///
/// The enlarged pixels are made here, into one buffer: cheaper than to have the picture scaled with every frame.
public final class PixelScreen extends Region {
    private static final int MOST_PIXELS = 4 << 20;

    /// Is told of the mouse over the screen, in the screen's pixels.
    @FunctionalInterface
    public interface Pointer {
        /// @param right   pixels since the last time
        /// @param down    the same
        /// @param turn    notches of the wheel, towards the person
        /// @param buttons bit 0 primary, 1 secondary, 2 middle
        void moved(int right, int down, int turn, int buttons);
    }

    private final ImageView view = new ImageView();
    private final BooleanProperty hasKeys = new SimpleBooleanProperty();
    private Pointer pointer = (right, down, turn, buttons) -> {};
    private @Nullable PixelBuffer<IntBuffer> buffer;
    private int[] large = new int[0];
    private int[] pixels = new int[0];
    private int pixelWidth;
    private int pixelHeight;
    private int factor;
    private double scale = 1;
    private double lastX = -1;
    private double lastY;

    public PixelScreen() {
        getStyleClass().add(StyleClass.PIXEL_SCREEN);
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        view.setManaged(false);
        view.setMouseTransparent(true);
        getChildren().add(view);
        setOnMousePressed(e -> {
            requestFocus();
            mouse(e.getX(), e.getY(), 0, buttons(e));
        });
        setOnMouseReleased(e -> mouse(e.getX(), e.getY(), 0, buttons(e)));
        setOnMouseMoved(e -> mouse(e.getX(), e.getY(), 0, buttons(e)));
        setOnMouseDragged(e -> mouse(e.getX(), e.getY(), 0, buttons(e)));
        setOnMouseExited(_ -> lastX = -1);
        setOnScroll(e -> mouse(e.getX(), e.getY(), e.getDeltaY() > 0 ? -1 : 1, 0));
    }

    /// Whether the guest gets keys and mouse.
    public BooleanProperty hasKeysProperty() {
        return hasKeys;
    }

    /// Who hears of the mouse while the guest has the keys.
    public void onPointer(Pointer to) {
        pointer = to;
    }

    /// How many of the view's pixels one of the guest's takes on each side; below 1 it is shown smaller.
    public double scale() {
        return scale;
    }

    private static int buttons(javafx.scene.input.MouseEvent e) {
        return (e.isPrimaryButtonDown() ? 1 : 0)
                | (e.isSecondaryButtonDown() ? 2 : 0)
                | (e.isMiddleButtonDown() ? 4 : 0);
    }

    private void mouse(double x, double y, int turn, int buttons) {
        double fromX = lastX < 0 ? x : lastX, fromY = lastX < 0 ? y : lastY;
        int right = (int) ((x - fromX) / scale), down = (int) ((y - fromY) / scale);
        lastX = fromX + right * scale;
        lastY = fromY + down * scale;
        if (hasKeys.get()) pointer.moved(right, down, turn, buttons);
    }

    /// Shows a picture; the array is not changed here and must not be elsewhere.
    ///
    /// @param picture 0xFFRRGGBB, line after line
    public void show(int width, int height, int[] picture) {
        boolean resized = width != pixelWidth || height != pixelHeight;
        pixels = picture;
        pixelWidth = width;
        pixelHeight = height;
        if (resized || buffer == null) requestLayout();
        else paint();
    }

    @Override
    protected void layoutChildren() {
        if (pixelWidth == 0) return;
        double width = getWidth() - snappedLeftInset() - snappedRightInset();
        double height = getHeight() - snappedTopInset() - snappedBottomInset();
        double fits = Math.min(width / pixelWidth, height / pixelHeight);
        int wanted = Math.max(1, (int) Math.floor(fits));
        while (wanted > 1 && (long) wanted * wanted * pixelWidth * pixelHeight > MOST_PIXELS) wanted--;
        prepare(wanted);
        scale = fits < 1 ? Math.max(0.05, fits) : wanted;
        view.setSmooth(fits < 1);
        view.setFitWidth(Math.floor(pixelWidth * scale));
        view.setFitHeight(Math.floor(pixelHeight * scale));
        double x = snappedLeftInset() + Math.floor(Math.max(0, width - pixelWidth * scale) / 2);
        double y = snappedTopInset() + Math.floor(Math.max(0, height - pixelHeight * scale) / 2);
        view.relocate(x, y);
    }

    private void prepare(int times) {
        int width = pixelWidth * times, height = pixelHeight * times;
        if (buffer == null || times != factor || buffer.getWidth() != width || buffer.getHeight() != height) {
            factor = times;
            large = new int[width * height];
            buffer = new PixelBuffer<>(width, height, IntBuffer.wrap(large), PixelFormat.getIntArgbPreInstance());
            view.setImage(new WritableImage(buffer));
        }
        paint();
    }

    private void paint() {
        if (buffer == null) return;
        int width = pixelWidth * factor;
        for (int y = 0; y < pixelHeight; y++) {
            int to = y * factor * width;
            if (factor == 1) System.arraycopy(pixels, y * pixelWidth, large, to, pixelWidth);
            else {
                for (int x = 0; x < width; x++) large[to + x] = pixels[y * pixelWidth + x / factor];
                for (int i = 1; i < factor; i++) System.arraycopy(large, to, large, to + i * width, width);
            }
        }
        buffer.updateBuffer(b -> new Rectangle2D(0, 0, b.getWidth(), b.getHeight()));
    }
}
