// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.ArrayList;
import java.util.List;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.ActionId;
import ringside.app.action.Actions;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.kit.LaneStrip;
import ringside.app.kit.PixelScreen;
import ringside.app.kit.TerminalView;
import ringside.app.session.CornerState;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Knockdown;

/// One corner: header, console, lanes, the latest operation, the way so far.
final class CornerPane extends VBox {
    private static final PseudoClass KEYS = PseudoClass.getPseudoClass("keys");
    private static final PseudoClass ACTIVE = PseudoClass.getPseudoClass("active");
    private static final double ROOM_FOR_WAY = 330, ROOM_FOR_NEXT = 300, ROOM_FOR_NOW = 250, ROOM_FOR_LANES = 200;
    /// Widths below which a header says less: no position, a short name, no tabs.
    private static final double ROOMY = 620, ROOM_FOR_NAME = 310, ROOM_FOR_TABS = 262, ROOM_FOR_MODE = 180;
    private static final int FRAMES_PER_LANE = 4;
    private static final int FRAMES_PER_TEXT = 3;

    private final CornerModel model;
    private final BoutViewModel bout;
    private final Actions actions;
    private final Texts texts;
    private final TerminalView terminal;
    private final PixelScreen screen = new PixelScreen();
    private final Label screenWords = new Label();
    private final Label banner = new Label();
    private final ToggleButton consoleTab = new ToggleButton();
    private final ToggleButton screenTab = new ToggleButton();
    private @Nullable ScreenView shownScreen;
    private @Nullable ScreenView spokenScreen;
    private final LaneStrip lanes;
    private final Label name = new Label();
    private final HBox tabs = new HBox();
    private final Label mode = new Label();
    private final Label position = new Label();
    private final Label about = new Label();
    private final Tooltip modeHint = new Tooltip();
    private final Hyperlink now = new Hyperlink();
    private final Label next = new Label();
    private final FlowPane way = new FlowPane(6, 4);
    private final VBox down = new VBox(4);
    private List<CornerModel.Milestone> shownWay = List.of();
    private int frame;
    private boolean fallen;

    CornerPane(CornerModel model, BoutViewModel bout, Actions actions, Texts texts) {
        this.model = model;
        this.bout = bout;
        this.actions = actions;
        this.texts = texts;
        this.terminal = new TerminalView(model.terminal(), texts);
        this.lanes = new LaneStrip(model.iface(), model.feed().vcpus());
        setId("corner-pane-" + model.feed().index());
        getStyleClass()
                .addAll(StyleClass.CORNER_PANE, StyleClass.corner(model.iface().id()));
        setSpacing(4);
        Region nowLine = nowLine(actions), nextLine = nextLine();
        getChildren().addAll(header(), console(), down, lanes, nowLine, nextLine, way);
        // What a small pane has no room for is left out, least important first; nothing is cut in half.
        heightProperty().addListener((_, _, height) -> {
            show(way, height.doubleValue() >= ROOM_FOR_WAY);
            show(nextLine, height.doubleValue() >= ROOM_FOR_NEXT);
            show(nowLine, height.doubleValue() >= ROOM_FOR_NOW);
            show(lanes, height.doubleValue() >= ROOM_FOR_LANES);
        });
        widthProperty().addListener((_, _, width) -> compact(width.doubleValue()));
        way.setMinHeight(Region.USE_PREF_SIZE);
        down.setId("knocked-down-" + model.feed().index());
        down.getStyleClass().add(StyleClass.KNOCKED_DOWN);
        show(down, false);
        addEventFilter(
                javafx.scene.input.MouseEvent.MOUSE_PRESSED,
                _ -> bout.activeCornerProperty().set(index()));
        model.feed().showsScreenProperty().addListener((_, _, _) -> which());
        which();
        bout.keysToProperty().addListener((_, _, _) -> keys());
        bout.activeCornerProperty().addListener((_, _, _) -> keys());
        keys();
    }

    private void compact(double width) {
        for (ToggleButton tab : List.of(consoleTab, screenTab))
            tab.setContentDisplay(width < ROOMY ? ContentDisplay.GRAPHIC_ONLY : ContentDisplay.TEXT_ONLY);
        show(position, width >= ROOMY);
        show(about, width >= ROOMY);
        name.setText(texts.get((width < ROOM_FOR_NAME ? "corner." : "corner.name.") + id()));
        show(tabs, model.feed().hasScreen() && width >= ROOM_FOR_TABS);
        show(mode, width >= ROOM_FOR_MODE);
    }

    private String id() {
        return model.iface().id();
    }

    private int index() {
        return model.feed().index();
    }

    private Region header() {
        name.setText(texts.get("corner.name." + id()));
        name.getStyleClass().add(StyleClass.CORNER_NAME);
        name.setMinWidth(Region.USE_PREF_SIZE);
        about.setText(model.subtitle());
        about.getStyleClass().addAll(StyleClass.MUTED, "small");
        about.setMinWidth(0);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        mode.getStyleClass().add(StyleClass.MODE);
        mode.setId("mode-" + index());
        mode.setMinWidth(34);
        mode.setTooltip(modeHint);
        position.getStyleClass().addAll(StyleClass.MONO, "small");
        position.setMinWidth(0);
        HBox header = new HBox(8, new CornerMark(model.iface(), 15), name, about, gap, tabs(), position, mode);
        header.setAlignment(Pos.CENTER_LEFT);
        header.getStyleClass().add(StyleClass.CORNER_HEADER);
        return header;
    }

    private Region console() {
        terminal.setId("console-" + index());
        terminal.setAccessibleText(texts.get(
                "bout.console.spoken", texts.get("corner.name." + model.iface().id())));
        terminal.onPaste(text -> bout.paste(index(), text));
        screen.setId("screen-" + index());
        screen.onPointer((right, down, turn, buttons) -> bout.mouse(index(), right, down, turn, buttons));
        screenWords.getStyleClass().add(StyleClass.SCREEN_WORDS);
        screenWords.setMouseTransparent(true);
        banner.setId("keys-banner-" + index());
        banner.getStyleClass().add(StyleClass.KEYS_BANNER);
        banner.setMouseTransparent(true);
        StackPane.setAlignment(banner, Pos.TOP_RIGHT);
        BorderPane frameAround = new BorderPane(new StackPane(terminal, screen, screenWords, banner));
        frameAround.getStyleClass().add(StyleClass.CONSOLE_FRAME);
        frameAround.setMinHeight(70);
        frameAround.setPrefHeight(240);
        VBox.setVgrow(frameAround, Priority.ALWAYS);
        return frameAround;
    }

    /// Console or screen, where there is a screen.
    private Region tabs() {
        tab(consoleTab, "console", false);
        tab(screenTab, "screen", true);
        consoleTab.getStyleClass().add("left-pill");
        screenTab.getStyleClass().add("right-pill");
        tabs.getChildren().setAll(consoleTab, screenTab);
        show(tabs, model.feed().hasScreen());
        return tabs;
    }

    private void tab(ToggleButton button, String key, boolean toScreen) {
        button.setId(key + "-tab-" + index());
        button.setText(texts.get("bout.tab." + key));
        button.setGraphic(Icons.of(toScreen ? "monitor" : "terminal"));
        button.setContentDisplay(ContentDisplay.TEXT_ONLY);
        button.setAccessibleText(texts.get("bout.tab." + key));
        button.setTooltip(new Tooltip(texts.get("bout.tab." + key + ".hint")));
        button.getStyleClass().addAll(StyleClass.TAB, "small");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> {
            bout.showScreen(model, toScreen);
            which();
        });
    }

    private void which() {
        boolean onScreen = model.feed().showsScreenProperty().get();
        consoleTab.setSelected(!onScreen);
        screenTab.setSelected(onScreen);
        show(terminal, !onScreen);
        show(screen, onScreen);
        shownScreen = null;
        show(screenWords, false);
        if (texts.covers()) coverConsole();
        keys();
    }

    /// Most guests say what they run under: nobody reads it in a blind bout.
    private void coverConsole() {
        terminal.setVisible(false);
        screen.setVisible(false);
        screenWords.setText(texts.get("blind.console"));
        show(screenWords, true);
    }

    private void refreshScreen() {
        ScreenView now = model.feed().screen();
        if (now == null || now == shownScreen || !screen.isVisible()) return;
        shownScreen = now;
        screen.show(now.width(), now.height(), now.pixels());
        String words = model.screenWords(now);
        screenWords.setText(words);
        show(screenWords, !words.isEmpty());
    }

    /// The screen in words, less often than in pixels: but the last one of a screen that has come to rest as well.
    private void speakScreen() {
        if (shownScreen == null || shownScreen == spokenScreen) return;
        spokenScreen = shownScreen;
        screen.setAccessibleText(model.screenSpoken(shownScreen));
    }

    private Region nowLine(Actions actions) {
        Label title = new Label(texts.get("bout.now"));
        title.getStyleClass().addAll(StyleClass.MUTED, "small");
        title.setMinWidth(Region.USE_PREF_SIZE);
        now.setId("now-" + index());
        now.getStyleClass().addAll(StyleClass.NOW, StyleClass.MONO);
        now.setMinWidth(0);
        now.setMnemonicParsing(false);
        now.setAccessibleText(texts.get("bout.now"));
        now.setOnAction(_ -> actions.get(ActionId.VIEW_CALLS).trigger());
        HBox line = new HBox(8, title, now);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    private Region nextLine() {
        Label title = new Label(texts.get("bout.next"));
        title.getStyleClass().addAll(StyleClass.MUTED, "small");
        title.setMinWidth(Region.USE_PREF_SIZE);
        next.setId("next-" + index());
        next.getStyleClass().add(StyleClass.MONO);
        next.setMinWidth(0);
        HBox line = new HBox(8, title, next);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    private void keys() {
        boolean mine = bout.keysToProperty().get() == index();
        boolean onScreen = model.feed().showsScreenProperty().get();
        terminal.hasKeysProperty().set(mine && !onScreen);
        screen.hasKeysProperty().set(mine && onScreen);
        banner.setText(texts.get(onScreen ? "bout.keys.screen" : "bout.keys.console"));
        show(banner, mine);
        pseudoClassStateChanged(KEYS, mine);
        pseudoClassStateChanged(ACTIVE, bout.activeCornerProperty().get() == index());
        if (mine && onScreen) screen.requestFocus();
        else if (mine) terminal.requestFocus();
    }

    /// Shows the newest state. @param segments parts of guest time, each as wide as the next
    void refresh(List<Segment> segments) {
        terminal.refresh();
        refreshScreen();
        CornerState state = model.state();
        if (frame % FRAMES_PER_TEXT == 0) {
            texts(state);
            speakScreen();
        }
        if (frame % FRAMES_PER_LANE == 0) lanes(segments);
        frame++;
    }

    private void texts(CornerState state) {
        set(mode, model.modeText());
        modeHint.setText(mode.getText());
        set(position, model.position());
        String words = model.now();
        if (!words.equals(now.getText())) now.setText(words);
        set(next, model.next());
        List<CornerModel.Milestone> steps = model.milestones();
        if (!steps.equals(shownWay)) {
            shownWay = steps;
            way.getChildren().setAll(chips(steps));
        }
        boolean fell = state.snapshot().knockdown() != null || !state.fault().isEmpty();
        if (fell != fallen) {
            fallen = fell;
            knockedDown(state);
        }
    }

    private static void set(Label label, String text) {
        if (!text.equals(label.getText())) label.setText(text);
    }

    private List<Label> chips(List<CornerModel.Milestone> steps) {
        List<Label> out = new ArrayList<>();
        int from = Math.max(0, steps.size() - 9);
        for (CornerModel.Milestone step : steps.subList(from, steps.size())) {
            Label chip = new Label(step.text(), Icons.of(step.reached() ? "check" : "circle"));
            chip.getStyleClass().add(StyleClass.MILESTONE);
            if (!step.hint().isEmpty()) chip.setTooltip(new Tooltip(step.hint()));
            if (step.reached()) chip.getStyleClass().add(StyleClass.REACHED);
            out.add(chip);
        }
        return out;
    }

    private void knockedDown(CornerState state) {
        down.getChildren().clear();
        show(down, fallen);
        if (!fallen) return;
        Knockdown knockdown = state.snapshot().knockdown();
        String what = knockdown == null ? texts.get("knocked-down.engine") : knockdown.what();
        String cause = knockdown == null ? state.fault() : knockdown.firstCause();
        if (texts.covers()) what = cause = texts.get("blind.end");
        Label title = new Label(
                texts.get(
                        "knocked-down.title",
                        texts.get("corner.name." + model.iface().id()),
                        model.position()),
                Icons.of("alert-octagon"));
        title.getStyleClass().add("knocked-down-title");
        Label happened = new Label(texts.get("knocked-down.what", what));
        Label first = new Label(texts.get("knocked-down.first", cause));
        happened.setWrapText(true);
        first.setWrapText(true);
        down.setMinHeight(Region.USE_PREF_SIZE);
        down.getChildren().setAll(title, happened, first, ways());
    }

    /// What can be done about it.
    private Region ways() {
        boolean back = bout.goesBack(model);
        FlowPane ways = new FlowPane(6, 4);
        if (back) {
            ways.getChildren()
                    .addAll(
                            way("cause", "crosshair", () -> bout.goToCause(model)),
                            way("back", "chevron-left", () -> bout.stepBack(model)),
                            way("round", "skip-back", () -> bout.restartRound(model)));
        }
        ways.getChildren()
                .add(way(
                        "registers", "cpu", () -> actions.get(ActionId.VIEW_CPU).trigger()));
        if (bout.cornersProperty().get().size() > 1)
            ways.getChildren().add(way("others", "play", () -> bout.letOthersGoOn(model)));
        ways.getChildren()
                .add(way("save", "save", () -> actions.get(ActionId.SAVE_BOUT).trigger()));
        return ways;
    }

    private Button way(String key, String icon, Runnable run) {
        Button button = new Button(texts.get("knocked-down." + key), Icons.of(icon));
        button.setId("knocked-down-" + key + "-" + index());
        button.getStyleClass().add("small-button");
        button.setOnAction(_ -> {
            bout.activeCornerProperty().set(index());
            run.run();
        });
        return button;
    }

    private static void show(Region node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }

    private void lanes(List<Segment> segments) {
        if (lanes.getWidth() < 80 || segments.isEmpty()) return;
        TraceView trace = model.feed().trace();
        int each = Math.max(1, lanes.columns() / segments.size());
        List<LaneStrip.Lane> shown = new ArrayList<>();
        for (int v = 0; v < model.feed().vcpus(); v++) shown.add(lane(trace, v, segments, each));
        double[] bells = new double[segments.size()];
        int n = 0;
        for (int i = 0; i < bells.length; i++)
            if (segments.get(i).rung()) bells[n++] = (i + 1.0) * each / lanes.columns();
        lanes.show(shown, java.util.Arrays.copyOf(bells, n));
        lanes.setAccessibleText(texts.get("bout.lanes.spoken", model.feed().vcpus()));
    }

    private LaneStrip.Lane lane(TraceView trace, int vcpu, List<Segment> segments, int each) {
        int all = each * segments.size();
        LaneStrip.Lane out = new LaneStrip.Lane(
                texts.get("bout.lane", vcpu), new int[all], new int[all], new int[all], new int[all], new int[all]);
        int at = 0;
        for (Segment segment : segments) {
            if (segment.to() > segment.from()) {
                TraceView.Lane part = trace.lane(vcpu, segment.from(), segment.to(), each);
                System.arraycopy(part.user(), 0, out.user(), at, each);
                System.arraycopy(part.kernel(), 0, out.kernel(), at, each);
                System.arraycopy(part.idle(), 0, out.idle(), at, each);
                System.arraycopy(part.ready(), 0, out.ready(), at, each);
                System.arraycopy(part.crossings(), 0, out.crossings(), at, each);
            }
            at += each;
        }
        return out;
    }
}
