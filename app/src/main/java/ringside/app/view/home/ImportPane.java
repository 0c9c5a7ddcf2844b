// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.beans.binding.Bindings;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.ToggleSwitch;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.session.ImportDrive;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.app.view.home.ImportModel.Field;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// The form of a machine of one's own. What is wrong stands beneath its field: expected, found.
final class ImportPane extends GridPane {
    private static final List<Iface> CORNERS = List.of(Iface.VMI, Iface.XEN, Iface.NATIVE);

    private final ImportModel model;
    private final HomeViewModel home;
    private final Texts texts;
    private final Map<Field, Label> wrong = new EnumMap<>(Field.class);
    private final Map<Field, Node> inputs = new EnumMap<>(Field.class);
    private int row;

    ImportPane(HomeViewModel home, Texts texts) {
        this.home = home;
        this.model = home.imports();
        this.texts = texts;
        setId("import");
        getStyleClass().add("form");
        ColumnConstraints names = new ColumnConstraints();
        names.setMinWidth(Region.USE_PREF_SIZE);
        ColumnConstraints fields = new ColumnConstraints(160, 560, 760);
        fields.setHgrow(Priority.ALWAYS);
        getColumnConstraints().setAll(names, fields);
        add(Field.CORNERS, corners());
        add(Field.KERNEL, file(Field.KERNEL));
        add(Field.INITRD, file(Field.INITRD));
        add(Field.APPEND, field(Field.APPEND));
        add(Field.DISK, new HBox(8, file(Field.DISK), writes(Field.DISK)));
        add(Field.DISK2, new HBox(8, file(Field.DISK2), writes(Field.DISK2)));
        add(Field.CD, file(Field.CD));
        add(Field.NETWORK, network());
        add(Field.CAPTURE, file(Field.CAPTURE));
        numbers();
        addRow(row++, new Label(), buttons());
        model.problems().addListener((ListChangeListener<Problem>) _ -> problems());
        problems();
    }

    private void add(Field field, Node input) {
        Label name = new Label(texts.get("import." + id(field)));
        name.getStyleClass().add(StyleClass.MUTED);
        setValignment(name, VPos.TOP);
        name.setMinHeight(30);
        name.setLabelFor(inputs.getOrDefault(field, input));
        VBox box = new VBox(3, input, problem(field));
        addRow(row++, name, box);
    }

    private Label problem(Field field) {
        Label label = new Label("", Icons.of("alert-triangle"));
        label.setId("import-" + id(field) + "-problem");
        label.getStyleClass().add("field-problem");
        label.setWrapText(true);
        wrong.put(field, label);
        return label;
    }

    private void problems() {
        Node first = null;
        for (Field field : Field.values()) {
            Problem p = model.problem(field);
            Label label = wrong.get(field);
            if (label == null) continue;
            label.setText(p == null ? "" : words(field, p));
            label.setVisible(p != null);
            label.setManaged(p != null);
            if (p != null && first == null) first = inputs.get(field);
        }
        if (first != null && home.importOpenProperty().get()) first.requestFocus();
    }

    /// Without the field's name where it stands beneath that field anyway.
    private String words(Field field, Problem p) {
        return p.field().equals(field.problemName())
                ? texts.get("import.problem", p.expected(), p.found())
                : texts.get("home.problem", p.field(), p.expected(), p.found());
    }

    private Node corners() {
        FlowPane chips = new FlowPane(8, 6);
        for (Iface iface : CORNERS) {
            ToggleButton toggle = new ToggleButton(texts.get("corner." + iface.id()), new CornerMark(iface, 11));
            toggle.setId("import-on-" + iface.id());
            toggle.getStyleClass().add(StyleClass.CHIP);
            toggle.setSelected(model.on().contains(iface));
            toggle.setOnAction(_ -> model.toggle(iface));
            model.on().addListener((ListChangeListener<Iface>)
                    _ -> toggle.setSelected(model.on().contains(iface)));
            chips.getChildren().add(toggle);
            if (iface == CORNERS.getFirst()) inputs.put(Field.CORNERS, toggle);
        }
        return chips;
    }

    private TextField field(Field field) {
        TextField text = new TextField();
        text.setId("import-" + id(field));
        text.getStyleClass().add(StyleClass.MONO);
        text.setPromptText(texts.get("import." + id(field) + ".prompt"));
        text.setAccessibleText(texts.get("import." + id(field)));
        text.textProperty().bindBidirectional(model.text(field));
        inputs.put(field, text);
        return text;
    }

    private HBox file(Field field) {
        TextField text = field(field);
        HBox.setHgrow(text, Priority.ALWAYS);
        Button browse = new Button(texts.get("import.browse"));
        browse.setId("import-" + id(field) + "-browse");
        browse.setMinWidth(Region.USE_PREF_SIZE);
        browse.setAccessibleText(texts.get("import.browse.spoken", texts.get("import." + id(field))));
        browse.setOnAction(_ -> home.pick(texts.get("import." + id(field))).ifPresent(p -> text.setText(p.toString())));
        HBox line = new HBox(8, text, browse);
        HBox.setHgrow(line, Priority.ALWAYS);
        return line;
    }

    private Node writes(Field field) {
        ComboBox<ImportDrive.Writes> box = new ComboBox<>();
        box.setId("import-" + id(field) + "-writes");
        box.getItems().setAll(ImportDrive.Writes.values());
        box.setCellFactory(_ -> new WritesCell());
        box.setButtonCell(new WritesCell());
        box.setMinWidth(Region.USE_PREF_SIZE);
        box.setTooltip(new Tooltip(texts.get("import.writes.hint")));
        box.setAccessibleText(texts.get("import.writes.hint"));
        box.valueProperty().bindBidirectional(model.writes(field));
        return box;
    }

    private Node network() {
        ToggleSwitch plug = new ToggleSwitch(texts.get("import.network.user"));
        plug.setId("import-network");
        plug.selectedProperty().bindBidirectional(model.networkProperty());
        plug.setMinWidth(Region.USE_PREF_SIZE);
        Label hint = new Label(texts.get("import.network.hint"));
        hint.getStyleClass().addAll(StyleClass.MUTED, "small");
        hint.setWrapText(true);
        HBox.setHgrow(hint, Priority.ALWAYS);
        HBox line = new HBox(12, plug, hint);
        line.setAlignment(Pos.CENTER_LEFT);
        inputs.put(Field.NETWORK, plug);
        return line;
    }

    private void numbers() {
        TextField memory = field(Field.MEMORY);
        memory.setPrefColumnCount(7);
        TextField vcpus = field(Field.VCPUS);
        vcpus.setPrefColumnCount(3);
        ComboBox<String> cpu = new ComboBox<>();
        cpu.setId("import-cpu");
        cpu.getItems().setAll(model.processors());
        cpu.setAccessibleText(texts.get("import.cpu"));
        cpu.valueProperty().bindBidirectional(model.text(Field.CPU));
        inputs.put(Field.CPU, cpu);
        Label v = new Label(texts.get("import.vcpus"));
        v.setLabelFor(vcpus);
        Label c = new Label(texts.get("import.cpu"));
        c.setLabelFor(cpu);
        for (Label l : List.of(v, c)) {
            l.getStyleClass().add(StyleClass.MUTED);
            l.setMinWidth(Region.USE_PREF_SIZE);
        }
        HBox line = new HBox(10, memory, v, vcpus, c, cpu);
        line.setAlignment(Pos.CENTER_LEFT);
        Label name = new Label(texts.get("import.memory"));
        name.getStyleClass().add(StyleClass.MUTED);
        setValignment(name, VPos.TOP);
        name.setMinHeight(30);
        name.setLabelFor(memory);
        addRow(row++, name, new VBox(3, line, problem(Field.MEMORY), problem(Field.VCPUS), problem(Field.CPU)));
    }

    private Node buttons() {
        Button boot = new Button(texts.get("import.boot"), Icons.of("play"));
        boot.setId("import-boot");
        boot.getStyleClass().add(StyleClass.RUN_BUTTON);
        boot.disableProperty().bind(home.openingProperty());
        boot.setOnAction(_ -> model.boot());
        Button clear = new Button(texts.get("import.clear"));
        clear.setId("import-clear");
        clear.setOnAction(_ -> model.clear());
        Label busy = new Label(texts.get("home.opening"));
        busy.visibleProperty().bind(Bindings.createBooleanBinding(home.openingProperty()::get, home.openingProperty()));
        HBox line = new HBox(10, boot, clear, busy);
        line.setAlignment(Pos.CENTER_LEFT);
        return line;
    }

    /// Puts the cursor where people begin.
    void focusFirst() {
        Node kernel = inputs.get(Field.KERNEL);
        if (kernel != null) kernel.requestFocus();
    }

    private static String id(Field field) {
        return field.name().toLowerCase(Locale.ROOT);
    }

    private final class WritesCell extends ListCell<ImportDrive.Writes> {
        @Override
        protected void updateItem(ImportDrive.Writes item, boolean empty) {
            super.updateItem(item, empty);
            setText(
                    empty || item == null
                            ? null
                            : texts.get("import.writes." + item.name().toLowerCase(Locale.ROOT)));
        }
    }
}
