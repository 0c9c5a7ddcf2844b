// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.util.List;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import ringside.app.action.Action;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.CornerMark;
import ringside.app.kit.Icons;
import ringside.app.session.GuestCard;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Home: one big button, the gallery, the import.
public final class HomeView extends ScrollPane {
    private static final double CARD_WIDTH = 300;
    private static final double CARD_HEIGHT = 136;
    private static final int TOPICS = 4;
    private static final Iface[] ORDER = {Iface.VMI, Iface.XEN, Iface.NATIVE, Iface.HW};

    private final HomeViewModel model;
    private final Texts texts;

    public HomeView(HomeViewModel model, Actions actions, Texts texts) {
        this.model = model;
        this.texts = texts;
        setId("view-home");
        getStyleClass().add(StyleClass.VIEW);
        setFitToWidth(true);
        VBox page = new VBox(
                22,
                new FirstSteps(model, actions, texts),
                hero(actions),
                problems(),
                new MyBoutsPane(model, actions, texts),
                title("home.guests"),
                cornerChoice(),
                gallery(),
                title("home.import"),
                imports(actions));
        page.getStyleClass().add("page");
        setContent(page);
    }

    private Region hero(Actions actions) {
        Label name = new Label(texts.get("home.title"));
        name.getStyleClass().add(StyleClass.VIEW_TITLE);
        Label line = new Label(texts.get("home.line"));
        line.getStyleClass().add(StyleClass.MUTED);
        line.setWrapText(true);
        VBox words = new VBox(8, name, line);
        HBox.setHgrow(words, Priority.ALWAYS);
        Action ring = actions.get(ActionId.RING_BELL);
        Button bell = ActionNodes.bind(new Button(texts.get("home.ring"), Icons.of("bell")), ring, texts);
        bell.setId("ring-the-bell");
        bell.getStyleClass().add(StyleClass.BELL_BUTTON);
        bell.setMinWidth(Region.USE_PREF_SIZE);
        Label hint = new Label(texts.get("home.ring.hint"));
        hint.getStyleClass().addAll(StyleClass.MUTED, "small");
        VBox right = new VBox(8, bell, hint);
        right.setAlignment(Pos.CENTER);
        HBox hero = new HBox(24, words, right);
        hero.setAlignment(Pos.CENTER_LEFT);
        hero.getStyleClass().add(StyleClass.HERO);
        return hero;
    }

    private Region problems() {
        VBox box = new VBox(4);
        box.setId("import-problems");
        box.getStyleClass().add(StyleClass.PROBLEM);
        ListChangeListener<Problem> fill = _ -> {
            box.getChildren().clear();
            // With the form open, a problem stands beneath its field.
            List<Problem> shown =
                    model.importOpenProperty().get() ? model.imports().others() : List.copyOf(model.problems());
            for (Problem p : shown) {
                Label line = new Label(
                        texts.get("home.problem", p.field(), p.expected(), p.found()), Icons.of("alert-triangle"));
                line.setWrapText(true);
                box.getChildren().add(line);
            }
            box.setVisible(!shown.isEmpty());
            box.setManaged(box.isVisible());
        };
        model.problems().addListener(fill);
        box.setVisible(false);
        box.setManaged(false);
        return box;
    }

    private Label title(String key) {
        Label label = new Label(texts.get(key));
        label.getStyleClass().add(StyleClass.SECTION_TITLE);
        return label;
    }

    private Region cornerChoice() {
        HBox row = new HBox(8, new Label(texts.get("home.corners")));
        row.setAlignment(Pos.CENTER_LEFT);
        for (Iface iface : ORDER) {
            ToggleButton toggle = new ToggleButton(texts.get("corner." + iface.id()), new CornerMark(iface, 11));
            toggle.setId("corner-" + iface.id());
            toggle.getStyleClass().add(StyleClass.CHIP);
            toggle.setSelected(model.corners().contains(iface));
            if (iface == Iface.HW) {
                toggle.setDisable(true);
                HBox holder = new HBox(toggle);
                Tooltip.install(holder, new Tooltip(texts.get("home.hw.later")));
                row.getChildren().add(holder);
                continue;
            }
            toggle.setOnAction(_ -> model.toggle(iface));
            model.corners().addListener((ListChangeListener<Iface>)
                    _ -> toggle.setSelected(model.corners().contains(iface)));
            row.getChildren().add(toggle);
        }
        return row;
    }

    private Region gallery() {
        FlowPane cards = new FlowPane(16, 16);
        for (GuestCard guest : model.gallery()) cards.getChildren().add(card(guest));
        return cards;
    }

    private Region card(GuestCard guest) {
        Label name = new Label(guest.title());
        name.getStyleClass().add("card-title");
        Label line = new Label(lineOf(guest));
        line.setWrapText(true);
        line.getStyleClass().add(StyleClass.MUTED);
        line.setMinHeight(46);
        line.setMaxWidth(CARD_WIDTH);
        line.setAlignment(Pos.TOP_LEFT);
        HBox marks = new HBox(8);
        marks.setAlignment(Pos.CENTER_LEFT);
        for (Iface iface : ORDER) {
            if (guest.corners().contains(iface)) marks.getChildren().add(new CornerMark(iface, 12));
            else marks.getChildren().add(new Label("·"));
        }
        Label vcpus = new Label(texts.get("home.card.vcpus", guest.vcpus()));
        vcpus.getStyleClass().addAll(StyleClass.MUTED, "small");
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        HBox foot = new HBox(8, marks, gap, vcpus);
        foot.setAlignment(Pos.CENTER_LEFT);
        HBox topics = new HBox(5);
        for (String topic : topicsOf(guest)) {
            Label tag = new Label(topic.strip());
            tag.getStyleClass().add(StyleClass.TOPIC);
            tag.setMinWidth(Region.USE_PREF_SIZE);
            topics.getChildren().add(tag);
        }
        VBox body = new VBox(9, name, line, topics, foot);
        Button card = new Button();
        card.setId("guest-" + guest.id());
        card.setGraphic(body);
        body.setPrefSize(CARD_WIDTH, CARD_HEIGHT);
        body.setMaxHeight(CARD_HEIGHT);
        card.getStyleClass().add(StyleClass.GUEST_CARD);
        card.setAccessibleText(texts.get("home.card.spoken", guest.title(), lineOf(guest)));
        card.disableProperty().bind(model.openingProperty());
        card.setOnAction(_ -> model.ring(guest));
        return card;
    }

    /// The guest's own words, else ours.
    private String lineOf(GuestCard guest) {
        String key = "gallery." + guest.id() + ".line";
        return guest.line().isEmpty() && texts.has(key) ? texts.get(key) : guest.line();
    }

    private List<String> topicsOf(GuestCard guest) {
        String key = "gallery." + guest.id() + ".topics";
        List<String> all = guest.topics().isEmpty() && texts.has(key)
                ? List.of(texts.get(key).split(","))
                : guest.topics();
        return all.subList(0, Math.min(TOPICS, all.size()));
    }

    private Region imports(Actions actions) {
        Button open = ActionNodes.bind(
                new Button(texts.get("action.import-kernel"), Icons.of("upload")),
                actions.get(ActionId.IMPORT_KERNEL),
                texts);
        open.setId("import-open");
        Label hint = new Label(texts.get("home.import.hint"));
        hint.getStyleClass().add(StyleClass.MUTED);
        hint.setWrapText(true);
        ImportPane form = new ImportPane(model, texts);
        form.visibleProperty().bind(model.importOpenProperty());
        form.managedProperty().bind(model.importOpenProperty());
        open.visibleProperty().bind(model.importOpenProperty().not());
        open.managedProperty().bind(open.visibleProperty());
        model.importOpenProperty().addListener((_, _, now) -> {
            if (now) reveal(form);
        });
        return new VBox(10, hint, open, form);
    }

    /// Scrolls to the form once it has its place.
    private void reveal(ImportPane form) {
        applyCss();
        layout();
        setVvalue(getVmax());
        form.focusFirst();
    }
}
