// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.wires;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.SharesView;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// Every line that has rung a vCPU: device interrupts, event channels, interrupts between vCPUs. Read from the trace.
public final class WiresViewModel {
    private static final int FRAMES_PER_LOOK = 15;

    /// One wire: who is rung, by what, how often, when last.
    record Wire(int corner, Iface iface, EventKind kind, int line, int vcpu, long count, LogRow last) {}

    private record Key(int corner, EventKind kind, int line, int vcpu) {}

    /// What is looked at.
    public enum Page {
        LINES,
        CHANNELS,
        GRANTS,
        RINGS,
        STORE
    }

    private final Workbench workbench;
    private final Texts texts;
    private final Map<Key, Wire> wires = new LinkedHashMap<>();
    private List<Wire> shown = List.of();
    private long seen;
    private int frame;
    private boolean active;
    private @Nullable Runnable refresh;
    private final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.LINES);
    private SharesView shares = SharesView.NOTHING;
    private @Nullable CompletableFuture<SharesView> asked;

    public WiresViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, _) -> {
            wires.clear();
            shown = List.of();
            shares = SharesView.NOTHING;
            asked = null;
            seen = 0;
            frame = 0;
        });
        page.addListener((_, _, _) -> frame = 0);
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
        CompletableFuture<SharesView> waiting = asked;
        if (waiting != null && waiting.isDone()) {
            asked = null;
            if (!waiting.isCompletedExceptionally()) shares = waiting.join();
            if (refresh != null && active) refresh.run();
        }
        if (!active || frame++ % FRAMES_PER_LOOK != 0) return;
        if (asked == null && page.get() != Page.LINES) {
            CornerFeed xen = xen(bout);
            if (xen != null) asked = xen.ask(Inspection::shares);
        }
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
        if (kind == EventKind.INTERRUPT && row.event().id() < 0) return; // no port, so no wire
        int line = kind == EventKind.IPI ? (int) row.event().a0() : row.event().id();
        int to = kind == EventKind.IPI ? row.event().id() : row.event().vcpu();
        Key key = new Key(row.corner(), kind, line, to);
        Wire old = wires.get(key);
        wires.put(key, new Wire(row.corner(), row.iface(), kind, line, to, old == null ? 1 : old.count() + 1, row));
    }

    private static @Nullable CornerFeed xen(BoutSession bout) {
        for (CornerFeed feed : bout.corners()) if (feed.iface() == Iface.XEN) return feed;
        return null;
    }

    /// Why a page about channels is empty, in words.
    String whyEmpty() {
        BoutSession bout = workbench.bout();
        return texts.get(
                bout == null || page.get() == Page.LINES
                        ? "wires.empty"
                        : xen(bout) == null ? "wires.no-channels" : "wires.nothing-shared");
    }

    ObjectProperty<Page> pageProperty() {
        return page;
    }

    /// Rows of a page other than that of the lines.
    List<List<String>> sharedRows() {
        List<List<String>> out = new ArrayList<>();
        switch (page.get()) {
            case LINES -> {}
            case CHANNELS -> {
                for (SharesView.Port p : shares.ports())
                    out.add(List.of(
                            Integer.toString(p.number()),
                            p.state(),
                            texts.get("bout.lane", p.vcpu()),
                            p.pending() ? texts.get("wires.pending") : "",
                            p.masked() ? texts.get("wires.masked") : "",
                            p.leads().isEmpty() ? far(p) : p.leads()));
            }
            case GRANTS -> {
                for (SharesView.Grant g : shares.grants())
                    out.add(List.of(
                            Integer.toString(g.reference()),
                            texts.get("wires.domain", g.domain()),
                            Symbol.hex(g.frame()),
                            texts.get((g.flags() & 4) != 0 ? "wires.read-only" : "wires.read-write"),
                            g.inUse() ? texts.get("wires.in-use") : ""));
            }
            case RINGS -> {
                for (SharesView.Ring r : shares.rings())
                    out.add(List.of(
                            r.device(),
                            r.ring(),
                            r.state(),
                            Integer.toString(r.port()),
                            texts.number(r.produced()),
                            texts.number(r.consumed()),
                            texts.number(r.answered())));
            }
            case STORE -> {
                for (SharesView.Node n : shares.store()) out.add(List.of(n.path(), n.value(), n.permissions()));
            }
        }
        return out;
    }

    private String far(SharesView.Port p) {
        return switch (p.state()) {
            case "virq" -> texts.get("wires.virq", p.far());
            case "ipi" -> "";
            default -> texts.get("wires.far", p.domain(), p.far());
        };
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
