// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.SplitPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.Icons;
import ringside.app.session.CornerState;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Two to four corners side by side, above the tale of the tape.
public final class BoutView extends StackPane {
    private static final double CORNERS_SHARE = 0.62, LEAST_CORNERS = 110, MOST_CORNERS = 240;

    private final BoutViewModel model;
    private final Actions actions;
    private final Texts texts;
    private final HBox panes = new HBox(10);
    private final List<CornerPane> corners = new ArrayList<>();
    private final VBox empty;
    private final SplitPane split;

    public BoutView(BoutViewModel model, Actions actions, Texts texts) {
        this.model = model;
        this.actions = actions;
        this.texts = texts;
        setId("view-bout");
        getStyleClass().add(StyleClass.VIEW);
        panes.setFillHeight(true);
        setAlignment(Pos.TOP_LEFT);
        TapePane tape = new TapePane(model, texts);
        split = new SplitPane(panes, tape);
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.62);
        SplitPane.setResizableWithParent(tape, false);
        // In a low tile the tape, which scrolls, gives room to the corners.
        split.heightProperty()
                .addListener((_, _, height) -> panes.setMinHeight(
                        Math.clamp(height.doubleValue() * CORNERS_SHARE, LEAST_CORNERS, MOST_CORNERS)));
        empty = empty();
        getChildren().addAll(split, empty);
        model.cornersProperty().addListener((_, _, now) -> build(now));
        model.onRefresh(this::refresh);
        build(model.cornersProperty().get());
    }

    private VBox empty() {
        Label words = new Label(texts.get("bout.empty"));
        words.getStyleClass().add(StyleClass.SECTION_TITLE);
        Button ring = ActionNodes.bind(
                new Button(texts.get("home.ring"), Icons.of("bell")), actions.get(ActionId.RING_BELL), texts);
        ring.getStyleClass().add(StyleClass.BELL_BUTTON);
        Button choose = ActionNodes.bind(
                new Button(texts.get("bout.choose"), Icons.of("grid")), actions.get(ActionId.VIEW_HOME), texts);
        HBox buttons = new HBox(12, ring, choose);
        buttons.setAlignment(Pos.CENTER);
        VBox box = new VBox(16, words, buttons);
        box.setAlignment(Pos.CENTER);
        StackPane.setAlignment(box, Pos.CENTER);
        box.getStyleClass().add(StyleClass.EMPTY);
        return box;
    }

    private void build(List<CornerModel> now) {
        corners.clear();
        for (CornerModel corner : now) {
            CornerPane pane = new CornerPane(corner, model, actions, texts);
            HBox.setHgrow(pane, Priority.ALWAYS);
            pane.setPrefWidth(100);
            pane.setMinWidth(0);
            pane.setMinHeight(0);
            corners.add(pane);
        }
        panes.getChildren().setAll(corners);
        empty.setVisible(now.isEmpty());
        split.setVisible(!now.isEmpty());
    }

    private void refresh() {
        if (getScene() == null) return;
        List<CornerModel> models = model.cornersProperty().get();
        List<CornerState> states = models.stream().map(CornerModel::state).toList();
        List<List<Segment>> segments =
                Segment.of(states, model.wholeRunProperty().get());
        for (int i = 0; i < corners.size(); i++) corners.get(i).refresh(segments.get(i));
    }
}
