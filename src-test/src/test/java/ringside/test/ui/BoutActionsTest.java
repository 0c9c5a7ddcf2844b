// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckMenuItem;
import javafx.scene.control.Labeled;
import javafx.scene.control.MenuButton;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
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
import ringside.app.kit.RowCanvas;
import ringside.app.kit.TimelineChart;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.GuestCard;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.vmm.word.Iface;

/// What can be done with a bout besides running it, over fake corners.
@ExtendWith(ApplicationExtension.class)
class BoutActionsTest {
    private Window window;

    @Start
    void start(Stage primary) {
        window = new Window(primary, new FakeBouts(), _ -> Optional.empty(), Theme.DARK, new Texts(Locale.ENGLISH));
        primary.setWidth(980);
        primary.setHeight(800);
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

    private void ring(String guest) throws TimeoutException {
        GuestCard card = window.home().gallery().stream()
                .filter(g -> g.id().equals(guest))
                .findFirst()
                .orElseThrow();
        WaitForAsyncUtils.asyncFx(() -> window.home().ring(card));
        await(() -> bout() != null && bout().over());
    }

    private List<Iface> corners() {
        return bout().corners().stream().map(c -> c.iface()).toList();
    }

    @Test
    void sidesAreSwappedAndUndoSwapsThemBack(FxRobot robot) throws TimeoutException {
        ring("hello-boundary");
        Node left = robot.lookup("#corner-pane-0").query(),
                right = robot.lookup("#corner-pane-1").query();
        await(() ->
                left.getBoundsInParent().getMinX() < right.getBoundsInParent().getMinX());
        act(ActionId.SWAP_SIDES);
        await(() -> x(robot, "#corner-pane-0") > x(robot, "#corner-pane-1"));
        act(ActionId.UNDO);
        await(() -> x(robot, "#corner-pane-0") < x(robot, "#corner-pane-1"));
    }

    private static double x(FxRobot robot, String id) {
        return robot.lookup(id).query().getBoundsInParent().getMinX();
    }

    @Test
    void aCornerIsAddedAndAnotherInterfaceTaken() throws TimeoutException {
        ring("hello-boundary");
        act(ActionId.OTHER_INTERFACE);
        await(() -> corners().equals(List.of(Iface.NATIVE, Iface.XEN)));
        await(() -> bout().over());
        act(ActionId.ADD_CORNER);
        await(() -> corners().equals(List.of(Iface.NATIVE, Iface.XEN, Iface.VMI)));
        await(() -> bout().over());
        assertFalse(window.actions().get(ActionId.ADD_CORNER).enabled().get(), "the guest runs nowhere else");
    }

    @Test
    void tapeRowsAreChosenAndTheirNumbersOpenTheirEvents(FxRobot robot) throws TimeoutException {
        ring("hello-boundary");
        await(() -> robot.lookup("#tape-crossings-0").tryQuery().isPresent());
        MenuButton rows = robot.lookup("#tape-rows").queryAs(MenuButton.class);
        WaitForAsyncUtils.asyncFx(rows::show);
        await(() -> rows.getItems().size() > 5);
        CheckMenuItem crossings = (CheckMenuItem) rows.getItems().getFirst();
        assertEquals("crossings", crossings.getText());
        WaitForAsyncUtils.asyncFx(() -> {
            crossings.setSelected(false); // as a click does before it fires
            crossings.fire();
        });
        await(() -> robot.lookup("#tape-crossings-0").tryQuery().isEmpty());
        WaitForAsyncUtils.asyncFx(rows::hide);
        act(ActionId.UNDO);
        await(() -> robot.lookup("#tape-crossings-0").tryQuery().isPresent());
        robot.clickOn("#tape-crossings-1");
        await(() -> robot.lookup("#calls-filter")
                .queryAs(TextInputControl.class)
                .getText()
                .equals("corner:xen class:crossing"));
    }

    @Test
    void aKnockedDownCornerOffersWhatCanBeDone(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.CRASH);
        await(() -> robot.lookup("#knocked-down-registers-1").tryQuery().isPresent());
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#knocked-down-registers-1").queryAs(Button.class).fire());
        await(() -> robot.lookup("#view-cpu").tryQuery().isPresent());
    }

    @Test
    void aStretchIsComparedByJobAndByOperation(FxRobot robot) throws TimeoutException {
        ring("fork-storm");
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.TIME));
        await(() -> robot.lookup("#time-compare").tryQuery().isPresent());
        WaitForAsyncUtils.asyncFx(
                () -> robot.lookup("#time-compare").queryAs(ToggleButton.class).fire());
        await(() -> table(robot).count() > 1);
        long jobs = table(robot).count();
        assertTrue(robot.lookup("#timeline").queryAs(TimelineChart.class).isVisible());
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#time-by-operation").queryAs(ToggleButton.class).fire());
        await(() -> table(robot).count() > jobs);
        assertTrue(robot.lookup("#time-selection").queryAs(Labeled.class).isVisible());
    }

    @Test
    void theFirstStepsAreTakenOrPassedOver(FxRobot robot) throws TimeoutException {
        assertFalse(robot.lookup("#first-steps").query().isVisible(), "they come when they are asked for");
        act(ActionId.FIRST_STEPS);
        await(() -> robot.lookup("#first-steps").query().isVisible());
        WaitForAsyncUtils.asyncFx(
                () -> robot.lookup("#steps-skip").queryAs(Button.class).fire());
        await(() -> !robot.lookup("#first-steps").query().isVisible());
        act(ActionId.FIRST_STEPS);
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#steps-action-ring-bell").queryAs(Button.class).fire());
        await(() -> bout() != null // and Home with its steps may be out of sight already
                && robot.lookup("#first-steps")
                        .tryQuery()
                        .filter(Node::isVisible)
                        .isEmpty());
    }

    private static RowCanvas table(FxRobot robot) {
        return robot.lookup("#time-compare-table").queryAs(RowCanvas.class);
    }

    private BoutSession bout() {
        return window.workbench().bout();
    }

    private static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(60, TimeUnit.SECONDS, () -> {
            try {
                return condition.call();
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
