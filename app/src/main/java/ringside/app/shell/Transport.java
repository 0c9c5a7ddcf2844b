// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.ToggleSwitch;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;
import ringside.app.action.Action;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Run, pause and the three steps; where the bout is; who moves and how fast.
final class Transport extends VBox {
    /// Left end of the pace slider: ten ticks a second. The right end is unlimited.
    private static final double SLOWEST = 1;

    private static final double UNLIMITED = 9;
    /// Below this width the steps are icons only.
    private static final double ROOMY = 1_180, ROOM_FOR_POSITION = 190;

    /// Below this width it takes two lines.
    private static final double ONE_LINE = 880, ROOM_FOR_PACE = 560;
    private final HBox line = new HBox(8), below = new HBox(8);
    private final HBox paceBox = new HBox(6);
    private final List<Region> buttons;
    private final List<Region> state;
    private final Workbench workbench;
    private final Texts texts;
    private final Button run;
    private final FontIcon playIcon = Icons.of("play");
    private final FontIcon pauseIcon = Icons.of("pause");
    private final Label position = new Label();
    private final Label next = new Label();
    private final HBox who = new HBox();
    private final List<ToggleButton> whoButtons = new ArrayList<>();
    private final Label pace = new Label();
    private final ToggleSwitch wait = new ToggleSwitch();
    private final FontIcon waitIcon = Icons.of("bell");
    private int fitted;
    private final List<Button> steps = new ArrayList<>();

    Transport(Workbench workbench, Actions actions, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        setId("transport");
        getStyleClass().add(StyleClass.TRANSPORT);
        line.setAlignment(Pos.CENTER_LEFT);
        below.setAlignment(Pos.CENTER_LEFT);
        run = ActionNodes.bind(new Button("", playIcon), actions.get(ActionId.RUN_PAUSE), texts);
        run.setId("run-pause");
        run.getStyleClass().add(StyleClass.RUN_BUTTON);
        position.setId("position");
        position.getStyleClass().addAll(StyleClass.POSITION, StyleClass.MONO);
        next.setId("next-bell");
        next.getStyleClass().addAll(StyleClass.MUTED, "small");
        next.setMinWidth(0);
        who.setAlignment(Pos.CENTER);
        who.setMinWidth(Region.USE_PREF_SIZE);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        buttons = List.of(
                run,
                step(actions, ActionId.RING_AGAIN),
                back(actions, ActionId.BACK_BELL),
                back(actions, ActionId.BACK_CROSSING),
                back(actions, ActionId.BACK_INSTRUCTION),
                step(actions, ActionId.STEP_INSTRUCTION),
                step(actions, ActionId.STEP_CROSSING),
                step(actions, ActionId.STEP_BELL),
                back(actions, ActionId.RETURN_TO_NOW));
        state = List.of(position, next, gap, who, waiting(), pace(), theme(actions));
        getChildren().add(line);
        arrange(false);
        setMinWidth(0);
        widthProperty().addListener((_, _, width) -> compact(width.doubleValue() < ROOMY));
        workbench.boutProperty().addListener((_, _, bout) -> corners(bout));
        workbench.coveredProperty().addListener((_, _, _) -> corners(workbench.bout()));
        workbench.whoMovesProperty().addListener((_, _, _) -> select());
        corners(workbench.bout());
    }

    private Button step(Actions actions, ActionId id) {
        Action action = actions.get(id);
        Button button = ActionNodes.bind(
                new Button(texts.get(action.textKey() + ".short"), Icons.of(action.icon())), action, texts);
        button.setId(id.textKey().replace('.', '-'));
        button.getStyleClass().add(StyleClass.STEP_BUTTON);
        button.setMinWidth(Region.USE_PREF_SIZE);
        steps.add(button);
        return button;
    }

    /// The mirror image of a step: its icon only.
    private Button back(Actions actions, ActionId id) {
        Action action = actions.get(id);
        Button button = ActionNodes.bind(new Button("", Icons.of(action.icon())), action, texts);
        button.setId(id.textKey().replace('.', '-'));
        button.getStyleClass().addAll(StyleClass.STEP_BUTTON, "flat");
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    /// All in one line, or what the bout is doing below what can be done with it.
    private void arrange(boolean twoLines) {
        if (!line.getChildren().isEmpty() && twoLines == getChildren().contains(below)) return;
        line.getChildren().clear();
        below.getChildren().clear();
        line.getChildren().addAll(buttons);
        (twoLines ? below : line).getChildren().addAll(state);
        getChildren().setAll(twoLines ? List.of(line, below) : List.of(line));
    }

    private void compact(boolean small) {
        arrange(small && getWidth() < ONE_LINE);
        paceBox.setVisible(getWidth() >= ROOM_FOR_PACE);
        paceBox.setManaged(paceBox.isVisible());
        next.setVisible(!small);
        next.setManaged(!small);
        pace.setVisible(!small);
        pace.setManaged(!small);
        position.setMinWidth(small ? USE_PREF_SIZE : ROOM_FOR_POSITION);
        for (Button step : steps) step.setContentDisplay(small ? ContentDisplay.GRAPHIC_ONLY : ContentDisplay.LEFT);
        fit();
    }

    /// What has no room moves closer; then a bell stands for the words of the switch. A long position pushes
    /// nothing out.
    private void fit() {
        fitted = position.getText().length();
        wordsOfWaiting(true);
        spacing(8);
        double room = getWidth() - snappedLeftInset() - snappedRightInset();
        HBox its = below.getChildren().isEmpty() ? line : below;
        if (its.minWidth(-1) > room) spacing(4);
        if (its.minWidth(-1) > room) wordsOfWaiting(false);
    }

    private void spacing(double between) {
        line.setSpacing(between);
        below.setSpacing(between);
    }

    private void wordsOfWaiting(boolean shown) {
        wait.setText(shown ? texts.get("transport.wait") : "");
        waitIcon.setVisible(!shown);
        waitIcon.setManaged(!shown);
    }

    private Region waiting() {
        wait.setText(texts.get("transport.wait"));
        wait.setAccessibleText(texts.get("transport.wait"));
        wait.setId("wait-at-bells");
        wait.setTooltip(new Tooltip(texts.get("transport.wait.hint")));
        wait.selectedProperty().bindBidirectional(workbench.waitAtBellsProperty());
        wait.setMinWidth(Region.USE_PREF_SIZE);
        HBox both = new HBox(4, waitIcon, wait);
        both.setAlignment(Pos.CENTER_LEFT);
        return both;
    }

    private Region pace() {
        Slider slider = new Slider(SLOWEST, UNLIMITED, UNLIMITED);
        slider.setId("pace");
        slider.setPrefWidth(86);
        slider.setMinWidth(60);
        slider.setAccessibleText(texts.get("transport.pace"));
        slider.setTooltip(new Tooltip(texts.get("transport.pace.hint")));
        slider.valueProperty().addListener((_, _, value) -> pace(value.doubleValue()));
        pace(UNLIMITED);
        pace.getStyleClass().addAll(StyleClass.MUTED, "small");
        pace.setMinWidth(74);
        paceBox.getChildren().setAll(Icons.of("activity"), slider, pace);
        paceBox.setAlignment(Pos.CENTER_LEFT);
        return paceBox;
    }

    private void pace(double exponent) {
        boolean unlimited = exponent > UNLIMITED - 0.3;
        long ticks = unlimited ? 0 : Math.round(Math.pow(10, exponent));
        workbench.paceProperty().set(ticks);
        pace.setText(
                unlimited ? texts.get("transport.pace.unlimited") : texts.get("transport.pace.ticks", short3(ticks)));
    }

    private String short3(long ticks) {
        if (ticks >= 1_000_000) return texts.number(ticks / 1e6, ticks >= 10_000_000 ? 0 : 1) + "M";
        if (ticks >= 1_000) return texts.number(ticks / 1e3, ticks >= 10_000 ? 0 : 1) + "k";
        return texts.number(ticks);
    }

    private Button theme(Actions actions) {
        Button theme = ActionNodes.bind(new Button("", Icons.of("sun")), actions.get(ActionId.OTHER_THEME), texts);
        theme.setId("other-theme");
        theme.getStyleClass().add("flat");
        return theme;
    }

    private void corners(@Nullable BoutSession bout) {
        whoButtons.clear();
        if (bout != null) {
            if (bout.corners().size() > 1) {
                String all = bout.corners().size() == 2 ? "transport.both" : "transport.all";
                whoButtons.add(who(-1, new ToggleButton(texts.get(all))));
            }
            for (CornerFeed feed : bout.corners()) {
                ToggleButton one = new ToggleButton("", new CornerMark(feed.iface(), 12));
                one.getStyleClass().add("who-corner");
                one.setAccessibleText(texts.get("corner." + feed.iface().id()));
                one.setTooltip(new Tooltip(texts.get(
                        "transport.only", texts.get("corner." + feed.iface().id()))));
                whoButtons.add(who(feed.index(), one));
            }
            if (!whoButtons.isEmpty() && whoButtons.size() > 1) {
                whoButtons.getFirst().getStyleClass().add("left-pill");
                for (ToggleButton b : whoButtons.subList(1, whoButtons.size() - 1))
                    b.getStyleClass().add("center-pill");
                whoButtons.getLast().getStyleClass().add("right-pill");
            }
        }
        who.getChildren().setAll(whoButtons);
        select();
        fit();
    }

    private ToggleButton who(int corner, ToggleButton button) {
        button.setId("who-" + (corner < 0 ? "all" : corner));
        button.setUserData(corner);
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> {
            workbench.whoMovesProperty().set(corner);
            select();
        });
        return button;
    }

    private void select() {
        int moves = workbench.whoMovesProperty().get();
        for (ToggleButton b : whoButtons) b.setSelected(b.getUserData() instanceof Integer c && c == moves);
    }

    /// Shows the newest state.
    void refresh() {
        boolean moving = workbench.movingProperty().get();
        FontIcon icon = moving ? pauseIcon : playIcon;
        if (run.getGraphic() != icon) {
            run.setGraphic(icon);
            run.setAccessibleText(texts.get(moving ? "transport.pause" : "transport.run"));
        }
        BoutSession bout = workbench.bout();
        String words = bout == null ? texts.get("position.none") : position(bout);
        if (!words.equals(position.getText())) position.setText(words);
        if (words.length() != fitted) fit();
        String coming = bout == null ? "" : next(bout);
        if (!coming.equals(next.getText())) next.setText(coming);
    }

    private String next(BoutSession bout) {
        int moves = Math.max(0, workbench.whoMovesProperty().get());
        String meaning =
                bout.meaning(Math.max(0, bout.corners().get(moves).state().lastBell()) + 1);
        return meaning.isEmpty() || bout.over() ? "" : texts.get("position.next", meaning);
    }

    private String position(BoutSession bout) {
        int moves = workbench.whoMovesProperty().get();
        CornerState s = bout.corners().get(Math.max(0, moves)).state();
        return s.lastBell() < 0
                ? texts.get("position.start", s.snapshot().tick())
                : texts.get("position.bell", s.lastBell(), s.sinceBell());
    }
}
