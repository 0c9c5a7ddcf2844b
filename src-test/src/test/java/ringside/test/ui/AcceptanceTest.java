// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringside.test.ui.WindowRig.await;
import static ringside.test.ui.WindowRig.fx;
import static ringside.test.ui.WindowRig.get;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ListView;
import javafx.scene.control.TextInputControl;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;
import ringside.app.action.Action;
import ringside.app.action.ActionId;
import ringside.app.action.ViewId;
import ringside.app.kit.RowCanvas;
import ringside.app.main.Window;
import ringside.app.session.Breakpoint;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.session.GuestCard;
import ringside.app.session.Place;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.score.CostProfile;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// What the workbench promises as a whole: by keyboard alone, with nothing lost, and without being noticed.
@ExtendWith(ApplicationExtension.class)
class AcceptanceTest {
    private final Texts texts = new Texts(Locale.ENGLISH);
    private Window window;
    private WindowRig rig;
    private Stage stage;

    @Start
    void start(Stage primary) {
        stage = primary;
        window = new Window(primary, Bouts::open, _ -> Optional.empty(), Theme.DARK, texts);
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
    void byKeyboardAloneAGuestIsRungSteppedFilteredTypedToAndLeft() throws TimeoutException {
        rig.press("Shortcut+R");
        await(() -> rig.bout() != null && allAt(1));
        for (String step : List.of("F8", "F8", "F7", "Shift+F7")) {
            List<Long> before = versions();
            rig.press(step);
            await(() -> moved(before));
        }
        rig.press("Shortcut+4");
        rig.press("Shortcut+F");
        TextInputControl filter = rig.node("#calls-filter", TextInputControl.class);
        assertTrue(get(filter::isFocused));
        fx(() -> filter.setText("cor"));
        await(() -> rig.text("#calls-offer-0").equals("corner:"));
        rig.press("Down");
        assertEquals("calls-offer-0", get(() -> stage.getScene().getFocusOwner().getId()));
        // Round all regions and back to where it was: the focus is always somewhere that is seen.
        Set<Node> seen = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            rig.press("F6");
            Node focus = get(() -> stage.getScene().getFocusOwner());
            assertNotNull(focus);
            assertTrue(get(() -> focus.isVisible() && focus.getScene() != null));
            seen.add(focus);
        }
        assertTrue(seen.size() >= 3, seen.toString());
        rig.press("F2");
        assertNotEquals(-1, get(() -> window.workbench().keysToProperty().get()));
        rig.press("F2");
        assertEquals(-1, get(() -> window.workbench().keysToProperty().get()));
        rig.press("Shortcut+Comma");
        assertTrue(get(() -> rig.node("#preferences", Node.class).isVisible()));
        rig.press("Esc");
        assertFalse(get(() -> rig.node("#preferences", Node.class).isVisible()));
        rig.press("Shortcut+W");
        await(() -> rig.bout() == null);
    }

    @Test
    void everyActionIsFoundInTheListOfEverything() {
        List<String> missing = new ArrayList<>();
        rig.press("Shortcut+K");
        for (Action action : window.actions().all()) {
            if (action.id() == ActionId.FIND) continue;
            String name = texts.get(action.textKey());
            assertFalse(name.contains("«"), name);
            fx(() -> rig.node("#palette-field", TextInputControl.class).setText(name));
            if (get(() -> rig.node("#palette-list", ListView.class).getItems().isEmpty())) missing.add(name);
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void everyEditOfAPersonIsUndone() throws TimeoutException {
        ring(Iface.VMI, Iface.XEN);
        await(() -> rig.bout().corners().stream().allMatch(c -> c.state().mode().over()));
        fx(() -> window.show(ViewId.CALLS));
        Map<String, Runnable> edits = new LinkedHashMap<>();
        Map<String, Callable<Object>> looks = new LinkedHashMap<>();
        edits.put("layout", () -> window.actions().get(ActionId.LAYOUT_DEBUG).trigger());
        looks.put("layout", window::arrangement);
        edits.put("look", () -> window.actions().get(ActionId.THEME_LIGHT).trigger());
        looks.put("look", () -> List.copyOf(stage.getScene().getStylesheets()));
        edits.put("size", () -> window.actions().get(ActionId.ZOOM_IN).trigger());
        looks.put("size", () -> window.workbench().settings().get("zoom", "1.0"));
        edits.put("breakpoint", () -> {
            window.workbench().places().select(new Place.Address(0, 0, 0xC0100000));
            window.actions().get(ActionId.BREAKPOINT).trigger();
        });
        looks.put(
                "breakpoint",
                () -> window.workbench().breakpoints().list().stream()
                        .map(c -> c.place().address())
                        .toList());
        for (String box : List.of("bells", "refusal", "differences")) {
            edits.put(box, () -> ((CheckBox) one("#preferences-" + box)).fire());
            looks.put(box, () -> ((CheckBox) one("#preferences-" + box)).isSelected());
        }
        for (Map.Entry<String, Runnable> edit : edits.entrySet()) {
            if (looks.get(edit.getKey()) == null) continue;
            boolean choice = List.of("bells", "refusal", "differences").contains(edit.getKey());
            if (choice) fx(() -> window.preferences(edit.getKey().equals("differences") ? "appearance" : "running"));
            Object before = get(looks.get(edit.getKey()));
            fx(edit.getValue());
            assertNotEquals(before, get(looks.get(edit.getKey())), edit.getKey());
            rig.act(ActionId.UNDO);
            assertEquals(before, get(looks.get(edit.getKey())), edit.getKey());
            rig.act(ActionId.REDO);
            assertNotEquals(before, get(looks.get(edit.getKey())), edit.getKey());
            rig.act(ActionId.UNDO);
        }
    }

    @Test
    void aKeyIsGivenToAnotherActionTakenFromTheOneThatHadItAndGivenBack() {
        fx(() -> window.preferences("keyboard"));
        fx(() -> rig.node("#keys-filter", TextInputControl.class).setText("Next look"));
        RowCanvas rows = rig.node("#keys-rows", RowCanvas.class);
        assertEquals(1, get(rows::count));
        fx(() -> rows.requestFocus());
        rig.press("Enter");
        rig.press("F8");
        assertEquals("F8", window.actions().get(ActionId.OTHER_THEME).keyText());
        assertEquals("", window.actions().get(ActionId.STEP_CROSSING).keyText());
        assertTrue(rig.text("#keys-words").contains(texts.get("action.step-crossing")), rig.text("#keys-words"));
        assertEquals(List.of(), window.actions().conflicts());
        assertEquals("F8", get(() -> window.workbench().settings().get("keys.OTHER_THEME", "")));
        List<String> before = get(() -> List.copyOf(stage.getScene().getStylesheets()));
        rig.press("F8");
        assertNotEquals(before, get(() -> List.copyOf(stage.getScene().getStylesheets())));
        rig.act(ActionId.UNDO);
        rig.act(ActionId.UNDO);
        assertEquals("F8", window.actions().get(ActionId.STEP_CROSSING).keyText());
        assertEquals("", get(() -> window.workbench().settings().get("keys.OTHER_THEME", "")));
    }

    @Test
    void aPriceOfAPersonsOwnIsMarkedAndUsed() {
        CostProfile before = get(() -> window.workbench().profileProperty().get());
        fx(() -> window.preferences("profiles"));
        RowCanvas rows = rig.node("#profiles-rows", RowCanvas.class);
        fx(() -> rows.selectedProperty().set(0));
        rig.enter("#profiles-price", "7");
        CostProfile after = get(() -> window.workbench().profileProperty().get());
        assertEquals(7, after.cycles(before.prices().keySet().iterator().next()));
        rig.act(ActionId.UNDO);
        assertEquals(before, get(() -> window.workbench().profileProperty().get()));
    }

    @Test
    void noViewChangesACountOrTheRunsHash() throws TimeoutException {
        rig.act(ActionId.DRAWER);
        rig.act(ActionId.INSPECTOR);
        ring(Iface.VMI, Iface.XEN);
        rig.act(ActionId.LAYOUT_DEBUG);
        fx(() -> window.workbench().breakpoints().add(Breakpoint.code(0, 0x12345678, "nowhere")));
        for (String page : List.of("#memory-page-tlb", "#memory-page-space", "#cpu-page-tss", "#memory-page-frames")) {
            if (get(() -> stage.getScene().lookup(page)) != null) rig.fire(page);
        }
        await(() -> rig.bout().corners().stream().allMatch(c -> c.state().mode() == CornerState.Mode.ENDED));
        BoutSpec spec = new BoutSpec(
                "hello-boundary", List.of(Iface.VMI, Iface.XEN), 1, 32L << 20, 7, new byte[0], new byte[0], "");
        List<Corner> plain =
                assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec)).corners();
        for (int i = 0; i < plain.size(); i++) {
            while (plain.get(i).run(1L << 40, false) != Corner.Stop.EXITED) {
                assertTrue(plain.get(i).rounds().size() < 100);
            }
            CornerFeed seen = rig.bout().corners().get(i);
            assertEquals(plain.get(i).counts(), seen.state().snapshot().total());
            assertEquals(plain.get(i).runHash(), seen.state().runHash());
        }
    }

    @Test
    void everyRefusalHasItsReasonInWords() {
        List<String> without = new ArrayList<>();
        for (Why why : Why.values()) {
            String key = "why." + why.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (!texts.has(key)) without.add(key);
        }
        assertEquals(List.of(), without);
    }

    private Node one(String id) {
        return assertNotNullNode(stage.getScene().lookup(id), id);
    }

    private static Node assertNotNullNode(Node node, String id) {
        assertNotNull(node, id);
        return node;
    }

    private boolean allAt(int bells) {
        return rig.bout().corners().stream()
                .allMatch(c -> c.state().bells() >= bells || c.state().mode().over());
    }

    private List<Long> versions() {
        return get(() ->
                rig.bout().corners().stream().map(c -> c.state().version()).toList());
    }

    private boolean moved(List<Long> before) {
        List<Long> now = versions();
        for (int i = 0; i < now.size(); i++) if (now.get(i) > before.get(i)) return true;
        return false;
    }

    private void ring(Iface... corners) throws TimeoutException {
        GuestCard card = window.home().gallery().stream()
                .filter(g -> g.id().equals("hello-boundary"))
                .findFirst()
                .orElseThrow();
        fx(() -> window.workbench().ring(card, List.of(corners)));
        await(() -> rig.bout() != null);
    }
}
