// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.EngineCommand;
import ringside.app.session.Place;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.score.Tape;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Knockdown;

/// The bout side by side: its corners, and the tale of the tape.
public final class BoutViewModel {
    private static final int FRAMES_PER_TAPE = 6;
    private static final int LOOK_BACK = 20_000;
    private static final String HIDDEN_ROWS = "tape.hidden";

    private final Workbench workbench;
    private final Texts texts;
    private final ReadOnlyObjectWrapper<List<CornerModel>> corners = new ReadOnlyObjectWrapper<>(List.of());
    private final ReadOnlyObjectWrapper<List<TapeLine>> tape = new ReadOnlyObjectWrapper<>(List.of());
    private final BooleanProperty wholeRun = new SimpleBooleanProperty(true);
    private @Nullable Runnable refresh;
    private final UndoStack undo;
    private final Set<String> hidden = new TreeSet<>();
    private final List<String> rowKeys = new ArrayList<>();
    private Consumer<String> openCalls = _ -> {};
    private Runnable openMemory = () -> {};
    private int frame;

    public BoutViewModel(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.undo = undo;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, bout) -> opened(bout));
        workbench.coveredProperty().addListener((_, _, _) -> opened(workbench.bout()));
        wholeRun.addListener((_, _, _) -> tape.set(lines()));
        workbench.onPulse(this::pulse);
        workbench.swappedProperty().addListener((_, _, _) -> {
            corners.set(List.copyOf(corners.get().reversed()));
            tape.set(lines());
        });
        String rows = workbench.settings().get(HIDDEN_ROWS, "");
        if (!rows.isEmpty()) hidden.addAll(List.of(rows.split(",")));
    }

    private void opened(@Nullable BoutSession bout) {
        List<CornerModel> models = new ArrayList<>();
        if (bout != null) {
            for (CornerFeed feed : bout.corners()) models.add(new CornerModel(bout, feed, texts));
        }
        corners.set(List.copyOf(workbench.swappedProperty().get() ? models.reversed() : models));
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
        rowKeys.clear();
        for (Tape.Row row : Tape.of(entries, workbench.profileProperty().get()).rows()) {
            rowKeys.add(row.key());
            if (!hidden.contains(row.key())) out.add(line(row));
        }
        return out;
    }

    /// Rows that the tape can have, by text key.
    List<String> rowKeys() {
        return List.copyOf(rowKeys);
    }

    boolean shows(String rowKey) {
        return !hidden.contains(rowKey);
    }

    /// Shows a row or leaves it out; the last one stays. Can be undone.
    void show(String rowKey, boolean shown) {
        if (shows(rowKey) == shown || !shown && rowKeys.size() - hidden.size() <= 1) return;
        undo.apply(new Edit("tape.rows", () -> set(rowKey, shown), () -> set(rowKey, !shown)));
    }

    private void set(String rowKey, boolean shown) {
        if (shown) hidden.remove(rowKey);
        else hidden.add(rowKey);
        workbench.settings().set(HIDDEN_ROWS, String.join(",", hidden));
        tape.set(lines());
    }

    /// Who shows the events behind a number: the calls that a filter lets through, or page tables' changes.
    public void openWith(Consumer<String> callsByFilter, Runnable memory) {
        openCalls = callsByFilter;
        openMemory = memory;
    }

    /// Shows the events that a number counts. @param column position of the corner as it is shown
    void openEvents(String rowKey, int column) {
        if (column >= corners.get().size()) return;
        CornerModel corner = corners.get().get(column);
        activeCornerProperty().set(corner.feed().index());
        String mine = "corner:" + corner.iface().id();
        switch (rowKey) {
            case "tape.crossings", "tape.crossings-per-pte" -> openCalls.accept(mine + " class:crossing");
            case "tape.refusals" -> openCalls.accept(mine + " refused:yes");
            case "tape.pte-updates", "tape.hidden-faults" -> openMemory.run();
            default -> openCalls.accept(mine);
        }
    }

    // ---- what a knocked-down corner offers ------------------------------------------------------------------------

    /// To the last refusal before the end, or to the end itself where there was none.
    void goToCause(CornerModel corner) {
        Knockdown down = corner.state().snapshot().knockdown();
        if (down == null) return;
        TraceView trace = corner.feed().trace();
        long tick = down.tick();
        for (long at = Math.max(trace.oldest(), trace.end() - LOOK_BACK); at < trace.end(); ) {
            List<TraceEvent> some = trace.copy(at, LOOK_BACK);
            if (some.isEmpty()) break;
            for (TraceEvent e : some) if (e.kind() == EventKind.REFUSAL) tick = e.tick();
            at = some.getLast().seq() + 1;
        }
        workbench.places().select(new Place.Moment(corner.feed().index(), tick));
    }

    void stepBack(CornerModel corner) {
        corner.feed().post(new EngineCommand.Back(EngineCommand.Stride.INSTRUCTION));
    }

    /// To the last bell, where the corner may run again.
    void restartRound(CornerModel corner) {
        corner.feed().post(new EngineCommand.Back(EngineCommand.Stride.BELL));
    }

    /// Everybody else runs on.
    void letOthersGoOn(CornerModel down) {
        for (CornerModel other : corners.get()) if (other != down) other.feed().post(new EngineCommand.Run());
    }

    /// Whether a corner can be taken back.
    boolean goesBack(CornerModel corner) {
        return corner.state().travel().canGoBack();
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
