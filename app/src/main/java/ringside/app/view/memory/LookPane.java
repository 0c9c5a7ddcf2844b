// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
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
import ringside.vmm.probe.TlbView;
import ringside.vmm.word.Iface;

/// The lower half of Memory: changes as they come, the tables as a tree, frames as a grid, both maps, bytes.
final class LookPane extends BorderPane {
    private static final Map<FramesView.Kind, FrameGrid.Kind> LOOKS = looks();

    private final LookModel model;
    private final Texts texts;
    private final ChangesPane changes;
    private final RowCanvas space;
    private final RowCanvas tlb;
    private final RowCanvas frameRows;
    private final ToggleSwitch asList;
    private final Label spaceWords = new Label();
    private final Label tlbWords = new Label();
    private final MemoryViewModel updates;
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

    LookPane(LookModel model, MemoryViewModel updates, Texts texts) {
        this.model = model;
        this.texts = texts;
        this.updates = updates;
        changes = new ChangesPane(updates, model, texts);
        space = table(
                "memory-space",
                List.of(11, 34, 24, 30),
                () -> model.space().size(),
                i -> row(model.spaceCells((int) i), (model.space().entries()[(int) i] & 1) != 0));
        space.onOpen(i -> model.selectVa(model.space().vas()[(int) i]));
        tlb = table(
                "memory-tlb",
                List.of(11, 12, 8, 8, 8, 40),
                () -> model.tlb().entries().size(),
                i -> {
                    TlbView.Entry e = model.tlb().entries().get((int) i);
                    return new RowCanvas.Row(
                            null, row(model.tlbCells(e), !e.stale()).cells(), e.stale());
                });
        tlb.onOpen(i -> model.selectVa(model.tlb().entries().get((int) i).va()));
        frameRows = table(
                "memory-frame-rows",
                List.of(14, 14, 30),
                () -> model.frames().kinds().length,
                i -> row(model.frameCells((int) i), true));
        frameRows.selectedProperty().addListener((_, _, i) -> {
            if (i.intValue() >= 0) model.chooseFrame(i.intValue());
        });
        grid.asTable(frameRows);
        asList = new ToggleSwitch(texts.get("memory.frames.list"));
        asList.setId("memory-frames-list");
        asList.setMinWidth(Region.USE_PREF_SIZE);
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
        pages.put(Page.SPACE, under(spaceHead(), space));
        pages.put(Page.TLB, under(line(tlbWords), tlb));
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

    private RowCanvas table(String id, List<Integer> widths, LongSupplier count, LongFunction<RowCanvas.Row> at) {
        String key = id.replace('-', '.');
        RowCanvas rows = RowCanvas.of(texts.get(key + ".columns"), widths, count, at, texts.get("cpu.empty"));
        rows.setId(id);
        rows.setAccessibleText(texts.get(key));
        rows.startAtTop();
        return rows;
    }

    /// Changes came or went.
    void refreshChanges() {
        changes.refresh();
    }

    private Node spaceHead() {
        TextField from = new TextField();
        from.setId("memory-space-from");
        from.getStyleClass().add(StyleClass.MONO);
        from.setPrefWidth(130);
        from.setPromptText(texts.get("memory.address.prompt"));
        from.setAccessibleText(texts.get("memory.address"));
        from.setOnAction(_ -> {
            Integer va = MemoryViewModel.parse(from.getText());
            if (va == null || model.space().size() == 0) return;
            int at = Math.min(model.space().at(va), model.space().size() - 1);
            space.selectedProperty().set(at);
            space.reveal(at);
        });
        spaceWords.setId("memory-space-words");
        return line(from, spaceWords);
    }

    /// Who wrote the entry that is chosen in the tree?
    private void whoWrote() {
        int at = (int) tree.selectedProperty().get();
        if (at < 0 || at >= model.entries().size()) return;
        updates.onlyEntry(model.cornerProperty().get(), model.entryAddress(at));
        model.pageProperty().set(Page.CHANGES);
        changes.refresh();
    }

    private Button small(String id, String key, String icon, Runnable run) {
        Button button = new Button(texts.get(key), Icons.of(icon));
        button.setId(id);
        button.getStyleClass().add("small-button");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
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
        Button who = small("memory-who-wrote", "memory.who-wrote", "edit", this::whoWrote);
        Button stop = small("memory-tree-break", "memory.changes.break", "alert-octagon", () -> {
            int at = (int) tree.selectedProperty().get();
            if (at >= 0 && at < model.entries().size())
                model.breakOnEntry(model.cornerProperty().get(), model.entryAddress(at));
        });
        who.disableProperty().bind(tree.selectedProperty().lessThan(0));
        stop.disableProperty().bind(tree.selectedProperty().lessThan(0));
        path.setMinWidth(0);
        FlowPane line = new FlowPane(10, 4, up, path, who, stop);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        return line;
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
        TextField find = new TextField();
        find.setId("memory-hex-find");
        find.getStyleClass().add(StyleClass.MONO);
        find.setPrefWidth(270);
        find.setPromptText(texts.get("memory.hex.find"));
        find.setAccessibleText(texts.get("memory.hex.find"));
        find.setOnAction(_ -> model.find(find.getText()));
        Label words = new Label();
        words.setId("memory-hex-words");
        words.textProperty().bind(model.searchWordsProperty());
        FlowPane line = new FlowPane(10, 4, from, through, find, words);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("pane-head");
        return line;
    }

    private Node framesPage() {
        frameWords.setWrapText(true);
        VBox foot = new VBox(4, frameWords, legend);
        foot.getStyleClass().add("pane-head");
        BorderPane page = new BorderPane(grid);
        page.setTop(line(asList));
        asList.selectedProperty().addListener((_, _, list) -> page.setCenter(list ? frameRows : grid));
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
        BorderPane.setAlignment(content, Pos.TOP_LEFT);
        pane.setTop(head);
        return pane;
    }

    private void show(Page page) {
        setCenter(pages.get(page));
        BorderPane.setAlignment(getCenter(), Pos.TOP_LEFT);
        tabs.show(page);
        refresh();
    }

    private void refresh() {
        corners();
        Page page = model.pageProperty().get();
        boolean tables = (page == Page.TREE || page == Page.SPACE) && model.iface() == Iface.VMI;
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
            case SPACE -> {
                spaceWords.setText(model.spaceWords());
                space.refresh();
            }
            case TLB -> {
                tlbWords.setText(model.tlbWords());
                tlb.refresh();
            }
            case FRAMES -> {
                frames();
                frameRows.refresh();
            }
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
        FramesView.Kind only = model.onlyKind();
        if (only != null)
            for (int i = 0; i < kinds.length; i++)
                if (i != only.ordinal()) looks[i] = new FrameGrid.Kind(Role.RAISED, "");
        int[] rarity = totals.clone();
        if (only != null) rarity[only.ordinal()] = -1; // a square of several shows it first
        grid.show(f.kinds(), looks, rarity, model.frame());
        frameWords.setText(model.frameWords());
        List<ToggleButton> words = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            if (totals[i] == 0) continue;
            FramesView.Kind kind = kinds[i];
            FrameGrid.Kind look = Objects.requireNonNull(LOOKS.get(kind));
            String letter = look.letter();
            ToggleButton one = new ToggleButton(
                    texts.get(
                            "memory.frames.legend",
                            letter.isEmpty() ? "" : letter + "  ",
                            texts.get(LookModel.kindKey(kinds[i])),
                            totals[i]),
                    new Swatch(look.colour(), 10));
            one.setId("memory-kind-" + kind.name().toLowerCase(Locale.ROOT));
            one.getStyleClass().addAll(StyleClass.CHIP, "small");
            one.setMinWidth(Region.USE_PREF_SIZE);
            one.setSelected(kind == only);
            one.setOnAction(_ -> {
                model.showOnly(kind == model.onlyKind() ? null : kind);
                refresh();
            });
            words.add(one);
        }
        List<String> now = words.stream()
                .map(w -> w.getText() + (w.isSelected() ? "!" : ""))
                .toList();
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
