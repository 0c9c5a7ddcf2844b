// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.AccessibleRole;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import ringside.app.action.ActionId;
import ringside.app.action.ActionNodes;
import ringside.app.action.Actions;
import ringside.app.kit.Icons;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.session.Future;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;

/// The band across the top while somebody looks at the past; and the way to futures that were left.
final class PastBand extends HBox {
    private final Workbench workbench;
    private final Texts texts;
    private final Label words = new Label("", Icons.of("clock"));
    private final Button now;
    private final Button branch;
    private final MenuButton others = new MenuButton("", Icons.of("git-branch"));
    private String shown = "";
    private List<Future> offered = List.of();

    /// A way to a future that was left.
    record Way(String words, Runnable go) {}

    PastBand(Workbench workbench, Actions actions, Texts texts) {
        super(10);
        this.workbench = workbench;
        this.texts = texts;
        setId("past-band");
        getStyleClass().add("past-band");
        setAlignment(Pos.CENTER_LEFT);
        words.setId("past-words");
        words.setWrapText(true);
        words.setMinWidth(120);
        words.setMinHeight(Region.USE_PREF_SIZE);
        words.setAccessibleRole(AccessibleRole.TEXT);
        HBox.setHgrow(words, Priority.ALWAYS);
        words.setMaxWidth(Double.MAX_VALUE);
        now = ActionNodes.bind(
                new Button(texts.get("action.return-to-now")), actions.get(ActionId.RETURN_TO_NOW), texts);
        now.setId("past-return");
        branch = ActionNodes.bind(
                new Button(texts.get("past.branch"), Icons.of("git-branch")), actions.get(ActionId.BRANCH_HERE), texts);
        branch.setId("past-branch");
        others.setId("past-futures");
        for (Region r : List.of(now, branch, others)) {
            r.setMinWidth(Region.USE_PREF_SIZE);
            r.getStyleClass().add("small-button");
        }
        getChildren().addAll(words, now, branch, others);
        show(this, false);
    }

    void refresh() {
        BoutSession bout = workbench.bout();
        boolean past = bout != null && workbench.pastProperty().get();
        List<Future> left = bout == null
                ? List.of()
                : bout.corners().stream()
                        .flatMap(c -> c.state().travel().futures().stream())
                        .toList();
        show(this, past || !left.isEmpty());
        if (bout == null || !isVisible()) return;
        pseudoClassStateChanged(javafx.css.PseudoClass.getPseudoClass("past"), past);
        String text = past ? texts.get("past.words", places(bout)) : texts.get("past.left", left.size());
        if (!text.equals(shown)) words.setText(text);
        shown = text;
        show(now, past);
        show(branch, past);
        show(others, !left.isEmpty());
        if (!left.equals(offered)) offer(left);
    }

    private void offer(List<Future> left) {
        offered = left;
        others.setText(texts.get("past.futures.counted", left.size()));
        others.setAccessibleText(others.getText());
        others.getItems()
                .setAll(futures().stream()
                        .map(way -> {
                            MenuItem item = new MenuItem(way.words());
                            item.setOnAction(_ -> way.go().run());
                            return item;
                        })
                        .toList());
    }

    /// Ways to all futures that were left.
    List<Way> futures() {
        BoutSession bout = workbench.bout();
        if (bout == null) return List.of();
        List<Way> ways = new ArrayList<>();
        for (CornerFeed feed : bout.corners()) {
            for (Future f : feed.state().travel().futures()) {
                String from = f.bell() < 0
                        ? texts.get("position.start", f.since())
                        : texts.get("position.bell", f.bell(), f.since());
                String to = f.toBell() < 0 ? texts.get("bouts.at.start") : texts.get("bouts.at.bell", f.toBell());
                String glyph = texts.get("corner.glyph." + feed.iface().id());
                ways.add(new Way(texts.get("past.future", glyph, from, to), () -> workbench.goOver(feed.index(), f)));
            }
        }
        return ways;
    }

    /// `● bell 3 + 12,408`, for each corner that is in its past.
    private String places(BoutSession bout) {
        List<String> all = new ArrayList<>();
        for (CornerFeed feed : bout.corners()) {
            CornerState s = feed.state();
            if (!s.travel().past()) continue;
            String where = s.lastBell() < 0
                    ? texts.get("past.at.start", s.snapshot().tick())
                    : texts.get("past.at.bell", s.lastBell(), s.sinceBell());
            all.add(texts.get("corner.glyph." + feed.iface().id()) + " " + where);
        }
        return String.join(",  ", all);
    }

    private static void show(Region node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }
}
