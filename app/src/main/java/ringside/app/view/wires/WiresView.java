// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.wires;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// Wires: interrupt lines, event channels and interrupts between vCPUs, with how often each has rung.
public final class WiresView extends BorderPane {
    private final WiresViewModel model;
    private final RowCanvas rows;
    private final Label totals = new Label();

    public WiresView(WiresViewModel model, Texts texts) {
        this.model = model;
        setId("view-wires");
        getStyleClass().add(StyleClass.VIEW);
        rows = new RowCanvas(
                new Source(),
                List.of(
                        new RowCanvas.Column(texts.get("wires.column.wire"), 30),
                        new RowCanvas.Column(texts.get("wires.column.to"), 10),
                        new RowCanvas.Column(texts.get("wires.column.count"), 14),
                        new RowCanvas.Column(texts.get("wires.column.last"), 18),
                        new RowCanvas.Column(texts.get("calls.column.round"), 8)),
                texts.get("wires.empty"));
        rows.setId("wires-rows");
        rows.setAccessibleText(texts.get("view.wires"));
        rows.startAtTop();
        rows.selectedProperty().addListener((_, _, at) -> model.select(at.intValue()));
        Label title = new Label(texts.get("wires.title"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        title.setMinWidth(Region.USE_PREF_SIZE);
        totals.getStyleClass().add(StyleClass.MUTED);
        totals.setId("wires-totals");
        totals.setMinWidth(0);
        HBox head = new HBox(16, title, totals);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("view-head");
        setTop(head);
        setCenter(rows);
        model.onRefresh(this::refresh);
        sceneProperty().addListener((_, _, scene) -> {
            model.setActive(scene != null);
            rows.refresh();
        });
    }

    private void refresh() {
        totals.setText(String.join("    ", model.totals()));
        rows.refresh();
    }

    private final class Source implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.count();
        }

        @Override
        public RowCanvas.Row at(long index) {
            WiresViewModel.Wire wire = model.wire((int) index);
            List<RowCanvas.Cell> cells = new ArrayList<>();
            List<String> words = model.cells(wire);
            for (int i = 0; i < words.size(); i++)
                cells.add(new RowCanvas.Cell(words.get(i), i == 0 || i == 2 ? Role.TEXT : Role.MUTED));
            return new RowCanvas.Row(wire.iface(), cells, false);
        }
    }
}
