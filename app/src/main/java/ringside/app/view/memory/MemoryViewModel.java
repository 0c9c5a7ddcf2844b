// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.jspecify.annotations.Nullable;
import ringside.app.session.BoutSession;
import ringside.app.session.CornerFeed;
import ringside.app.session.LogRow;
import ringside.app.session.Place;
import ringside.app.session.RowLog;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.explain.Explain;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.WalkView;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;

/// Page-table updates as they happen, and the translation of one address on every corner.
public final class MemoryViewModel {
    private static final int FRAMES_PER_WALK = 15;
    private static final ExitCause[] CAUSES = ExitCause.values();

    /// One corner's walks of the address.
    public record CornerWalks(Iface iface, List<WalkView> walks) {}

    /// The address and how every corner translates it.
    public record Translation(int va, List<CornerWalks> corners) {}

    private final Workbench workbench;
    private final Texts texts;
    private final StringProperty address = new SimpleStringProperty("");
    private final BooleanProperty followEip = new SimpleBooleanProperty(true);
    private final ReadOnlyObjectWrapper<@Nullable Translation> translation = new ReadOnlyObjectWrapper<>();
    private List<CompletableFuture<List<WalkView>>> asked = List.of();
    private int askedVa;
    private int frame;
    private long seen = -1;
    private boolean active;
    private int entryCorner = -1;
    private long entry;
    private final List<Long> ofEntry = new ArrayList<>();
    private long scanned;
    private @Nullable Runnable refresh;

    public MemoryViewModel(Workbench workbench, Texts texts) {
        this.workbench = workbench;
        this.texts = texts;
        workbench.boutProperty().addListener((_, _, _) -> {
            asked = List.of();
            translation.set(null);
            onlyEntry(-1, 0);
            seen = -1;
            frame = 0;
        });
        workbench.places().selectedProperty().addListener((_, _, place) -> {
            if (!(place instanceof Place.Address(int _, int _, int va))) return;
            address.set(Symbol.hex32(va));
            look();
        });
        workbench.onPulse(this::pulse);
    }

    void onRefresh(Runnable listener) {
        refresh = listener;
    }

    /// Walks are asked for only while somebody looks.
    void setActive(boolean shown) {
        active = shown;
    }

    private void pulse() {
        BoutSession bout = workbench.bout();
        if (bout == null || !active) return;
        long end = bout.log().memory().end();
        if (end != seen && refresh != null) {
            scan(bout);
            seen = end;
            refresh.run();
        }
        if (frame++ % FRAMES_PER_WALK == 0 && asked.isEmpty()) ask(bout);
        if (!asked.isEmpty() && asked.stream().allMatch(CompletableFuture::isDone)) answered(bout);
    }

    private void ask(BoutSession bout) {
        if (followEip.get()) {
            CornerFeed first = bout.corners().getFirst();
            askedVa = first.state().snapshot().vcpus().getFirst().linearEip();
        } else {
            Integer typed = parse(address.get());
            if (typed == null) return;
            askedVa = typed;
        }
        List<CompletableFuture<List<WalkView>>> all = new ArrayList<>();
        for (CornerFeed feed : bout.corners()) all.add(feed.walk(0, askedVa));
        asked = all;
    }

    private void answered(BoutSession bout) {
        List<CornerWalks> walks = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            CompletableFuture<List<WalkView>> answer = asked.get(i);
            walks.add(new CornerWalks(
                    bout.corners().get(i).iface(), answer.isCompletedExceptionally() ? List.of() : answer.join()));
        }
        asked = List.of();
        if (followEip.get()) address.set(Symbol.hex32(askedVa));
        Translation next = new Translation(askedVa, walks);
        if (!next.equals(translation.get())) translation.set(next);
    }

    /// The address as it was typed, or null when it is none.
    static @Nullable Integer parse(String text) {
        String digits = text.strip().replaceFirst("^0[xX]", "").replace("_", "");
        if (!digits.matches("[0-9a-fA-F]{1,8}")) return null;
        return Integer.parseUnsignedInt(digits, 16);
    }

    /// Shows another address from now on.
    public void look() {
        followEip.set(false);
        frame = 0;
    }

    // ---- who wrote this -------------------------------------------------------------------------------------------

    /// Lists only changes of the entry at a machine address, or all again for a corner below 0.
    void onlyEntry(int corner, long maddr) {
        entryCorner = corner;
        entry = corner < 0 ? 0 : maddr;
        ofEntry.clear();
        scanned = 0;
        BoutSession bout = workbench.bout();
        if (bout != null) scan(bout);
    }

    private void scan(BoutSession bout) {
        if (entry == 0) return;
        RowLog log = bout.log().memory();
        for (scanned = Math.max(scanned, log.first()); scanned < log.end(); scanned++) {
            LogRow row = log.get(scanned);
            if (row.corner() == entryCorner && entryOf(row) == entry) ofEntry.add(scanned);
        }
        ofEntry.removeIf(at -> at < log.first());
    }

    /// Machine address of the entry that a row changed, or -1.
    long entryOf(LogRow row) {
        return row.event().kind() == EventKind.PTE_UPDATE ? row.event().a0() : -1;
    }

    /// The entry whose changes are listed, or 0.
    long entry() {
        return entry;
    }

    int entryCorner() {
        return entryCorner;
    }

    String changesWords() {
        if (entry == 0) return "";
        if (count() == 0) return texts.get("memory.changes.never", Symbol.maddr(entry));
        LogRow last = row(count() - 1);
        return texts.get(
                "memory.changes.words",
                Symbol.maddr(entry),
                count(),
                by(last),
                last.event().tick());
    }

    /// Who changed it: the call or crossing, and the function that it came from.
    String by(LogRow row) {
        LogRow cause = row.cause();
        if (cause == null) return "";
        String from =
                cause.site() == 0 ? "" : workbench.symbols().of(cause.corner()).at(cause.site());
        String name = cause.call() != null
                ? cause.call().name()
                : cause.event().kind() == EventKind.EXIT
                        ? texts.get(Explain.causeKey(
                                CAUSES[Math.floorMod(cause.event().id(), CAUSES.length)]))
                        : cause.event().kind().id();
        return from.isEmpty() ? name : name + "  " + from;
    }

    /// Selects what changed it, in every view.
    void goTo(LogRow row) {
        LogRow cause = row.cause();
        workbench
                .places()
                .select(
                        cause != null
                                ? new Place.Event(cause.corner(), cause)
                                : new Place.Moment(row.corner(), row.event().tick()));
    }

    public long count() {
        if (entry != 0) return ofEntry.size();
        BoutSession bout = workbench.bout();
        return bout == null
                ? 0
                : bout.log().memory().end() - bout.log().memory().first();
    }

    public LogRow row(long index) {
        BoutSession bout = workbench.bout();
        if (bout == null) throw new IllegalStateException("rows without a bout");
        RowLog log = bout.log().memory();
        return entry != 0 ? log.get(ofEntry.get((int) index)) : log.get(log.first() + index);
    }

    /// A row's cells: time, vCPU, what, level, where, before, after, by whom.
    public List<String> cells(LogRow row) {
        TraceEvent e = row.event();
        boolean machine = row.iface() == Iface.XEN;
        String frames = machine ? "mfn" : "pfn";
        String time = texts.number(e.tick());
        String vcpu = Integer.toString(e.vcpu());
        return switch (e.kind()) {
            case PTE_UPDATE ->
                List.of(
                        time,
                        vcpu,
                        texts.get("memory.kind.update"),
                        level(e.id()),
                        Symbol.maddr(e.a0()),
                        Symbol.pte(e.a1(), frames),
                        Symbol.pte(e.a2(), frames),
                        by(row));
            case SHADOW_FILL ->
                List.of(
                        time,
                        vcpu,
                        texts.get("memory.kind.fill"),
                        level(e.id()),
                        Symbol.va(e.a0()),
                        Symbol.pte(e.a1(), "pfn"),
                        Symbol.pte(e.a2(), "mfn"),
                        by(row));
            default ->
                List.of(
                        time,
                        vcpu,
                        texts.get("memory.kind.space"),
                        "CR3",
                        "",
                        Symbol.maddr(e.a1()),
                        Symbol.maddr(e.a0()),
                        by(row));
        };
    }

    private static String level(int level) {
        return "L" + level;
    }

    /// Whether a row is a shadow fill, which no guest ever sees.
    static boolean hidden(LogRow row) {
        return row.event().kind() == EventKind.SHADOW_FILL;
    }

    public StringProperty addressProperty() {
        return address;
    }

    /// Whether the address is the left corner's next instruction.
    public BooleanProperty followEipProperty() {
        return followEip;
    }

    public ReadOnlyObjectProperty<@Nullable Translation> translationProperty() {
        return translation.getReadOnlyProperty();
    }
}
