// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import javafx.scene.AccessibleRole;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import org.jspecify.annotations.Nullable;
import ringside.app.kit.CornerLook;
import ringside.app.kit.PaintedRegion;
import ringside.app.kit.Role;
import ringside.app.session.Axis;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.Future;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;

/// The whole run as one line under the transport, rounds equally wide: drag along it, and all views show the machine
/// as it was there.
final class Scrubber extends PaintedRegion {
    private static final double HEIGHT = 22, SIDE = 14, KEY_STEPS = 100;

    private final Workbench workbench;
    private final Texts texts;
    private String drawn = "";
    private boolean dragging;

    Scrubber(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        setId("scrubber");
        getStyleClass().add("scrubber");
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.SLIDER);
        setMinHeight(HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
        Tooltip.install(this, new Tooltip(texts.get("scrubber.hint")));
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::press);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, e -> {
            if (dragging) scrub(e.getX());
        });
        addEventHandler(MouseEvent.MOUSE_RELEASED, this::release);
        addEventHandler(KeyEvent.KEY_PRESSED, this::key);
        focusedProperty().addListener((_, _, _) -> requestPaint());
        setVisible(false);
        setManaged(false);
    }

    private void press(MouseEvent e) {
        if (e.getButton() != MouseButton.PRIMARY) return;
        requestFocus();
        dragging = true;
        scrub(e.getX());
    }

    private void scrub(double x) {
        CornerFeed feed = workbench.cursor().longest();
        if (feed != null) workbench.cursor().scrub(feed.index(), tick(feed, x));
    }

    /// Where the hand lets go the place is exact, and remembered.
    private void release(MouseEvent e) {
        CornerFeed feed = workbench.cursor().longest();
        if (dragging && feed != null) go(feed, tick(feed, e.getX()));
        dragging = false;
    }

    private void go(CornerFeed feed, long tick) {
        workbench.places().select(new Place.Moment(feed.index(), tick));
        workbench.cursor().goTo(feed.index(), tick);
    }

    private void key(KeyEvent e) {
        CornerFeed feed = workbench.cursor().longest();
        if (feed == null) return;
        Axis axis = workbench.cursor().axis(feed);
        double here = axis.value(feed.state().snapshot().tick());
        double step = axis.end() / KEY_STEPS;
        switch (e.getCode()) {
            case LEFT, KP_LEFT -> go(feed, axis.tick(Math.max(0, here - step)));
            case RIGHT, KP_RIGHT -> go(feed, axis.tick(here + step));
            case HOME -> go(feed, 0);
            default -> {
                return;
            }
        }
        e.consume();
    }

    private long tick(CornerFeed feed, double x) {
        Axis axis = workbench.cursor().axis(feed);
        double share = Math.clamp((x - SIDE) / Math.max(1, getWidth() - 2 * SIDE), 0, 1);
        return share >= 1 ? Long.MAX_VALUE / 2 : axis.tick(share * axis.end());
    }

    private static boolean travels(@Nullable BoutSession bout) {
        return bout != null
                && bout.corners().stream().anyMatch(c -> c.state().travel().budget() > 0);
    }

    void refresh() {
        BoutSession bout = workbench.bout();
        boolean shown = travels(bout);
        setVisible(shown);
        setManaged(shown);
        if (!shown || bout == null) return;
        StringBuilder now = new StringBuilder();
        for (CornerFeed feed : bout.corners()) {
            now.append(feed.state().snapshot().tick()).append(' ');
            now.append(feed.state().present().tick()).append(' ');
            now.append(feed.state().travel().futures().size()).append(' ');
        }
        if (now.toString().equals(drawn)) return;
        drawn = now.toString();
        CornerFeed feed = bout.corners().getFirst();
        setAccessibleText(texts.get(
                "scrubber.spoken", feed.state().lastBell(), feed.state().sinceBell()));
        requestPaint();
    }

    @Override
    protected void paint(GraphicsContext g, double width, double height) {
        BoutSession bout = workbench.bout();
        CornerFeed longest = workbench.cursor().longest();
        if (bout == null || longest == null) return;
        Axis axis = workbench.cursor().axis(longest);
        double all = axis.end() <= 0 ? 1 : axis.end(), w = width - 2 * SIDE, middle = height / 2;
        g.setFill(paint(Role.LINE));
        g.fillRoundRect(SIDE, middle - 2, w, 4, 4, 4);
        g.setFill(paint(Role.BELL));
        for (int k = 1; k < axis.pieces() + 1; k++) {
            if (axis.tickAt(k) > longest.state().present().tick()) continue;
            boolean bell = k <= longest.state().present().rounds().size();
            if (bell) g.fillRect(Math.round(SIDE + w * axis.valueAt(k) / all) - 1, middle - 5, 2, 10);
        }
        for (CornerFeed feed : bout.corners()) {
            Axis own = workbench.cursor().axis(feed);
            CornerLook look = CornerLook.of(feed.iface());
            for (Future f : feed.state().travel().futures()) {
                double x = SIDE + w * own.value(f.tick()) / all;
                g.setStroke(paint(look.colour()));
                g.setLineWidth(1.5);
                g.strokeLine(x, middle, x + 5, middle + 8);
            }
        }
        for (CornerFeed feed : bout.corners().reversed()) {
            double here =
                    workbench.cursor().axis(feed).value(feed.state().snapshot().tick());
            double x = SIDE + w * Math.clamp(here / all, 0, 1);
            CornerLook look = CornerLook.of(feed.iface());
            if (feed == bout.corners().getFirst()) {
                g.setFill(paint(look.colour()));
                g.fillRect(SIDE, middle - 2, x - SIDE, 4);
            }
            look.draw(g, this, x - 6, middle - 6, 12);
        }
        if (isFocused()) {
            g.setStroke(paint(Role.ACCENT));
            g.setLineWidth(1.5);
            g.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
        }
    }
}
