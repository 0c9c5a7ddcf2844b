// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Action;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.kit.RingStrip;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.session.BoutSession;
import ringside.app.session.Breakpoint;
import ringside.app.session.CornerFeed;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.VcpuView;

/// CPU: registers and ring, disassembly, callers, breakpoints, tables, stack, watches of one vCPU.
public final class CpuView extends BorderPane {
    private static final double NARROW = 800;

    private final CpuViewModel model;
    private final Texts texts;
    private final HBox who = new HBox(6);
    private final RingStrip strip = new RingStrip();
    private final Label ring = new Label();
    private final Label stopped = new Label();
    private final CpuSide side;
    private final CpuTables tables;
    private final RowCanvas code;
    private final RowCanvas stack;
    private CpuViewModel.@Nullable Look shown;

    public CpuView(CpuViewModel model, Action loadSymbols, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-cpu");
        getStyleClass().add(StyleClass.VIEW);
        side = new CpuSide(model, loadSymbols, texts);
        tables = new CpuTables(model, texts);
        code = rows(
                "cpu-code",
                "cpu.code",
                new CodeRows(),
                new RowCanvas.Column(texts.get("cpu.column.address"), 12),
                new RowCanvas.Column(texts.get("cpu.column.where"), 22),
                new RowCanvas.Column(texts.get("cpu.column.instruction"), 46),
                new RowCanvas.Column(texts.get("cpu.column.bytes"), 24));
        code.onOpen(at -> {
            if (shown != null) model.toggle(shown.code().get((int) at).linear());
        });
        stack = rows(
                "cpu-stack",
                "cpu.stack",
                new StackRows(),
                new RowCanvas.Column(texts.get("cpu.column.address"), 10),
                new RowCanvas.Column(texts.get("cpu.column.value"), 10),
                new RowCanvas.Column(texts.get("cpu.column.where"), 20));
        setTop(head());
        ScrollPane left = new ScrollPane(side);
        left.setFitToWidth(true);
        left.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        left.setMinSize(120, 80);
        SplitPane right = new SplitPane(titled("cpu.code", codeHead(), code), lower());
        right.setOrientation(Orientation.VERTICAL);
        right.setDividerPositions(0.55);
        SplitPane split = new SplitPane(left, right);
        split.setDividerPositions(0.33);
        SplitPane.setResizableWithParent(left, false);
        setCenter(split);
        BorderPane.setAlignment(split, Pos.TOP_LEFT);
        // In a narrow tile the registers go above the code.
        widthProperty().addListener((_, _, width) -> {
            Orientation wanted = width.doubleValue() < NARROW ? Orientation.VERTICAL : Orientation.HORIZONTAL;
            if (split.getOrientation() == wanted) return;
            split.setOrientation(wanted);
            split.setDividerPositions(wanted == Orientation.VERTICAL ? 0.36 : 0.33);
        });
        model.lookProperty().addListener((_, _, now) -> show(now));
        model.breakpoints().addListener((javafx.collections.ListChangeListener<Object>) _ -> code.refresh());
        sceneProperty().addListener((_, _, scene) -> model.setActive(scene != null));
        code.selectedProperty().addListener((_, _, at) -> {
            CpuViewModel.Look look = shown;
            if (look != null
                    && at.intValue() >= 0
                    && at.intValue() < look.code().size())
                model.select(look.code().get(at.intValue()).linear());
        });
    }

    /// Shows code from an address on.
    public void showCode(int corner, int va) {
        model.cornerProperty().set(corner);
        model.showCode(va);
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
        strip.setId("cpu-strip");
        strip.setAccessibleText(texts.get("cpu.strip"));
        Tooltip.install(strip, new Tooltip(texts.get("cpu.strip")));
        HBox line = new HBox(14, who, ring, strip);
        line.setAlignment(Pos.CENTER_LEFT);
        stopped.setId("cpu-stopped");
        stopped.setGraphic(Icons.of("alert-octagon"));
        stopped.getStyleClass().add("stopped");
        stopped.setWrapText(true);
        stopped.visibleProperty().bind(stopped.textProperty().isNotEmpty());
        stopped.managedProperty().bind(stopped.visibleProperty());
        VBox head = new VBox(6, line, stopped);
        head.getStyleClass().add("view-head");
        return head;
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

    private Node codeHead() {
        TextField go = new TextField();
        go.setId("cpu-address");
        go.getStyleClass().add(StyleClass.MONO);
        go.setPrefWidth(190);
        go.setMinWidth(110);
        go.setPromptText(texts.get("cpu.address.prompt"));
        go.setAccessibleText(texts.get("cpu.address.prompt"));
        go.textProperty().bindBidirectional(model.addressProperty());
        go.setOnAction(_ -> model.goTo(go.getText()));
        return go;
    }

    private Region lower() {
        SplitPane split = new SplitPane(tables, titled("cpu.stack", new Region(), stack));
        split.setDividerPositions(0.64);
        return split;
    }

    private Region titled(String key, Node right, Region content) {
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        Label title = new Label(texts.get(key));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        title.setMinWidth(Region.USE_PREF_SIZE);
        HBox head = new HBox(10, title, gap, right);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("pane-head");
        BorderPane pane = new BorderPane(content);
        BorderPane.setAlignment(content, Pos.TOP_LEFT);
        pane.setTop(head);
        pane.setMinWidth(120);
        return pane;
    }

    private void show(CpuViewModel.@Nullable Look look) {
        shown = look;
        BoutSession bout = model.bout();
        if (bout == null || look == null) {
            who.getChildren().clear();
            ring.setText("");
            stopped.setText("");
            side.show(null);
        } else {
            if (who.getChildren().isEmpty()) who(bout);
            for (Node n : who.getChildren())
                if (n instanceof ToggleButton b)
                    b.setSelected(b.getId()
                            .equals("cpu-who-" + model.cornerProperty().get() + "-"
                                    + model.vcpuProperty().get()));
            side.show(look);
            ring.setText(texts.get("cpu.ring.badge", look.vcpu().cpl()));
            stopped.setText(model.stoppedWords());
            strip.show(
                    model.rings(),
                    bout.corners().get(model.cornerProperty().get()).iface());
        }
        code.refresh();
        stack.refresh();
        tables.show();
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
            Breakpoint b = model.breakpoint(line.linear());
            String mark = b == null ? "  " : b.enabled() ? "● " : "○ ";
            Role role = b != null && b.enabled() ? Role.PROBLEM : next ? Role.BELL : Role.MUTED;
            return new RowCanvas.Row(
                    null,
                    List.of(
                            new RowCanvas.Cell(mark + Symbol.hex32(line.linear()), role),
                            new RowCanvas.Cell(model.names().at(line.linear(), 21), Role.MUTED),
                            new RowCanvas.Cell(model.instruction(line.text()), Role.TEXT),
                            new RowCanvas.Cell(line.bytes(), Role.SUBTLE)),
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
                                    value == null ? Role.SUBTLE : Role.TEXT),
                            new RowCanvas.Cell(
                                    value == null ? "" : model.names().at(value), Role.MUTED)),
                    false);
        }
    }
}
