// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.control.Labeled;
import javafx.scene.control.MenuButton;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.ActionId;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerState;
import ringside.app.session.EngineCommand;
import ringside.app.session.Future;
import ringside.app.session.Place;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.vmm.bout.Bouts;

/// Going back, coming back, changing the past and finding the future again, over the engine's own corners.
@ExtendWith(ApplicationExtension.class)
class PastTest {
    private Window window;

    @Start
    void start(Stage primary) {
        window = new Window(primary, Bouts::open, _ -> Optional.empty(), Theme.DARK, new Texts(Locale.ENGLISH));
        primary.setWidth(980);
        primary.setHeight(760);
        primary.show();
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

    /// The first bout, paused at its third bell.
    private void atTheThirdBell() throws TimeoutException {
        WaitForAsyncUtils.asyncFx(() -> window.home().warmUp());
        for (int bell = 1; bell <= 3; bell++) {
            int number = bell;
            await(() -> bout() != null && states().stream().allMatch(s -> s.bells() == number && paused(s)));
            if (bell < 3) act(ActionId.STEP_BELL);
        }
    }

    private static boolean paused(CornerState s) {
        return s.mode() == CornerState.Mode.PAUSED;
    }

    @Test
    void theBandSaysWhereThePastIsAndLeadsBackToNow(FxRobot robot) throws TimeoutException {
        atTheThirdBell();
        List<Long> now = ticks();
        await(() -> !state(0).runHash().isEmpty());
        String hash = state(0).runHash();
        act(ActionId.BACK_BELL);
        await(() -> states().stream().allMatch(s -> s.travel().past() && s.bells() == 2));
        assertEquals(3, state(0).present().rounds().size());
        await(() -> robot.lookup("#past-words")
                .queryAs(Labeled.class)
                .getText()
                .matches("(?s).*bell 2 \\+ .*in the past.*"));
        assertTrue(robot.lookup("#past-band").query().isVisible());
        await(() -> !state(0).runHash().isEmpty() && !state(0).runHash().equals(hash));
        act(ActionId.RETURN_TO_NOW);
        await(() -> states().stream().noneMatch(s -> s.travel().past()));
        assertEquals(now, ticks());
        await(() -> state(0).runHash().equals(hash));
        await(() ->
                robot.lookup("#status-hash").queryAs(Labeled.class).getText().contains(hash.substring(0, 8)));
        await(() -> !robot.lookup("#past-band").query().isVisible());
    }

    @Test
    void aChangedPastKeepsTheFutureThatItLeaves(FxRobot robot) throws TimeoutException {
        atTheThirdBell();
        long now = ticks().getFirst();
        act(ActionId.BACK_BELL);
        await(() -> state(0).travel().past());
        WaitForAsyncUtils.asyncFx(() -> bout().post(0, () -> new EngineCommand.Type(new byte[] {'x'})));
        await(() -> !state(0).travel().past() && state(0).travel().futures().size() == 1);
        Future left = state(0).travel().futures().getFirst();
        assertEquals(2, left.bell());
        assertEquals(3, left.toBell());
        await(() -> robot.lookup("#past-futures")
                        .queryAs(MenuButton.class)
                        .getItems()
                        .size()
                == 1);
        WaitForAsyncUtils.asyncFx(() -> robot.lookup("#past-futures")
                .queryAs(MenuButton.class)
                .getItems()
                .getFirst()
                .fire());
        await(() -> state(0).snapshot().tick() == now && state(0).bells() == 3);
        assertEquals(1, state(0).travel().futures().size());
    }

    @Test
    void aMomentIsGoneToByEveryCornerAndVisitedAgain() throws TimeoutException {
        atTheThirdBell();
        long second = state(0).rounds().get(1).tick();
        select(new Place.Moment(0, second));
        await(() -> state(0).bells() == 2
                && state(0).travel().past()
                && state(1).travel().past());
        await(() -> state(1).bells() == 2);
        select(new Place.Moment(0, second / 2));
        await(() -> state(0).bells() < 2);
        act(ActionId.BACK);
        await(() -> state(0).bells() == 2);
        act(ActionId.FORWARD);
        await(() -> state(0).bells() < 2);
    }

    @Test
    void ofManyWishesOfAHandTheLastOneCounts() throws TimeoutException {
        atTheThirdBell();
        long end = ticks().getFirst();
        WaitForAsyncUtils.asyncFx(() -> {
            for (int i = 0; i < 200; i++) window.workbench().cursor().scrub(0, end * i / 400);
        });
        await(() -> state(0).travel().past()
                && state(0).snapshot().tick() > 0
                && state(0).snapshot().tick() < end * 3 / 5);
    }

    private void select(Place place) {
        WaitForAsyncUtils.asyncFx(() -> window.workbench().places().select(place));
    }

    private List<CornerState> states() {
        return bout().corners().stream().map(c -> c.state()).toList();
    }

    private CornerState state(int corner) {
        return states().get(corner);
    }

    private List<Long> ticks() {
        return states().stream().map(s -> s.snapshot().tick()).toList();
    }

    private BoutSession bout() {
        return window.workbench().bout();
    }

    private static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(40, TimeUnit.SECONDS, () -> {
            try {
                return condition.call();
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
