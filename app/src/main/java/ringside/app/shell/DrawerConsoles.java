// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerMark;
import ringside.app.kit.TerminalModel;
import ringside.app.kit.TerminalView;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.text.Texts;
import ringside.app.theme.StyleClass;
import ringside.vmm.probe.CodePage437;

/// The consoles of all corners side by side, to be read beside any view. Keys are given to them in Bout.
final class DrawerConsoles extends HBox {
    private static final int MOST = 1 << 16;
    private static final byte[] TO_INITIAL_STATE = {0x1B, 'c'};

    /// A corner's console, and how much of it was read.
    private static final class One {
        final CornerFeed feed;
        final TerminalModel model = new TerminalModel(CodePage437::unicode);
        final TerminalView view;
        long at;
        long logAt;

        One(CornerFeed feed, Texts texts) {
            this.feed = feed;
            view = new TerminalView(model, texts);
        }
    }

    private final Texts texts;
    private List<One> all = List.of();

    DrawerConsoles(Texts texts) {
        super(8);
        this.texts = texts;
        setId("drawer-consoles-all");
    }

    void opened(@Nullable BoutSession bout) {
        List<One> next = new ArrayList<>();
        getChildren().clear();
        if (bout != null) {
            for (CornerFeed feed : bout.corners()) {
                One one = new One(feed, texts);
                String name = texts.get("corner.name." + feed.iface().id());
                one.view.setId("drawer-console-" + feed.index());
                one.view.setAccessibleText(texts.get("drawer.console", name));
                Label title = new Label(name, new CornerMark(feed.iface(), 10));
                title.getStyleClass().addAll(StyleClass.MUTED, "small", "drawer-console-title");
                BorderPane pane = new BorderPane(one.view);
                pane.setTop(title);
                HBox.setHgrow(pane, Priority.ALWAYS);
                pane.setPrefWidth(100);
                getChildren().add(pane);
                next.add(one);
            }
        }
        all = List.copyOf(next);
    }

    /// Called once a pulse while it is seen: reads what is new, of a flood only the end.
    void refresh() {
        for (One one : all) {
            long written = one.feed.consoleWritten();
            if (written == 0) {
                byte[] log = one.feed.logSince(one.logAt);
                one.model.feed(log);
                one.logAt += log.length;
            } else if (written != one.at) {
                if (written < one.at) { // the corner has gone back in time
                    one.model.feed(TO_INITIAL_STATE);
                    one.at = 0;
                }
                byte[] bytes = one.feed.consoleBetween(Math.max(one.at, written - MOST), written);
                one.model.feed(bytes);
                one.at = written;
            }
            one.view.refresh();
        }
    }
}
