// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.ToggleSwitch;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Memory: one address through all tables, above tables, frames, maps, bytes and the live list of updates.
public final class MemoryView extends BorderPane {
    private final MemoryViewModel model;
    private final Texts texts;
    private final WalkPane walks;

    public MemoryView(MemoryViewModel model, LookModel look, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-memory");
        getStyleClass().add(StyleClass.VIEW);
        walks = new WalkPane(texts);
        walks.getStyleClass().add("page");
        LookPane below = new LookPane(look, model, texts);
        ScrollPane above = new ScrollPane(walks);
        above.setFitToWidth(true);
        above.widthProperty().addListener((_, _, width) -> walks.room(width.doubleValue()));
        above.setMinHeight(120);
        SplitPane split = new SplitPane(above, below);
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.42);
        setTop(head());
        setCenter(split);
        BorderPane.setAlignment(split, Pos.TOP_LEFT);
        model.translationProperty().addListener((_, _, now) -> walks.show(now));
        walks.show(null);
        model.onRefresh(below::refreshChanges);
        sceneProperty().addListener((_, _, scene) -> {
            model.setActive(scene != null);
            look.setActive(scene != null);
            below.refreshChanges();
        });
    }

    private Region head() {
        Label title = new Label(texts.get("memory.translate"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        TextField field = new TextField();
        field.setId("memory-address");
        field.getStyleClass().add(StyleClass.MONO);
        field.setPrefColumnCount(10);
        field.setPromptText(texts.get("memory.address.prompt"));
        field.setAccessibleText(texts.get("memory.address"));
        field.textProperty().bindBidirectional(model.addressProperty());
        field.setOnAction(_ -> model.look());
        field.setOnKeyTyped(_ -> model.look());
        Label virtual = new Label(texts.get("memory.virtual"));
        virtual.getStyleClass().add(StyleClass.MUTED);
        ToggleSwitch follow = new ToggleSwitch(texts.get("memory.follow"));
        follow.selectedProperty().bindBidirectional(model.followEipProperty());
        HBox line = new HBox(10, title, field, virtual, follow);
        line.setAlignment(Pos.CENTER_LEFT);
        VBox head = new VBox(line);
        head.getStyleClass().add("view-head");
        return head;
    }
}
