// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.io.File;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import javafx.application.Application;
import javafx.geometry.Rectangle2D;
import javafx.scene.image.Image;
import javafx.stage.FileChooser;
import javafx.stage.Screen;
import javafx.stage.Stage;
import ringside.app.export.HostFolders;
import ringside.app.session.CornerSource;
import ringside.app.session.Library;
import ringside.app.session.Settings;
import ringside.app.text.Texts;
import ringside.app.view.home.FilePicker;
import ringside.vmm.bout.Bouts;

/// The program with a window.
public class RingsideApp extends Application {
    private static final double WIDTH = 1440;
    private static final double HEIGHT = 900;

    private final CornerSource source;

    /// With the engine's own corners.
    public RingsideApp() {
        this(Bouts::open);
    }

    /// With corners from elsewhere.
    protected RingsideApp(CornerSource source) {
        this.source = source;
    }

    @Override
    public void start(Stage stage) {
        WindowOptions options = WindowOptions.of(getParameters().getRaw());
        Texts texts = Texts.ofHost();
        Rectangle2D screen = Screen.getPrimary().getVisualBounds();
        Settings settings = settings(options);
        Library library = forPictures(options) ? Library.none(settings) : Library.in(HostFolders.state(), settings);
        Window window = new Window(stage, source, new Chooser(stage), settings, library, options.theme(), texts);
        stage.getIcons().add(new Image(Objects.requireNonNull(RingsideApp.class.getResourceAsStream("ringside.png"))));
        stage.setMinWidth(900);
        stage.setMinHeight(560);
        stage.setWidth(Math.min(WIDTH, screen.getWidth() - 20));
        stage.setHeight(Math.min(HEIGHT, screen.getHeight() - 20));
        stage.show();
        if (options.exitAfterFirstFrame()) {
            new Frames(2, window::quit).start();
        } else if (options.screenshots().isPresent()) {
            new ScreenshotTour(window, stage.getScene(), options).start();
        } else {
            window.home().offerSteps(false);
            window.warmUp();
        }
    }

    /// A picture shall look the same wherever it is taken, so nothing is remembered for one.
    private static Settings settings(WindowOptions options) {
        return forPictures(options) ? Settings.inMemory() : Settings.ofHost();
    }

    private static boolean forPictures(WindowOptions options) {
        return options.screenshots().isPresent() || options.exitAfterFirstFrame();
    }

    /// The host's own dialogs.
    private record Chooser(Stage stage) implements FilePicker {
        @Override
        public Optional<Path> pick(String title) {
            FileChooser chooser = new FileChooser();
            chooser.setTitle(title);
            return Optional.ofNullable(chooser.showOpenDialog(stage)).map(File::toPath);
        }

        @Override
        public Optional<Path> save(String title, String name) {
            FileChooser chooser = new FileChooser();
            chooser.setTitle(title);
            chooser.setInitialFileName(name);
            return Optional.ofNullable(chooser.showSaveDialog(stage)).map(File::toPath);
        }
    }
}
