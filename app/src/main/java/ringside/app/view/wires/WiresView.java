// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.wires;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import ringside.app.kit.PagePills;
import ringside.app.kit.Role;
import ringside.app.kit.RowCanvas;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.app.view.wires.WiresViewModel.Page;

/// Wires: interrupt lines and messages between vCPUs with how often each has rung; event channels with their lamps,
/// granted pages, shared rings and the store of a Xen guest.
public final class WiresView extends BorderPane {

    private final WiresViewModel model;
    private final Texts texts;
    private final Map<Page, RowCanvas> lists = new EnumMap<>(Page.class);
    private final PagePills<Page> tabs;
    private final Label totals = new Label();
    private final Label empty = new Label();
    private List<List<String>> rows = List.of();

    public WiresView(WiresViewModel model, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-wires");
        getStyleClass().add(StyleClass.VIEW);
        tabs = new PagePills<>(Page.class, "wires.page", texts, page -> {
            model.pageProperty().set(page);
            show();
        });
        for (Page page : Page.values()) lists.put(page, list(page));
        empty.getStyleClass().add(StyleClass.MUTED);
        empty.setId("wires-empty");
        empty.setWrapText(true);
        empty.setMouseTransparent(true);
        setTop(head());
        model.pageProperty().addListener((_, _, _) -> show());
        show();
        model.onRefresh(this::refresh);
        sceneProperty().addListener((_, _, scene) -> {
            model.setActive(scene != null);
            refresh();
        });
    }

    /// Widths of columns in characters; their titles are texts of the page.
    private static int[] widths(Page page) {
        return switch (page) {
            case LINES -> new int[] {32, 10, 14, 18, 8};
            case CHANNELS -> new int[] {7, 14, 10, 11, 10, 30};
            case GRANTS -> new int[] {11, 12, 14, 18, 14};
            case RINGS -> new int[] {22, 14, 14, 8, 13, 13, 13};
            case STORE -> new int[] {60, 34, 14};
        };
    }

    private RowCanvas list(Page page) {
        int[] widths = widths(page);
        List<RowCanvas.Column> columns = new ArrayList<>();
        String[] titles = texts.get("wires.columns." + id(page)).split(",");
        for (int i = 0; i < widths.length; i++) columns.add(new RowCanvas.Column(titles[i].strip(), widths[i]));
        RowCanvas list = new RowCanvas(page == Page.LINES ? new Lines() : new Shared(), columns, "");
        list.setId("wires-" + id(page));
        list.setAccessibleText(texts.get("wires.page." + id(page)));
        list.startAtTop();
        if (page == Page.LINES) list.selectedProperty().addListener((_, _, at) -> model.select(at.intValue()));
        return list;
    }

    private Region head() {
        Label title = new Label(texts.get("wires.title"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        title.setMinWidth(Region.USE_PREF_SIZE);
        totals.getStyleClass().add(StyleClass.MUTED);
        totals.setId("wires-totals");
        FlowPane head = new FlowPane(16, 6, title, tabs, totals);
        head.setAlignment(Pos.CENTER_LEFT);
        head.getStyleClass().add("view-head");
        return head;
    }

    private void show() {
        Page page = model.pageProperty().get();
        tabs.show(page);
        setCenter(new StackPane(lists.get(page), empty));
        refresh();
    }

    private void refresh() {
        Page page = model.pageProperty().get();
        totals.setText(String.join("    ", model.totals()));
        totals.setVisible(page == Page.LINES);
        rows = model.sharedRows();
        empty.setText(model.whyEmpty());
        empty.setVisible(page == Page.LINES ? model.count() == 0 : rows.isEmpty());
        RowCanvas list = lists.get(page);
        if (list != null) list.refresh();
    }

    private static String id(Page page) {
        return page.name().toLowerCase(Locale.ROOT);
    }

    private static RowCanvas.Row row(List<String> words, RowCanvas.Row like) {
        List<RowCanvas.Cell> cells = new ArrayList<>();
        for (int i = 0; i < words.size(); i++)
            cells.add(new RowCanvas.Cell(words.get(i), i == 0 || i == 2 ? Role.TEXT : Role.MUTED));
        return new RowCanvas.Row(like.iface(), cells, false);
    }

    private final class Lines implements RowCanvas.Rows {
        @Override
        public long count() {
            return model.count();
        }

        @Override
        public RowCanvas.Row at(long index) {
            WiresViewModel.Wire wire = model.wire((int) index);
            return row(model.cells(wire), new RowCanvas.Row(wire.iface(), List.of(), false));
        }
    }

    private final class Shared implements RowCanvas.Rows {
        @Override
        public long count() {
            return rows.size();
        }

        @Override
        public RowCanvas.Row at(long index) {
            return row(rows.get((int) index), new RowCanvas.Row(null, List.of(), false));
        }
    }
}
