// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javafx.scene.Node;
import javafx.scene.control.Labeled;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import ringside.app.action.ActionId;
import ringside.app.action.ViewId;
import ringside.app.kit.TerminalView;
import ringside.app.main.Window;
import ringside.app.session.BoutSession;
import ringside.app.session.Library;
import ringside.app.session.Settings;
import ringside.app.text.Texts;
import ringside.app.theme.Theme;
import ringside.app.view.home.FilePicker;
import ringside.vmm.bout.Bouts;
import ringside.vmm.word.Iface;

/// Corners without names, until they are revealed; over the engine's own corners.
@ExtendWith(ApplicationExtension.class)
class BlindBoutTest implements FilePicker {
    private static final Pattern NAME = Pattern.compile("\\b(VMI|Xen|XEN|hypercall)\\b");

    private Window window;
    private WindowRig rig;
    private Path folder;

    @Start
    void start(Stage primary) throws IOException {
        folder = Files.createTempDirectory("ringside-blind");
        Settings settings = Settings.inMemory();
        Library library = Library.in(folder, settings);
        window = new Window(primary, Bouts::open, this, settings, library, Theme.DARK, new Texts(Locale.ENGLISH));
        rig = new WindowRig(window, primary);
        primary.setWidth(980);
        primary.setHeight(800);
        primary.show();
    }

    @Override
    public Optional<Path> pick(String title) {
        return Optional.of(folder.resolve("blind.ringside"));
    }

    @Override
    public Optional<Path> save(String title, String name) {
        return Optional.of(folder.resolve("blind"));
    }

    @AfterEach
    void close() {
        WindowRig.fx(window::close);
    }

    private void blind(long seed) throws TimeoutException {
        if (rig.bout() == null) {
            WindowRig.fx(() -> window.home().warmUp());
            WindowRig.await(() -> rig.bout() != null);
        }
        BoutSession before = rig.bout();
        WindowRig.fx(() -> window.workbench().ringBlind(seed));
        WindowRig.await(() -> rig.bout() != before && rig.bout() != null);
    }

    /// What the window says that names an interface.
    private Set<String> names() {
        Set<String> found = new HashSet<>();
        for (Node node : rig.all()) {
            if (node instanceof TerminalView) found.add("the guest's console");
            if (!(node instanceof Labeled label) || label.getText() == null) continue;
            if (NAME.matcher(label.getText()).find()) found.add(label.getText());
        }
        return found;
    }

    private Set<String> namesInAllViews() {
        Set<String> found = new HashSet<>();
        for (ViewId view : ViewId.values()) {
            if (view == ViewId.HOME) continue;
            WindowRig.fx(() -> window.show(view));
            found.addAll(names());
        }
        return found;
    }

    @Test
    void noViewNamesAnInterfaceUntilTheCornersAreRevealed() throws TimeoutException {
        blind(11);
        WindowRig.await(() -> rig.bout().over());
        rig.act(ActionId.DRAWER);
        rig.act(ActionId.INSPECTOR);
        assertEquals(Set.of(), namesInAllViews());
        WindowRig.fx(() -> window.show(ViewId.BOUT));
        rig.act(ActionId.REVEAL);
        WindowRig.await(() -> names().containsAll(Set.of("VMI", "Xen")));
        rig.act(ActionId.UNDO);
        WindowRig.await(() -> names().isEmpty());
        assertEquals(Set.of(), namesInAllViews());
        rig.act(ActionId.REDO);
        WindowRig.await(() -> !namesInAllViews().isEmpty());
    }

    @Test
    void theSeedDecidesTheOrderOfTheCorners() throws TimeoutException {
        Set<List<Iface>> orders = new HashSet<>();
        for (long seed = 1; seed <= 6; seed++) {
            blind(seed);
            List<Iface> order = window.workbench().coveredProperty().get();
            assertEquals(seed, rig.bout().seed());
            blind(seed);
            assertEquals(order, window.workbench().coveredProperty().get());
            orders.add(order);
        }
        assertEquals(2, orders.size(), "either may come first");
    }

    @Test
    void aFileKeepsThatTheBoutIsBlind() throws TimeoutException {
        blind(11);
        WindowRig.await(() -> rig.bout().over());
        rig.act(ActionId.SAVE_BOUT);
        WindowRig.await(() -> window.workbench().files().file() != null);
        BoutSession before = rig.bout();
        List<Iface> order = window.workbench().coveredProperty().get();
        rig.act(ActionId.REVEAL);
        WindowRig.fx(() -> window.workbench().open(folder.resolve("blind.ringside")));
        WindowRig.await(() -> rig.bout() != before && rig.bout() != null);
        assertEquals(order, window.workbench().coveredProperty().get());
        assertEquals(Set.of(), namesInAllViews());
    }
}
