// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.ActionId;
import ringside.app.action.ViewId;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerState;
import ringside.app.session.Library;
import ringside.app.session.Settings;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.app.view.home.FilePicker;
import ringside.vmm.bout.Bouts;

/// Bouts that are saved, opened, listed, renamed and thrown away, over the engine's own corners.
@ExtendWith(ApplicationExtension.class)
class BoutFilesTest implements FilePicker {
    private Window window;
    private Stage stage;
    private Path folder;

    @Start
    void start(Stage primary) throws IOException {
        stage = primary;
        folder = Files.createTempDirectory("ringside-test");
        Settings settings = Settings.inMemory();
        window = new Window(
                primary,
                Bouts::open,
                this,
                settings,
                Library.in(folder, settings),
                Theme.DARK,
                new Texts(Locale.ENGLISH));
        primary.setWidth(980);
        primary.setHeight(760);
        primary.show();
    }

    @Override
    public Optional<Path> pick(String title) {
        return Optional.of(folder.resolve("mine.ringside"));
    }

    @Override
    public Optional<Path> save(String title, String name) {
        return Optional.of(folder.resolve("mine"));
    }

    @AfterEach
    void close() {
        WaitForAsyncUtils.asyncFx(window::close);
        WaitForAsyncUtils.waitForFxEvents();
    }

    private void act(ActionId id) {
        WaitForAsyncUtils.asyncFx(() -> window.actions().get(id).trigger());
        WaitForAsyncUtils.waitForFxEvents();
    }

    /// The first bout, paused at its second bell.
    private void atTheSecondBell() throws TimeoutException {
        WaitForAsyncUtils.asyncFx(() -> window.home().warmUp());
        await(() -> bout() != null && atBell(1));
        act(ActionId.STEP_BELL);
        await(() -> atBell(2));
    }

    private boolean atBell(int number) {
        return states().stream().allMatch(s -> s.bells() == number && s.mode() == CornerState.Mode.PAUSED);
    }

    @Test
    void aSavedBoutOpensWhereItStood() throws TimeoutException {
        atTheSecondBell();
        assertEquals("Fork storm * – Ringside", stage.getTitle());
        act(ActionId.SAVE_BOUT);
        await(() -> stage.getTitle().equals("Fork storm – Ringside"));
        List<Long> before = instructions();
        act(ActionId.STEP_INSTRUCTION);
        await(() -> stage.getTitle().contains("*"));
        act(ActionId.CLOSE_BOUT);
        await(() -> bout() == null);
        act(ActionId.OPEN_BOUT);
        await(() -> bout() != null);
        assertEquals(before, instructions());
        await(() -> atBell(2));
        act(ActionId.STEP_BELL);
        await(() -> atBell(3));
    }

    @Test
    void aClosedBoutIsInMyBoutsAndUndoBringsItBackFromTheBin(FxRobot robot) throws TimeoutException {
        atTheSecondBell();
        act(ActionId.CLOSE_BOUT);
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.HOME));
        await(() -> window.home().bouts().size() == 1);
        assertEquals(2, window.home().bouts().getFirst().about().bell());
        await(() -> robot.lookup(".bout-title").tryQuery().isPresent());
        WaitForAsyncUtils.asyncFx(
                () -> window.home().remove(window.home().bouts().getFirst()));
        await(() -> window.home().bouts().isEmpty());
        act(ActionId.UNDO);
        await(() -> window.home().bouts().size() == 1);
        WaitForAsyncUtils.asyncFx(
                () -> window.home().rename(window.home().bouts().getFirst(), "Storm of mine"));
        await(() -> window.home().bouts().getFirst().about().title().equals("Storm of mine"));
        robot.interact(() -> robot.lookup(".bout-title").queryAs(Node.class).requestFocus());
        WaitForAsyncUtils.asyncFx(() -> window.home().open(window.home().bouts().getFirst()));
        await(() -> bout() != null && atBell(2));
        assertEquals("Storm of mine – Ringside", stage.getTitle());
    }

    @Test
    void aMomentThatWasKeptByHandIsInTheFileAndGoneOnFrom() throws TimeoutException {
        atTheSecondBell();
        List<Long> kept = instructions();
        act(ActionId.TAKE_SNAPSHOT);
        await(() -> window.workbench().noticeProperty().get().contains("bell 2"));
        act(ActionId.STEP_BELL);
        await(() -> atBell(3));
        act(ActionId.CLOSE_BOUT);
        await(() -> window.home().bouts().size() == 1);
        assertEquals(1, window.home().bouts().getFirst().about().snapshots().size());
        WaitForAsyncUtils.asyncFx(
                () -> window.home().openAt(window.home().bouts().getFirst(), 0));
        await(() -> bout() != null && atBell(2));
        assertEquals(kept, instructions());
    }

    private List<CornerState> states() {
        return bout().corners().stream().map(c -> c.state()).toList();
    }

    private List<Long> instructions() {
        return states().stream().map(s -> s.snapshot().total().instructions()).toList();
    }

    private BoutSession bout() {
        return window.workbench().bout();
    }

    private static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(120, TimeUnit.SECONDS, () -> {
            try {
                return condition.call();
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
