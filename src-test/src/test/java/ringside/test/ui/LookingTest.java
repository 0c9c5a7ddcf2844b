// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringside.test.ui.WindowRig.await;
import static ringside.test.ui.WindowRig.fx;
import static ringside.test.ui.WindowRig.get;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.scene.control.ListView;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.Clipboard;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.ActionId;
import ringside.app.action.ViewId;
import ringside.app.kit.FrameGrid;
import ringside.app.kit.PaintedRegion;
import ringside.app.kit.RowCanvas;
import ringside.app.kit.TableText;
import ringside.app.kit.Tabular;
import ringside.app.main.Window;
import ringside.app.session.Breakpoints;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.session.GuestCard;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.app.view.home.FilePicker;
import ringside.vmm.bout.Bouts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// The looking half of the workbench over the engine's own corners.
@ExtendWith(ApplicationExtension.class)
class LookingTest {
    private Window window;
    private WindowRig rig;
    private @Nullable Path saveTo;

    @Start
    void start(Stage primary) {
        FilePicker picker = new FilePicker() {
            @Override
            public Optional<Path> pick(String title) {
                return Optional.empty();
            }

            @Override
            public Optional<Path> save(String title, String name) {
                return Optional.ofNullable(saveTo);
            }
        };
        window = new Window(primary, Bouts::open, picker, Theme.DARK, new Texts(Locale.ENGLISH));
        primary.setWidth(1000);
        primary.setHeight(800);
        primary.show();
        rig = new WindowRig(window, primary);
    }

    @AfterEach
    void close() {
        WaitForAsyncUtils.asyncFx(window::close);
        WaitForAsyncUtils.waitForFxEvents();
    }

    @Test
    void aTypedBreakpointStopsBothWaysNamesItsReasonAndIsUndone() throws TimeoutException {
        ringAndPause();
        fx(() -> window.show(ViewId.CPU));
        fire("#cpu-page-breaks");
        rig.enter("#cpu-break-add", "nobody_is_called_so");
        await(() -> rig.text("#cpu-break-wrong").contains("nobody_is_called_so"));
        rig.enter("#cpu-break-add", "trap");
        await(() -> breakpoints().size() == 1);
        assertEquals("trap", breakpoints().getFirst().place().name());
        rig.act(ActionId.MOVE_LEFT);
        rig.act(ActionId.RUN_PAUSE);
        await(() -> breakpoints().getFirst().hits() == 1);
        await(() -> rig.text("#cpu-stopped").startsWith("Stopped in front of"));
        assertTrue(rig.text("#status-notice").contains("trap"));
        int eip = breakpoints().getFirst().place().address();
        assertTrue(rig.state(0).snapshot().vcpus().stream().anyMatch(v -> v.linearEip() == eip));
        rig.act(ActionId.RUN_PAUSE);
        await(() -> breakpoints().getFirst().hits() == 2);
        long place = rig.state(0).travel().here();
        rig.act(ActionId.BACK_BREAK);
        await(() -> rig.state(0).travel().past() && rig.state(0).travel().here() < place);
        assertEquals(2, breakpoints().getFirst().hits());
        RowCanvas list = rig.node("#cpu-breaks", RowCanvas.class);
        fx(() -> {
            list.selectedProperty().set(0);
            list.requestFocus();
        });
        rig.press("Enter");
        assertFalse(breakpoints().getFirst().place().enabled());
        rig.press("Delete");
        assertEquals(List.of(), breakpoints());
        rig.act(ActionId.UNDO);
        rig.act(ActionId.UNDO);
        assertTrue(breakpoints().getFirst().place().enabled());
        rig.act(ActionId.UNDO);
        assertEquals(List.of(), breakpoints());
    }

    @Test
    void aSelectedCallIsBrokenOnPricedAndCopiedAsATest() throws TimeoutException {
        ringAndPause();
        fx(() -> window.show(ViewId.CALLS));
        LogRow row = lastCall(1, "mmu_update");
        fx(() -> window.workbench().places().select(new Place.Event(1, row)));
        await(() -> rig.text("#calls-from").contains("+0x"));
        await(() -> rig.text("#calls-cost").contains("xen.hc")
                && rig.text("#calls-cost").startsWith("≈"));
        rig.fire("#calls-copy-test");
        String copied = get(() -> Clipboard.getSystemClipboard().getString());
        assertTrue(copied.contains("ringside bout fork-storm --corners xen --seed 7"), copied);
        assertTrue(copied.contains("hypercall(1, arg)"), copied);
        rig.press("Shortcut+B");
        assertEquals("mmu_update", breakpoints().getFirst().place().name());
        rig.act(ActionId.RUN_PAUSE);
        await(() -> breakpoints().getFirst().hits() == 1);
        await(() -> rig.state(1).mode() == CornerState.Mode.PAUSED);
    }

    @Test
    void whatIsTypedIntoTheFilterIsCompletedCountedWidenedAndUndone() throws TimeoutException {
        ringAndPause();
        fx(() -> window.show(ViewId.CALLS));
        TextInputControl filter = rig.node("#calls-filter", TextInputControl.class);
        fx(() -> {
            filter.requestFocus();
            filter.setText("corner:xen op:mmu_u");
        });
        await(() -> rig.text("#calls-offer-0").startsWith("op:mmu_update"));
        rig.press("Down");
        rig.fire("#calls-offer-0");
        assertEquals("corner:xen op:mmu_update", get(filter::getText));
        String counter = rig.text("#calls-counter");
        assertFalse(counter.startsWith("0 "), counter);
        fx(() -> filter.setText("corner:xen op:mmu_update round:99"));
        await(() -> rig.text("#calls-wider").contains("round:99"));
        rig.fire("#calls-widen");
        assertEquals("corner:xen op:mmu_update", get(filter::getText));
        await(() -> rig.text("#calls-counter").equals(counter));
        fx(() -> filter.setText("fn:queue_flush cost:>100"));
        await(() -> !rig.text("#calls-counter").startsWith("0 "));
    }

    @Test
    void theWholeAddressSpaceAndTheTlbAreListedAndAnEntryKnowsItsWriter() throws TimeoutException {
        ringAndPause();
        fx(() -> window.show(ViewId.MEMORY));
        fire("#memory-page-space");
        RowCanvas space = rig.node("#memory-space", RowCanvas.class);
        await(() -> space.count() > 50);
        fire("#memory-page-tlb");
        RowCanvas tlb = rig.node("#memory-tlb", RowCanvas.class);
        await(() -> tlb.count() > 2);
        fire("#memory-page-changes");
        RowCanvas changes = rig.node("#memory-rows", RowCanvas.class);
        await(() -> changes.count() > 10);
        long last = get(() -> {
            RowLog log = rig.bout().log().memory();
            long at = log.end() - 1;
            while (log.get(at).event().kind() != EventKind.PTE_UPDATE) at--;
            return at - log.first();
        });
        fx(() -> changes.selectedProperty().set(last));
        rig.fire("#memory-changes-entry");
        await(() -> rig.text("#memory-changes-words").contains("changed"));
        rig.fire("#memory-changes-go");
        await(() -> window.workbench().places().selected() instanceof Place.Event);
        rig.fire("#memory-changes-break");
        assertEquals(1, breakpoints().size());
    }

    @Test
    void everyChartHasATableFormAndEveryTableIsSaved() throws TimeoutException {
        ringAndPause();
        List<String> without = new ArrayList<>();
        for (ViewId view : ViewId.values()) {
            fx(() -> window.show(view));
            for (Node node : rig.all()) {
                if (!(node instanceof PaintedRegion) || node.getId() == null) continue;
                boolean screen =
                        node.getId().startsWith("screen") || node.getId().contains("console");
                // The strip of rings and the lanes are the timeline's rows, which has a table of its own.
                boolean lanes = node.getId().equals("cpu-strip")
                        || node.getId().startsWith("lane")
                        || List.of("timeline", "scrubber").contains(node.getId());
                if (!screen && !lanes && !(node instanceof Tabular)) without.add(view + " " + node.getId());
            }
        }
        assertEquals(List.of(), without);
        fx(() -> window.show(ViewId.MEMORY));
        fire("#memory-page-frames");
        FrameGrid grid = rig.node("#memory-frames", FrameGrid.class);
        await(() -> grid.count() > 1_000);
        rig.act(ActionId.AS_TABLE);
        RowCanvas rows = rig.node("#memory-frame-rows", RowCanvas.class);
        assertEquals(get(grid::count), get(rows::count));
        String csv = get(() -> TableText.csv(rows));
        assertEquals(
                "machine frame,guest frame,what it is for",
                csv.lines().findFirst().orElseThrow());
        assertEquals(get(rows::count) + 1, csv.lines().count());
        fx(() -> rows.requestFocus());
        rig.act(ActionId.COPY_TABLE);
        assertEquals(csv, get(() -> Clipboard.getSystemClipboard().getString()));
    }

    @Test
    void aTableAndAPictureGoIntoFiles(@TempDir Path folder) throws TimeoutException, IOException {
        ringAndPause();
        fx(() -> window.show(ViewId.CALLS));
        RowCanvas rows = rig.node("#calls-rows", RowCanvas.class);
        await(() -> rows.count() > 100);
        saveTo = folder.resolve("calls.json");
        fx(() -> rows.requestFocus());
        rig.act(ActionId.SAVE_TABLE);
        long objects = Files.readString(saveTo)
                .lines()
                .filter(l -> l.startsWith("  {"))
                .count();
        assertEquals(get(rows::count), objects);
        saveTo = folder.resolve("calls.png");
        rig.act(ActionId.SAVE_PICTURE);
        byte[] png = Files.readAllBytes(saveTo);
        assertEquals('P', png[1]);
        assertTrue(png.length > 2_000, "" + png.length);
    }

    @Test
    void goToFindsAddressesAndNames() throws TimeoutException {
        ringAndPause();
        rig.press("Shortcut+L");
        fx(() -> rig.node("#palette-field", TextInputControl.class).setText("trap_entry"));
        await(() -> rig.node("#palette-list", ListView.class).getItems().size() > 0);
        rig.press("Enter");
        await(() -> rig.node("#view-cpu", Node.class) != null);
        await(() -> {
            RowCanvas code = rig.node("#cpu-code", RowCanvas.class);
            return code.count() > 0 && code.cells(0).get(1).equals("trap_entry");
        });
    }

    @Test
    void aRefusalIsAProblemThatLeadsToItsCall() throws TimeoutException {
        fx(() -> window.workbench().pauseOnRefusalProperty().set(true));
        ring(true);
        await(() -> window.workbench().lint().findings().size() > 0);
        rig.act(ActionId.DRAWER);
        ListView<?> problems = rig.node("#problems", ListView.class);
        if (problems == null) {
            fx(() -> ((javafx.scene.control.TabPane) rig.node("#drawer", Node.class))
                    .getSelectionModel()
                    .select(2));
        }
        await(() -> rig.node("#problems", ListView.class).getItems().size() > 0);
        await(() -> rig.bout().corners().stream()
                .anyMatch(c -> c.state().mode() == CornerState.Mode.PAUSED
                        || c.state().mode().over()));
    }

    private List<Breakpoints.Counted> breakpoints() {
        return get(() -> List.copyOf(window.workbench().breakpoints().list()));
    }

    private LogRow lastCall(int corner, String name) throws TimeoutException {
        List<LogRow> found = new ArrayList<>();
        await(() -> {
            RowLog log = rig.bout().log().calls();
            for (long at = log.end() - 1; at >= log.first() && found.isEmpty(); at--) {
                LogRow row = log.get(at);
                if (row.corner() == corner
                        && row.call() != null
                        && row.call().name().equals(name)) found.add(row);
            }
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    private void fire(String id) throws TimeoutException {
        await(() -> rig.node(id, Node.class) != null);
        rig.fire(id);
    }

    private boolean paused(int bells) {
        return rig.bout().corners().stream()
                .map(CornerFeed::state)
                .allMatch(s -> s.mode() == CornerState.Mode.PAUSED && s.bells() == bells);
    }

    private void ring(boolean on) throws TimeoutException {
        GuestCard card = window.home().gallery().stream()
                .filter(g -> g.id().equals("fork-storm"))
                .findFirst()
                .orElseThrow();
        List<Iface> both = List.of(Iface.VMI, Iface.XEN);
        fx(() -> {
            if (on) window.workbench().ring(card, both);
            else window.workbench().ringOnce(card, both);
        });
        await(() -> rig.bout() != null);
    }

    /// In the middle of the guests' work.
    private void ringAndPause() throws TimeoutException {
        ring(false);
        await(() -> paused(1));
        rig.act(ActionId.STEP_BELL);
        await(() -> paused(2));
        await(() -> rig.bout().log().calls().end() > 100);
    }
}
