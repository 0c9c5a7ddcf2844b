// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.CornerState;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;

/// The bottom line: what is going on, who has the keys, what the bout is made of.
final class StatusBar extends HBox {
    private static final PseudoClass TAKEN = PseudoClass.getPseudoClass("taken");

    private final Workbench workbench;
    private final Texts texts;
    private final Label state = new Label();
    private final Label keys = new Label();
    private final Label bout = new Label();
    private final Label notice = new Label();
    private final Label lost = new Label();
    private final Label hash = new Label();
    private final Tooltip hashes = new Tooltip();

    StatusBar(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        setId("status");
        getStyleClass().add(StyleClass.STATUS);
        setAlignment(Pos.CENTER_LEFT);
        state.setId("status-state");
        keys.setId("status-keys");
        keys.getStyleClass().add(StyleClass.KEYS_TAKEN);
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        notice.setId("status-notice");
        getChildren().addAll(state, keys, notice, gap, lost, hash, bout);
        hash.setId("status-hash");
        hash.setTooltip(hashes);
    }

    void refresh() {
        BoutSession session = workbench.bout();
        set(state, session == null ? texts.get("status.no-bout") : state(session));
        int to = workbench.keysToProperty().get();
        keys.pseudoClassStateChanged(TAKEN, to >= 0);
        set(
                keys,
                session == null || to < 0
                        ? texts.get("status.keys.app")
                        : texts.get(
                                workbench.keysToScreen() ? "status.keys.screen" : "status.keys.console",
                                texts.get("corner.glyph."
                                        + session.corners().get(to).iface().id())));
        String news = workbench.noticeProperty().get();
        set(notice, texts.has(news) ? texts.get(news) : news);
        set(bout, session == null ? "" : texts.get("status.bout", session.guest(), session.seed()));
        set(hash, session == null ? "" : hash(session));
        set(lost, session == null ? "" : lost(session));
    }

    /// The run hash of each corner that stands still, shortened; the whole of it is in the tooltip.
    private String hash(BoutSession session) {
        StringBuilder words = new StringBuilder();
        StringBuilder whole = new StringBuilder();
        for (CornerFeed feed : session.corners()) {
            String now = feed.state().runHash();
            if (now.isEmpty()) continue;
            String glyph = texts.get("corner.glyph." + feed.iface().id());
            words.append(words.isEmpty() ? "" : "  ")
                    .append(glyph)
                    .append(' ')
                    .append(now, 0, Math.min(8, now.length()));
            whole.append(whole.isEmpty() ? "" : "\n").append(glyph).append(' ').append(now);
        }
        if (words.isEmpty()) return "";
        hashes.setText(texts.get("status.hash.hint", whole.toString()));
        return texts.get("status.hash", words.toString());
    }

    private String state(BoutSession session) {
        if (session.over()) return texts.get("status.over");
        for (CornerFeed feed : session.corners()) {
            CornerState.Mode mode = feed.state().mode();
            if (mode == CornerState.Mode.RUNNING) return texts.get("status.running");
        }
        for (CornerFeed feed : session.corners()) {
            if (feed.state().mode() == CornerState.Mode.WAITING_FOR_INPUT) return texts.get("status.input");
        }
        return texts.get("status.paused");
    }

    private String lost(BoutSession session) {
        long n = 0;
        for (CornerFeed feed : session.corners()) n += session.log().lost(feed.index());
        return n == 0 ? "" : texts.get("status.lost", n);
    }

    private static void set(Label label, String text) {
        if (!text.equals(label.getText())) label.setText(text);
    }
}
