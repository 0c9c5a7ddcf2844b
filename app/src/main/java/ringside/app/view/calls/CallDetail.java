// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.Tooltip;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.score.Bill;
import ringside.vmm.score.CostProfile;

/// The selected row in full: where it came from, what it asked, why it was refused, what it would have cost, what the
/// other corners did, and what can be done with it.
final class CallDetail extends VBox {
    private static final double ITEM = 22;

    private final CallsViewModel model;
    private final Texts texts;

    CallDetail(CallsViewModel model, Texts texts) {
        super(10);
        this.model = model;
        this.texts = texts;
        getStyleClass().add(StyleClass.DETAIL);
        setMinHeight(Region.USE_PREF_SIZE);
        show(null);
    }

    void show(CallsViewModel.@Nullable Detail d) {
        getChildren().clear();
        if (d == null) {
            Label none = new Label(texts.get("calls.detail.none"));
            none.getStyleClass().add(StyleClass.MUTED);
            none.setWrapText(true);
            getChildren().add(none);
            return;
        }
        Label title = new Label(d.title(), new CornerMark(d.row().iface(), 13));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        Label about = new Label(d.about());
        about.getStyleClass().addAll(StyleClass.MUTED, "small");
        about.setWrapText(true);
        getChildren().addAll(title, about);
        if (!d.from().isEmpty()) getChildren().add(from(d.from()));
        if (!d.why().isEmpty()) getChildren().add(why(d.why()));
        getChildren().add(buttons(d));
        if (!d.arguments().isEmpty()) getChildren().add(arguments(d.arguments()));
        if (!d.items().isEmpty()) getChildren().add(items(d.items()));
        if (!d.bill().lines().isEmpty()) getChildren().add(cost(d.bill()));
        for (String other : d.others()) getChildren().add(sentence(other));
    }

    private Node from(String where) {
        Label from = new Label(texts.get("calls.from", where));
        from.setId("calls-from");
        from.getStyleClass().add(StyleClass.MONO);
        from.setTooltip(new Tooltip(texts.get("calls.from.hint")));
        return from;
    }

    private Region why(String words) {
        Label title = new Label(texts.get("calls.why"), Icons.of("slash"));
        title.getStyleClass().add("knocked-down-title");
        Label why = new Label(words);
        why.setId("calls-why");
        why.setWrapText(true);
        Label live = new Label();
        live.setId("calls-why-live");
        live.getStyleClass().addAll(StyleClass.MUTED, "small");
        live.setWrapText(true);
        live.textProperty()
                .bind(model.liveFrameProperty()
                        .map(now -> now.isEmpty() ? "" : texts.get("calls.why.now", model.refusedFrame(), now)));
        live.managedProperty().bind(live.textProperty().isNotEmpty());
        VBox box = new VBox(4, title, why, live);
        box.getStyleClass().add(StyleClass.KNOCKED_DOWN);
        return box;
    }

    private Region buttons(CallsViewModel.Detail d) {
        List<Node> all = new ArrayList<>();
        all.add(button("calls-step-back", "calls.step-back", "rewind", model::stepBack));
        all.add(button("calls-break", "calls.break", "alert-octagon", model::breakOnThis));
        if (d.row().call() != null) {
            all.add(button("calls-copy-test", "calls.copy-test", "clipboard", this::copy));
            all.add(button("calls-reference-of", "calls.reference-of", "book", model::showInReference));
        }
        if (model.refusedFrame() >= 0) all.add(button("calls-frame", "calls.show-frame", "layers", model::showFrame));
        FlowPane line = new FlowPane(8, 6);
        line.getChildren().setAll(all);
        return line;
    }

    private Button button(String id, String key, String icon, Runnable run) {
        Button button = new Button(texts.get(key), Icons.of(icon));
        button.setId(id);
        button.getStyleClass().add("small-button");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private void copy() {
        ClipboardContent content = new ClipboardContent();
        content.putString(model.test());
        Clipboard.getSystemClipboard().setContent(content);
    }

    private Region arguments(List<DecodedArg> args) {
        GridPane grid = new GridPane();
        grid.setId("calls-arguments");
        grid.setHgap(24);
        grid.setVgap(3);
        int at = 0;
        for (DecodedArg arg : args) {
            Label name = new Label(arg.name());
            name.getStyleClass().addAll(StyleClass.MUTED, StyleClass.MONO);
            Label raw = new Label("0x" + Long.toHexString(arg.value()).toUpperCase(Locale.ROOT));
            raw.getStyleClass().addAll(StyleClass.MUTED, StyleClass.MONO);
            Label shown = new Label(arg.shown());
            shown.getStyleClass().add(StyleClass.MONO);
            grid.addRow(at++, name, raw, shown);
        }
        return grid;
    }

    private Region items(List<String> lines) {
        Label title = new Label(texts.get("calls.items.title", lines.size()));
        title.getStyleClass().add(StyleClass.MUTED);
        ListView<String> list = new ListView<>();
        list.setId("calls-items");
        list.getItems().setAll(lines);
        list.setFixedCellSize(ITEM);
        list.setPrefHeight(Math.min(8, lines.size()) * ITEM + 4);
        list.setMinHeight(Region.USE_PREF_SIZE);
        list.setAccessibleText(texts.get("calls.items.title", lines.size()));
        list.getStyleClass().add(StyleClass.MONO);
        return new VBox(4, title, list);
    }

    /// Counted numbers upright, modelled ones in italics and with their sign.
    private Region cost(Bill bill) {
        CostProfile profile = model.profile();
        StringBuilder formula = new StringBuilder();
        for (Bill.Line line : bill.lines()) {
            formula.append(formula.isEmpty() ? "" : " + ").append(line.event()).append(' ');
            if (line.count() > 1) formula.append(texts.number(line.count())).append(" × ");
            formula.append(texts.number(Math.round(profile.cycles(line.event()))));
        }
        Label terms = new Label(
                texts.get("calls.cost", formula, Math.round(bill.total().value()), profile.title()));
        terms.setId("calls-cost");
        terms.getStyleClass().addAll(StyleClass.MODELLED, StyleClass.MONO);
        terms.setWrapText(true);
        terms.setMinHeight(Region.USE_PREF_SIZE);
        return terms;
    }

    private static Label sentence(String text) {
        Label label = new Label(text);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }
}
