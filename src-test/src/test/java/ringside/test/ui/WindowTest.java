// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Labeled;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Region;
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
import ringside.app.kit.TerminalView;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerState;
import ringside.app.session.Counterparts;
import ringside.app.session.GuestCard;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;

/// The window over fake corners, by mouse and keyboard.
@ExtendWith(ApplicationExtension.class)
class WindowTest {
    private Window window;
    private Stage stage;
    private Path picked = Path.of("no-such-file");

    @Start
    void start(Stage primary) {
        stage = primary;
        window = new Window(primary, new FakeBouts(), _ -> Optional.of(picked), Theme.DARK, new Texts(Locale.ENGLISH));
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
    void ringingTheBellBringsBothCornersToTheirFirstBell(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && state(0).bells() > 0 && state(1).bells() > 0);
        await(() ->
                console(robot, 0).contains("round 1 done") && console(robot, 1).contains("round 1 done"));
        assertTrue(robot.lookup("#corner-pane-1").queryAs(Node.class).isVisible());
    }

    @Test
    void aCornerThatHasRungWaitsForTheOther(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        assertEquals(state(0).bells(), state(1).bells());
    }

    @Test
    void f2GivesTheKeysToAConsoleAndTakesThemBack(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.PAUSED);
        robot.press(KeyCode.F2).release(KeyCode.F2);
        await(() -> text(robot, "#status-keys").equals("KEYS: ● console"));
        robot.write("bell?");
        await(() -> console(robot, 0).contains("bell?"));
        robot.press(KeyCode.F2).release(KeyCode.F2);
        await(() -> text(robot, "#status-keys").equals("KEYS: app"));
    }

    @Test
    void f3ShowsTheScreenAndF2GivesItTheKeysAsAPcKeyboardSendsThem(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.PAUSED);
        Node screen = robot.lookup("#screen-0").queryAs(Node.class);
        assertFalse(screen.isVisible());
        robot.press(KeyCode.F3).release(KeyCode.F3);
        await(screen::isVisible);
        await(() -> "A picture of 320 by 200 pixels".equals(screen.getAccessibleText()));
        robot.press(KeyCode.F2).release(KeyCode.F2);
        await(() -> text(robot, "#keys-banner-0").equals("KEYS: screen.  F2 takes them back"));
        robot.press(KeyCode.A).release(KeyCode.A).press(KeyCode.UP).release(KeyCode.UP);
        await(() -> console(robot, 0).contains("<1e down><1e up><e048 down><e048 up>"));
        robot.press(KeyCode.SHIFT).press(KeyCode.F2).release(KeyCode.F2).release(KeyCode.SHIFT);
        await(() -> console(robot, 0).contains("<2a down><2a up>"));
        await(() -> text(robot, "#status-keys").equals("KEYS: app"));
        assertFalse(robot.lookup("#keys-banner-0").queryAs(Node.class).isVisible());
        robot.clickOn("#console-tab-0");
        await(() -> !screen.isVisible());
    }

    @Test
    void aCornerWithoutAScreenOffersNone(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        assertTrue(robot.lookup("#screen-tab-0").queryAs(Node.class).getParent().isVisible());
        assertFalse(
                robot.lookup("#screen-tab-1").queryAs(Node.class).getParent().isVisible());
    }

    @Test
    void whatTheConsoleShowsIsCopiedAndTextIsPasted(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.PAUSED);
        TerminalView view = robot.lookup("#console-0").queryAs(TerminalView.class);
        WaitForAsyncUtils.asyncFx(() -> {
            view.selectAll();
            view.copy();
        });
        WaitForAsyncUtils.waitForFxEvents();
        assertTrue(view.selection().contains("and more of it"));
        WaitForAsyncUtils.asyncFx(() -> {
            ClipboardContent content = new ClipboardContent();
            content.putString("one\ntwo");
            Clipboard.getSystemClipboard().setContent(content);
            view.paste();
        });
        await(() -> console(robot, 0).contains("two"));
    }

    @Test
    void twoQuickEscapesTakeTheKeysBackToo(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        robot.press(KeyCode.F2).release(KeyCode.F2);
        await(() -> window.workbench().keysToProperty().get() == 0);
        // In one go: on a busy host the robot's two presses can be far apart.
        WaitForAsyncUtils.asyncFx(() -> {
            Node focus = Objects.requireNonNull(robot.targetWindow().getScene().getFocusOwner());
            Event.fireEvent(focus, pressed(KeyCode.ESCAPE));
            Event.fireEvent(focus, pressed(KeyCode.ESCAPE));
        });
        await(() -> window.workbench().keysToProperty().get() == -1);
    }

    @Test
    void aGuestThatPrintsForEverLeavesPauseStepAndCloseResponsive(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        await(() -> state(0).snapshot().tick() > 200_000);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.PAUSED);
        await(() -> state(1).mode() == CornerState.Mode.PAUSED);
        long tick = state(0).snapshot().tick();
        robot.press(KeyCode.F7).release(KeyCode.F7);
        await(() -> state(0).snapshot().tick() == tick + 1);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.RUNNING);
        WaitForAsyncUtils.asyncFx(() -> window.workbench().closeBout());
        await(() -> bout() == null);
    }

    @Test
    void theFilterKeepsOnlyWhatItNames(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.CALLS));
        await(() -> robot.lookup("#calls-filter").tryQuery().isPresent());
        await(() -> all(text(robot, "#calls-counter")));
        robot.clickOn("#calls-filter").write("corner:xen op:mmu_update");
        await(() -> !all(text(robot, "#calls-counter"))
                && !text(robot, "#calls-counter").startsWith("0 "));
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#calls-filter").queryAs(TextInputControl.class).setText("nonsense:1"));
        await(() -> text(robot, "#calls-counter").startsWith("0 "));
    }

    @Test
    void aFileThatIsNoKernelIsRefusedWithFieldExpectedAndFound(FxRobot robot) throws IOException, TimeoutException {
        picked = Files.createTempFile("no-kernel", ".txt");
        Files.writeString(picked, "#!/bin/sh");
        openTheImport(robot);
        fire(robot, "#import-kernel-browse");
        await(() -> input(robot, "#import-kernel").getText().equals(picked.toString()));
        fire(robot, "#import-boot");
        await(() -> textsUnder(robot.lookup("#import-problems").queryAs(Parent.class))
                .toString()
                .contains("expected 7F 45 4C 46"));
        assertFalse(window.workbench().problems().isEmpty());
        Files.delete(picked);
    }

    @Test
    void everyProblemOfAnImportStandsBeneathItsField(FxRobot robot) throws TimeoutException {
        openTheImport(robot);
        WaitForAsyncUtils.asyncFx(() -> {
            input(robot, "#import-kernel").setText("/no/such/kernel");
            input(robot, "#import-memory").setText("plenty");
            input(robot, "#import-vcpus").setText("two");
        });
        fire(robot, "#import-boot");
        await(() ->
                text(robot, "#import-kernel-problem").equals("expected a readable file, found nothing of that name"));
        assertEquals("expected a size like 128M, found \"plenty\"", text(robot, "#import-memory-problem"));
        assertEquals("expected a whole number, found \"two\"", text(robot, "#import-vcpus-problem"));
        assertFalse(robot.lookup("#import-cd-problem").queryAs(Node.class).isVisible());
    }

    @Test
    void droppedFilesFindTheirFields(FxRobot robot) throws IOException, TimeoutException {
        Path cd = file("cd.iso", 0x8001, "CD001");
        Path kernel = file("vmlinuz", 0x202, "HdrS");
        Path initrd = file("initrd", 0, "070701");
        WaitForAsyncUtils.asyncFx(() -> window.drop(List.of(cd, kernel, initrd)));
        await(() -> input(robot, "#import-kernel").getText().equals(kernel.toString()));
        assertEquals(cd.toString(), input(robot, "#import-cd").getText());
        assertEquals(initrd.toString(), input(robot, "#import-initrd").getText());
        assertEquals("", input(robot, "#import-disk").getText());
        for (Path p : List.of(cd, kernel, initrd)) Files.delete(p);
    }

    @Test
    void textIsPastedOnAScreenAsKeyStrokes(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.FLOOD);
        robot.press(KeyCode.F5).release(KeyCode.F5);
        await(() -> state(0).mode() == CornerState.Mode.PAUSED);
        robot.press(KeyCode.F3).release(KeyCode.F3);
        await(() -> window.workbench()
                .bout()
                .corners()
                .getFirst()
                .showsScreenProperty()
                .get());
        WaitForAsyncUtils.asyncFx(() -> {
            ClipboardContent content = new ClipboardContent();
            content.putString("A\u00e9");
            Clipboard.getSystemClipboard().setContent(content);
            window.paste();
        });
        await(() -> console(robot, 0).contains("<2a down><1e down><1e up><2a up>"));
        await(() -> text(robot, "#status-notice").startsWith("1 character"));
    }

    private static Path file(String name, int at, String magic) throws IOException {
        Path file = Files.createTempFile("drop", name);
        byte[] bytes = new byte[0x9000];
        System.arraycopy(magic.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, bytes, at, magic.length());
        Files.write(file, bytes);
        return file;
    }

    private void openTheImport(FxRobot robot) throws TimeoutException {
        robot.press(KeyCode.CONTROL, KeyCode.I).release(KeyCode.I, KeyCode.CONTROL);
        await(() -> robot.lookup("#import").queryAs(Node.class).isVisible());
    }

    private static void fire(FxRobot robot, String button) {
        WaitForAsyncUtils.asyncFx(() -> robot.lookup(button).queryButton().fire());
        WaitForAsyncUtils.waitForFxEvents();
    }

    private static TextInputControl input(FxRobot robot, String id) {
        return robot.lookup(id).queryAs(TextInputControl.class);
    }

    @Test
    void whatIsTypedIntoTheListOfEverythingIsFoundAndDone(FxRobot robot) throws TimeoutException {
        robot.press(KeyCode.CONTROL, KeyCode.K).release(KeyCode.K, KeyCode.CONTROL);
        await(() -> robot.lookup("#palette").queryAs(Node.class).isVisible());
        WaitForAsyncUtils.asyncFx(() -> input(robot, "#palette-field").setText("wires"));
        robot.press(KeyCode.ENTER).release(KeyCode.ENTER);
        await(() -> robot.lookup("#view-wires").tryQuery().isPresent());
        assertFalse(robot.lookup("#palette").queryAs(Node.class).isVisible());
    }

    @Test
    void aPresetMakesItsTilesAndUndoPutsThemBack(FxRobot robot) throws TimeoutException {
        String before = arrangement();
        act(ActionId.LAYOUT_DEBUG);
        assertEquals("h46(v60(home,bout*,calls,wires;time*);v60(cpu*;memory*))", arrangement());
        act(ActionId.UNDO);
        assertEquals(before, arrangement());
        act(ActionId.REDO);
        assertTrue(arrangement().startsWith("h46(v60("));
    }

    @Test
    void everythingGrowsAndUndoMakesItSmallAgain(FxRobot robot) throws TimeoutException {
        double width = width(robot, "#transport");
        robot.press(KeyCode.CONTROL, KeyCode.EQUALS).release(KeyCode.EQUALS, KeyCode.CONTROL);
        await(() -> Math.abs(width(robot, "#transport") * 1.125 - width) < 2);
        for (int i = 0; i < 12; i++) act(ActionId.ZOOM_IN);
        await(() -> Math.abs(width(robot, "#transport") * 2 - width) < 2);
        act(ActionId.ZOOM_RESET);
        act(ActionId.UNDO);
        await(() -> Math.abs(width(robot, "#transport") * 2 - width) < 2);
    }

    @Test
    void aPresentationHidesTheRailAndComesBack(FxRobot robot) throws TimeoutException {
        Node rail = robot.lookup("#rail").queryAs(Node.class);
        act(ActionId.PRESENTATION);
        assertFalse(rail.isVisible());
        act(ActionId.PRESENTATION);
        assertTrue(rail.isVisible());
    }

    @Test
    void everyLookIsReachedAndUndone(FxRobot robot) {
        act(ActionId.THEME_CONTRAST);
        assertTrue(stage.getScene().getStylesheets().toString().contains("scale-contrast.css"));
        act(ActionId.UNDO);
        assertTrue(stage.getScene().getStylesheets().toString().contains("scale-dark.css"));
    }

    @Test
    void aNoteIsWrittenAtTheMomentAndUndone(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        act(ActionId.NOTE);
        await(() -> input(robot, "#note-text").isFocused());
        WaitForAsyncUtils.asyncFx(() -> input(robot, "#note-text").setText("here it was"));
        robot.press(KeyCode.ENTER).release(KeyCode.ENTER);
        await(() -> window.workbench().notes().size() == 1);
        assertEquals("here it was", window.workbench().notes().getFirst().text());
        act(ActionId.UNDO);
        assertEquals(List.of(), List.copyOf(window.workbench().notes()));
    }

    @Test
    void aSelectedCallIsExplainedAndItsCounterpartIsTheSameJobInTheSameRound(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        await(() -> bout().log().calls().end() > 100);
        LogRow row = firstCall(0);
        act(ActionId.INSPECTOR);
        WaitForAsyncUtils.asyncFx(() -> window.workbench().places().select(new Place.Event(0, row)));
        await(() -> text(robot, "#inspector-title").equals(row.call().name()));
        act(ActionId.COUNTERPART);
        Place.Event other = (Place.Event) window.workbench().places().selected();
        assertEquals(1, other.corner());
        assertEquals(row.round(), other.row().round());
        assertEquals(Counterparts.job(row), Counterparts.job(other.row()));
        act(ActionId.BACK);
        assertEquals(new Place.Event(0, row), window.workbench().places().selected());
    }

    @Test
    void theTimelineAsATableHasARowForEveryRoundOfEveryCorner(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.TIME));
        await(() -> robot.lookup("#time-as-table").tryQuery().isPresent());
        WaitForAsyncUtils.asyncFx(
                () -> robot.lookup("#time-as-table").queryAs(ToggleButton.class).fire());
        await(() -> robot.lookup("#timeline-table").tryQuery().isPresent());
        RowCanvas table = robot.lookup("#timeline-table").queryAs(RowCanvas.class);
        await(() -> table.count() == 2L * state(0).bells());
    }

    @Test
    void theLogIsCountedByWhatRowsHaveInCommon(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        WaitForAsyncUtils.asyncFx(() -> window.show(ViewId.CALLS));
        await(() -> robot.lookup("#calls-page-groups").tryQuery().isPresent());
        await(() -> all(text(robot, "#calls-counter")));
        WaitForAsyncUtils.asyncFx(() ->
                robot.lookup("#calls-page-groups").queryAs(ToggleButton.class).fire());
        await(() -> robot.lookup("#calls-groups").tryQuery().isPresent());
        RowCanvas groups = robot.lookup("#calls-groups").queryAs(RowCanvas.class);
        await(() -> groups.count() > 3);
        WaitForAsyncUtils.asyncFx(() -> robot.lookup("#calls-page-reference")
                .queryAs(ToggleButton.class)
                .fire());
        await(() -> robot.lookup("#calls-reference").tryQuery().isPresent());
        RowCanvas reference = robot.lookup("#calls-reference").queryAs(RowCanvas.class);
        // Four calls under each of the two interfaces.
        await(() -> reference.count() == 8);
    }

    private LogRow firstCall(int corner) {
        RowLog log = bout().log().calls();
        for (long at = log.first(); at < log.end(); at++)
            if (log.get(at).corner() == corner && log.get(at).call() != null) return log.get(at);
        throw new AssertionError("no call in the log");
    }

    private String arrangement() {
        return window.arrangement();
    }

    private void act(ActionId id) {
        WaitForAsyncUtils.asyncFx(() -> window.actions().get(id).trigger());
        WaitForAsyncUtils.waitForFxEvents();
    }

    private static double width(FxRobot robot, String id) {
        return robot.lookup(id).queryAs(Region.class).getWidth();
    }

    @Test
    void aKnockedDownCornerSaysWhatHappenedAndTheOtherGoesOn(FxRobot robot) throws TimeoutException {
        ring(FakeBouts.CRASH);
        await(() -> bout().over());
        await(() -> robot.lookup("#knocked-down-1").queryAs(Node.class).isVisible());
        String said = textsUnder(robot.lookup("#knocked-down-1").queryAs(Parent.class))
                .toString();
        assertTrue(said.contains("update_va_mapping was refused"), said);
        assertEquals(CornerState.Mode.ENDED, state(0).mode());
    }

    @Test
    void noKeyHasTwoMeanings() {
        assertEquals(List.of(), window.actions().conflicts());
    }

    @Test
    void everyTextThatIsShownExists(FxRobot robot) throws TimeoutException {
        robot.clickOn("#ring-the-bell");
        await(() -> bout() != null && bout().over());
        List<String> missing = new ArrayList<>();
        for (ViewId view : ViewId.values()) {
            WaitForAsyncUtils.asyncFx(() -> window.show(view));
            WaitForAsyncUtils.waitForFxEvents();
            for (String text : textsUnder(stage.getScene().getRoot())) if (text.contains("«")) missing.add(text);
        }
        assertEquals(List.of(), missing);
    }

    private void ring(String guest) throws TimeoutException {
        GuestCard card = window.home().gallery().stream()
                .filter(g -> g.id().equals(guest))
                .findFirst()
                .orElseThrow();
        WaitForAsyncUtils.asyncFx(() -> window.home().ring(card));
        await(() -> bout() != null);
        WaitForAsyncUtils.waitForFxEvents();
    }

    private BoutSession bout() {
        return window.workbench().bout();
    }

    private CornerState state(int corner) {
        return bout().corners().get(corner).state();
    }

    private static boolean all(String counter) {
        String[] parts = counter.split(" of ");
        return parts.length == 2 && parts[0].equals(parts[1]);
    }

    private static String text(FxRobot robot, String id) {
        return robot.lookup(id).queryAs(Labeled.class).getText();
    }

    private static String console(FxRobot robot, int corner) throws Exception {
        TerminalView view = robot.lookup("#console-" + corner).queryAs(TerminalView.class);
        return WaitForAsyncUtils.asyncFx(() -> view.model().text()).get();
    }

    private static List<String> textsUnder(Parent root) {
        List<String> out = new ArrayList<>();
        for (Node child : root.getChildrenUnmodifiable()) {
            if (child instanceof Labeled labeled && labeled.getText() != null) out.add(labeled.getText());
            if (child instanceof Parent parent) out.addAll(textsUnder(parent));
        }
        return out;
    }

    private static KeyEvent pressed(KeyCode key) {
        return new KeyEvent(KeyEvent.KEY_PRESSED, "", "", key, false, false, false, false);
    }

    /// A look from this thread may meet the scene half made, or a node that is still to come: then it is not yet so.
    private static void await(Callable<Boolean> condition) throws TimeoutException {
        WaitForAsyncUtils.waitFor(180, TimeUnit.SECONDS, () -> {
            try {
                return condition.call();
            } catch (RuntimeException _) {
                return false;
            }
        });
    }
}
