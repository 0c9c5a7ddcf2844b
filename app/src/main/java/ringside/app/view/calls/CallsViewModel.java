// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
import ringside.app.session.BoutSession;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Explained;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.TraceEvent;

/// The calls log: which rows pass the filter, and the selected one in full.
public final class CallsViewModel {
    private static final int CHIPS = 8;
    private static final int FRAMES_PER_COUNT = 20;

    /// The selected row, ready to be shown.
    ///
    /// @param items one line each: what stood behind the call's pointers
    /// @param why   why it was refused, or ""
    public record Detail(
            LogRow row, String title, String about, List<DecodedArg> arguments, List<String> items, String why) {}

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
    private int frame;
    private @Nullable Runnable refresh;

    public CallsViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        this.words = new CallWords(texts);
        this.tables = new CallTables(texts, words);
        filterText.addListener((_, _, text) -> {
            filter = new CallFilter(text);
            rescan();
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
            if (!filter.isEmpty() && !filter.matches(words.facts(bout, row, filter.needsAbout()))) continue;
            matches.add(at);
            opCounts.merge(words.op(row), 1, Integer::sum);
        }
        seen = log.end();
        while (head < matches.size() && matches.get(head) < log.first()) head++;
        if (head > 50_000) {
            matches.subList(0, head).clear();
            head = 0;
        }
        return changed;
    }

    private void countOperations() {
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

    /// Shows the log again, of one operation only.
    void only(String operation) {
        addTerm("op", operation.split(" ")[0]);
        page.set(Page.LOG);
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

    /// A row's cells: time, round, vCPU, operation, class, result, what it asked.
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
                words.about(words.explain(bout, row), row));
    }

    public void select(long index) {
        if (index < 0 || index >= count()) {
            detail.set(null);
            return;
        }
        LogRow row = row((int) index);
        detail.set(detail(row));
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
                why == null ? "" : texts.get(why.key(), why.array()));
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
        filterText.set((rest + " " + key + ":" + value).strip());
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
