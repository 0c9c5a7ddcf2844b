// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.LogRow;
import ringside.app.session.Symbols;
import ringside.app.text.Texts;
import ringside.vmm.explain.DecodedArg;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Explained;
import ringside.vmm.explain.Symbol;
import ringside.vmm.score.CostProfile;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// Rows of the log in words. Made only for rows that are looked at, or that a filter asks about.
final class CallWords {
    private static final int MOST_NAMES = 4_096;
    private static final ExitCause[] CAUSES = ExitCause.values();
    private static final Why[] WHYS = Why.values();

    private final Texts texts;
    private final Symbols symbols;
    private final Map<Long, String> names = new HashMap<>();

    CallWords(Texts texts, Symbols symbols) {
        this.texts = texts;
        this.symbols = symbols;
    }

    /// Where in the guest a row came from: `set_pte+0x1f`, an address, or "".
    String site(LogRow row) {
        return site(row, Integer.MAX_VALUE);
    }

    /// The same in at most so many characters.
    String site(LogRow row, int room) {
        if (row.site() == 0) return "";
        String name = symbols.of(row.corner()).at(row.site(), room);
        return name.isEmpty() ? Symbol.hex32(row.site()) : name;
    }

    /// The function that a row came from, an address where it has no name, or "".
    String function(LogRow row) {
        if (row.site() == 0) return "";
        String name = symbols.of(row.corner()).name(row.site());
        return name.isEmpty() ? Symbol.hex32(row.site()) : name;
    }

    /// The rule that refused, in a word.
    String reason(LogRow row) {
        TraceEvent refusal = row.refusal();
        return refusal == null ? "" : id(WHYS[Math.floorMod(refusal.id(), WHYS.length)]);
    }

    Explain explain(BoutSession bout, LogRow row) {
        return new Explain(row.iface(), bout.corners().get(row.corner()).trace().calls());
    }

    /// The operation: a call's name, an exit's cause, a vector.
    String op(LogRow row) {
        CallInfo call = row.call();
        if (call != null) return call.name();
        TraceEvent e = row.event();
        long key = (long) row.iface().ordinal() << 48 | (long) e.kind().ordinal() << 32 | e.id() & 0xFFFF_FFFFL;
        if (names.size() > MOST_NAMES) names.clear();
        return names.computeIfAbsent(key, _ -> name(row, e));
    }

    private String name(LogRow row, TraceEvent e) {
        return switch (e.kind()) {
            case CALL -> "#" + e.id();
            case EXIT -> texts.get(Explain.causeKey(CAUSES[Math.floorMod(e.id(), CAUSES.length)]));
            case FAULT -> texts.get("calls.op.fault", Symbol.vector(e.id()));
            case SOFTWARE_INTERRUPT -> texts.get("calls.op.int", Symbol.hex(e.id() & 0xFF));
            case INTERRUPT ->
                row.iface() == Iface.XEN ? upcall(e.id()) : texts.get("calls.op.interrupt", Symbol.vector(e.id()));
            case BELL -> texts.get("calls.op.bell", e.id());
            case IPI -> texts.get("calls.op.ipi");
            case VCPU -> texts.get("calls.op.vcpu");
            default -> texts.get("calls.op." + id(e.kind()));
        };
    }

    private String upcall(int port) {
        return switch (port) {
            case EventKind.NO_PORT -> texts.get("calls.op.upcall");
            case EventKind.NMI -> texts.get("calls.op.nmi");
            case EventKind.FAILSAFE -> texts.get("calls.op.failsafe");
            default -> texts.get("calls.op.event", port);
        };
    }

    /// What it asked for, or ran into.
    String about(Explain explain, LogRow row) {
        TraceEvent e = row.event();
        if (e.kind() == EventKind.BELL) return "";
        if (e.kind() == EventKind.CALL) {
            String line = explain.argumentLine(e);
            int items = row.items().size() + row.droppedItems();
            return items == 0 ? line : texts.get("calls.items", items) + "  " + line;
        }
        Explained what = e.kind() == EventKind.REFUSAL ? explain.why(e) : explain.what(e);
        return texts.get(what.key(), what.array());
    }

    String classText(LogRow row) {
        CallClass kind = kind(row);
        return kind == null ? "" : texts.get(Explain.classKey(kind));
    }

    /// What the guest heard. VMI has no common meaning of a return value: what was refused says so by itself.
    String result(LogRow row) {
        TraceEvent e = row.event();
        TraceEvent refusal = row.refusal();
        if (refusal != null && e.result() >= 0) return Symbol.result(-Math.abs(refusal.result()));
        if (e.kind() != EventKind.CALL) return "";
        return row.iface() == Iface.XEN ? Symbol.result(e.result()) : "-";
    }

    CallFilter.Facts facts(BoutSession bout, LogRow row, CallFilter filter, CostProfile profile) {
        CallClass kind = kind(row);
        String about = filter.needsAbout() ? about(explain(bout, row), row).toLowerCase(Locale.ROOT) : "";
        return new CallFilter.Facts(
                row.iface().id(),
                row.corner() == 0 ? "left" : row.corner() == 1 ? "right" : "",
                op(row).toLowerCase(Locale.ROOT),
                about,
                kind == null ? "" : id(kind),
                result(row).toLowerCase(Locale.ROOT),
                row.round(),
                row.event().vcpu(),
                row.refusal() != null,
                function(row).toLowerCase(Locale.ROOT),
                filter.needsCost()
                        ? Math.round(CallCost.of(row, profile).total().value())
                        : 0,
                filter.needsArguments() ? arguments(bout, row) : Map.of());
    }

    private Map<String, String> arguments(BoutSession bout, LogRow row) {
        Map<String, String> out = new HashMap<>();
        for (DecodedArg arg : explain(bout, row).arguments(row.event()))
            out.put(arg.name().toLowerCase(Locale.ROOT), arg.shown().toLowerCase(Locale.ROOT));
        return out;
    }

    private static @Nullable CallClass kind(LogRow row) {
        if (row.event().kind() == EventKind.CALL) return row.event().callClass();
        return row.event().kind() == EventKind.EXIT ? CallClass.CROSSING : null;
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
