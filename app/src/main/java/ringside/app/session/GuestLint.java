// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.vmm.explain.Symbol;
import ringside.vmm.probe.SharesView;
import ringside.vmm.probe.TlbView;
import ringside.vmm.probe.VcpuView;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Why;

/// Watches the present bout's guests for refusals and for habits that end badly, from what the log and the machines
/// say. It reads only; what it cannot know for sure it does not report. Lives on the FX thread.
public final class GuestLint {
    private static final int FRAMES_PER_SAMPLE = 30;
    private static final int MOST = 500, MOST_STALE = 20;
    private static final int LOOP_BYTES = 96, SPIN_SAMPLES = 4;
    private static final long SPIN_INSTRUCTIONS = 200_000;
    private static final Why[] WHYS = Why.values();

    /// What was seen of a vCPU in the last samples.
    private static final class Seen {
        int eip;
        long retired;
        long crossings;
        int same;
        boolean open;
    }

    /// What was seen of a corner.
    private static final class Watched {
        final CornerFeed feed;
        final List<Seen> vcpus = new ArrayList<>();
        final Set<Long> pinned = new HashSet<>();

        @Nullable
        CompletableFuture<Runnable> asked;

        long lookedAt = -1;
        long interrupts;

        Watched(CornerFeed feed) {
            this.feed = feed;
            for (int i = 0; i < feed.vcpus(); i++) vcpus.add(new Seen());
        }
    }

    private final ObservableList<Finding> findings = FXCollections.observableArrayList();
    private List<Watched> watched = List.of();
    private @Nullable BoutSession bout;
    private long calls, memory;
    private int frame;
    private IntConsumer onRefusal = _ -> {};

    /// Who is told of the corner in which a guest was refused something.
    void onRefusal(IntConsumer to) {
        onRefusal = to;
    }

    /// What was found in the present bout, the first one first.
    public ObservableList<Finding> findings() {
        return findings;
    }

    /// A bout has begun, or none is there any more.
    void opened(@Nullable BoutSession next) {
        bout = next;
        findings.clear();
        calls = memory = 0;
        watched = next == null
                ? List.of()
                : next.corners().stream().map(Watched::new).toList();
    }

    /// Called once a pulse, after the logs were read.
    void pulse() {
        BoutSession current = bout;
        if (current == null) return;
        readMemory(current);
        readCalls(current);
        for (Watched w : watched) answered(w);
        if (frame++ % FRAMES_PER_SAMPLE != 0) return;
        for (Watched w : watched) sample(w);
    }

    // ---- from the log ---------------------------------------------------------------------------------------------

    /// The newest rows wait for the next pulse: what belongs to them may still come.
    private void readCalls(BoutSession current) {
        RowLog log = current.log().calls();
        long end = current.moving() ? log.end() - current.corners().size() * 8L : log.end();
        for (calls = Math.max(calls, log.first()); calls < end; calls++) {
            LogRow row = log.get(calls);
            if (row.refusal() != null) refused(row);
            if (row.iface() == Iface.XEN && !row.items().isEmpty()) roots(row);
        }
    }

    private void refused(LogRow row) {
        TraceEvent refusal = row.refusal();
        if (refusal == null) return;
        onRefusal.accept(row.corner());
        String name = row.call() == null ? row.event().kind().id() : row.call().name();
        Why why = WHYS[Math.floorMod(refusal.id(), WHYS.length)];
        report(
                Finding.Kind.REFUSED,
                row.corner(),
                name + " " + why,
                new Place.Event(row.corner(), row),
                List.of(name, Symbol.result(-Math.abs(refusal.result()))));
    }

    /// Every root that the processor had before is pinned as far as this can know: the first by the builder.
    private void readMemory(BoutSession current) {
        RowLog log = current.log().memory();
        for (memory = Math.max(memory, log.first()); memory < log.end(); memory++) {
            LogRow row = log.get(memory);
            if (row.event().kind() != EventKind.ADDRESS_SPACE) continue;
            Set<Long> pinned = watched.get(row.corner()).pinned;
            if (pinned.isEmpty()) pinned.add(row.event().a1() >>> 12);
        }
    }

    private void roots(LogRow row) {
        Watched w = watched.get(row.corner());
        BoutSession current = bout;
        if (current == null || current.log().lost(row.corner()) > 0 || row.droppedItems() > 0) return;
        for (TraceEvent item : row.items()) {
            String name = name(w.feed, item);
            if (name.startsWith("pin_l")) w.pinned.add(item.a0());
            if (name.equals("unpin_table")) w.pinned.remove(item.a0());
            if (name.equals("new_baseptr") && !w.pinned.isEmpty() && !w.pinned.contains(item.a0()))
                report(
                        Finding.Kind.UNPINNED,
                        row.corner(),
                        "root",
                        new Place.Event(row.corner(), row),
                        List.of(Symbol.mfn(item.a0())));
        }
    }

    private static String name(CornerFeed feed, TraceEvent item) {
        return item.id() < 0 || item.id() >= feed.trace().calls().size()
                ? ""
                : feed.trace().calls().get(item.id()).name();
    }

    // ---- from the machines ----------------------------------------------------------------------------------------

    private void answered(Watched w) {
        CompletableFuture<Runnable> asked = w.asked;
        if (asked == null || !asked.isDone()) return;
        w.asked = null;
        if (!asked.isCompletedExceptionally()) asked.join().run();
    }

    private void sample(Watched w) {
        CornerState state = w.feed.state();
        if (state.mode() == CornerState.Mode.RUNNING) {
            spins(w, state);
            if (w.feed.iface() == Iface.XEN && w.asked == null)
                w.asked = w.feed.ask(m -> {
                    SharesView shares = m.shares();
                    return () -> unmasked(w, shares);
                });
        } else if (w.asked == null && w.lookedAt != state.version()) {
            w.lookedAt = state.version();
            w.asked = w.feed.ask(m -> {
                List<TlbView> all = new ArrayList<>();
                for (int v = 0; v < w.feed.vcpus(); v++) all.add(m.tlb(v));
                return () -> stale(w, all);
            });
        }
    }

    private void stale(Watched w, List<TlbView> all) {
        int reported = 0;
        for (int v = 0; v < all.size(); v++) {
            for (TlbView.Entry e : all.get(v).entries()) {
                if (!e.stale() || reported++ > MOST_STALE) continue;
                report(
                        Finding.Kind.STALE,
                        w.feed.index(),
                        v + " " + e.va(),
                        new Place.Address(w.feed.index(), v, e.va()),
                        List.of(
                                Integer.toString(v),
                                Symbol.hex32(e.va()),
                                Symbol.mfn(e.mfn()),
                                e.now() < 0 ? "-" : Symbol.mfn(e.now())));
            }
        }
    }

    /// An event stays pending on a vCPU that wants to hear and runs on: at two samples, with no upcall in between.
    private void unmasked(Watched w, SharesView shares) {
        CornerState state = w.feed.state();
        long interrupts = state.snapshot().total().events(EventKind.INTERRUPT)
                + state.snapshot().total().exits(ExitCause.INTERRUPT);
        boolean quiet = interrupts == w.interrupts;
        w.interrupts = interrupts;
        for (SharesView.Upcall u : shares.upcalls()) {
            if (u.vcpu() >= w.vcpus.size()
                    || u.vcpu() >= state.snapshot().vcpus().size()) continue;
            Seen seen = w.vcpus.get(u.vcpu());
            VcpuView v = state.snapshot().vcpus().get(u.vcpu());
            boolean runs = v.doing() == VcpuView.Doing.KERNEL || v.doing() == VcpuView.Doing.USER;
            boolean open = u.pending() && !u.masked() && runs;
            if (open && seen.open && quiet)
                report(
                        Finding.Kind.UNMASKED,
                        w.feed.index(),
                        "vcpu " + u.vcpu(),
                        new Place.Vcpu(w.feed.index(), u.vcpu()),
                        List.of(Integer.toString(u.vcpu())));
            seen.open = open;
        }
    }

    /// The same few bytes for several samples and many instructions, without one crossing, while others could run.
    private void spins(Watched w, CornerState state) {
        List<VcpuView> all = state.snapshot().vcpus();
        List<Long> crossings = state.snapshot().total().crossingsPerVcpu();
        if (all.size() < 2 || w.feed.iface() == Iface.NATIVE) return;
        for (int n = 0; n < Math.min(all.size(), w.vcpus.size()); n++) {
            VcpuView v = all.get(n);
            Seen seen = w.vcpus.get(n);
            long crossed = n < crossings.size() ? crossings.get(n) : 0;
            boolean near = Math.abs(v.linearEip() - seen.eip) < LOOP_BYTES;
            boolean ran = v.retired() - seen.retired > SPIN_INSTRUCTIONS;
            boolean same = near && ran && crossed == seen.crossings && v.doing() == VcpuView.Doing.KERNEL;
            seen.same = same ? seen.same + 1 : 0;
            if (!near) seen.eip = v.linearEip();
            seen.retired = v.retired();
            seen.crossings = crossed;
            if (seen.same != SPIN_SAMPLES) continue;
            report(
                    Finding.Kind.SPINS,
                    w.feed.index(),
                    n + " " + (v.linearEip() >>> 7),
                    new Place.Address(w.feed.index(), n, v.linearEip()),
                    List.of(Integer.toString(n), Symbol.hex32(v.linearEip())));
        }
    }

    private void report(Finding.Kind kind, int corner, String what, Place place, List<String> values) {
        for (int i = 0; i < findings.size(); i++) {
            Finding f = findings.get(i);
            if (f.kind() != kind || f.corner() != corner || !f.what().equals(what)) continue;
            findings.set(i, f.again(place, values));
            return;
        }
        if (findings.size() < MOST) findings.add(new Finding(kind, corner, what, place, 1, values));
    }
}
