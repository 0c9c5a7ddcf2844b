// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.time;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleObjectProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.kit.TimelineChart;
import ringside.app.session.Axis;
import ringside.app.session.Bell;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.Note;
import ringside.app.session.Place;
import ringside.app.session.Present;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.score.Bill;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.TraceView;
import ringside.vmm.word.Iface;

/// The timeline: which part of the run is visible, what it looks like in columns, what is selected and what was
/// counted there.
public final class TimeViewModel implements TimelineChart.Hand {
    private static final int FRAMES_PER_PICTURE = 3;
    private static final int FINE = 4;
    private static final int OVERVIEW = 240;
    private static final double CLOSEST = 1e-6;

    /// A row of the table: one corner in one round.
    record Row(Iface iface, List<String> cells) {}

    private final Workbench workbench;
    private final Texts texts;
    private final ObjectProperty<Axis.Kind> kind = new SimpleObjectProperty<>(Axis.Kind.ROUNDS);
    private final ReadOnlyStringWrapper selection = new ReadOnlyStringWrapper("");
    private List<Axis> axes = List.of();
    private double from;
    private double to = 1;
    private double end = 1;
    private boolean following = true;
    private double selFrom = Double.NaN;
    private double selTo = Double.NaN;
    private @Nullable Runnable refresh;
    private int frame;
    private final UndoStack undo;
    private final ReadOnlyBooleanWrapper range = new ReadOnlyBooleanWrapper();
    private Place.@Nullable Moment noteAt;

    public TimeViewModel(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.undo = undo;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, _) -> {
            axes = List.of();
            selFrom = selTo = Double.NaN;
            fit();
        });
        kind.addListener((_, _, _) -> {
            selFrom = selTo = Double.NaN;
            fit();
        });
        workbench.onPulse(this::pulse);
    }

    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    private void pulse() {
        if (frame++ % FRAMES_PER_PICTURE == 0 && refresh != null) refresh.run();
    }

    private void measure(BoutSession bout) {
        List<Axis> now = new ArrayList<>();
        double longest = 0;
        for (CornerFeed feed : bout.corners()) {
            Axis axis = Axis.of(
                    kind.get(),
                    feed.iface(),
                    feed.state(),
                    workbench.profileProperty().get());
            now.add(axis);
            longest = Math.max(longest, axis.end());
        }
        axes = now;
        end = longest <= 0 ? 1 : longest;
        if (following) {
            from = 0;
            to = end;
        }
    }

    /// What to draw in so many columns.
    TimelineChart.Picture picture(int columns) {
        BoutSession bout = workbench.bout();
        if (bout == null) {
            selection.set("");
            return new TimelineChart.Picture(
                    0,
                    1,
                    1,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    new int[0],
                    List.of(),
                    List.of(),
                    List.of());
        }
        measure(bout);
        List<TimelineChart.Lane> lanes = new ArrayList<>();
        List<TimelineChart.Histogram> histograms = new ArrayList<>();
        int[] overview = new int[OVERVIEW];
        for (CornerFeed feed : bout.corners()) {
            Axis axis = axes.get(feed.index());
            int[] sum = new int[columns];
            for (int v = 0; v < feed.vcpus(); v++) {
                TimelineChart.Lane lane = lane(feed, axis, v, from, to, columns);
                lanes.add(lane);
                for (int i = 0; i < columns; i++) sum[i] += lane.crossings()[i];
                int[] all = lane(feed, axis, v, 0, end, OVERVIEW).crossings();
                for (int i = 0; i < OVERVIEW; i++) overview[i] += all[i];
            }
            histograms.add(new TimelineChart.Histogram(feed.iface(), sum));
        }
        selection.set(selected(bout));
        return new TimelineChart.Picture(
                from, to, end, cursor(bout), picked(), selFrom, selTo, overview, lanes, histograms, marks(bout));
    }

    /// A vCPU's lane over part of the axis. Piece by piece between bells, so that each is read as finely as it is
    /// wide; of what falls into one column the highest crossing count is kept.
    private TimelineChart.Lane lane(CornerFeed feed, Axis axis, int vcpu, double a, double b, int columns) {
        int[] user = new int[columns],
                kernel = new int[columns],
                idle = new int[columns],
                ready = new int[columns],
                crossed = new int[columns];
        TraceView trace = feed.trace();
        double span = b - a;
        for (int p = 0; p < axis.pieces(); p++) {
            double pa = Math.max(a, axis.valueAt(p)), pb = Math.min(b, axis.valueAt(p + 1));
            if (pb <= pa || span <= 0) continue;
            int first = Math.clamp((int) Math.floor((pa - a) / span * columns), 0, columns - 1);
            int last = Math.clamp((int) Math.ceil((pb - a) / span * columns), first + 1, columns);
            int bins = (last - first) * FINE;
            TraceView.Lane fine = trace.lane(vcpu, axis.tick(pa), Math.max(axis.tick(pa) + 1, axis.tick(pb)), bins);
            for (int i = 0; i < bins; i++) {
                int c = first + i / FINE;
                user[c] += fine.user()[i];
                kernel[c] += fine.kernel()[i];
                idle[c] += fine.idle()[i];
                ready[c] += fine.ready()[i];
                crossed[c] = Math.max(crossed[c], fine.crossings()[i]);
            }
        }
        return new TimelineChart.Lane(
                feed.iface(), texts.get("time.lane", vcpu), user, kernel, idle, ready, crossed, here(feed));
    }

    /// Where the machine stands: the one time cursor.
    private double cursor(BoutSession bout) {
        int corner = Math.min(workbench.activeCornerProperty().get(), axes.size() - 1);
        return here(bout.corners().get(corner));
    }

    private double here(CornerFeed feed) {
        return axes.get(feed.index()).value(feed.state().snapshot().tick());
    }

    /// What is selected, when it is an event.
    private double picked() {
        return workbench.places().selected() instanceof Place.Event(int corner, var row) && corner < axes.size()
                ? axes.get(corner).value(row.event().tick())
                : Double.NaN;
    }

    private static int rung(CornerFeed feed) {
        return feed.state().present().rounds().size();
    }

    private List<TimelineChart.Mark> marks(BoutSession bout) {
        List<TimelineChart.Mark> marks = new ArrayList<>();
        int longest = 0;
        for (CornerFeed feed : bout.corners())
            if (rung(feed) > rung(bout.corners().get(longest))) longest = feed.index();
        // Where rounds are not equally wide, a bell is at another place for every corner: the first one's is shown.
        int whose = kind.get() == Axis.Kind.ROUNDS ? longest : 0;
        List<Bell> bells = bout.corners().get(whose).state().present().rounds();
        for (int i = 0; i < bells.size(); i++)
            marks.add(new TimelineChart.Mark(
                    axes.get(whose).valueAt(i + 1),
                    texts.get("time.bell", bells.get(i).number()),
                    false));
        for (Note note : workbench.notes())
            if (note.corner() < axes.size())
                marks.add(new TimelineChart.Mark(axes.get(note.corner()).value(note.tick()), note.text(), true));
        return marks;
    }

    // ---- what hands do --------------------------------------------------------------------------------------------

    @Override
    public void zoom(double factor, double around) {
        double span = Math.clamp((to - from) * factor, end * CLOSEST, end);
        double share = (around - from) / (to - from);
        place(around - share * span, span);
    }

    /// Zooms around the middle.
    void zoomCentre(double factor) {
        zoom(factor, (from + to) / 2);
    }

    @Override
    public void pan(double share) {
        place(from + share * (to - from), to - from);
    }

    private void place(double left, double span) {
        from = Math.clamp(left, 0, Math.max(0, end - span));
        to = Math.min(end, from + span);
        following = from <= 0 && to >= end;
        frame = 0;
    }

    @Override
    public void fit() {
        following = true;
        frame = 0;
    }

    @Override
    public void cursor(double at) {
        BoutSession bout = workbench.bout();
        if (bout == null || axes.isEmpty()) return;
        int corner = Math.min(workbench.activeCornerProperty().get(), axes.size() - 1);
        selFrom = selTo = Double.NaN;
        workbench.places().select(new Place.Moment(corner, axes.get(corner).tick(at)));
        frame = 0;
    }

    @Override
    public void scrub(double at) {
        if (workbench.bout() == null || axes.isEmpty()) return;
        int corner = Math.min(workbench.activeCornerProperty().get(), axes.size() - 1);
        workbench.cursor().scrub(corner, axes.get(corner).tick(at));
        frame = 0;
    }

    @Override
    public void select(double a, double b) {
        double near = (to - from) / 80;
        selFrom = snapped(a, near);
        selTo = snapped(b, near);
        if (selTo <= selFrom) selFrom = selTo = Double.NaN;
        frame = 0;
    }

    /// A place close to a bell is that bell: then what is counted is exact.
    private double snapped(double at, double near) {
        double best = at, distance = near;
        for (Axis axis : axes) {
            for (int k = 0; k <= axis.pieces(); k++) {
                double d = Math.abs(axis.valueAt(k) - at);
                if (d < distance) {
                    distance = d;
                    best = axis.valueAt(k);
                }
            }
        }
        return best;
    }

    /// Shows the selected range only.
    void zoomToSelection() {
        if (!Double.isNaN(selFrom)) place(selFrom, selTo - selFrom);
    }

    // ---- numbers --------------------------------------------------------------------------------------------------

    private String selected(BoutSession bout) {
        range.set(!Double.isNaN(selFrom));
        if (Double.isNaN(selFrom)) return texts.get("time.selection.none");
        StringBuilder out = new StringBuilder();
        for (CornerFeed feed : bout.corners()) {
            Axis axis = axes.get(feed.index());
            long a = axis.tick(selFrom), b = axis.tick(selTo);
            boolean exact = isBell(axis, a) && isBell(axis, b);
            long crossings = exact ? exactly(feed.state().present(), a, b) : about(feed, a, b);
            out.append("   ")
                    .append(texts.get("corner.glyph." + feed.iface().id()))
                    .append(' ')
                    .append(texts.get(exact ? "time.crossings" : "time.crossings.about", crossings));
        }
        return out.toString().strip();
    }

    private static boolean isBell(Axis axis, long tick) {
        for (int k = 0; k <= axis.pieces(); k++) if (axis.tickAt(k) == tick) return true;
        return false;
    }

    private static long exactly(Present state, long a, long b) {
        long sum = 0;
        long start = 0;
        for (Bell bell : state.rounds()) {
            if (start >= a && bell.tick() <= b) sum += bell.counts().crossings();
            start = bell.tick();
        }
        if (start >= a && state.tick() <= b) sum += state.round().crossings();
        return sum;
    }

    private static long about(CornerFeed feed, long a, long b) {
        long sum = 0;
        for (int v = 0; v < feed.vcpus(); v++)
            sum += feed.trace().lane(v, a, Math.max(a + 1, b), 1).crossings()[0];
        return sum;
    }

    /// The selected stretch, or the whole run, for each corner.
    List<RangeCompare.Stretch> stretches() {
        BoutSession bout = workbench.bout();
        if (bout == null || axes.size() != bout.corners().size()) return List.of();
        List<RangeCompare.Stretch> out = new ArrayList<>();
        for (CornerFeed feed : bout.corners()) {
            Axis axis = axes.get(feed.index());
            boolean all = Double.isNaN(selFrom);
            out.add(new RangeCompare.Stretch(
                    feed,
                    all ? 0 : axis.tick(selFrom),
                    all ? Long.MAX_VALUE : axis.tick(selTo),
                    workbench.symbols().of(feed.index())));
        }
        return out;
    }

    /// Counts what the corners did in these stretches; answers later.
    void compare(List<RangeCompare.Stretch> in, RangeCompare.By by, Consumer<RangeCompare.@Nullable Answer> answer) {
        workbench.work("compare", () -> RangeCompare.of(in, by), answer);
    }

    /// Whether a stretch is selected.
    ReadOnlyBooleanProperty rangeProperty() {
        return range.getReadOnlyProperty();
    }

    /// The beginning of the selected stretch becomes the present moment, where a note may be written.
    void markSelection() {
        BoutSession bout = workbench.bout();
        if (bout == null || Double.isNaN(selFrom)) return;
        int corner = Math.min(workbench.activeCornerProperty().get(), axes.size() - 1);
        noteAt = new Place.Moment(corner, axes.get(corner).tick(selFrom));
    }

    /// Writes a note at the beginning of the selected stretch. Can be undone.
    void note(String text) {
        markSelection();
        Place.Moment at = noteAt;
        if (at == null || text.isBlank()) return;
        Note written = new Note(at.corner(), at.tick(), text.strip());
        undo.apply(new Edit(
                "edit.note",
                () -> workbench.notes().add(written),
                () -> workbench.notes().remove(written)));
    }

    /// The bout's corners, left to right.
    List<Iface> corners() {
        BoutSession bout = workbench.bout();
        return bout == null
                ? List.of()
                : bout.corners().stream().map(CornerFeed::iface).toList();
    }

    /// The rounds as a table: one row a round and corner.
    List<Row> rows() {
        BoutSession bout = workbench.bout();
        if (bout == null) return List.of();
        List<Row> out = new ArrayList<>();
        int most = 0;
        for (CornerFeed feed : bout.corners()) most = Math.max(most, rung(feed));
        for (int r = 0; r <= most; r++) {
            for (CornerFeed feed : bout.corners()) {
                Present s = feed.state().present();
                if (r < s.rounds().size())
                    out.add(row(
                            bout,
                            feed,
                            s.rounds().get(r).number(),
                            s.rounds().get(r).counts()));
                else if (r == s.rounds().size() && s.sinceBell() > 0) out.add(row(bout, feed, -1, s.round()));
            }
        }
        return out;
    }

    private Row row(BoutSession bout, CornerFeed feed, int bell, Counts c) {
        String closing = bell < 0 ? texts.get("time.open") : texts.get("time.bell", bell) + "  " + bout.meaning(bell);
        return new Row(
                feed.iface(),
                List.of(
                        closing,
                        texts.number(c.crossings()),
                        texts.number(c.pteUpdates()),
                        texts.number(c.hiddenFaults()),
                        texts.number(c.instructions()),
                        "≈ "
                                + texts.number((long) Bill.of(
                                                feed.iface(),
                                                c,
                                                workbench.profileProperty().get())
                                        .total()
                                        .value()),
                        texts.number(c.userTicks()),
                        texts.number(c.kernelTicks()),
                        texts.number(c.idleTicks())));
    }

    /// What is equally wide.
    ObjectProperty<Axis.Kind> kindProperty() {
        return kind;
    }

    /// What is selected and what was counted there.
    public ReadOnlyStringProperty selectionProperty() {
        return selection.getReadOnlyProperty();
    }

    /// The height that shows every lane.
    double height() {
        BoutSession bout = workbench.bout();
        if (bout == null) return TimelineChart.heightFor(2, 2);
        int lanes = 0;
        for (CornerFeed feed : bout.corners()) lanes += feed.vcpus();
        return TimelineChart.heightFor(lanes, bout.corners().size());
    }

    /// The chart for those who hear it.
    String spoken() {
        BoutSession bout = workbench.bout();
        return bout == null
                ? texts.get("time.empty")
                : texts.get("time.spoken", bout.corners().size(), selection.get());
    }
}
