// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.ToggleSwitch;
import ringside.app.kit.CornerMark;
import ringside.app.kit.FrameGrid;
import ringside.app.kit.Icons;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.kit.Swatch;
import ringside.app.session.CornerFeed;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.app.view.memory.LookModel.Page;
import ringside.vmm.probe.FramesView;
import ringside.vmm.word.Iface;

/// The lower half of Memory: changes as they come, the tables as a tree, frames as a grid, both maps, bytes.
final class LookPane extends BorderPane {
    private static final Map<FramesView.Kind, FrameGrid.Kind> LOOKS = looks();

    private final LookModel model;
    private final Texts texts;
    private final RowCanvas changes;
    private final RowCanvas tree;
    private final RowCanvas maps;
    private final RowCanvas hex;
    private final FrameGrid grid = new FrameGrid();
    private final Label frameWords = new Label();
    private final Label mapWords = new Label();
    private final Label path = new Label();
    private final Button up = new Button("", Icons.of("corner-left-up"));
    private final FlowPane legend = new FlowPane(12, 3);
    private final HBox who = new HBox(6);
    private final ToggleSwitch copy;
    private final PagePills<Page> tabs;
    private final Map<Page, Node> pages = new EnumMap<>(Page.class);
    private List<CornerFeed> shownCorners = List.of();
    private List<String> shownLegend = List.of();

    LookPane(LookModel model, RowCanvas changes, Texts texts) {
        this.model = model;
        this.texts = texts;
        this.changes = changes;
        tabs = new PagePills<>(Page.class, "memory.page", texts, page -> {
            model.pageProperty().set(page);
            show(page);
        });
        tree = rows(
                "memory-tree",
                new TreeRows(),
                new RowCanvas.Column(texts.get("memory.column.number"), 13),
                new RowCanvas.Column(texts.get("memory.column.from"), 12),
                new RowCanvas.Column(texts.get("memory.column.entry"), 32),
                new RowCanvas.Column(texts.get("memory.column.kind"), 24));
        tree.onOpen(row -> model.open((int) row));
        maps = rows(
                "memory-maps",
                new MapRows(),
                new RowCanvas.Column(texts.get("memory.column.pfn"), 16),
                new RowCanvas.Column(texts.get("memory.column.p2m"), 16),
                new RowCanvas.Column(texts.get("memory.column.m2p"), 16),
                new RowCanvas.Column(texts.get("memory.column.check"), 16));
        hex = rows(
                "memory-hex",
                new HexRows(),
                new RowCanvas.Column(texts.get("cpu.column.address"), 11),
                new RowCanvas.Column(texts.get("memory.column.bytes"), 51),
                new RowCanvas.Column(texts.get("memory.column.characters"), 18));
        copy = new ToggleSwitch(texts.get("memory.walk.guest-copy"));
        copy.setId("memory-guest-copy");
        copy.selectedProperty().bindBidirectional(model.guestCopyProperty());
        copy.setMinWidth(Region.USE_PREF_SIZE);
        grid.setId("memory-frames");
        grid.setAccessibleText(texts.get("memory.page.frames"));
        grid.onSelect(model::chooseFrame);
        pages.put(Page.CHANGES, changes);
        pages.put(Page.TREE, under(treeHead(), tree));
        pages.put(Page.FRAMES, framesPage());
        pages.put(Page.MAPS, under(line(mapWords), maps));
        pages.put(Page.HEX, under(hexHead(), hex));
        mapWords.setId("memory-map-words");
        frameWords.setId("memory-frame-words");
        setTop(head());
        model.pageProperty().addListener((_, _, now) -> show(now));
        show(model.pageProperty().get());
        model.onRefresh(this::refresh);
        setMinHeight(90);
    }

    private static Map<FramesView.Kind, FrameGrid.Kind> looks() {
        Map<FramesView.Kind, FrameGrid.Kind> m = new EnumMap<>(FramesView.Kind.class);
        m.put(FramesView.Kind.FREE, new FrameGrid.Kind(Role.RAISED, ""));
        m.put(FramesView.Kind.GUEST, new FrameGrid.Kind(Role.SUBTLE, ""));
        m.put(FramesView.Kind.WRITABLE, new FrameGrid.Kind(Role.SUBTLE, ""));
        m.put(FramesView.Kind.L1, new FrameGrid.Kind(Role.ACCENT, "1"));
        m.put(FramesView.Kind.L2, new FrameGrid.Kind(Role.BELL, "2"));
        m.put(FramesView.Kind.L3, new FrameGrid.Kind(Role.PROBLEM, "3"));
        m.put(FramesView.Kind.SEGDESC, new FrameGrid.Kind(Role.HW, "d"));
        m.put(FramesView.Kind.SHARED, new FrameGrid.Kind(Role.GOOD, "g"));
        m.put(FramesView.Kind.SHADOW, new FrameGrid.Kind(Role.BELL, "s"));
        m.put(FramesView.Kind.HYPERVISOR, new FrameGrid.Kind(Role.INK, ""));
        return m;
    }

    private RowCanvas rows(String id, RowCanvas.Rows source, RowCanvas.Column... columns) {
        RowCanvas rows = new RowCanvas(source, List.of(columns), texts.get("cpu.empty"));
        rows.setId(id);
        rows.setAccessibleText(texts.get(id.replace('-', '.')));
        rows.startAtTop();
        return rows;
    }

    private Region head() {
        who.setAlignment(Pos.CENTER_LEFT);
        FlowPane line = new FlowPane(14, 6, tabs, who, copy);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        return line;
    }

    private Node treeHead() {
        up.setId("memory-up");
        up.getStyleClass().add("small-button");
        up.setAccessibleText(texts.get("memory.tree.up"));
        up.setOnAction(_ -> model.up());
        path.setId("memory-path");
        path.getStyleClass().add(StyleClass.MONO);
        return line(up, path);
    }

    private Node hexHead() {
        TextField from = new TextField();
        from.setId("memory-hex-from");
        from.getStyleClass().add(StyleClass.MONO);
        from.setPrefWidth(130);
        from.setPromptText(texts.get("memory.address.prompt"));
        from.setAccessibleText(texts.get("memory.address"));
        from.textProperty().bindBidirectional(model.hexFromProperty());
        from.setOnAction(_ -> model.look());
        ToggleSwitch through = new ToggleSwitch(texts.get("memory.hex.virtual"));
        through.selectedProperty().bindBidirectional(model.virtualProperty());
        through.setMinWidth(Region.USE_PREF_SIZE);
        return line(from, through);
    }

    private Node framesPage() {
        frameWords.setWrapText(true);
        VBox foot = new VBox(4, frameWords, legend);
        foot.getStyleClass().add("pane-head");
        BorderPane page = new BorderPane(grid);
        page.setBottom(foot);
        return page;
    }

    private static HBox line(Node... nodes) {
        HBox line = new HBox(10, nodes);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        return line;
    }

    private static BorderPane under(Node head, Node content) {
        BorderPane pane = new BorderPane(content);
        pane.setTop(head);
        return pane;
    }

    private void show(Page page) {
        setCenter(pages.get(page));
        tabs.show(page);
        refresh();
    }

    private void refresh() {
        corners();
        Page page = model.pageProperty().get();
        boolean tables = page == Page.TREE && model.iface() == Iface.VMI;
        copy.setVisible(tables);
        copy.setManaged(tables);
        who.setVisible(page != Page.CHANGES);
        who.setManaged(page != Page.CHANGES);
        switch (page) {
            case CHANGES -> changes.refresh();
            case TREE -> {
                path.setText(model.path());
                up.setDisable(!model.canGoUp());
                tree.refresh();
            }
            case FRAMES -> frames();
            case MAPS -> {
                mapWords.setText(model.mapWords());
                maps.refresh();
            }
            case HEX -> hex.refresh();
        }
    }

    private void corners() {
        List<CornerFeed> now = model.corners();
        if (!now.equals(shownCorners)) {
            shownCorners = now;
            List<ToggleButton> chips = new ArrayList<>();
            for (CornerFeed feed : now) {
                ToggleButton chip = new ToggleButton("", new CornerMark(feed.iface(), 11));
                chip.setId("memory-corner-" + feed.index());
                chip.getStyleClass().add(StyleClass.CHIP);
                chip.setAccessibleText(texts.get("corner.name." + feed.iface().id()));
                chip.setMinWidth(Region.USE_PREF_SIZE);
                chip.setOnAction(_ -> {
                    model.cornerProperty().set(feed.index());
                    refresh();
                });
                chips.add(chip);
            }
            who.getChildren().setAll(chips);
        }
        for (int i = 0; i < who.getChildren().size(); i++)
            if (who.getChildren().get(i) instanceof ToggleButton chip)
                chip.setSelected(i == model.cornerProperty().get());
    }

    private void frames() {
        FramesView f = model.frames();
        FramesView.Kind[] kinds = FramesView.Kind.values();
        FrameGrid.Kind[] looks = new FrameGrid.Kind[kinds.length];
        for (int i = 0; i < kinds.length; i++) looks[i] = LOOKS.get(kinds[i]);
        int[] totals = f.totals();
        grid.show(f.kinds(), looks, totals, model.frame());
        frameWords.setText(model.frameWords());
        List<Label> words = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            if (totals[i] == 0) continue;
            String letter = looks[i].letter();
            Label one = new Label(
                    texts.get(
                            "memory.frames.legend",
                            letter.isEmpty() ? "" : letter + "  ",
                            texts.get(LookModel.kindKey(kinds[i])),
                            totals[i]),
                    new Swatch(looks[i].colour(), 10));
            one.getStyleClass().addAll(StyleClass.MUTED, "small");
            words.add(one);
        }
        List<String> now = words.stream().map(Label::getText).toList();
        if (!now.equals(shownLegend)) legend.getChildren().setAll(words);
        shownLegend = now;
    }

    private static RowCanvas.Row row(List<String> words, boolean strong) {
        List<RowCanvas.Cell> cells = new ArrayList<>();
        for (int i = 0; i < words.size(); i++)
            cells.add(new RowCanvas.Cell(words.get(i), strong && i > 0 ? Role.TEXT : Role.MUTED));
        return new RowCanvas.Row(null, cells, false);
    }

    private final class TreeRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.entries().size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            LookModel.Entry entry = model.entries().get((int) index);
            return row(model.cells(entry), (entry.raw() & 1) != 0);
        }
    }

    private final class MapRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.mapRows();
        }

        @Override
        public RowCanvas.Row at(long index) {
            return row(model.mapCells((int) index), true);
        }
    }

    private final class HexRows implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.hexRows();
        }

        @Override
        public RowCanvas.Row at(long index) {
            return row(model.hexCells((int) index), true);
        }
    }
}
