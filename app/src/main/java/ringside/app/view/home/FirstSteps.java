// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Three first steps: how large and how light, what for, and the first bell. Each takes effect at once; all of them
/// can be passed over, and taken again later.
final class FirstSteps extends VBox {
    private static final double NUMBER = 190, WIDE = 700;

    private final Actions actions;
    private final Texts texts;

    FirstSteps(HomeViewModel model, Actions actions, Texts texts) {
        super(10);
        this.actions = actions;
        this.texts = texts;
        setId("first-steps");
        getStyleClass().add("first-steps");
        Label title = new Label(texts.get("steps.title"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        Button skip = new Button(texts.get("steps.skip"), Icons.of("x"));
        skip.setId("steps-skip");
        skip.getStyleClass().addAll("small-button", "flat");
        skip.setMinWidth(Region.USE_PREF_SIZE);
        skip.setOnAction(_ -> model.endSteps());
        HBox head = new HBox(10, title, gap, skip);
        head.setAlignment(Pos.CENTER_LEFT);
        Button ring = new Button(texts.get("home.ring"), Icons.of("bell"));
        ring.setId("steps-action-ring-bell");
        ring.getStyleClass().add("small-button");
        ring.disableProperty().bind(model.openingProperty());
        ring.setOnAction(_ -> model.ringFirstLine());
        Label then = new Label(texts.get("steps.then"));
        then.getStyleClass().add(StyleClass.MUTED);
        getChildren()
                .addAll(
                        head,
                        step(
                                "steps.look",
                                button("steps.smaller", ActionId.ZOOM_OUT),
                                button("steps.larger", ActionId.ZOOM_IN),
                                button("action.theme-dark", ActionId.THEME_DARK),
                                button("action.theme-light", ActionId.THEME_LIGHT),
                                button("action.theme-contrast", ActionId.THEME_CONTRAST)),
                        step(
                                "steps.what-for",
                                button("steps.teach", ActionId.LAYOUT_LECTURE),
                                button("steps.learn", ActionId.LAYOUT_WATCH),
                                button("steps.build", ActionId.LAYOUT_DEBUG)),
                        step("steps.ring", ring, then));
        visibleProperty().bind(model.stepsProperty());
        managedProperty().bind(model.stepsProperty());
    }

    private Region step(String key, Node... choices) {
        Label words = new Label(texts.get(key));
        words.setPrefWidth(NUMBER);
        words.setMinWidth(NUMBER);
        FlowPane all = new FlowPane(6, 4, choices);
        all.setPrefWrapLength(WIDE);
        all.setAlignment(Pos.CENTER_LEFT);
        HBox.setHgrow(all, Priority.ALWAYS);
        HBox line = new HBox(10, words, all);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    private Button button(String key, ActionId id) {
        Button button = ActionNodes.bind(new Button(texts.get(key)), actions.get(id), texts);
        button.setId("steps-" + id.textKey().replace('.', '-'));
        button.getStyleClass().add("small-button");
        return button;
    }
}
