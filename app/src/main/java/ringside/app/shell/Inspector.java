// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.session.BoutSession;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.probe.WalkView;

/// The selected thing, at the right edge.
final class Inspector extends ScrollPane {
    private static final double WIDTH = 292;
    private static final int FRAMES_PER_LOOK = 10;

    private final Workbench workbench;
    private final InspectorModel model;
    private final Texts texts;
    private final VBox box = new VBox(12);
    private @Nullable CompletableFuture<List<WalkView>> walks;
    private InspectorModel.@Nullable Page shown;
    private int frame;

    Inspector(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        model = new InspectorModel(workbench, texts);
        setId("inspector");
        getStyleClass().add("inspector");
        setFitToWidth(true);
        setHbarPolicy(ScrollBarPolicy.NEVER);
        setPrefWidth(WIDTH);
        setMinWidth(WIDTH);
        box.getStyleClass().add("inspector-page");
        setContent(box);
        workbench.places().selectedProperty().addListener((_, _, now) -> ask(now));
    }

    private void ask(@Nullable Place place) {
        BoutSession bout = workbench.bout();
        walks = place instanceof Place.Address(int corner, int vcpu, int va)
                        && bout != null
                        && corner < bout.corners().size()
                ? bout.corners().get(corner).walk(vcpu, va)
                : null;
        frame = 0;
    }

    /// Called once a pulse.
    void refresh() {
        if (!isVisible() || frame++ % FRAMES_PER_LOOK != 0) return;
        InspectorModel.Page page = model.page(workbench.places().selected(), walks);
        if (page.equals(shown)) return;
        shown = page;
        box.getChildren().clear();
        Label title = new Label(page.title(), page.iface() == null ? null : new CornerMark(page.iface(), 13));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        title.setId("inspector-title");
        title.setWrapText(true);
        box.getChildren().add(title);
        if (page.sections().isEmpty()) box.getChildren().add(sentence(texts.get("inspector.hint")));
        for (InspectorModel.Section section : page.sections()) box.getChildren().add(section(section));
    }

    private Region section(InspectorModel.Section section) {
        Label title = new Label(section.title());
        title.getStyleClass().addAll(StyleClass.MUTED, "small", "inspector-head");
        title.setMaxWidth(Double.MAX_VALUE);
        GridPane grid = new GridPane();
        grid.setHgap(12);
        grid.setVgap(3);
        ColumnConstraints names = new ColumnConstraints();
        names.setMinWidth(Region.USE_PREF_SIZE);
        ColumnConstraints values = new ColumnConstraints();
        values.setHgrow(Priority.ALWAYS);
        grid.getColumnConstraints().setAll(names, values);
        int row = 0;
        for (InspectorModel.Fact fact : section.facts()) {
            if (fact.name().isEmpty()) {
                grid.add(sentence(fact.value()), 0, row++, 2, 1);
                continue;
            }
            Label name = new Label(fact.name());
            name.getStyleClass().add(StyleClass.MUTED);
            Label value = new Label(fact.value());
            value.getStyleClass().add(StyleClass.MONO);
            value.setWrapText(true);
            grid.addRow(row++, name, value);
        }
        return new VBox(5, title, grid);
    }

    private static Label sentence(String text) {
        Label label = new Label(text);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }
}
