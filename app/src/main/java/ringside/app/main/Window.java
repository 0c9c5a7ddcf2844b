// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.beans.value.ChangeListener;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.TransferMode;
import javafx.stage.Stage;
import org.controlsfx.control.ToggleSwitch;
import org.jspecify.annotations.Nullable;
import ringside.app.action.ActionId;
import ringside.app.action.Actions;
import ringside.app.action.Edit;
import ringside.app.action.Navigator;
import ringside.app.action.Preset;
import ringside.app.action.StandardActions;
import ringside.app.action.UndoStack;
import ringside.app.action.ViewId;
import ringside.app.kit.TableText;
import ringside.app.kit.Tabular;
import ringside.app.session.BoutFiles;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerSource;
import ringside.app.session.CornerState;
import ringside.app.session.Library;
import ringside.app.session.Pulse;
import ringside.app.session.Settings;
import ringside.app.session.Workbench;
import ringside.app.shell.Shell;
import ringside.app.text.Texts;
import ringside.app.theme.Fonts;
import ringside.app.theme.Theme;
import ringside.app.view.bout.BoutView;
import ringside.app.view.bout.BoutViewModel;
import ringside.app.view.calls.CallsView;
import ringside.app.view.calls.CallsViewModel;
import ringside.app.view.cpu.CpuView;
import ringside.app.view.cpu.CpuViewModel;
import ringside.app.view.home.FilePicker;
import ringside.app.view.home.HomeView;
import ringside.app.view.home.HomeViewModel;
import ringside.app.view.memory.LookModel;
import ringside.app.view.memory.MemoryView;
import ringside.app.view.memory.MemoryViewModel;
import ringside.app.view.time.TimeView;
import ringside.app.view.time.TimeViewModel;
import ringside.app.view.wires.WiresView;
import ringside.app.view.wires.WiresViewModel;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// One window, wired: workbench, actions, views, shell, pulse.
public final class Window implements Navigator {
    private static final String BOUT_FILE = ".ringside";

    private final Stage stage;
    private final FilePicker picker;
    private final Texts texts;
    private final Workbench workbench;
    private final HomeViewModel home;
    private final CallsView calls;
    private final Shell shell;
    private final Actions actions;
    private final Pulse pulse;
    private final UndoStack undo = new UndoStack();
    private Theme theme;

    /// Builds the window; it remembers nothing beyond its end.
    public Window(Stage stage, CornerSource source, FilePicker picker, Theme theme, Texts texts) {
        this(stage, source, picker, Settings.inMemory(), theme, texts);
    }

    /// Builds the window; it keeps no bouts by itself.
    public Window(Stage stage, CornerSource source, FilePicker picker, Settings settings, Theme usual, Texts texts) {
        this(stage, source, picker, settings, Library.none(settings), usual, texts);
    }

    /// Builds the window.
    ///
    /// @param usual the look until somebody has chosen another one
    public Window(
            Stage stage,
            CornerSource source,
            FilePicker picker,
            Settings settings,
            Library library,
            Theme usual,
            Texts texts) {
        this.stage = stage;
        this.picker = picker;
        this.texts = texts;
        this.theme = Theme.named(settings.get("theme", usual.name()));
        Fonts.load();
        workbench = new Workbench(source, settings, library);
        workbench
                .coveredProperty()
                .addListener((_, _, corners) ->
                        texts.cover(corners.stream().map(Iface::id).toList()));
        home = new HomeViewModel(workbench, picker, undo, texts);
        actions = StandardActions.of(workbench, this, undo);
        calls = new CallsView(new CallsViewModel(workbench, undo, texts), texts);
        BoutViewModel bout = new BoutViewModel(workbench, undo, texts);
        bout.openWith(
                filter -> {
                    show(ViewId.CALLS);
                    calls.filter(filter);
                },
                () -> show(ViewId.MEMORY));
        Map<ViewId, Node> views = new EnumMap<>(ViewId.class);
        views.put(ViewId.HOME, new HomeView(home, actions, texts));
        views.put(ViewId.BOUT, new BoutView(bout, actions, texts));
        views.put(ViewId.TIME, new TimeView(new TimeViewModel(workbench, undo, texts), actions, texts));
        views.put(ViewId.CALLS, calls);
        views.put(
                ViewId.MEMORY,
                new MemoryView(new MemoryViewModel(workbench, texts), new LookModel(workbench, undo, texts), texts));
        views.put(
                ViewId.CPU,
                new CpuView(new CpuViewModel(workbench, undo, texts), actions.get(ActionId.LOAD_SYMBOLS), texts));
        views.put(ViewId.WIRES, new WiresView(new WiresViewModel(workbench, texts), texts));
        shell = new Shell(workbench, actions, undo, texts, views);
        pulse = new Pulse(workbench);
        Scene scene = new Scene(shell.root());
        shell.install(scene);
        takeDroppedFiles(scene);
        title();
        workbench.files().titleProperty().addListener((_, _, _) -> title());
        workbench.files().unsavedProperty().addListener((_, _, _) -> title());
        stage.setScene(scene);
        stage.setOnHidden(_ -> close());
        shell.zoomProperty().addListener((_, _, _) -> show(theme));
        show(theme);
        library.refresh();
        pulse.start();
    }

    /// A file may be dropped anywhere.
    private void takeDroppedFiles(Scene scene) {
        scene.setOnDragOver(e -> {
            if (e.getDragboard().hasFiles()) e.acceptTransferModes(TransferMode.COPY);
        });
        scene.setOnDragDropped(e -> {
            boolean files = e.getDragboard().hasFiles();
            if (files)
                drop(e.getDragboard().getFiles().stream().map(File::toPath).toList());
            e.setDropCompleted(files);
        });
    }

    private void title() {
        String bout = workbench.files().titleProperty().get();
        boolean changed = workbench.files().unsavedProperty().get();
        stage.setTitle(
                bout.isEmpty()
                        ? texts.get("window.title")
                        : texts.get(changed ? "window.title.unsaved" : "window.title.bout", bout));
    }

    /// Opens a bout file; of other files the form of a machine with them in it.
    public void drop(List<Path> files) {
        for (Path file : files) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(BOUT_FILE)) {
                workbench.open(file);
                return;
            }
        }
        shell.show(ViewId.HOME);
        home.drop(files);
    }

    /// Ends the bout and the pulse.
    public void close() {
        pulse.stop();
        shell.remember();
        workbench.closeBout();
        workbench.library().close();
        workbench.settings().close();
    }

    public Workbench workbench() {
        return workbench;
    }

    public HomeViewModel home() {
        return home;
    }

    /// Brings the first bout to its first bell. Who is offered the first steps stays with them meanwhile.
    void warmUp() {
        home.warmUp();
        if (!home.stepsOffered()) return;
        workbench.boutProperty().addListener(new ChangeListener<>() {
            @Override
            public void changed(
                    ObservableValue<? extends @Nullable BoutSession> bout,
                    @Nullable BoutSession before,
                    @Nullable BoutSession now) {
                workbench.boutProperty().removeListener(this);
                if (home.stepsOffered()) shell.show(ViewId.HOME);
            }
        });
    }

    public Actions actions() {
        return actions;
    }

    /// Changes the look at once.
    void show(Theme wanted) {
        theme = wanted;
        Application.setUserAgentStylesheet(theme.userAgent());
        List<String> sheets = new ArrayList<>(theme.stylesheets());
        sheets.add(Theme.popups(shell.zoomProperty().get()));
        stage.getScene().getStylesheets().setAll(sheets);
    }

    @Override
    public void show(ViewId view) {
        shell.show(view);
    }

    @Override
    public void layout(Preset preset) {
        shell.layout(preset);
    }

    /// How the tiles lie, as text.
    public String arrangement() {
        return shell.arrangement();
    }

    @Override
    public void nextRegion(boolean backwards) {
        shell.nextRegion(backwards);
    }

    @Override
    public void theme(String name) {
        Theme before = theme;
        Theme after = name.isEmpty() ? before.other() : Theme.named(name);
        if (after != before) undo.apply(new Edit("edit.theme", () -> choose(after), () -> choose(before)));
    }

    private void choose(Theme wanted) {
        show(wanted);
        workbench.settings().set("theme", wanted.name());
    }

    @Override
    public void zoom(int step) {
        shell.zoomBy(step);
    }

    @Override
    public void find(String start) {
        shell.find(start);
    }

    @Override
    public void toggleInspector() {
        shell.toggleInspector();
    }

    @Override
    public void toggleDrawer() {
        shell.toggleDrawer();
    }

    @Override
    public void togglePresentation() {
        shell.togglePresentation();
    }

    @Override
    public void note() {
        shell.note();
    }

    @Override
    public void counterpart() {
        shell.counterpart();
    }

    @Override
    public void importKernel() {
        shell.show(ViewId.HOME);
        home.importOpenProperty().set(true);
    }

    @Override
    public void ringBell() {
        home.ringTheBell();
    }

    @Override
    public void openBout() {
        picker.pick(texts.get("files.open.title")).ifPresent(workbench::open);
    }

    @Override
    public void saveBout(boolean elsewhere) {
        BoutFiles files = workbench.files();
        Path own = files.file();
        String name = files.titleProperty().get().replaceAll("[^\\p{L}\\p{N} ._-]", "_") + BOUT_FILE;
        Optional<Path> to =
                own != null && !elsewhere ? Optional.of(own) : picker.save(texts.get("files.save.title"), name);
        to.map(Window::named)
                .ifPresent(file -> files.save(
                        file,
                        problem -> workbench
                                .noticeProperty()
                                .set(
                                        problem.isEmpty()
                                                ? texts.get("files.saved", file.getFileName())
                                                : texts.get("files.save.failed", file, problem))));
    }

    private static Path named(Path chosen) {
        String name = chosen.getFileName().toString();
        return name.toLowerCase(Locale.ROOT).endsWith(BOUT_FILE) ? chosen : chosen.resolveSibling(name + BOUT_FILE);
    }

    @Override
    public void firstSteps() {
        shell.show(ViewId.HOME);
        home.offerSteps(true);
    }

    @Override
    public void keepMoment() {
        BoutSession bout = workbench.bout();
        if (bout == null) return;
        CornerState s =
                bout.corners().get(workbench.activeCornerProperty().get()).state();
        String name = s.lastBell() < 0
                ? texts.get("past.at.start", s.snapshot().tick())
                : texts.get("past.at.bell", s.lastBell(), s.sinceBell());
        workbench.keepMoment(name, () -> workbench.noticeProperty().set(texts.get("snapshot.kept", name)));
    }

    @Override
    public void renameBout() {
        shell.show(ViewId.HOME);
        home.renamePresent();
    }

    @Override
    public void filter() {
        shell.show(ViewId.CALLS);
        calls.focusFilter();
    }

    @Override
    public void paste() {
        shell.paste();
    }

    @Override
    public void loadSymbols() {
        BoutSession bout = workbench.bout();
        if (bout == null) return;
        picker.pick(texts.get("cpu.symbols.pick"))
                .ifPresent(file -> workbench.symbols().load(file, bout, answer -> {
                    if (answer instanceof Problem p) say("home.problem", p.field(), p.expected(), p.found());
                    else say("cpu.symbols.loaded", answer);
                }));
    }

    @Override
    public void preferences(String page) {
        shell.preferences(page);
    }

    @Override
    public void saveTable() {
        shell.table()
                .ifPresentOrElse(
                        table -> picker.save(texts.get("table.save"), "table.csv")
                                .ifPresent(file -> write(table, file)),
                        () -> say("table.none"));
    }

    private void write(Tabular table, Path file) {
        boolean json = String.valueOf(file.getFileName()).endsWith(".json");
        try {
            Files.writeString(file, json ? TableText.json(table) : TableText.csv(table));
            say("table.saved", table.count(), file.getFileName());
        } catch (IOException e) {
            say("files.save.failed", file, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void copyTable() {
        shell.table()
                .ifPresentOrElse(
                        table -> {
                            ClipboardContent content = new ClipboardContent();
                            content.putString(TableText.csv(table));
                            Clipboard.getSystemClipboard().setContent(content);
                            say("table.copied", table.count());
                        },
                        () -> say("table.none"));
    }

    @Override
    public void savePicture() {
        picker.save(texts.get("picture.save"), "ringside.png").ifPresent(file -> {
            try {
                Png.write(shell.picture(), file);
                say("picture.saved", file.getFileName());
            } catch (IOException e) {
                say("files.save.failed", file, String.valueOf(e.getMessage()));
            }
        });
    }

    @Override
    public void asTable() {
        for (String id : List.of("#time-as-table", "#memory-frames-list")) {
            Node node = stage.getScene().lookup(id);
            if (node == null || !seen(node)) continue;
            if (node instanceof ToggleButton button) button.fire();
            else if (node instanceof ToggleSwitch flip) flip.setSelected(!flip.isSelected());
            return;
        }
        say("table.only");
    }

    private static boolean seen(Node node) {
        for (Node n = node; n != null; n = n.getParent()) if (!n.isVisible()) return false;
        return true;
    }

    @Override
    public void say(String key, Object... args) {
        workbench.noticeProperty().set(texts.get(key, args));
    }

    @Override
    public void quit() {
        stage.hide();
        Platform.exit();
    }
}
