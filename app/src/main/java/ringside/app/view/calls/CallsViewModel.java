// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.action.BreakpointEdits;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.session.BoutSession;
import ringside.app.session.Breakpoint;
import ringside.app.session.CornerFeed;
import ringside.app.session.Counterparts;
import ringside.app.session.EngineCommand;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Explained;
import ringside.vmm.score.Bill;
import ringside.vmm.score.CostProfile;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;

/// The calls log: which rows pass the filter, and the selected one in full.
public final class CallsViewModel {
    private static final int CHIPS = 8, SITE_ROOM = 25;
    private static final int FRAMES_PER_COUNT = 20;

    /// The selected row, ready to be shown.
    ///
    /// @param items one line each: what stood behind the call's pointers
    /// @param why   why it was refused, or ""
    /// @param from  where in the guest it came from, or ""
    /// @param bill  what it would have cost
    /// @param others what the other corners did for the same job, one line each
    public record Detail(
            LogRow row,
            String title,
            String about,
            List<DecodedArg> arguments,
            List<String> items,
            String why,
            String from,
            Bill bill,
            List<String> others) {}

    /// A filter that lets more through.
    ///
    /// @param without the term that is left out
    public record Wider(String without, String filter, int count) {}

    /// An operation and how many rows of it pass the filter.
    public record OpCount(String op, int count) {}

    private final Workbench workbench;
    private final Texts texts;
    private final CallWords words;
    private final CallTables tables;
    private final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.LOG);
    private final ObjectProperty<CallTables.By> groupBy = new SimpleObjectProperty<>(CallTables.By.OPERATION);
    private final StringProperty filterText = new SimpleStringProperty("");
    private final ReadOnlyStringWrapper counter = new ReadOnlyStringWrapper("");
    private final ReadOnlyObjectWrapper<@Nullable Detail> detail = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<List<OpCount>> operations = new ReadOnlyObjectWrapper<>(List.of());
    private CallFilter filter = new CallFilter("");
    private final List<Long> matches = new ArrayList<>();
    private int head;
    private long seen;
    private final Map<String, Integer> opCounts = new HashMap<>();
    private final BreakpointEdits edits;
    private final UndoStack undo;
    private final ReadOnlyObjectWrapper<@Nullable Wider> wider = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyStringWrapper liveFrame = new ReadOnlyStringWrapper("");
    private String settled = "";
    private int frame;
    private boolean forgot;
    private long dropped;
    private @Nullable Runnable refresh;

    public CallsViewModel(Workbench workbench, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        this.undo = undo;
        edits = new BreakpointEdits(workbench, undo);
        this.words = new CallWords(texts, workbench.symbols());
        this.tables = new CallTables(texts, words);
        filterText.addListener((_, _, text) -> {
            filter = new CallFilter(text);
            rescan();
        });
        workbench.symbols().versionProperty().addListener((_, _, _) -> rescan());
        workbench.profileProperty().addListener((_, _, _) -> {
            Detail now = detail.get();
            if (now != null) detail.set(detail(now.row()));
            if (filter.needsCost()) rescan();
        });
        workbench.boutProperty().addListener((_, _, _) -> {
            detail.set(null);
            rescan();
        });
        workbench.onPulse(this::pulse);
    }

    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    private void rescan() {
        matches.clear();
        opCounts.clear();
        head = 0;
        seen = 0;
        forgot = false;
        dropped = 0;
        pulse();
        frame = 0;
    }

    private void pulse() {
        BoutSession bout = workbench.bout();
        if (bout == null) {
            if (!counter.get().isEmpty()) counter.set("");
            if (refresh != null) refresh.run();
            return;
        }
        RowLog log = bout.log().calls();
        boolean changed = read(bout, log);
        if (changed || frame == 0) {
            counter.set(texts.get("calls.counter", count(), log.end() - log.first()));
            if (refresh != null) refresh.run();
        }
        if (frame++ % FRAMES_PER_COUNT == 0) countOperations();
    }

    private boolean read(BoutSession bout, RowLog log) {
        long from = Math.max(seen, log.first());
        boolean changed = from < log.end();
        for (long at = from; at < log.end(); at++) {
            LogRow row = log.get(at);
            if (!filter.isEmpty() && !filter.matches(facts(bout, row))) continue;
            matches.add(at);
            opCounts.merge(words.op(row), 1, Integer::sum);
        }
        seen = log.end();
        while (head < matches.size() && matches.get(head) < log.first()) {
            head++;
            dropped++;
        }
        if (head > 50_000) {
            matches.subList(0, head).clear();
            head = 0;
            forgot = true;
        }
        return changed;
    }

    /// Rows that the log has let go of are not counted any more.
    private void recount() {
        BoutSession bout = workbench.bout();
        if (bout == null) return;
        opCounts.clear();
        RowLog log = bout.log().calls();
        for (int i = head; i < matches.size(); i++)
            if (matches.get(i) >= log.first()) opCounts.merge(words.op(log.get(matches.get(i))), 1, Integer::sum);
    }

    private CallFilter.Facts facts(BoutSession bout, LogRow row) {
        return words.facts(bout, row, filter, workbench.profileProperty().get());
    }

    /// Where nothing passes: the filter without the one term whose loss lets the fewest through, but some.
    private @Nullable Wider widen() {
        BoutSession bout = workbench.bout();
        if (bout == null || filter.isEmpty() || count() > 0) return null;
        int[] without = new int[filter.terms().size()];
        RowLog log = bout.log().calls();
        for (long at = log.first(); at < log.end(); at++) {
            int failing = filter.onlyFailing(facts(bout, log.get(at)));
            if (failing >= 0) without[failing]++;
        }
        int best = -1;
        for (int i = 0; i < without.length; i++)
            if (without[i] > 0 && (best < 0 || without[i] < without[best])) best = i;
        return best < 0 ? null : new Wider(filter.terms().get(best), filter.without(best), without[best]);
    }

    ReadOnlyObjectProperty<@Nullable Wider> widerProperty() {
        return wider.getReadOnlyProperty();
    }

    /// What could stand in place of the last word that is being typed, and how many rows would then pass.
    List<FilterCompletion.Offer> offers() {
        BoutSession bout = workbench.bout();
        return bout == null ? List.of() : FilterCompletion.of(filterText.get(), this::counted);
    }

    /// How often each value of a key is there among the rows that pass the rest of the filter.
    private Map<String, Integer> counted(String key, String rest) {
        BoutSession bout = workbench.bout();
        Map<String, Integer> out = new HashMap<>();
        if (bout == null) return out;
        CallFilter others = new CallFilter(rest + (key.startsWith("arg.") ? " -arg.none:none" : ""));
        RowLog log = bout.log().calls();
        for (long at = log.first(); at < log.end(); at++) {
            CallFilter.Facts f = words.facts(
                    bout, log.get(at), others, workbench.profileProperty().get());
            if (!others.matches(f)) continue;
            String value = FilterCompletion.value(key, f);
            if (!value.isEmpty()) out.merge(value, 1, Integer::sum);
        }
        return out;
    }

    /// Changes the filter so that it can be undone.
    void edit(String text) {
        String before = filterText.get();
        if (text.equals(before)) return;
        undo.apply(new Edit("edit.filter", () -> filterText.set(text), () -> filterText.set(before)));
        settled = text;
    }

    /// Somebody has typed a filter and gone on: that is one edit.
    void settle() {
        String before = settled, after = filterText.get();
        if (before.equals(after)) return;
        settled = after;
        undo.did(new Edit("edit.filter", () -> filterText.set(after), () -> filterText.set(before)));
    }

    private void countOperations() {
        wider.set(widen());
        if (head > 0 || forgot) recount();
        operations.set(opCounts.entrySet().stream()
                .sorted((a, b) -> b.getValue() != (int) a.getValue()
                        ? Integer.compare(b.getValue(), a.getValue())
                        : a.getKey().compareTo(b.getKey()))
                .limit(CHIPS)
                .map(e -> new OpCount(e.getKey(), e.getValue()))
                .toList());
    }

    /// What the view lists.
    public enum Page {
        LOG,
        GROUPS,
        REFERENCE
    }

    ObjectProperty<Page> pageProperty() {
        return page;
    }

    ObjectProperty<CallTables.By> groupByProperty() {
        return groupBy;
    }

    /// The rows that pass the filter, counted by what they have in common.
    List<CallTables.Group> groups() {
        BoutSession bout = workbench.bout();
        if (bout == null) return List.of();
        List<LogRow> passing = new AbstractList<>() {
            @Override
            public LogRow get(int index) {
                return row(index);
            }

            @Override
            public int size() {
                return count();
            }
        };
        return tables.groups(passing, groupBy.get(), bout.corners().size());
    }

    List<CallTables.Entry> reference() {
        BoutSession bout = workbench.bout();
        return bout == null ? List.of() : tables.reference(bout, filterText.get());
    }

    CallTables tables() {
        return tables;
    }

    /// Shows the log again, of one group only, where a filter can say that.
    void only(String group) {
        String first = group.split("[ :]")[0].toLowerCase(Locale.ROOT);
        switch (groupBy.get()) {
            case OPERATION, REFUSED -> addTerm("op", first);
            case SITE -> addTerm("fn", first);
            case CLASS -> addTerm("class", first);
            case ROUND -> addTerm("round", group.replaceAll("\\D", ""));
            case VCPU -> addTerm("vcpu", group.replaceAll("\\D", ""));
            case JOB -> {
                return;
            }
        }
        page.set(Page.LOG);
    }

    /// How many rows that passed the filter the log has let go of, since it was changed last.
    long dropped() {
        return dropped;
    }

    /// Rows that pass the filter.
    public int count() {
        return matches.size() - head;
    }

    /// The n-th row that passes the filter.
    public LogRow row(int index) {
        BoutSession bout = workbench.bout();
        if (bout == null) throw new IllegalStateException("rows without a bout");
        return bout.log().calls().get(matches.get(head + index));
    }

    /// A row's cells: time, round, vCPU, operation, class, result, where from, what it asked.
    public List<String> cells(LogRow row) {
        BoutSession bout = workbench.bout();
        if (bout == null) return List.of();
        return List.of(
                texts.number(row.event().tick()),
                Integer.toString(row.round()),
                Integer.toString(row.event().vcpu()),
                words.op(row),
                words.classText(row),
                words.result(row),
                words.site(row, SITE_ROOM),
                (missing(bout, row) ? "≠ " : "") + words.about(words.explain(bout, row), row));
    }

    /// Whether differences are marked and no other corner did this job in the same round.
    private boolean missing(BoutSession bout, LogRow row) {
        if (!workbench.differencesProperty().get() || bout.corners().size() < 2 || row.call() == null) return false;
        return Counterparts.of(bout, row, (row.corner() + 1) % bout.corners().size())
                .isEmpty();
    }

    public void select(long index) {
        if (index < 0 || index >= count()) {
            detail.set(null);
            return;
        }
        LogRow row = row((int) index);
        detail.set(detail(row));
        askFrame(row);
        workbench.places().select(new Place.Event(row.corner(), row));
    }

    /// The index of what is selected elsewhere, or -1: a row, or the first one at or after a moment.
    long indexOf(@Nullable Place place) {
        for (int i = 0; i < count(); i++) {
            LogRow row = row(i);
            boolean found = switch (place) {
                case Place.Event(int _, LogRow wanted) -> row.equals(wanted);
                case Place.Moment(int corner, long tick) ->
                    row.corner() == corner && row.event().tick() >= tick;
                case null, default -> false;
            };
            if (found) return i;
        }
        return -1;
    }

    ReadOnlyObjectProperty<@Nullable Place> placeProperty() {
        return workbench.places().selectedProperty();
    }

    private @Nullable Detail detail(LogRow row) {
        BoutSession bout = workbench.bout();
        if (bout == null) return null;
        Explain explain = words.explain(bout, row);
        TraceEvent e = row.event();
        List<String> items = new ArrayList<>();
        for (TraceEvent item : row.items()) {
            Explained what = explain.what(item);
            items.add(texts.get(what.key(), what.array()));
        }
        if (row.droppedItems() > 0) items.add(texts.get("calls.items.more", row.droppedItems()));
        TraceEvent refusal = row.refusal();
        Explained why = refusal == null ? null : explain.why(refusal);
        return new Detail(
                row,
                words.op(row),
                about(row, e),
                e.kind() == EventKind.CALL ? explain.arguments(e) : List.of(),
                items,
                why == null ? "" : texts.get(why.key(), why.array()),
                words.site(row),
                CallCost.of(row, workbench.profileProperty().get()),
                others(bout, row));
    }

    private List<String> others(BoutSession bout, LogRow row) {
        List<String> out = new ArrayList<>();
        for (CornerFeed other : bout.corners()) {
            if (other.index() == row.corner()) continue;
            String name = texts.get("corner.name." + other.iface().id());
            out.add(Counterparts.of(bout, row, other.index())
                    .map(m -> texts.get(
                            "calls.other", name, words.op(m.row()), words.classText(m.row()), m.job(), m.place()))
                    .orElseGet(() -> texts.get("calls.other.none", name)));
        }
        return out;
    }

    /// The frame that the selected row was refused for, or -1.
    int refusedFrame() {
        Detail now = detail.get();
        TraceEvent refusal = now == null ? null : now.row().refusal();
        return refusal == null ? -1 : (int) refusal.a0();
    }

    /// What that frame is now, as the machine says, or "".
    ReadOnlyStringProperty liveFrameProperty() {
        return liveFrame.getReadOnlyProperty();
    }

    private void askFrame(LogRow row) {
        liveFrame.set("");
        BoutSession bout = workbench.bout();
        int mfn = refusedFrame();
        if (bout == null || mfn < 0) return;
        bout.corners().get(row.corner()).ask(m -> m.frame(mfn), note -> {
            if (refusedFrame() == mfn) liveFrame.set(note);
        });
    }

    void showFrame() {
        Detail now = detail.get();
        if (now != null && refusedFrame() >= 0)
            workbench.places().select(new Place.Frame(now.row().corner(), refusedFrame()));
    }

    /// Takes the corner back to where the selected row happened.
    void stepBack() {
        Detail now = detail.get();
        BoutSession bout = workbench.bout();
        if (now == null || bout == null) return;
        LogRow row = now.row();
        workbench.activeCornerProperty().set(row.corner());
        bout.post(row.corner(), () -> new EngineCommand.GoToTick(row.event().tick()));
    }

    CostProfile profile() {
        return workbench.profileProperty().get();
    }

    /// Sets a breakpoint on the selected row, or takes it away.
    void breakOnThis() {
        Detail now = detail.get();
        Breakpoint place =
                now == null ? null : edits.of(new Place.Event(now.row().corner(), now.row()));
        if (place != null) edits.toggle(place);
    }

    /// The selected call as a test for elsewhere, or "".
    String test() {
        Detail now = detail.get();
        BoutSession bout = workbench.bout();
        if (now == null || bout == null || now.row().call() == null) return "";
        RowLog log = bout.log().calls();
        long count = 0;
        for (long at = log.first(); at < log.end(); at++) {
            LogRow other = log.get(at);
            if (other.corner() == now.row().corner()
                    && now.row().call().equals(other.call())
                    && (now.row().round() == 0 || other.round() < now.row().round())) count++;
        }
        return new CallTest(texts).of(now.row(), bout.guest(), bout.seed(), count, now.arguments());
    }

    /// Puts the selected call's name into the reference.
    void showInReference() {
        Detail now = detail.get();
        if (now == null || now.row().call() == null) return;
        edit(now.row().call().name());
        page.set(Page.REFERENCE);
    }

    private String about(LogRow row, TraceEvent e) {
        CallInfo call = row.call();
        String where = texts.get("calls.detail.where", row.event().seq(), row.round(), e.vcpu(), e.tick());
        if (call == null) return where;
        return texts.get("calls.detail.call", call.table(), call.number(), call.era(), words.classText(row)) + "  "
                + where;
    }

    public StringProperty filterTextProperty() {
        return filterText;
    }

    /// Puts a term into the filter, in place of an older one with the same key.
    public void addTerm(String key, String value) {
        String rest =
                filterText.get().replaceAll("(^|\\s)" + key + ":\\S*", " ").strip();
        edit((rest + " " + key + ":" + value).strip());
    }

    /// `388 of 12,904`.
    public ReadOnlyStringProperty counterProperty() {
        return counter.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<@Nullable Detail> detailProperty() {
        return detail.getReadOnlyProperty();
    }

    /// The commonest operations among the rows that pass.
    public ReadOnlyObjectProperty<List<OpCount>> operationsProperty() {
        return operations.getReadOnlyProperty();
    }
}
