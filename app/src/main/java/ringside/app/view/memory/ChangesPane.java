// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.Icons;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.LogRow;
import ringside.app.text.Texts;

/// Changes of page tables as they come, or those of one entry: who wrote this?
final class ChangesPane extends BorderPane {
    private final MemoryViewModel model;
    private final LookModel look;
    private final Texts texts;
    private final RowCanvas rows;
    private final Label words = new Label();
    private final Button entry;
    private final Button all;
    private final Button go;
    private final Button stop;

    ChangesPane(MemoryViewModel model, LookModel look, Texts texts) {
        this.model = model;
        this.look = look;
        this.texts = texts;
        rows = RowCanvas.of(
                texts.get("memory.changes.columns"),
                List.of(17, 6, 12, 6, 18, 24, 26, 34),
                model::count,
                this::row,
                texts.get("memory.empty"));
        rows.setId("memory-rows");
        rows.setAccessibleText(texts.get("memory.updates"));
        rows.onOpen(_ -> goThere());
        rows.selectedProperty().addListener((_, _, _) -> refresh());
        words.setId("memory-changes-words");
        words.setWrapText(true);
        entry = button("memory-changes-entry", "memory.changes.entry", "filter", () -> {
            LogRow row = selected();
            if (row != null) only(row);
        });
        all = button("memory-changes-all", "memory.changes.all", "x", () -> {
            model.onlyEntry(-1, 0);
            refresh();
        });
        go = button("memory-changes-go", "memory.changes.go", "corner-down-right", this::goThere);
        stop = button("memory-changes-break", "memory.changes.break", "alert-octagon", () -> {
            LogRow row = selected();
            if (row != null && model.entryOf(row) >= 0) look.breakOnEntry(row.corner(), model.entryOf(row));
            else if (model.entry() != 0) look.breakOnEntry(model.entryCorner(), model.entry());
        });
        FlowPane line = new FlowPane(8, 6, words, entry, all, go, stop);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        setTop(line);
        setCenter(rows);
        BorderPane.setAlignment(rows, Pos.TOP_LEFT);
    }

    private Button button(String id, String key, String icon, Runnable run) {
        Button button = new Button(texts.get(key), Icons.of(icon));
        button.setId(id);
        button.getStyleClass().add("small-button");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private @Nullable LogRow selected() {
        long at = rows.selectedProperty().get();
        return at < 0 || at >= model.count() ? null : model.row(at);
    }

    private void only(LogRow row) {
        if (model.entryOf(row) < 0) return;
        model.onlyEntry(row.corner(), model.entryOf(row));
        rows.selectedProperty().set(-1);
        refresh();
    }

    private void goThere() {
        LogRow row = selected();
        if (row == null && model.count() > 0) row = model.row(model.count() - 1);
        if (row != null) model.goTo(row);
    }

    /// Rows came or went.
    void refresh() {
        LogRow row = selected();
        boolean one = model.entry() != 0;
        words.setText(model.changesWords());
        entry.setDisable(row == null || model.entryOf(row) < 0);
        all.setDisable(!one);
        go.setDisable(model.count() == 0);
        stop.setDisable(!one && (row == null || model.entryOf(row) < 0));
        rows.refresh();
    }

    private RowCanvas.Row row(long index) {
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
