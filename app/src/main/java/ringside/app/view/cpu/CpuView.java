// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javafx.css.PseudoClass;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.kit.RingStrip;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.CpuView.Segment;
import ringside.vmm.probe.DescriptorView;
import ringside.vmm.probe.VcpuView;

/// CPU: registers and ring, disassembly, tables, stack, watches of one vCPU.
public final class CpuView extends BorderPane {
    private static final PseudoClass CHANGED = PseudoClass.getPseudoClass("changed");
    private static final List<String> TABLES = List.of("gdt", "ldt", "idt");
    private static final int REGISTER_COLUMNS = 2;
    private static final double NARROW = 800;

    private final CpuViewModel model;
    private final Texts texts;
    private final HBox who = new HBox(6);
    private final GridPane registers = new GridPane();
    private final Label flags = new Label();
    private final GridPane segments = new GridPane();
    private final RingStrip strip = new RingStrip();
    private final Label ring = new Label();
    private final RowCanvas code;
    private final RowCanvas stack;
    private final RowCanvas table;
    private final ListView<CpuViewModel.Cell> watches = new ListView<>();
    private final List<ToggleButton> tabs = new ArrayList<>();
    private CpuViewModel.@Nullable Look shown;

    public CpuView(CpuViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-cpu");
        getStyleClass().add(StyleClass.VIEW);
        code = rows(
                "cpu-code",
                "cpu.code",
                new CodeRows(),
                new RowCanvas.Column(texts.get("cpu.column.address"), 11),
                new RowCanvas.Column(texts.get("cpu.column.bytes"), 24),
                new RowCanvas.Column(texts.get("cpu.column.instruction"), 30));
        stack = rows(
                "cpu-stack",
                "cpu.stack",
                new StackRows(),
                new RowCanvas.Column(texts.get("cpu.column.address"), 11),
                new RowCanvas.Column(texts.get("cpu.column.value"), 20));
        table = rows(
                "cpu-table",
                "cpu.table",
                new TableRows(),
                new RowCanvas.Column(texts.get("cpu.column.number"), 7),
                new RowCanvas.Column(texts.get("cpu.column.dpl"), 5),
                new RowCanvas.Column(texts.get("cpu.column.what"), 40));
        setTop(head());
        ScrollPane left = new ScrollPane(leftColumn());
        left.setFitToWidth(true);
        left.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        left.setMinSize(120, 80);
        SplitPane right = new SplitPane(titled("cpu.code", codeHead(), code), lower());
        right.setOrientation(Orientation.VERTICAL);
        right.setDividerPositions(0.55);
        SplitPane split = new SplitPane(left, right);
        split.setDividerPositions(0.36);
        SplitPane.setResizableWithParent(left, false);
        setCenter(split);
        // In a narrow tile the registers go above the code.
        widthProperty().addListener((_, _, width) -> {
            Orientation wanted = width.doubleValue() < NARROW ? Orientation.VERTICAL : Orientation.HORIZONTAL;
            if (split.getOrientation() == wanted) return;
            split.setOrientation(wanted);
            split.setDividerPositions(wanted == Orientation.VERTICAL ? 0.4 : 0.36);
        });
        model.lookProperty().addListener((_, _, now) -> show(now));
        sceneProperty().addListener((_, _, scene) -> model.setActive(scene != null));
        code.selectedProperty().addListener((_, _, at) -> {
            CpuViewModel.Look look = shown;
            if (look != null
                    && at.intValue() >= 0
                    && at.intValue() < look.code().size())
                model.select(look.code().get(at.intValue()).linear());
        });
    }

    private RowCanvas rows(String id, String name, RowCanvas.Rows source, RowCanvas.Column... columns) {
        RowCanvas rows = new RowCanvas(source, List.of(columns), texts.get("cpu.empty"));
        rows.setId(id);
        rows.setAccessibleText(texts.get(name));
        rows.startAtTop();
        return rows;
    }

    private Region head() {
        who.setAlignment(Pos.CENTER_LEFT);
        ring.getStyleClass().addAll("ring-badge", StyleClass.MONO);
        ring.setId("cpu-ring");
        ring.setMinWidth(Region.USE_PREF_SIZE);
        HBox.setHgrow(strip, Priority.ALWAYS);
        strip.setMinWidth(60);
        HBox line = new HBox(14, who, ring, strip);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("view-head");
        return line;
    }

    private void who(BoutSession bout) {
        List<ToggleButton> buttons = new ArrayList<>();
        for (CornerFeed feed : bout.corners()) {
            for (int v = 0; v < feed.vcpus(); v++) {
                int vcpu = v;
                ToggleButton one = new ToggleButton(Integer.toString(v), new CornerMark(feed.iface(), 11));
                one.setId("cpu-who-" + feed.index() + "-" + v);
                one.getStyleClass().add(StyleClass.CHIP);
                one.setMinWidth(Region.USE_PREF_SIZE);
                String name = texts.get("corner.name." + feed.iface().id()) + ", " + texts.get("bout.lane", v);
                one.setAccessibleText(name);
                one.setTooltip(new Tooltip(name));
                one.setSelected(feed.index() == model.cornerProperty().get()
                        && v == model.vcpuProperty().get());
                one.setOnAction(_ -> {
                    model.cornerProperty().set(feed.index());
                    model.vcpuProperty().set(vcpu);
                    who(bout);
                });
                buttons.add(one);
            }
        }
        who.getChildren().setAll(buttons);
    }

    private Node leftColumn() {
        registers.setHgap(16);
        registers.setVgap(3);
        registers.setId("cpu-registers");
        segments.setHgap(12);
        segments.setVgap(2);
        flags.getStyleClass().addAll(StyleClass.MONO, "small");
        flags.setWrapText(true);
        flags.setId("cpu-flags");
        VBox box = new VBox(
                10,
                title("cpu.registers"),
                registers,
                flags,
                title("cpu.segments"),
                segments,
                title("cpu.watch"),
                watchBox());
        box.getStyleClass().add("cpu-left");
        return box;
    }

    private Node watchBox() {
        watches.setItems(model.watched());
        watches.setId("cpu-watches");
        watches.setFixedCellSize(24);
        watches.setPrefHeight(24 * 5 + 4);
        watches.setAccessibleText(texts.get("cpu.watch"));
        watches.setPlaceholder(new Label(texts.get("cpu.watch.none")));
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

    private Node codeHead() {
        TextField go = new TextField();
        go.setId("cpu-address");
        go.getStyleClass().add(StyleClass.MONO);
        go.setPrefWidth(150);
        go.setMinWidth(110);
        go.setPromptText(texts.get("cpu.address.prompt"));
        go.setAccessibleText(texts.get("cpu.address.prompt"));
        go.textProperty().bindBidirectional(model.addressProperty());
        go.setOnAction(_ -> model.goTo(go.getText()));
        return go;
    }

    private Region lower() {
        HBox pills = new HBox();
        for (int i = 0; i < TABLES.size(); i++) {
            int which = i;
            ToggleButton tab = new ToggleButton(texts.get("cpu." + TABLES.get(i)));
            tab.setId("cpu-" + TABLES.get(i));
            tab.getStyleClass().addAll("small-button", i == 0 ? "left-pill" : i == 2 ? "right-pill" : "center-pill");
            tab.setOnAction(_ -> {
                model.tableProperty().set(which);
                pills();
            });
            tabs.add(tab);
            pills.getChildren().add(tab);
        }
        pills();
        Region tables = titled("cpu.tables", pills, table);
        Region words = titled("cpu.stack", new Region(), stack);
        SplitPane split = new SplitPane(tables, words);
        split.setDividerPositions(0.64);
        return split;
    }

    private void pills() {
        for (int i = 0; i < tabs.size(); i++)
            tabs.get(i).setSelected(i == model.tableProperty().get());
    }

    private Region titled(String key, Node right, Region content) {
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        HBox head = new HBox(10, title(key), gap, right);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("pane-head");
        BorderPane pane = new BorderPane(content);
        pane.setTop(head);
        pane.setMinWidth(120);
        return pane;
    }

    private Label title(String key) {
        Label label = new Label(texts.get(key));
        label.getStyleClass().add(StyleClass.SECTION_TITLE);
        label.setMinWidth(Region.USE_PREF_SIZE);
        return label;
    }

    private void show(CpuViewModel.@Nullable Look look) {
        shown = look;
        BoutSession bout = model.bout();
        if (bout == null || look == null) {
            who.getChildren().clear();
            registers.getChildren().clear();
            segments.getChildren().clear();
            flags.setText("");
            ring.setText("");
        } else {
            if (who.getChildren().isEmpty()) who(bout);
            for (Node n : who.getChildren())
                if (n instanceof ToggleButton b)
                    b.setSelected(b.getId()
                            .equals("cpu-who-" + model.cornerProperty().get() + "-"
                                    + model.vcpuProperty().get()));
            registers(model.registers());
            flags.setText(model.flags(look.vcpu().eflags()));
            segments(look.more().segments());
            ring.setText(texts.get("cpu.ring.badge", look.vcpu().cpl()));
            strip.show(
                    model.rings(),
                    bout.corners().get(model.cornerProperty().get()).iface());
        }
        code.refresh();
        stack.refresh();
        table.refresh();
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
        for (int i = 0; i < cells.size(); i++) {
            if (registers.getChildren().get(2 * i + 1) instanceof Label value) {
                value.setText(cells.get(i).value());
                value.pseudoClassStateChanged(CHANGED, cells.get(i).changed());
            }
        }
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

    private final class CodeRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return shown == null ? 0 : shown.code().size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            CpuViewModel.Look look = Objects.requireNonNull(shown);
            VcpuView.CodeLine line = look.code().get((int) index);
            boolean next = line.linear() == look.vcpu().linearEip();
            return new RowCanvas.Row(
                    null,
                    List.of(
                            new RowCanvas.Cell(Symbol.hex32(line.linear()), next ? Role.BELL : Role.MUTED),
                            new RowCanvas.Cell(line.bytes(), Role.SUBTLE),
                            new RowCanvas.Cell(line.text(), Role.TEXT)),
                    next);
        }
    }

    private final class StackRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return shown == null ? 0 : shown.stack().size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            CpuViewModel.Word word = Objects.requireNonNull(shown).stack().get((int) index);
            Integer value = word.value();
            return new RowCanvas.Row(
                    null,
                    List.of(
                            new RowCanvas.Cell(Symbol.hex32(word.va()), Role.MUTED),
                            new RowCanvas.Cell(
                                    value == null ? texts.get("cpu.unmapped") : Symbol.hex32(value),
                                    value == null ? Role.SUBTLE : Role.TEXT)),
                    false);
        }
    }

    private final class TableRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return shown == null ? 0 : shown.table().size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            DescriptorView d = Objects.requireNonNull(shown).table().get((int) index);
            return new RowCanvas.Row(
                    null,
                    List.of(
                            new RowCanvas.Cell(
                                    String.format(
                                            Locale.ROOT,
                                            d.isGate() && model.tableProperty().get() == 2 ? "%d" : "%04X",
                                            d.number()),
                                    Role.MUTED),
                            new RowCanvas.Cell(Integer.toString(d.dpl()), Role.MUTED),
                            new RowCanvas.Cell(model.words(d), d.present() ? Role.TEXT : Role.SUBTLE)),
                    false);
        }
    }
}
