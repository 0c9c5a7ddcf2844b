// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.Counterparts;
import ringside.app.session.LogRow;
import ringside.app.text.Texts;
import ringside.vmm.explain.Explain;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// The log counted by what its rows have in common, and the reference of the interfaces in the bout.
final class CallTables {
    /// What rows are counted by.
    enum By {
        OPERATION,
        /// The same word for the same work under both interfaces.
        JOB,
        CLASS,
        /// The function that it came from.
        SITE,
        /// Why it was refused.
        REFUSED,
        ROUND,
        VCPU
    }

    /// A group: its name, rows by corner, and how many of them crossed or were refused.
    record Group(String name, long all, long[] byCorner, long crossings, long refused) {}

    /// A call of an interface.
    record Entry(Iface iface, CallInfo call) {}

    private final Texts texts;
    private final CallWords words;

    CallTables(Texts texts, CallWords words) {
        this.texts = texts;
        this.words = words;
    }

    /// The largest group first; rounds in their order.
    List<Group> groups(Iterable<LogRow> rows, By by, int corners) {
        Map<String, long[]> counts = new LinkedHashMap<>();
        for (LogRow row : rows) {
            long[] c = counts.computeIfAbsent(name(row, by), _ -> new long[corners + 2]);
            if (row.corner() < corners) c[row.corner()]++;
            boolean crossed = row.event().kind() == EventKind.EXIT
                    || row.event().kind() == EventKind.CALL && row.event().callClass() == CallClass.CROSSING;
            if (crossed) c[corners]++;
            if (row.refusal() != null) c[corners + 1]++;
        }
        List<Group> out = new ArrayList<>();
        counts.forEach((name, c) -> {
            long all = 0;
            for (int i = 0; i < corners; i++) all += c[i];
            out.add(new Group(name, all, java.util.Arrays.copyOf(c, corners), c[corners], c[corners + 1]));
        });
        if (by != By.ROUND)
            out.sort(Comparator.comparingLong(Group::all).reversed().thenComparing(Group::name));
        return out;
    }

    private String name(LogRow row, By by) {
        return switch (by) {
            case OPERATION -> words.op(row);
            case JOB -> Counterparts.job(row);
            case CLASS -> {
                String kind = words.classText(row);
                yield kind.isEmpty() ? row.event().kind().id() : kind;
            }
            case SITE -> {
                String from = words.function(row);
                yield from.isEmpty() ? texts.get("calls.group.nowhere") : from;
            }
            case REFUSED ->
                row.refusal() == null
                        ? texts.get("calls.group.granted")
                        : words.op(row) + ": " + words.result(row) + ", " + words.reason(row);
            case ROUND -> texts.get("calls.group.round", row.round());
            case VCPU -> texts.get("bout.lane", row.event().vcpu());
        };
    }

    /// A group's cells.
    List<String> cells(Group g) {
        List<String> out = new ArrayList<>();
        out.add(g.name());
        out.add(texts.number(g.all()));
        out.add(g.byCorner().length > 0 ? texts.number(g.byCorner()[0]) : "");
        out.add(g.byCorner().length > 1 ? texts.number(g.byCorner()[1]) : "");
        out.add(g.byCorner().length > 2 ? texts.number(g.byCorner()[2]) : "");
        out.add(texts.number(g.crossings()));
        out.add(texts.number(g.refused()));
        return out;
    }

    /// Every call of every interface in the bout, whether anybody has made it or not.
    ///
    /// @param named only those whose name contains every word of this
    List<Entry> reference(BoutSession bout, String named) {
        Set<Iface> seen = EnumSet.noneOf(Iface.class);
        List<Entry> out = new ArrayList<>();
        String[] wanted = named.toLowerCase(Locale.ROOT).strip().split("\\s+");
        for (CornerFeed feed : bout.corners()) {
            if (!seen.add(feed.iface())) continue;
            for (CallInfo call : feed.trace().calls()) {
                boolean fits = true;
                for (String word : wanted)
                    fits &= word.contains(":")
                            || call.key().toLowerCase(Locale.ROOT).contains(word);
                if (fits) out.add(new Entry(feed.iface(), call));
            }
        }
        return out;
    }

    /// An entry's cells: table and number, name, class, since when, arguments.
    List<String> cells(Entry e) {
        StringBuilder args = new StringBuilder();
        for (ArgInfo arg : e.call().args())
            args.append(args.isEmpty() ? "" : ", ")
                    .append(arg.name())
                    .append(' ')
                    .append(arg.type().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                    .append(arg.bits() == 64 ? " 64" : "");
        return List.of(
                e.call().table() + " " + e.call().number(),
                e.call().name(),
                texts.get(Explain.classKey(e.call().kind())),
                e.call().era(),
                args.toString());
    }
}
