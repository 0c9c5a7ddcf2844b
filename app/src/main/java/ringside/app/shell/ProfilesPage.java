// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.score.CostProfile;

/// The prices behind every modelled number: which machine, each price with its range and its source, and a person's
/// own in place of any of them.
final class ProfilesPage extends VBox {
    private final Workbench workbench;
    private final UndoStack undo;
    private final Texts texts;
    private final RowCanvas rows;
    private final TextField price = new TextField();
    private final Label machine = new Label();
    private List<Map.Entry<String, CostProfile.Price>> prices = List.of();

    ProfilesPage(Workbench workbench, UndoStack undo, Texts texts) {
        super(8);
        this.workbench = workbench;
        this.undo = undo;
        this.texts = texts;
        ComboBox<CostProfile> which = new ComboBox<>();
        which.setId("profiles-which");
        which.setAccessibleText(texts.get("preferences.profiles"));
        for (String id : CostProfile.BUILT_IN) which.getItems().add(CostProfile.builtIn(id));
        which.setCellFactory(_ -> new Cell());
        which.setButtonCell(new Cell());
        which.setValue(workbench.profileProperty().get());
        which.setOnAction(_ -> {
            CostProfile chosen = which.getValue();
            if (chosen != null && !chosen.equals(workbench.profileProperty().get())) use(chosen);
        });
        machine.getStyleClass().addAll(StyleClass.MUTED, "small");
        machine.setWrapText(true);
        rows = RowCanvas.of(
                texts.get("profiles.columns"),
                List.of(18, 12, 18, 16, 20),
                () -> prices.size(),
                i -> row(prices.get((int) i)),
                "");
        rows.setId("profiles-rows");
        rows.setAccessibleText(texts.get("preferences.profiles"));
        rows.startAtTop();
        rows.setPrefHeight(300);
        rows.selectedProperty().addListener((_, _, i) -> {
            if (i.intValue() >= 0 && i.intValue() < prices.size())
                price.setText(plain(prices.get(i.intValue()).getValue().cycles()));
        });
        price.setId("profiles-price");
        price.getStyleClass().add(StyleClass.MONO);
        price.setPrefWidth(120);
        price.setPromptText(texts.get("profiles.price"));
        price.setAccessibleText(texts.get("profiles.price"));
        price.setOnAction(_ -> change());
        Label hint = new Label(texts.get("profiles.hint"));
        hint.getStyleClass().addAll(StyleClass.MUTED, "small");
        hint.setWrapText(true);
        HBox line = new HBox(8, price, hint);
        line.setAlignment(Pos.CENTER_LEFT);
        VBox.setVgrow(rows, Priority.ALWAYS);
        getChildren().setAll(new HBox(10, which), machine, rows, line);
        workbench.profileProperty().addListener((_, _, now) -> {
            which.setValue(now);
            fill(now);
        });
        fill(workbench.profileProperty().get());
    }

    private void fill(CostProfile profile) {
        prices = List.copyOf(profile.prices().entrySet());
        machine.setText(texts.get("profiles.machine", profile.machine(), profile.mhz()));
        machine.setMinHeight(Region.USE_PREF_SIZE);
        rows.refresh();
    }

    private void use(CostProfile chosen) {
        CostProfile before = workbench.profileProperty().get();
        if (chosen.equals(before)) return;
        undo.apply(new Edit(
                "edit.profile",
                () -> workbench.profileProperty().set(chosen),
                () -> workbench.profileProperty().set(before)));
    }

    private void change() {
        int at = (int) rows.selectedProperty().get();
        if (at < 0 || at >= prices.size() || !price.getText().strip().matches("\\d{1,7}(\\.\\d{1,3})?")) return;
        String event = prices.get(at).getKey();
        double cycles = Double.parseDouble(price.getText().strip());
        use(workbench.profileProperty().get().with(event, cycles));
    }

    private RowCanvas.Row row(Map.Entry<String, CostProfile.Price> entry) {
        CostProfile.Price p = entry.getValue();
        boolean none = p.basis() == CostProfile.Basis.NONE;
        String basis = texts.get("profiles.basis." + p.basis().name().toLowerCase(Locale.ROOT));
        return new RowCanvas.Row(
                null,
                List.of(
                        new RowCanvas.Cell(entry.getKey(), Role.TEXT),
                        new RowCanvas.Cell(none ? "-" : "≈ " + plain(p.cycles()), Role.TEXT),
                        new RowCanvas.Cell(none ? "" : plain(p.low()) + " - " + plain(p.high()), Role.MUTED),
                        new RowCanvas.Cell(basis, p.basis() == CostProfile.Basis.U ? Role.ACCENT : Role.MUTED),
                        new RowCanvas.Cell(p.source(), Role.MUTED)),
                false);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private final class Cell extends ListCell<CostProfile> {
        @Override
        protected void updateItem(@Nullable CostProfile item, boolean empty) {
            super.updateItem(item, empty);
            boolean own =
                    item != null && item.prices().values().stream().anyMatch(p -> p.basis() == CostProfile.Basis.U);
            setText(empty || item == null ? null : own ? texts.get("profiles.own", item.title()) : item.title());
        }
    }
}
