// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.control.Labeled;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.ViewId;
import ringside.app.kit.TerminalView;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.vmm.bout.Bouts;
import ringside.vmm.probe.VcpuView;

/// The window over the engine's own corners.
@ExtendWith(ApplicationExtension.class)
class RealBoutTest {
    /// Guest ticks a second: the guests are still booting when they are paused.
    private static final long SLOW = 50_000;

    private Window window;

    @Start
    void start(Stage primary) {
        window = new Window(primary, Bouts::open, _ -> Optional.empty(), Theme.LIGHT, new Texts(Locale.ENGLISH));
        primary.setWidth(980);
        primary.setHeight(640);
        primary.show();
    }

    @AfterEach
    void close() {
        WaitForAsyncUtils.asyncFx(window::close);
        WaitForAsyncUtils.waitForFxEvents();
    }

    @Test
    void theFirstBoutReachesItsFirstBellOnBothCorners(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && corners().stream().allMatch(c -> c.state().bells() > 0));
        await(() -> console(robot, 0).contains("VMI") && console(robot, 1).contains("Xen"));
        await(() -> !robot.lookup("#tape-crossings-0")
                .queryAs(Labeled.class)
                .getText()
                .equals("0"));
        assertTrue(corners().stream().noneMatch(c -> c.state().mode() == CornerState.Mode.BROKEN));
    }

    @Test
    void oneStepIsOneInstructionAtMost(FxRobot robot) throws TimeoutException {
        WaitForAsyncUtils.asyncFx(() -> window.workbench().paceProperty().set(SLOW));
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null
                && corners().stream().allMatch(c -> c.state().snapshot().tick() > 0));
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> corners().stream().allMatch(c -> c.state().mode() == CornerState.Mode.PAUSED));
        for (int step = 0; step < 20; step++) {
            List<CornerState> before = states();
            robot.press(KeyCode.F7).release(KeyCode.F7);
            await(() -> moved(before));
            for (int i = 0; i < before.size(); i++) assertTrue(retired(states().get(i)) - retired(before.get(i)) <= 1);
        }
    }

    @Test
    void theCpuAndMemoryViewsShowTheMachineAsItStands(FxRobot robot) throws TimeoutException {
        WaitForAsyncUtils.asyncFx(() -> window.workbench().paceProperty().set(SLOW));
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null
                && corners().stream().allMatch(c -> c.state().snapshot().tick() > 0));
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> corners().stream().allMatch(c -> c.state().mode() == CornerState.Mode.PAUSED));
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.CPU));
        VcpuView first = corners().getFirst().state().snapshot().vcpus().getFirst();
        await(() -> robot.lookup("#cpu-eip").tryQuery().isPresent());
        await(() -> robot.lookup("#cpu-eip")
                .queryAs(Labeled.class)
                .getText()
                .equals(String.format(Locale.ROOT, "%08X", first.eip())));
        await(() -> robot.lookup("#cpu-ring").queryAs(Labeled.class).getText().equals("RING " + first.cpl()));
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.MEMORY));
        await(() -> robot.lookup("#memory-page-maps").tryQuery().isPresent());
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#memory-page-maps").queryAs(ToggleButton.class).fire());
        await(() -> robot.lookup("#memory-map-words").tryQuery().isPresent());
        await(() -> robot.lookup("#memory-map-words")
                .queryAs(Labeled.class)
                .getText()
                .endsWith("the two maps disagree about 0"));
    }

    /// Has every corner taken a step? Where all vCPUs sleep, a step is the way to the moment when one wakes.
    private boolean moved(List<CornerState> before) {
        List<CornerState> now = states();
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).version() == before.get(i).version()) return false;
        }
        return true;
    }

    private List<CornerState> states() {
        return corners().stream().map(CornerFeed::state).toList();
    }

    private static long retired(CornerState state) {
        return state.snapshot().total().instructions();
    }

    private List<CornerFeed> corners() {
        return bout().corners();
    }

    private BoutSession bout() {
        return window.workbench().bout();
    }

    private static String console(FxRobot robot, int corner) throws ExecutionException, InterruptedException {
        TerminalView view = robot.lookup("#console-" + corner).queryAs(TerminalView.class);
        return WaitForAsyncUtils.asyncFx(() -> view.model().text()).get();
    }

    /// A look from this thread may meet the scene half made, or a node that is still to come: then it is not yet so.
    private static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(300, TimeUnit.SECONDS, () -> {
            try {
                return condition.call();
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
