// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.export.BoutAbout;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.session.BoutCard;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.word.Iface;

/// My bouts: what was lost with the program, then all that can be gone on with.
final class MyBoutsPane extends VBox {
    private static final int FEW = 5;
    private static final double MARKS = 60, TITLE = 190;

    private final HomeViewModel model;
    private final Texts texts;
    private final VBox lost = new VBox(8);
    private final VBox rows = new VBox(2);
    private final HBox present = new HBox(10);
    private final Button more = new Button();
    private boolean all;

    MyBoutsPane(HomeViewModel model, Actions actions, Texts texts) {
        super(10);
        this.model = model;
        this.texts = texts;
        setId("my-bouts");
        rows.getStyleClass().add("bout-rows");
        more.getStyleClass().addAll("small-button", "flat");
        more.setId("bouts-more");
        more.setOnAction(_ -> {
            all = !all;
            fill();
        });
        getChildren().addAll(lost, head(actions), present, rows, more);
        model.bouts().addListener((ListChangeListener<BoutCard>) _ -> fill());
        model.renamingProperty().addListener((_, _, now) -> rename(now));
        rename(false);
        fill();
    }

    private Region head(Actions actions) {
        Label title = new Label(texts.get("bouts.title"));
        title.getStyleClass().add(StyleClass.SECTION_TITLE);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        Button open = ActionNodes.bind(
                new Button(texts.get("action.open-bout"), Icons.of("folder")), actions.get(ActionId.OPEN_BOUT), texts);
        open.setId("open-bout");
        open.getStyleClass().add("small-button");
        open.setMinWidth(Region.USE_PREF_SIZE);
        HBox head = new HBox(10, title, gap, open);
        head.setAlignment(Pos.CENTER_LEFT);
        return head;
    }

    /// The title of the bout that is running, while somebody writes it.
    private void rename(boolean now) {
        present.setVisible(now);
        present.setManaged(now);
        if (!now) return;
        Label words = new Label(texts.get("bouts.present"));
        TextField field = field(
                model.presentTitleProperty().get(),
                model::titlePresent,
                () -> model.renamingProperty().set(false));
        field.setId("present-title");
        present.setAlignment(Pos.CENTER_LEFT);
        present.getChildren().setAll(words, field);
        field.requestFocus();
    }

    private TextField field(String text, Consumer<String> done, Runnable cancel) {
        TextField field = new TextField(text);
        field.setAccessibleText(texts.get("bouts.name"));
        field.setPrefColumnCount(24);
        field.setOnAction(_ -> done.accept(field.getText()));
        field.setOnKeyPressed(e -> {
            if (e.getCode() != KeyCode.ESCAPE) return;
            cancel.run();
            e.consume();
        });
        field.selectAll();
        return field;
    }

    private void fill() {
        List<BoutCard> cards = List.copyOf(model.bouts());
        List<Node> offers = new ArrayList<>();
        for (BoutCard card : cards) if (card.lost()) offers.add(offer(card));
        lost.getChildren().setAll(offers);
        lost.setVisible(!offers.isEmpty());
        lost.setManaged(!offers.isEmpty());
        List<Node> shown = new ArrayList<>();
        for (BoutCard card : all ? cards : cards.subList(0, Math.min(FEW, cards.size()))) shown.add(row(card));
        if (shown.isEmpty()) {
            Label none = new Label(texts.get("bouts.none"));
            none.getStyleClass().add(StyleClass.MUTED);
            none.setWrapText(true);
            shown.add(none);
        }
        rows.getChildren().setAll(shown);
        more.setText(all ? texts.get("bouts.fewer") : texts.get("bouts.all", cards.size()));
        more.setVisible(cards.size() > FEW);
        more.setManaged(more.isVisible());
    }

    /// The program ended while this bout was open.
    private Region offer(BoutCard card) {
        Label words = new Label(texts.get("bouts.lost", card.about().title(), where(card)), Icons.of("life-buoy"));
        words.setWrapText(true);
        words.setMinHeight(Region.USE_PREF_SIZE);
        HBox.setHgrow(words, Priority.ALWAYS);
        Button open = button("bouts.lost.open", "play", () -> model.open(card));
        open.setId("reopen-lost");
        Button leave = button("bouts.lost.leave", "", () -> model.leave(card));
        leave.setId("leave-lost");
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        HBox line = new HBox(10, words, gap, open, leave);
        line.setAlignment(Pos.CENTER_LEFT);
        line.getStyleClass().add("offer");
        return line;
    }

    private Button button(String key, String icon, Runnable run) {
        Button button = new Button(texts.get(key));
        if (!icon.isEmpty()) button.setGraphic(Icons.of(icon));
        button.getStyleClass().add("small-button");
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private Button icon(String name, String key, Runnable run) {
        Button button = new Button("", Icons.of(name));
        button.getStyleClass().addAll("small-button", "flat");
        button.setTooltip(new Tooltip(texts.get(key)));
        button.setAccessibleText(texts.get(key));
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(_ -> run.run());
        return button;
    }

    private Region row(BoutCard card) {
        HBox marks = new HBox(5);
        marks.setAlignment(Pos.CENTER_LEFT);
        marks.setMinWidth(MARKS);
        marks.setPrefWidth(MARKS);
        if (!card.about().blind())
            for (Iface iface : card.about().corners()) marks.getChildren().add(new CornerMark(iface, 11));
        Button title = new Button(card.about().title());
        title.getStyleClass().add("bout-title");
        title.setOnAction(_ -> model.open(card));
        title.setTooltip(new Tooltip(
                card.autosaved() ? texts.get("bouts.open") : card.file().toString()));
        title.setAccessibleText(texts.get("bouts.open.spoken", card.about().title(), where(card)));
        title.setAlignment(Pos.CENTER_LEFT);
        title.setPrefWidth(TITLE);
        title.setMinWidth(TITLE / 2);
        Label where = new Label(where(card));
        where.getStyleClass().add(StyleClass.MUTED);
        where.setMinWidth(60);
        HBox.setHgrow(where, Priority.ALWAYS);
        where.setMaxWidth(Double.MAX_VALUE);
        Label extras = new Label(extras(card.about()));
        extras.getStyleClass().addAll(StyleClass.MUTED, "small");
        extras.setMinWidth(Region.USE_PREF_SIZE);
        Label when = new Label(when(card.about().saved()));
        when.getStyleClass().addAll(StyleClass.MUTED, "small");
        when.setMinWidth(Region.USE_PREF_SIZE);
        HBox row = new HBox(10, marks, title, where);
        if (card.about().end() == BoutAbout.End.CRASHED) {
            where.getStyleClass().add("crashed");
            Button why = button("bouts.why", "help-circle", () -> model.openFromStart(card));
            why.setTooltip(new Tooltip(texts.get("bouts.why.hint", card.about().cause())));
            row.getChildren().add(why);
        }
        Button rename = icon("edit-2", "bouts.rename", () -> rename(row, card));
        Button bin = icon(
                card.autosaved() ? "trash-2" : "x",
                card.autosaved() ? "bouts.bin" : "bouts.forget",
                () -> model.remove(card));
        if (!card.about().snapshots().isEmpty()) row.getChildren().add(snapshots(card));
        row.getChildren().addAll(extras, when, rename, bin);
        row.setAlignment(Pos.CENTER_LEFT);
        row.getStyleClass().add("bout-row");
        return row;
    }

    /// The moments that were kept by hand: each can be gone on from.
    private MenuButton snapshots(BoutCard card) {
        List<String> names = card.about().snapshots();
        MenuButton menu = new MenuButton(texts.get("bouts.snapshots", names.size()));
        menu.getStyleClass().add("small-button");
        menu.setMinWidth(Region.USE_PREF_SIZE);
        for (int k = 0; k < names.size(); k++) {
            int number = k;
            MenuItem item = new MenuItem(texts.get("bouts.snapshot.open", names.get(k)));
            item.setOnAction(_ -> model.openAt(card, number));
            menu.getItems().add(item);
        }
        return menu;
    }

    private void rename(HBox row, BoutCard card) {
        TextField field = field(
                card.about().title(),
                text -> {
                    model.rename(card, text);
                    fill();
                },
                this::fill);
        row.getChildren().set(1, field);
        field.requestFocus();
    }

    private String where(BoutCard card) {
        BoutAbout about = card.about();
        String at = about.bell() >= 0
                ? texts.get("bouts.at.bell", about.bell())
                : about.since() == 0
                        ? texts.get("bouts.at.start")
                        : texts.get("bouts.at.time", texts.number(about.since() / 1e9, 1));
        String state = switch (about.end()) {
            case PAUSED -> texts.get("bouts.paused", at);
            case ENDED -> texts.get("bouts.ended");
            case CRASHED -> texts.get("bouts.crashed", at);
        };
        boolean unsaved = card.autosaved() && !about.file().isEmpty();
        return unsaved ? texts.get("bouts.unsaved", state) : state;
    }

    private String extras(BoutAbout about) {
        List<String> parts = new ArrayList<>();
        if (about.notes() > 0) parts.add(texts.get("bouts.notes", about.notes()));
        return String.join("   ", parts);
    }

    private String when(long millis) {
        if (millis == 0) return "";
        ZonedDateTime then = Instant.ofEpochMilli(millis).atZone(ZoneId.systemDefault());
        DateTimeFormatter clock =
                DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT).withLocale(texts.locale());
        long days = LocalDate.now(ZoneId.systemDefault()).toEpochDay()
                - then.toLocalDate().toEpochDay();
        if (days == 0) return texts.get("bouts.today", clock.format(then));
        if (days == 1) return texts.get("bouts.yesterday", clock.format(then));
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(texts.locale())
                .format(then);
    }
}
