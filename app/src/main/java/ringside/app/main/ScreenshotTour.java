// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import javafx.animation.AnimationTimer;
import javafx.scene.Scene;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Preset;
import ringside.app.action.ViewId;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.EngineCommand;
import ringside.app.session.GuestCard;
import ringside.app.theme.Theme;

/// Rings the bell, waits until every corner has rung its first bell (or is over, when asked), takes a picture of
/// each view in both themes, and exits.
final class ScreenshotTour extends AnimationTimer {
    private static final int SETTLE = 45;
    private static final int PATIENCE = 60 * 60;

    private final Window window;
    private final Scene scene;
    private final Path folder;
    private final boolean toTheEnd;
    private final String guest;
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private int wait = SETTLE;
    private int frames;
    private boolean awaitingBell;

    ScreenshotTour(Window window, Scene scene, WindowOptions options) {
        this.window = window;
        this.scene = scene;
        this.folder = options.screenshots().orElseThrow();
        this.toTheEnd = options.toTheEnd();
        this.guest = options.guest();
        steps.add(() -> picture(ViewId.HOME));
        steps.add(this::ring);
        for (Theme theme : Theme.values()) {
            steps.add(() -> window.show(theme));
            for (ViewId view : ViewId.values()) {
                if (!view.available()) continue;
                steps.add(() -> window.show(view));
                steps.add(() -> picture(theme, view));
            }
        }
        steps.add(() -> {
            window.layout(Preset.CALLS_LAB);
            window.show(Theme.DARK);
        });
        steps.add(() -> write("dark-tiles"));
        steps.add(window::quit);
    }

    @Override
    public void handle(long now) {
        frames++;
        if (awaitingBell && !rung()) {
            if (frames > PATIENCE) window.quit();
            return;
        }
        if (awaitingBell) {
            awaitingBell = false;
            wait = 2 * SETTLE;
        }
        if (wait-- > 0) return;
        wait = SETTLE;
        Runnable step = steps.poll();
        if (step == null) stop();
        else step.run();
    }

    private void ring() {
        awaitingBell = true;
        GuestCard wanted = null;
        for (GuestCard g : window.home().gallery()) if (g.id().equals(guest)) wanted = g;
        if (wanted == null) window.home().ringTheBell();
        else window.home().ring(wanted);
    }

    private boolean rung() {
        @Nullable BoutSession bout = window.workbench().bout();
        if (bout == null) return !window.workbench().problems().isEmpty();
        for (CornerFeed feed : bout.corners()) {
            if (!feed.state().mode().over() && (toTheEnd || feed.state().bells() == 0)) return false;
        }
        bout.post(-1, EngineCommand.Pause::new);
        return true;
    }

    private void picture(ViewId view) {
        write("start-" + view.id());
    }

    private void picture(Theme theme, ViewId view) {
        write(theme.name().toLowerCase(Locale.ROOT) + "-" + view.id());
    }

    private void write(String name) {
        try {
            Files.createDirectories(folder);
            Png.write(scene.snapshot(null), folder.resolve(name + ".png"));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
