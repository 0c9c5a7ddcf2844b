// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.EngineCommand;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.score.Tape;

/// The bout side by side: its corners, and the tale of the tape.
public final class BoutViewModel {
    private static final int FRAMES_PER_TAPE = 6;

    private final Workbench workbench;
    private final Texts texts;
    private final ReadOnlyObjectWrapper<List<CornerModel>> corners = new ReadOnlyObjectWrapper<>(List.of());
    private final ReadOnlyObjectWrapper<List<TapeLine>> tape = new ReadOnlyObjectWrapper<>(List.of());
    private final BooleanProperty wholeRun = new SimpleBooleanProperty(true);
    private @Nullable Runnable refresh;
    private int frame;

    public BoutViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, bout) -> opened(bout));
        wholeRun.addListener((_, _, _) -> tape.set(lines()));
        workbench.onPulse(this::pulse);
    }

    private void opened(@Nullable BoutSession bout) {
        List<CornerModel> models = new ArrayList<>();
        if (bout != null) {
            for (CornerFeed feed : bout.corners()) models.add(new CornerModel(bout, feed, texts));
        }
        corners.set(List.copyOf(models));
        frame = 0;
    }

    private void pulse() {
        for (CornerModel corner : corners.get()) {
            corner.readConsole();
            answer(corner);
        }
        if (frame++ % FRAMES_PER_TAPE == 0) tape.set(lines());
        if (refresh != null) refresh.run();
    }

    /// A terminal answers questions only while a person is at it: a guest that is only watched runs as without a
    /// window.
    private void answer(CornerModel corner) {
        String replies = corner.terminal().takeReplies();
        if (workbench.keysToProperty().get() != corner.feed().index()) return;
        workbench.longCursorKeysProperty().set(corner.terminal().applicationCursor());
        if (!replies.isEmpty()) workbench.type(replies.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Runs after each pulse's reading.
    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    private List<TapeLine> lines() {
        List<Tape.Entry> entries = new ArrayList<>();
        for (CornerModel corner : corners.get()) {
            entries.add(new Tape.Entry(corner.iface(), corner.counts(wholeRun.get())));
        }
        if (entries.isEmpty()) return List.of();
        List<TapeLine> out = new ArrayList<>();
        for (Tape.Row row : Tape.of(entries, workbench.profileProperty().get()).rows()) out.add(line(row));
        return out;
    }

    private TapeLine line(Tape.Row row) {
        List<String> values = new ArrayList<>();
        double[] bars = new double[row.values().size()];
        for (int i = 0; i < bars.length; i++) {
            OptionalDouble value = row.values().get(i);
            values.add(value.isEmpty() ? "-" : (row.modelled() ? "≈ " : "") + number(row.unit(), value.getAsDouble()));
            bars[i] = value.orElse(0);
        }
        OptionalDouble ratio = row.ratio();
        String shown = ratio.isEmpty() ? "-" : texts.number(ratio.getAsDouble(), 2);
        return new TapeLine(row.key(), row.modelled(), values, bars.length == 2 ? shown : "", bars);
    }

    private String number(Tape.Unit unit, double value) {
        return switch (unit) {
            case COUNT -> texts.number((long) value);
            case RATIO -> texts.number(value, 3);
            case PER_CENT -> texts.get("tape.per-cent", texts.number(value, 1));
            case MILLISECONDS -> texts.get("tape.milliseconds", texts.number(value, 2));
        };
    }

    public ReadOnlyObjectProperty<List<CornerModel>> cornersProperty() {
        return corners.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<List<TapeLine>> tapeProperty() {
        return tape.getReadOnlyProperty();
    }

    /// Counting since the start, or since the last bell.
    public BooleanProperty wholeRunProperty() {
        return wholeRun;
    }

    public String profileTitle() {
        return workbench.profileProperty().get().title();
    }

    /// The bout's guest, or "".
    public String guest() {
        BoutSession bout = workbench.bout();
        return bout == null ? "" : bout.guest();
    }

    public IntegerProperty keysToProperty() {
        return workbench.keysToProperty();
    }

    public IntegerProperty activeCornerProperty() {
        return workbench.activeCornerProperty();
    }

    /// Text from the clipboard, typed on a console: lines end as the Enter key does.
    public void paste(int corner, String text) {
        workbench.type(corner, text.replace("\r\n", "\r").replace('\n', '\r').getBytes(StandardCharsets.UTF_8));
    }

    /// The mouse over a corner's screen, in its pixels.
    public void mouse(int corner, int right, int down, int turn, int buttons) {
        workbench.mouse(corner, new EngineCommand.Mouse(right, -down, turn, buttons));
    }

    /// Shows a corner's screen or its console.
    public void showScreen(CornerModel corner, boolean screen) {
        workbench.activeCornerProperty().set(corner.feed().index());
        if (corner.feed().showsScreenProperty().get() != screen) workbench.toggleScreen();
    }

    public void toggleKeys() {
        workbench.toggleKeys();
    }
}
