// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javafx.beans.property.ReadOnlyDoubleProperty;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Menu;
import javafx.scene.control.MenuBar;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SeparatorMenuItem;
import javafx.scene.image.Image;
import javafx.scene.input.Clipboard;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Action;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.action.BreakpointEdits;
import ringside.app.action.Edit;
import ringside.app.action.Preset;
import ringside.app.action.UndoStack;
import ringside.app.action.ViewId;
import ringside.app.kit.Cover;
import ringside.app.kit.Icons;
import ringside.app.kit.Tabular;
import ringside.app.kit.ZoomPane;
import ringside.app.session.BoutSession;
import ringside.app.session.Counterparts;
import ringside.app.session.GuestCard;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.word.Problem;

/// The frame around the views: menu, transport, rail, tiles, inspector, drawer, status bar, the list of everything.
public final class Shell extends BorderPane {
    private static final int MOST_NAMES = 8, MOST_ROWS = 20_000;
    private static final double ZOOM_STEP = 0.125, LEAST_ZOOM = 0.75, MOST_ZOOM = 2, PRESENTATION_ZOOM = 1.5;

    private static final int MOST_HISTORY = 15;

    private final Rail rail;
    private final Transport transport;
    private final Scrubber scrubber;
    private final PastBand past;
    private final StatusBar status;
    private final WorkArea area;
    private final Workbench workbench;
    private final Actions actions;
    private final UndoStack undo;
    private final Texts texts;
    private final Inspector inspector;
    private final Drawer drawer;
    private final Palette palette;
    private final Preferences preferences;
    private final ZoomPane root;
    private double zoomBefore = 1;
    private boolean inspectorBefore;
    private boolean drawerBefore;
    /// Views that cannot show a corner without naming its interface.
    private static final List<ViewId> NAMED = List.of(ViewId.CALLS, ViewId.MEMORY, ViewId.CPU, ViewId.WIRES);

    public Shell(Workbench workbench, Actions actions, UndoStack undo, Texts texts, Map<ViewId, Node> views) {
        this.workbench = workbench;
        this.actions = actions;
        this.undo = undo;
        this.texts = texts;
        rail = new Rail(actions, texts);
        transport = new Transport(workbench, actions, texts);
        status = new StatusBar(workbench, texts);
        Map<ViewId, Node> tiles = new EnumMap<>(views);
        for (ViewId named : NAMED) {
            Node view = views.get(named);
            if (view != null) tiles.put(named, new Covered(view, workbench, actions, texts));
        }
        area = new WorkArea(tiles, texts);
        inspector = new Inspector(workbench, texts);
        drawer = new Drawer(workbench, undo, texts);
        palette = new Palette(this::entries, texts);
        ChoicesPages choices = new ChoicesPages(workbench, actions, undo, texts);
        preferences = new Preferences(
                Map.of(
                        Preferences.Page.APPEARANCE, choices.appearance(),
                        Preferences.Page.KEYBOARD, new KeysPage(workbench, actions, undo, texts),
                        Preferences.Page.RUNNING, choices.running(),
                        Preferences.Page.HISTORY, choices.history(),
                        Preferences.Page.PROFILES, new ProfilesPage(workbench, undo, texts)),
                texts);
        setMinSize(0, 0);
        scrubber = new Scrubber(workbench, texts);
        past = new PastBand(workbench, actions, texts);
        setTop(new VBox(menuLine(actions, texts), transport, scrubber, past));
        setLeft(rail);
        setCenter(area);
        setRight(inspector);
        setBottom(new VBox(drawer, status));
        root = new ZoomPane(new StackPane(this, palette, preferences));
        show(inspector, "on".equals(workbench.settings().get("inspector", "")));
        show(drawer, "on".equals(workbench.settings().get("drawer", "")));
        zoom(Double.parseDouble(number(workbench.settings().get("zoom", "1"))));
        workbench.files().layoutFrom(area::arrangement);
        workbench.onPulse(this::refresh);
        workbench.coveredProperty().addListener((_, _, corners) -> {
            List<Node> shown = new ArrayList<>(List.of(transport, scrubber, past, status));
            for (ViewId id : List.of(ViewId.BOUT, ViewId.TIME)) if (views.get(id) instanceof Node n) shown.add(n);
            for (Node node : shown) Cover.lay(node, corners);
            boolean named = corners.isEmpty();
            show(inspector, named && "on".equals(workbench.settings().get("inspector", "")));
            show(drawer, named && "on".equals(workbench.settings().get("drawer", "")));
        });
        workbench.boutProperty().addListener((_, old, bout) -> {
            if (old != null) remember(old);
            if (bout != null) opened(bout);
        });
        workbench.breakpoints().lastProperty().addListener((_, _, at) -> {
            if (at != null) workbench.noticeProperty().set(BreakpointEdits.words(at, texts));
        });
        workbench.problems().addListener((ListChangeListener<Problem>) _ -> {
            if (!workbench.problems().isEmpty()) area.show(ViewId.HOME);
        });
    }

    /// What the scene shows: the shell, as large as people want it.
    public Region root() {
        return root;
    }

    private static String number(String text) {
        return text.matches("[0-9]\\.?[0-9]{0,3}") ? text : "1";
    }

    private void opened(BoutSession bout) {
        String layout = workbench.settings().get("layout." + bout.guest(), "");
        if (!layout.isEmpty() && !layout.equals(area.arrangement())) area.layout(layout);
        area.show(ViewId.BOUT);
    }

    private void remember(BoutSession bout) {
        workbench.settings().set("layout." + bout.guest(), area.arrangement());
    }

    /// Remembers how the tiles lie for the present guest.
    public void remember() {
        BoutSession bout = workbench.bout();
        if (bout != null) remember(bout);
    }

    /// Connects the keyboard once the shell is in its scene.
    public void install(Scene scene) {
        new Keyboard(workbench, actions, System::nanoTime).install(scene);
    }

    public void show(ViewId view) {
        area.show(view);
    }

    /// Puts the tiles as a preset has them.
    public void layout(Preset preset) {
        String before = area.arrangement();
        undo.apply(new Edit(preset.textKey(), () -> area.layout(preset.layout()), () -> area.layout(before)));
    }

    /// How the tiles lie, as text.
    public String arrangement() {
        return area.arrangement();
    }

    /// Larger or smaller by a step, or life size for 0.
    public void zoomBy(int step) {
        double before = root.zoomProperty().get();
        double after = step == 0 ? 1 : Math.clamp(before + step * ZOOM_STEP, LEAST_ZOOM, MOST_ZOOM);
        if (after != before) undo.apply(new Edit("edit.zoom", () -> zoom(after), () -> zoom(before)));
    }

    private void zoom(double to) {
        double zoom = Math.clamp(to, LEAST_ZOOM, MOST_ZOOM);
        root.zoomProperty().set(zoom);
        workbench.settings().set("zoom", Double.toString(zoom));
    }

    /// How large everything is; 1 is life size.
    public ReadOnlyDoubleProperty zoomProperty() {
        return root.zoomProperty();
    }

    public void toggleInspector() {
        if (covered()) return;
        boolean on = !inspector.isVisible();
        show(inspector, on);
        workbench.settings().set("inspector", on ? "on" : "");
    }

    /// Of a blind bout there is no inspector and no drawer: they name interfaces.
    private boolean covered() {
        if (workbench.blind()) workbench.noticeProperty().set(texts.get("blind.covered"));
        return workbench.blind();
    }

    public void toggleDrawer() {
        if (covered()) return;
        boolean on = !drawer.isVisible();
        show(drawer, on);
        workbench.settings().set("drawer", on ? "on" : "");
    }

    /// For the last row of a hall: large type, nothing but the views and the transport.
    public void togglePresentation() {
        boolean on = rail.isVisible();
        show(rail, !on);
        if (on) {
            zoomBefore = root.zoomProperty().get();
            inspectorBefore = inspector.isVisible();
            drawerBefore = drawer.isVisible();
        }
        show(inspector, !on && inspectorBefore);
        show(drawer, !on && drawerBefore);
        root.zoomProperty().set(on ? Math.max(PRESENTATION_ZOOM, zoomBefore) : zoomBefore);
    }

    /// Lets a person write a note.
    public void note() {
        if (covered()) return;
        show(drawer, true);
        drawer.writeNote();
    }

    /// Selects what the next corner did for the same job.
    public void counterpart() {
        BoutSession bout = workbench.bout();
        if (bout == null || !(workbench.places().selected() instanceof Place.Event(int corner, LogRow row))) return;
        int other = (corner + 1) % bout.corners().size();
        if (other == corner) return;
        Counterparts.of(bout, row, other)
                .ifPresentOrElse(
                        m -> workbench.places().select(new Place.Event(other, m.row())),
                        () -> workbench.noticeProperty().set(texts.get("inspector.other.none")));
    }

    /// Opens the preferences. @param page its name, in lower case
    public void preferences(String page) {
        preferences.open(page);
    }

    /// What the views show now, without what is around them.
    public Image picture() {
        return area.snapshot(null, null);
    }

    /// The table that has the focus, or else the first one that is seen.
    public Optional<Tabular> table() {
        for (Node n = getScene().getFocusOwner(); n != null; n = n.getParent())
            if (n instanceof Tabular table) return Optional.of(table);
        return Optional.ofNullable(firstTable(area));
    }

    private static @Nullable Tabular firstTable(Node node) {
        if (!node.isVisible()) return null;
        if (node instanceof Tabular table) return table;
        if (node instanceof Parent parent) {
            for (Node child : parent.getChildrenUnmodifiable()) {
                Tabular found = firstTable(child);
                if (found != null) return found;
            }
        }
        return null;
    }

    /// Opens the list of everything.
    public void find(String start) {
        palette.open(start);
    }

    private List<Palette.Entry> entries(String typed) {
        List<Palette.Entry> all = new ArrayList<>();
        BoutSession bout = workbench.bout();
        if (bout != null && typed.matches("(0[xX])?[0-9a-fA-F]{1,8}") && !typed.matches("0[xX]?")) {
            int va = Integer.parseUnsignedInt(typed.replaceFirst("^0[xX]", ""), 16);
            int corner = workbench.activeCornerProperty().get();
            all.add(new Palette.Entry(
                    texts.get("palette.address", typed), texts.get("view.memory"), "layers", true, () -> {
                        workbench.places().select(new Place.Address(corner, 0, va));
                        area.show(ViewId.MEMORY);
                    }));
        }
        if (bout != null && !typed.isEmpty() && !workbench.blind()) places(bout, typed, all);
        for (Action action : actions.all()) {
            if (action.id() == ActionId.FIND) continue;
            all.add(new Palette.Entry(
                    texts.get(action.textKey()),
                    action.keyText(),
                    action.icon(),
                    action.enabled().get(),
                    action::trigger));
        }
        for (PastBand.Way way : past.futures()) {
            all.add(new Palette.Entry(way.words(), texts.get("past.futures"), "git-branch", true, way.go()));
        }
        for (GuestCard guest : workbench.gallery()) {
            all.add(new Palette.Entry(
                    texts.get("palette.guest", guest.title()),
                    texts.get("home.guests"),
                    "bell",
                    true,
                    () -> workbench.ring(
                            guest,
                            guest.corners()
                                    .subList(0, Math.min(2, guest.corners().size())))));
        }
        return all;
    }

    /// Names of addresses, calls that were made, and moments, as far as they fit what was typed.
    private void places(BoutSession bout, String typed, List<Palette.Entry> all) {
        int corner =
                Math.min(workbench.activeCornerProperty().get(), bout.corners().size() - 1);
        SymbolTable names = workbench.symbols().of(corner);
        for (String name : names.names(typed, MOST_NAMES)) {
            int va = names.address(name).orElse(0);
            all.add(new Palette.Entry(
                    texts.get("palette.name", name, Symbol.hex32(va)), texts.get("view.cpu"), "cpu", true, () -> {
                        workbench.places().select(new Place.Address(corner, 0, va));
                        area.show(ViewId.CPU);
                    }));
        }
        if (typed.matches("\\d{3,15}")) {
            long tick = Long.parseLong(typed);
            all.add(new Palette.Entry(texts.get("palette.tick", tick), texts.get("view.time"), "clock", true, () -> {
                workbench.places().select(new Place.Moment(corner, tick));
                area.show(ViewId.TIME);
            }));
        }
        RowLog log = bout.log().calls();
        Set<String> seen = new HashSet<>();
        String wanted = typed.toLowerCase(Locale.ROOT);
        for (long at = log.end() - 1; at >= Math.max(log.first(), log.end() - MOST_ROWS); at--) {
            LogRow row = log.get(at);
            if (row.call() == null
                    || !row.call().name().toLowerCase(Locale.ROOT).contains(wanted)) continue;
            if (seen.size() >= MOST_NAMES || !seen.add(row.call().name() + row.corner())) continue;
            all.add(new Palette.Entry(
                    texts.get("palette.call", row.call().name()),
                    texts.get("corner.name." + row.iface().id()),
                    "list",
                    true,
                    () -> {
                        workbench.places().select(new Place.Event(row.corner(), row));
                        area.show(ViewId.CALLS);
                    }));
        }
    }

    private static void show(Region region, boolean shown) {
        region.setVisible(shown);
        region.setManaged(shown);
    }

    /// Moves the focus to the next region: rail, transport, views, in a circle.
    public void nextRegion(boolean backwards) {
        List<Parent> regions = List.of(transport, scrubber, past, rail, area, inspector, drawer);
        int here = -1;
        Node focus = getScene().getFocusOwner();
        for (int i = 0; i < regions.size(); i++) if (inside(focus, regions.get(i))) here = i;
        int step = backwards ? -1 : 1;
        for (int tries = 1; tries <= regions.size(); tries++) {
            Node target = first(regions.get(Math.floorMod(here + step * tries, regions.size())));
            if (target != null) {
                target.requestFocus();
                return;
            }
        }
    }

    /// Types the clipboard's text where keys would go: bytes to a console, key strokes to a screen's keyboard.
    public void paste() {
        BoutSession bout = workbench.bout();
        String text = Clipboard.getSystemClipboard().getString();
        if (bout == null || text == null || text.isEmpty()) {
            workbench.noticeProperty().set(texts.get("paste.nothing"));
            return;
        }
        int corner = workbench.keysToProperty().get() >= 0
                ? workbench.keysToProperty().get()
                : workbench.activeCornerProperty().get();
        if (!bout.corners().get(corner).showsScreenProperty().get()) {
            String lines = text.replace("\r\n", "\r").replace('\n', '\r');
            workbench.type(corner, lines.getBytes(StandardCharsets.UTF_8));
            return;
        }
        List<List<Integer>> strokes = ScreenKeys.strokes(text);
        int left = text.replace("\r\n", "\n").length() - strokes.size();
        workbench.strokes(corner, strokes);
        workbench.noticeProperty().set(left == 0 ? "" : texts.get("paste.left-out", left));
    }

    private void refresh() {
        transport.refresh();
        scrubber.refresh();
        past.refresh();
        status.refresh();
        inspector.refresh();
        drawer.refresh();
        rail.mark(area);
    }

    /// What can be taken back, the newest first; choosing one takes back all down to it.
    private Menu history() {
        Menu menu = new Menu(texts.get("undo.history"));
        menu.setId("undo-history");
        menu.disableProperty().bind(undo.nextProperty().isEmpty());
        menu.getItems().add(new SeparatorMenuItem()); // a menu without an item never opens
        menu.setOnShowing(_ -> {
            menu.getItems().clear();
            List<String> keys = undo.history();
            for (int i = 0; i < Math.min(MOST_HISTORY, keys.size()); i++) {
                int steps = i + 1;
                MenuItem item = new MenuItem(texts.get(keys.get(i)));
                item.setOnAction(_ -> {
                    for (int n = 0; n < steps; n++) undo.undo();
                });
                menu.getItems().add(item);
            }
        });
        return menu;
    }

    private Region menuLine(Actions actions, Texts texts) {
        MenuBar bar = menu(actions, texts);
        bar.getMenus().get(1).getItems().add(2, history());
        Button find = ActionNodes.bind(
                new Button(texts.get("find.button", actions.get(ActionId.FIND).keyText()), Icons.of("search")),
                actions.get(ActionId.FIND),
                texts);
        find.setId("find");
        find.getStyleClass().addAll("find-button", "small-button");
        find.setMinWidth(Region.USE_PREF_SIZE);
        HBox.setHgrow(bar, Priority.ALWAYS);
        HBox line = new HBox(bar, find);
        line.setAlignment(Pos.CENTER);
        line.getStyleClass().add("menu-line");
        return line;
    }

    private static MenuBar menu(Actions actions, Texts texts) {
        return new MenuBar(
                menu(
                        "menu.file",
                        actions,
                        texts,
                        ActionId.RING_BELL,
                        ActionId.RING_AGAIN,
                        ActionId.IMPORT_KERNEL,
                        ActionId.LOAD_SYMBOLS,
                        null,
                        ActionId.OPEN_BOUT,
                        ActionId.SAVE_BOUT,
                        ActionId.SAVE_BOUT_AS,
                        ActionId.RENAME_BOUT,
                        null,
                        ActionId.CLOSE_BOUT,
                        ActionId.QUIT),
                menu(
                        "menu.edit",
                        actions,
                        texts,
                        ActionId.UNDO,
                        ActionId.REDO,
                        null,
                        ActionId.FIND,
                        ActionId.GO_TO,
                        ActionId.FILTER,
                        null,
                        ActionId.NOTE,
                        ActionId.PASTE,
                        null,
                        ActionId.SAVE_TABLE,
                        ActionId.COPY_TABLE,
                        ActionId.AS_TABLE,
                        ActionId.SAVE_PICTURE,
                        null,
                        ActionId.PREFERENCES,
                        ActionId.KEYS_HERE),
                menu(
                        "menu.view",
                        actions,
                        texts,
                        ActionId.VIEW_HOME,
                        ActionId.VIEW_BOUT,
                        ActionId.VIEW_TIME,
                        ActionId.VIEW_CALLS,
                        ActionId.VIEW_MEMORY,
                        ActionId.VIEW_CPU,
                        ActionId.VIEW_WIRES,
                        null,
                        ActionId.INSPECTOR,
                        ActionId.DRAWER,
                        ActionId.COUNTERPART,
                        ActionId.DIFFERENCES,
                        ActionId.BACK,
                        ActionId.FORWARD,
                        null,
                        ActionId.NEXT_REGION,
                        ActionId.PREVIOUS_REGION),
                menu(
                        "menu.window",
                        actions,
                        texts,
                        ActionId.LAYOUT_WATCH,
                        ActionId.LAYOUT_LECTURE,
                        ActionId.LAYOUT_MEMORY_LAB,
                        ActionId.LAYOUT_CALLS_LAB,
                        ActionId.LAYOUT_DEBUG,
                        null,
                        ActionId.PRESENTATION,
                        ActionId.ZOOM_IN,
                        ActionId.ZOOM_OUT,
                        ActionId.ZOOM_RESET,
                        null,
                        ActionId.THEME_DARK,
                        ActionId.THEME_LIGHT,
                        ActionId.THEME_CONTRAST),
                menu(
                        "menu.bout",
                        actions,
                        texts,
                        ActionId.RUN_PAUSE,
                        ActionId.STEP_INSTRUCTION,
                        ActionId.STEP_CROSSING,
                        ActionId.STEP_BELL,
                        ActionId.BACK_INSTRUCTION,
                        ActionId.BACK_CROSSING,
                        ActionId.BACK_BELL,
                        ActionId.BACK_BREAK,
                        ActionId.BREAKPOINT,
                        ActionId.RETURN_TO_NOW,
                        ActionId.GO_THERE,
                        ActionId.BRANCH_HERE,
                        ActionId.TAKE_SNAPSHOT,
                        null,
                        ActionId.MOVE_ALL,
                        ActionId.MOVE_LEFT,
                        ActionId.MOVE_RIGHT,
                        ActionId.WAIT_AT_BELLS,
                        null,
                        ActionId.SWAP_SIDES,
                        ActionId.ADD_CORNER,
                        ActionId.OTHER_INTERFACE,
                        ActionId.BLIND_BOUT,
                        ActionId.REVEAL,
                        null,
                        ActionId.CONSOLE_KEYS,
                        ActionId.OTHER_CONSOLE,
                        ActionId.SCREEN));
    }

    private static Menu menu(String key, Actions actions, Texts texts, @Nullable ActionId... items) {
        Menu menu = new Menu(texts.get(key));
        for (ActionId item : items) {
            menu.getItems()
                    .add(item == null ? new SeparatorMenuItem() : ActionNodes.menuItem(actions.get(item), texts));
        }
        return menu;
    }

    private static boolean inside(@Nullable Node node, Parent region) {
        for (Node n = node; n != null; n = n.getParent()) if (n == region) return true;
        return false;
    }

    private @Nullable Node first(Node region) {
        if (region != area) return focusable(region);
        for (Node view : area.fronts()) {
            Node found = focusable(view);
            if (found != null) return found;
        }
        return null;
    }

    private static @Nullable Node focusable(Node node) {
        if (!node.isVisible() || node.isDisabled()) return null;
        if (node.isFocusTraversable()) return node;
        if (node instanceof Parent parent) {
            for (Node child : parent.getChildrenUnmodifiable()) {
                Node found = focusable(child);
                if (found != null) return found;
            }
        }
        return null;
    }
}
