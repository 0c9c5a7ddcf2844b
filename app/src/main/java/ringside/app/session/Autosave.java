// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Kept;

/// Keeps a bout on disk while it runs: at every bell, and whenever it is told to. No corner goes on beyond a bell
/// before the one before it is on disk, so whoever ends the program ends at most one round with it.
///
/// Corners hand over what they are on their own threads; one other thread writes, the newest only.
final class Autosave implements BellKeeper {
    private final Path file;
    private final BoutSpec spec;
    private final Executor writer;
    private final LongSupplier millis;
    private final List<@Nullable Kept> kept = new ArrayList<>();
    private final int[] bells;
    private final List<CornerFeed> feeds;
    private final BellGate gate;
    private volatile boolean on;
    private volatile BoutPapers papers = BoutPapers.NONE;
    private volatile String problem = "";
    private volatile long lastWriteNanos;
    private boolean scheduled;

    /// @param millis the present of the host
    Autosave(Path file, BoutSession bout, Executor writer, LongSupplier millis) {
        this.file = file;
        this.spec = bout.spec();
        this.feeds = bout.corners();
        this.gate = bout.gate();
        this.writer = writer;
        this.millis = millis;
        bells = new int[feeds.size()];
        for (int i = 0; i < bells.length; i++) kept.add(null);
    }

    Path file() {
        return file;
    }

    /// What the person has added, for the next time that it is written. On any thread.
    void papers(BoutPapers now) {
        papers = now;
    }

    BoutPapers papers() {
        return papers;
    }

    /// From now on the bout is worth keeping.
    void start() {
        if (on) return;
        on = true;
        gate.keeping(true);
    }

    boolean started() {
        return on;
    }

    /// Why it could not be written the last time, or "".
    String problem() {
        return problem;
    }

    /// How long the last writing took.
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    @Override
    public boolean keeps() {
        return on;
    }

    @Override
    public void rang(int corner, int rung, Kept now) {
        synchronized (this) {
            kept.set(corner, now);
            bells[corner] = rung;
        }
        schedule();
    }

    /// Keeps all corners as they stand.
    void stand(List<Kept> now) {
        synchronized (this) {
            for (int i = 0; i < now.size(); i++) {
                kept.set(i, now.get(i));
                bells[i] = feeds.get(i).state().bells();
            }
        }
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            if (scheduled) return;
            scheduled = true;
        }
        try {
            writer.execute(this::write);
        } catch (RejectedExecutionException _) {
            gate.keeping(false); // the program ends: nobody waits for a writer that is gone
        }
    }

    private void write() {
        List<Kept> all = new ArrayList<>();
        int[] at;
        synchronized (this) {
            scheduled = false;
            for (Kept k : kept) all.add(k == null ? new Kept(null, List.of()) : k);
            at = bells.clone();
        }
        long began = System.nanoTime();
        try {
            List<CornerState> stand = feeds.stream().map(CornerFeed::state).toList();
            BoutWriter.write(file, spec, all, stand, papers, millis.getAsLong());
            problem = "";
        } catch (IOException | RuntimeException e) {
            problem = e.getMessage() == null ? e.toString() : e.getMessage();
        }
        lastWriteNanos = System.nanoTime() - began;
        // A disk that is full stops nobody's bout.
        for (int i = 0; i < at.length; i++) gate.kept(i, at[i]);
    }
}
