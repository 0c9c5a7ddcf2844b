// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.List;
import java.util.Locale;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Action;
import ringside.app.action.ActionNodes;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.CpuView.Segment;
import ringside.vmm.probe.DescriptorView;

/// Registers, flags, segments and watches of one vCPU, one above the other.
final class CpuSide extends VBox {
    private static final PseudoClass CHANGED = PseudoClass.getPseudoClass("changed");
    private static final int REGISTER_COLUMNS = 2;

    private final CpuViewModel model;
    private final Texts texts;
    private final GridPane registers = new GridPane();
    private final Label flags = new Label();
    private final GridPane segments = new GridPane();
    private final Label names = new Label();
    private final ListView<CpuViewModel.Cell> watches = new ListView<>();

    CpuSide(CpuViewModel model, Action loadSymbols, Texts texts) {
        this.model = model;
        this.texts = texts;
        registers.setHgap(12);
        registers.setVgap(3);
        registers.setId("cpu-registers");
        segments.setHgap(12);
        segments.setVgap(2);
        flags.getStyleClass().addAll(StyleClass.MONO, "small");
        flags.setWrapText(true);
        flags.setId("cpu-flags");
        names.setId("cpu-symbols");
        names.getStyleClass().addAll(StyleClass.MUTED, "small");
        names.setWrapText(true);
        Button load =
                ActionNodes.bind(new Button(texts.get("cpu.symbols.load"), Icons.of("file-plus")), loadSymbols, texts);
        load.setId("cpu-symbols-load");
        load.getStyleClass().add("small-button");
        load.setMinWidth(Region.USE_PREF_SIZE);
        HBox.setHgrow(names, Priority.ALWAYS);
        names.setMaxWidth(Double.MAX_VALUE);
        HBox symbols = new HBox(8, names, load);
        symbols.setAlignment(Pos.CENTER_LEFT);
        setSpacing(10);
        getChildren()
                .setAll(
                        title("cpu.registers"),
                        registers,
                        flags,
                        title("cpu.segments"),
                        segments,
                        title("cpu.watch"),
                        watchBox(),
                        title("cpu.symbols.title"),
                        symbols);
        getStyleClass().add("cpu-left");
    }

    private Label title(String key) {
        Label label = new Label(texts.get(key));
        label.getStyleClass().add(StyleClass.SECTION_TITLE);
        label.setMinWidth(Region.USE_PREF_SIZE);
        return label;
    }

    private Node watchBox() {
        watches.setItems(model.watched());
        watches.setId("cpu-watches");
        watches.setFixedCellSize(24);
        watches.setPrefHeight(24 * 4 + 4);
        watches.setMinHeight(24 * 2);
        watches.setAccessibleText(texts.get("cpu.watch"));
        Label none = new Label(texts.get("cpu.watch.none"));
        none.setWrapText(true);
        watches.setPlaceholder(none);
        watches.setCellFactory(_ -> new ListCell<>() {
            @Override
            protected void updateItem(CpuViewModel.@Nullable Cell item, boolean empty) {
                super.updateItem(item, empty);
                setText(empty || item == null ? null : item.name() + "   " + item.value());
                getStyleClass().remove(StyleClass.MONO);
                getStyleClass().add(StyleClass.MONO);
            }
        });
        watches.setOnKeyPressed(e -> {
            if (e.getCode() == KeyCode.DELETE)
                model.unwatch(watches.getSelectionModel().getSelectedIndex());
        });
        TextField add = new TextField();
        add.setId("cpu-watch-add");
        add.getStyleClass().add(StyleClass.MONO);
        add.setPromptText(texts.get("cpu.watch.prompt"));
        add.setAccessibleText(texts.get("cpu.watch.prompt"));
        add.setOnAction(_ -> {
            model.watch(add.getText());
            add.clear();
        });
        return new VBox(6, add, watches);
    }

    void show(CpuViewModel.@Nullable Look look) {
        if (look == null) {
            registers.getChildren().clear();
            segments.getChildren().clear();
            flags.setText("");
            names.setText("");
            return;
        }
        registers(model.registers());
        flags.setText(model.flags(look.vcpu().eflags()));
        segments(look.more().segments());
        names.setText(model.namesWords());
    }

    private void registers(List<CpuViewModel.Cell> cells) {
        if (registers.getChildren().size() != 2 * cells.size()) {
            registers.getChildren().clear();
            int per = (cells.size() + REGISTER_COLUMNS - 1) / REGISTER_COLUMNS;
            for (int i = 0; i < cells.size(); i++) {
                Label name = new Label(cells.get(i).name());
                name.getStyleClass().addAll(StyleClass.MUTED, StyleClass.MONO);
                name.setMinWidth(Region.USE_PREF_SIZE);
                Label value = new Label();
                value.setId("cpu-" + cells.get(i).name().toLowerCase(Locale.ROOT));
                value.getStyleClass().addAll(StyleClass.MONO, "register");
                value.setMinWidth(Region.USE_PREF_SIZE);
                registers.add(name, i / per * 2, i % per);
                registers.add(value, i / per * 2 + 1, i % per);
            }
        }
        for (int i = 0; i < cells.size(); i++)
            if (registers.getChildren().get(2 * i + 1) instanceof Label value) register(value, cells.get(i));
    }

    /// A difference is a sign and words first, and a colour second.
    private void register(Label value, CpuViewModel.Cell cell) {
        boolean differs = !cell.other().isEmpty();
        value.setText(differs ? cell.value() + " ≠" : cell.value());
        value.setTooltip(differs ? new Tooltip(texts.get("cpu.differs", cell.other())) : null);
        value.setAccessibleText(cell.name() + " " + cell.value() + (differs ? " ≠ " + cell.other() : ""));
        value.pseudoClassStateChanged(CHANGED, cell.changed());
    }

    private void segments(List<Segment> all) {
        segments.getChildren().clear();
        int row = 0;
        for (Segment s : all) {
            DescriptorView d = s.descriptor();
            segments.addRow(
                    row++,
                    mono(s.name(), true),
                    mono(String.format(Locale.ROOT, "%04X", s.selector()), false),
                    mono(Symbol.hex32(d.base()), false),
                    mono(Symbol.hex32(d.limit()), false),
                    mono("DPL " + d.dpl(), true));
        }
    }

    private static Label mono(String text, boolean muted) {
        Label label = new Label(text);
        label.getStyleClass().add(StyleClass.MONO);
        if (muted) label.getStyleClass().add(StyleClass.MUTED);
        label.setMinWidth(Region.USE_PREF_SIZE);
        return label;
    }
}
