// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javafx.scene.image.Image;
import javafx.scene.image.PixelFormat;
import ringside.app.export.PngFile;

/// Writes pictures of the window.
final class Png {
    private Png() {}

    static void write(Image image, Path file) throws IOException {
        int width = (int) image.getWidth();
        int height = (int) image.getHeight();
        int[] pixels = new int[width * height];
        image.getPixelReader().getPixels(0, 0, width, height, PixelFormat.getIntArgbInstance(), pixels, 0, width);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            PngFile.write(width, height, pixels, out);
        }
    }
}
