// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.WalkView;

/// One address split into its bits, and its walk through every corner's tables.
final class WalkPane extends VBox {
    /// A part of the address: which table it picks an entry of, and its bits.
    private record Part(String name, int from, int bits) {}

    private static final double NARROW = 960;

    private final Texts texts;
    private MemoryViewModel.@Nullable Translation shown;
    private boolean narrow;

    WalkPane(Texts texts) {
        this.texts = texts;
        setSpacing(10);
        setId("walks");
    }

    /// In a narrow tile the corners stand one above the other.
    void room(double width) {
        if (narrow == width < NARROW) return;
        narrow = !narrow;
        show(shown);
    }

    void show(MemoryViewModel.@Nullable Translation translation) {
        shown = translation;
        getChildren().clear();
        if (translation == null) {
            Label none = new Label(texts.get("memory.walk.none"));
            none.getStyleClass().add(StyleClass.MUTED);
            getChildren().add(none);
            return;
        }
        Pane corners = narrow ? new VBox(10) : new HBox(10);
        for (MemoryViewModel.CornerWalks walks : translation.corners()) {
            VBox corner = corner(walks);
            HBox.setHgrow(corner, Priority.ALWAYS);
            corner.setPrefWidth(100);
            corners.getChildren().add(corner);
        }
        getChildren().addAll(bits(translation), corners);
    }

    private HBox bits(MemoryViewModel.Translation t) {
        HBox row = new HBox(6);
        row.setAlignment(Pos.CENTER_LEFT);
        row.getStyleClass().add(StyleClass.BITS);
        for (Part part : parts(top(t))) {
            int value = t.va() >>> part.from() & (1 << part.bits()) - 1;
            Label name = new Label(texts.get("memory.bits." + part.name()));
            name.getStyleClass().addAll(StyleClass.MUTED, "small");
            Label bits = new Label(binary(value, part.bits()));
            bits.getStyleClass().addAll(StyleClass.MONO, "bit-group");
            Label number = new Label(
                    part.name().equals("offset")
                            ? "0x" + Integer.toHexString(value).toUpperCase(Locale.ROOT)
                            : Integer.toString(value));
            number.getStyleClass().addAll(StyleClass.MONO, "small");
            VBox box = new VBox(2, name, bits, number);
            box.setAlignment(Pos.CENTER);
            row.getChildren().add(box);
        }
        return row;
    }

    private static int top(MemoryViewModel.Translation t) {
        for (MemoryViewModel.CornerWalks walks : t.corners()) {
            for (WalkView walk : walks.walks())
                if (!walk.steps().isEmpty()) return walk.steps().getFirst().level();
        }
        return 0;
    }

    private static List<Part> parts(int top) {
        if (top == 0) return List.of(new Part("physical", 0, 31));
        if (top == 2) return List.of(new Part("dir", 22, 10), new Part("table", 12, 10), new Part("offset", 0, 12));
        return List.of(
                new Part("pdpt", 30, 2), new Part("dir", 21, 9), new Part("table", 12, 9), new Part("offset", 0, 12));
    }

    private static String binary(int value, int bits) {
        String s = Integer.toBinaryString(value);
        return "0".repeat(Math.max(0, bits - s.length())) + s;
    }

    private VBox corner(MemoryViewModel.CornerWalks walks) {
        Label name = new Label(texts.get("memory.tables." + walks.iface().id()), new CornerMark(walks.iface(), 13));
        name.getStyleClass().add(StyleClass.CORNER_NAME);
        VBox box = new VBox(6, name);
        box.getStyleClass()
                .addAll(StyleClass.WALK, StyleClass.corner(walks.iface().id()));
        if (walks.walks().isEmpty()) box.getChildren().add(new Label(texts.get("memory.walk.unmapped")));
        HBox sides = new HBox(16);
        for (WalkView walk : walks.walks()) {
            VBox side = walk(walk);
            HBox.setHgrow(side, Priority.ALWAYS);
            sides.getChildren().add(side);
        }
        box.getChildren().add(sides);
        return box;
    }

    private VBox walk(WalkView walk) {
        Label title = new Label(texts.get("memory.walk." + id(walk.title())));
        title.getStyleClass().addAll(StyleClass.MUTED, "small");
        GridPane grid = new GridPane();
        grid.setHgap(12);
        grid.setVgap(2);
        int at = 0;
        for (WalkView.Step step : walk.steps())
            grid.addRow(at++, cells(step, walk.title()).toArray(Label[]::new));
        Label result = new Label(
                walk.machine() < 0
                        ? texts.get("memory.walk.ends")
                        : texts.get("memory.walk.result", Symbol.hex(walk.machine())));
        result.getStyleClass().addAll(StyleClass.MONO, "walk-result");
        return new VBox(4, title, grid, result);
    }

    private List<Label> cells(WalkView.Step step, WalkView.Tables tables) {
        boolean guests = tables == WalkView.Tables.GUEST_COPY;
        String table = guests && step.tablePfn() >= 0 ? Symbol.pfn(step.tablePfn()) : Symbol.mfn(step.tableMfn());
        String target = (step.entry() & 1) == 0
                ? texts.get("memory.walk.absent")
                : guests && step.targetPfn() >= 0
                        ? Symbol.pfn(step.targetPfn())
                        : step.targetMfn() >= 0 ? Symbol.mfn(step.targetMfn()) : Symbol.pfn(step.targetPfn());
        String[] flags = Symbol.pte(step.entry(), "").strip().split(" ", 2);
        List<Label> out = new ArrayList<>();
        out.add(mono("L" + step.level() + "[" + step.index() + "]", true));
        out.add(mono(table, true));
        out.add(mono("→ " + target, false));
        out.add(mono((step.entry() & 1) == 0 || flags.length < 2 ? "" : flags[1], false));
        out.getLast().getStyleClass().add(StyleClass.FLAGS);
        out.add(mono(step.note(), true));
        out.getLast().setMinWidth(0);
        out.getLast().setTooltip(step.note().isEmpty() ? null : new Tooltip(step.note()));
        return out;
    }

    private static Label mono(String text, boolean muted) {
        Label label = new Label(text);
        label.getStyleClass().add(StyleClass.MONO);
        label.setMinWidth(Region.USE_PREF_SIZE);
        if (muted) label.getStyleClass().add(StyleClass.MUTED);
        return label;
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
