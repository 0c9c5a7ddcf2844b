// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.wires;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// Every line that has rung a vCPU: device interrupts, event channels, interrupts between vCPUs. Read from the trace.
public final class WiresViewModel {
    private static final int FRAMES_PER_LOOK = 15;

    /// One wire: who is rung, by what, how often, when last.
    record Wire(int corner, Iface iface, EventKind kind, int line, int vcpu, long count, LogRow last) {}

    private record Key(int corner, EventKind kind, int line, int vcpu) {}

    private final Workbench workbench;
    private final Texts texts;
    private final Map<Key, Wire> wires = new LinkedHashMap<>();
    private List<Wire> shown = List.of();
    private long seen;
    private int frame;
    private boolean active;
    private @Nullable Runnable refresh;

    public WiresViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, _) -> {
            wires.clear();
            shown = List.of();
            seen = 0;
            frame = 0;
        });
        workbench.onPulse(this::pulse);
    }

    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    void setActive(boolean now) {
        active = now;
        frame = 0;
    }

    private void pulse() {
        BoutSession bout = workbench.bout();
        if (bout == null) {
            if (refresh != null && active) refresh.run();
            return;
        }
        RowLog log = bout.log().calls();
        for (long at = Math.max(seen, log.first()); at < log.end(); at++) add(log.get(at));
        seen = log.end();
        if (!active || frame++ % FRAMES_PER_LOOK != 0) return;
        shown = wires.values().stream()
                .sorted(Comparator.comparingInt(Wire::corner)
                        .thenComparing(Wire::kind)
                        .thenComparingInt(Wire::line)
                        .thenComparingInt(Wire::vcpu))
                .toList();
        if (refresh != null) refresh.run();
    }

    private void add(LogRow row) {
        EventKind kind = row.event().kind();
        if (kind != EventKind.INTERRUPT && kind != EventKind.IPI) return;
        int line = kind == EventKind.IPI ? (int) row.event().a0() : row.event().id();
        int to = kind == EventKind.IPI ? row.event().id() : row.event().vcpu();
        Key key = new Key(row.corner(), kind, line, to);
        Wire old = wires.get(key);
        wires.put(key, new Wire(row.corner(), row.iface(), kind, line, to, old == null ? 1 : old.count() + 1, row));
    }

    int count() {
        return shown.size();
    }

    Wire wire(int index) {
        return shown.get(index);
    }

    /// A wire's cells: what rings, whom, how often, when last, in which round.
    List<String> cells(Wire w) {
        boolean port = w.iface() == Iface.XEN;
        String name = switch (w.kind()) {
            case IPI -> texts.get(port ? "wires.ipi.port" : "wires.ipi", Symbol.hex(w.line()));
            default -> port ? texts.get("wires.port", w.line()) : texts.get("wires.interrupt", Symbol.vector(w.line()));
        };
        return List.of(
                name,
                texts.get("bout.lane", w.vcpu()),
                texts.number(w.count()),
                texts.number(w.last().event().tick()),
                Integer.toString(w.last().round()));
    }

    /// Selects the last time that a wire rang.
    void select(int index) {
        if (index >= 0 && index < shown.size())
            workbench
                    .places()
                    .select(new Place.Event(
                            shown.get(index).corner(), shown.get(index).last()));
    }

    /// How often each corner was rung, in words.
    List<String> totals() {
        BoutSession bout = workbench.bout();
        if (bout == null) return List.of();
        List<String> out = new ArrayList<>();
        for (var feed : bout.corners()) {
            Counts total = feed.state().snapshot().total();
            long n = total.events(EventKind.INTERRUPT) + total.events(EventKind.IPI);
            out.add(texts.get(
                    "wires.total", texts.get("corner.name." + feed.iface().id()), n));
        }
        return out;
    }
}
