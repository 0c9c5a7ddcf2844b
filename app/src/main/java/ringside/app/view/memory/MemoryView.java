// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.List;
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
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.LogRow;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Memory: one address through all tables, above tables, frames, maps, bytes and the live list of updates.
public final class MemoryView extends BorderPane {
    private final MemoryViewModel model;
    private final Texts texts;
    private final RowCanvas rows;
    private final WalkPane walks;

    public MemoryView(MemoryViewModel model, LookModel look, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-memory");
        getStyleClass().add(StyleClass.VIEW);
        walks = new WalkPane(texts);
        walks.getStyleClass().add("page");
        rows = new RowCanvas(new Source(), columns(), texts.get("memory.empty"));
        rows.setId("memory-rows");
        rows.setAccessibleText(texts.get("memory.updates"));
        ScrollPane above = new ScrollPane(walks);
        above.setFitToWidth(true);
        above.widthProperty().addListener((_, _, width) -> walks.room(width.doubleValue()));
        above.setMinHeight(120);
        SplitPane split = new SplitPane(above, new LookPane(look, rows, texts));
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.42);
        setTop(head());
        setCenter(split);
        model.translationProperty().addListener((_, _, now) -> walks.show(now));
        walks.show(null);
        model.onRefresh(rows::refresh);
        sceneProperty().addListener((_, _, scene) -> {
            model.setActive(scene != null);
            look.setActive(scene != null);
            rows.refresh();
        });
    }

    private List<RowCanvas.Column> columns() {
        return List.of(
                new RowCanvas.Column(texts.get("calls.column.time"), 15),
                new RowCanvas.Column(texts.get("calls.column.vcpu"), 6),
                new RowCanvas.Column(texts.get("memory.column.kind"), 14),
                new RowCanvas.Column(texts.get("memory.column.level"), 6),
                new RowCanvas.Column(texts.get("memory.column.where"), 20),
                new RowCanvas.Column(texts.get("memory.column.before"), 26),
                new RowCanvas.Column(texts.get("memory.column.after"), 28));
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

    private final class Source implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.count();
        }

        @Override
        public RowCanvas.Row at(long index) {
            LogRow row = model.row(index);
            List<RowCanvas.Cell> cells = new ArrayList<>();
            List<String> texts = model.cells(row);
            for (int i = 0; i < texts.size(); i++) {
                Role role = i == 2 && MemoryViewModel.hidden(row) ? Role.ACCENT : i >= 4 ? Role.TEXT : Role.MUTED;
                cells.add(new RowCanvas.Cell(texts.get(i), role));
            }
            return new RowCanvas.Row(row.iface(), cells, false);
        }
    }
}
