// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.time;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ringside.app.session.CornerFeed;
import ringside.app.session.Counterparts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.trace.TraceView;

/// What the corners did in a stretch of the run, counted by what events have in common. Reads whole traces, so not on
/// the FX thread.
final class RangeCompare {
    private static final int CHUNK = 20_000;

    private RangeCompare() {}

    /// What is counted together.
    enum By {
        /// The same work under any interface.
        JOB,
        /// A call, or a kind of event.
        OPERATION,
        /// The function that it came from, or its address.
        SITE
    }

    /// A corner's part of the question.
    ///
    /// @param from guest time of the stretch's begin
    record Stretch(CornerFeed feed, long from, long to, SymbolTable symbols) {}

    /// @param counts one a corner
    record Line(String name, long[] counts) {
        long sum() {
            long sum = 0;
            for (long c : counts) sum += c;
            return sum;
        }
    }

    /// @param partial the beginning of the stretch is not in the traces any more
    record Answer(List<Line> lines, boolean partial) {}

    static Answer of(List<Stretch> stretches, By by) {
        Map<String, long[]> counts = new HashMap<>();
        boolean partial = false;
        for (int i = 0; i < stretches.size(); i++) partial |= count(stretches.get(i), i, stretches.size(), by, counts);
        List<Line> lines = new ArrayList<>();
        counts.forEach((name, c) -> lines.add(new Line(name, c)));
        lines.sort(Comparator.comparingLong(Line::sum).reversed().thenComparing(Line::name));
        return new Answer(List.copyOf(lines), partial);
    }

    /// @return whether events of the stretch are gone
    private static boolean count(Stretch s, int column, int columns, By by, Map<String, long[]> counts) {
        TraceView trace = s.feed().trace();
        List<CallInfo> calls = trace.calls();
        long at = trace.oldest(), end = trace.end();
        boolean partial = at > 0;
        boolean first = true;
        while (at < end) {
            List<TraceEvent> some = trace.copy(at, CHUNK);
            if (some.isEmpty()) break;
            if (first) partial &= some.getFirst().tick() > s.from();
            first = false;
            for (TraceEvent e : some) {
                if (e.tick() >= s.to()) return partial;
                if (e.tick() < s.from() || !counts(e)) continue;
                counts.computeIfAbsent(name(e, calls, s.symbols(), by), _ -> new long[columns])[column]++;
            }
            at = some.getLast().seq() + 1;
        }
        return partial;
    }

    /// A call that crosses is recorded as both; parts of a call and printed lines are no work of their own.
    private static boolean counts(TraceEvent e) {
        return switch (e.kind()) {
            case ITEM, CONSOLE, BELL -> false;
            case EXIT -> e.id() != ExitCause.CALL.ordinal();
            default -> true;
        };
    }

    private static String name(TraceEvent e, List<CallInfo> calls, SymbolTable symbols, By by) {
        boolean isCall = e.kind() == EventKind.CALL && e.id() >= 0 && e.id() < calls.size();
        CallInfo call = isCall ? calls.get(e.id()) : null;
        return switch (by) {
            case JOB -> Counterparts.job(call, e);
            case OPERATION -> call != null ? call.name() : operation(e);
            case SITE -> site(e, symbols);
        };
    }

    private static String operation(TraceEvent e) {
        ExitCause[] causes = ExitCause.values();
        return switch (e.kind()) {
            case EXIT -> "exit " + causes[Math.clamp(e.id(), 0, causes.length - 1)].id();
            case FAULT, INTERRUPT, SOFTWARE_INTERRUPT -> e.kind().id() + " " + e.id();
            default -> e.kind().id();
        };
    }

    private static String site(TraceEvent e, SymbolTable symbols) {
        if (e.site() == 0) return "-";
        String name = symbols.name(e.site());
        return name.isEmpty() ? Symbol.hex32(e.site()) : name;
    }
}
