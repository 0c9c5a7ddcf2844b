// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;

/// Reads the traces of all corners once a pulse, a bounded part each time, into two bounded logs: what the guests
/// asked for and ran into, and what happened to page tables. What it could not read in time it counts as lost.
public final class EventLog {
    private static final int PER_PULSE = 6_000;
    private static final int BACKLOG = 200_000;
    private static final int KEPT = 150_000;

    /// How far one corner's trace has been read.
    private static final class Reader {
        final CornerFeed feed;
        long at;
        long lost;
        int round;
        int branches;
        List<CallInfo> calls = List.of();
        final @Nullable LogRow[] open;
        /// What each vCPU's last row was, whose doing page-table updates are.
        final @Nullable LogRow[] last;

        Reader(CornerFeed feed) {
            this.feed = feed;
            at = feed.trace().oldest(); // a bout out of a file has no log of what was before
            round = feed.state().bells();
            this.open = new LogRow[feed.vcpus()];
            this.last = new LogRow[feed.vcpus()];
        }
    }

    private final RowLog calls = new RowLog(KEPT);
    private final RowLog memory = new RowLog(KEPT);
    private final List<Reader> readers;

    EventLog(List<CornerFeed> feeds) {
        readers = feeds.stream().map(Reader::new).toList();
    }

    /// Calls, crossings, faults, interrupts, refusals, bells.
    public RowLog calls() {
        return calls;
    }

    /// Page-table updates, shadow fills, address-space changes.
    public RowLog memory() {
        return memory;
    }

    /// Events of a corner that were overwritten before they could be read.
    public long lost(int corner) {
        return readers.get(corner).lost;
    }

    /// Reads on. Rows of several corners are merged by guest time within one pulse.
    void pulse() {
        for (Reader reader : readers) {
            if (reader.feed.state().travel().branches() == reader.branches) continue;
            again(); // rows of another future are no rows of this one
            break;
        }
        List<List<LogRow>> fresh = new ArrayList<>();
        for (Reader reader : readers) fresh.add(read(reader));
        merge(fresh);
    }

    /// Reads all that the traces still have once more.
    private void again() {
        calls.forget();
        memory.forget();
        for (Reader reader : readers) {
            CornerState state = reader.feed.state();
            reader.branches = state.travel().branches();
            reader.at = Math.max(reader.feed.trace().oldest(), state.traceEnd() - BACKLOG);
            reader.lost = Math.max(0, reader.at);
            reader.round = bellsAt(reader.feed.trace(), reader.at, state);
            java.util.Arrays.fill(reader.open, null);
        }
    }

    /// Bells rung before a position of the trace.
    private static int bellsAt(TraceView trace, long position, CornerState state) {
        List<TraceEvent> one = trace.copy(position, 1);
        return one.isEmpty() ? 0 : state.present().bellsBefore(one.getFirst().tick());
    }

    private List<LogRow> read(Reader reader) {
        long end = reader.feed.state().traceEnd();
        if (reader.at >= end) return List.of();
        long oldest = Math.max(reader.feed.trace().oldest(), end - BACKLOG);
        if (oldest > reader.at) {
            reader.lost += oldest - reader.at;
            reader.at = oldest;
            reader.round = bellsAt(reader.feed.trace(), oldest, reader.feed.state());
        }
        reader.calls = reader.feed.trace().calls();
        List<TraceEvent> events = reader.feed.trace().copy(reader.at, (int) Math.min(PER_PULSE, end - reader.at));
        List<LogRow> rows = new ArrayList<>(events.size());
        for (TraceEvent event : events) {
            LogRow row = row(reader, event);
            if (row != null) rows.add(row);
            reader.at = event.seq() + 1;
        }
        if (events.isEmpty()) reader.at = end;
        return rows;
    }

    private static @Nullable LogRow row(Reader reader, TraceEvent event) {
        int vcpu = Math.clamp(event.vcpu(), 0, reader.open.length - 1);
        LogRow open = reader.open[vcpu];
        switch (event.kind()) {
            case ITEM -> {
                if (open != null) open.add(event);
                return null;
            }
            case REFUSAL -> {
                if (open != null) {
                    open.add(event);
                    return null;
                }
            }
            case EXIT -> {
                if (event.id() == ExitCause.CALL.ordinal()) return null;
            }
            case CONSOLE -> {
                return null;
            }
            case BELL -> reader.round++;
            default -> {}
        }
        CallInfo call = event.kind() == EventKind.CALL && event.id() >= 0 && event.id() < reader.calls.size()
                ? reader.calls.get(event.id())
                : null;
        LogRow row = new LogRow(reader.feed.index(), reader.feed.iface(), event, call, reader.round);
        if (event.kind() == EventKind.CALL) reader.open[vcpu] = row;
        if (event.kind() == EventKind.EXIT) reader.open[vcpu] = null;
        if (!aboutMemory(event.kind())) reader.last[vcpu] = row;
        else if (reader.last[vcpu] != null) because(row, reader.last[vcpu]);
        return row;
    }

    private static void because(LogRow row, LogRow cause) {
        row.causedBy(cause);
        if (row.event().kind() == EventKind.PTE_UPDATE) cause.changedAnEntry();
    }

    private void merge(List<List<LogRow>> fresh) {
        int[] next = new int[fresh.size()];
        while (true) {
            int earliest = -1;
            for (int i = 0; i < next.length; i++) {
                if (next[i] >= fresh.get(i).size()) continue;
                if (earliest < 0 || tick(fresh, next, i) < tick(fresh, next, earliest)) earliest = i;
            }
            if (earliest < 0) return;
            LogRow row = fresh.get(earliest).get(next[earliest]++);
            (aboutMemory(row.event().kind()) ? memory : calls).add(row);
        }
    }

    private static long tick(List<List<LogRow>> fresh, int[] next, int corner) {
        return fresh.get(corner).get(next[corner]).event().tick();
    }

    private static boolean aboutMemory(EventKind kind) {
        return kind == EventKind.PTE_UPDATE || kind == EventKind.SHADOW_FILL || kind == EventKind.ADDRESS_SPACE;
    }
}
