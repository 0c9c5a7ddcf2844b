// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Kept;

/// The present bout as a file: its title, whether it has changed since it was saved, and what keeps it while it runs.
/// Lives on the FX thread.
public final class BoutFiles {
    /// Between two bells, so often at least is a bout kept that runs.
    private static final long SECONDS_BETWEEN = 60;
    /// Of the host's time, what keeping a long round may take: one of so many.
    private static final long SHARE = 20;
    /// Moments that are kept by hand at once.
    private static final int MOST_SNAPSHOTS = 8;

    private final Library library;
    private final ReadOnlyStringWrapper title = new ReadOnlyStringWrapper("");
    private final ReadOnlyBooleanWrapper unsaved = new ReadOnlyBooleanWrapper();
    private Supplier<String> layout = () -> "";
    private Supplier<List<Note>> notes = List::of;
    private BooleanSupplier blind = () -> false;
    private @Nullable BoutSession bout;
    private @Nullable Autosave autosave;
    private @Nullable Path file;
    private List<Long> savedAt = List.of();
    private String savedNotes = "";
    private List<Long> keptAt = List.of();
    private long keptNanos;
    private boolean touched;
    private boolean asked;
    private List<BoutPapers.Snap> snapshots = List.of();

    BoutFiles(Library library) {
        this.library = library;
    }

    /// Where the layout of the tiles is to be had.
    public void layoutFrom(Supplier<String> arrangement) {
        layout = arrangement;
    }

    void notesFrom(Supplier<List<Note>> list) {
        notes = list;
    }

    void blindFrom(BooleanSupplier covered) {
        blind = covered;
    }

    /// What the present bout is called, or "".
    public ReadOnlyStringProperty titleProperty() {
        return title.getReadOnlyProperty();
    }

    /// Whether something happened that the person's file does not have.
    public ReadOnlyBooleanProperty unsavedProperty() {
        return unsaved.getReadOnlyProperty();
    }

    /// The person's own file of the present bout, or null.
    public @Nullable Path file() {
        return file;
    }

    public Library library() {
        return library;
    }

    /// Another title; its file has it when it is saved.
    public void setTitle(String name) {
        title.set(name);
        touched = true;
    }

    // ---- a bout's way ---------------------------------------------------------------------------------------------

    /// A bout was opened.
    ///
    /// @param from the file that it came from, or null
    /// @param own  the person's own file of it, or null
    /// @param keep whether it is worth keeping already
    void opened(BoutSession now, String name, @Nullable Path from, @Nullable Path own, boolean keep) {
        opened(now, name, from, own, List.of(), keep);
    }

    /// The same. @param moments that its file has kept
    void opened(
            BoutSession now,
            String name,
            @Nullable Path from,
            @Nullable Path own,
            List<BoutPapers.Snap> moments,
            boolean keep) {
        bout = now;
        title.set(name);
        file = own;
        touched = false;
        asked = false;
        snapshots = moments;
        keptAt = savedAt = places(now);
        savedNotes = Note.write(notes.get());
        keptNanos = System.nanoTime();
        autosave = library.begin(now, from != null && library.owns(from) ? from : null);
        if (autosave != null) now.keepBy(autosave);
        unsaved.set(false);
        if (from != null && own == null || keep) wanted();
    }

    /// A person has begun to do something with the bout: from now on it is kept.
    void wanted() {
        asked = true;
        if (autosave == null || autosave.started()) return;
        autosave.papers(papers());
        library.running(autosave.file());
        autosave.start();
    }

    /// A person did something that nobody else will do again.
    void touched() {
        touched = true;
        wanted();
    }

    /// Keeps the present moment in the file, under a name; of many the oldest goes. Answers later, on the FX thread.
    void snapshot(String name, Runnable done) {
        BoutSession now = bout;
        if (now == null) return;
        touched();
        now.keep()
                .thenAccept(kept -> Platform.runLater(() -> {
                    if (bout != now) return;
                    List<BoutPapers.Snap> all = new ArrayList<>(snapshots);
                    all.add(new BoutPapers.Snap(name, kept));
                    if (all.size() > MOST_SNAPSHOTS) all.removeFirst();
                    snapshots = List.copyOf(all);
                    savedNotes = "\0"; // a file without it is not up to date
                    done.run();
                }));
    }

    /// Once a frame.
    void pulse() {
        BoutSession now = bout;
        if (now == null) return;
        unsaved.set(asked && (!places(now).equals(savedAt) || !savedNotes.equals(Note.write(notes.get()))));
        Autosave keeper = autosave;
        if (keeper == null || !keeper.started()) return;
        keeper.papers(papers());
        long every = Math.max(SECONDS_BETWEEN * 1_000_000_000L, SHARE * keeper.lastWriteNanos());
        if (System.nanoTime() - keptNanos < every) return;
        keptNanos = System.nanoTime();
        List<Long> places = places(now);
        if (places.equals(keptAt)) return;
        keptAt = places;
        now.keep().thenAccept(keeper::stand);
    }

    /// The bout is about to end: what it is now is kept.
    void closing() {
        BoutSession old = bout;
        Autosave keeper = autosave;
        if (old != null && keeper != null) keeper.papers(papers(old));
        bout = null;
        autosave = null;
        title.set("");
        unsaved.set(false);
        file = null;
        if (old == null || keeper == null || !keeper.started()) return;
        library.await(old.keep().handle((kept, _) -> {
            if (kept != null) keeper.stand(kept);
            library.closed(keeper.file());
            return keeper;
        }));
    }

    /// Writes the present bout to a file of the person's.
    ///
    /// @param done is told on the FX thread what went wrong, or ""
    public void save(Path to, java.util.function.Consumer<String> done) {
        BoutSession now = bout;
        if (now == null) return;
        List<Long> places = places(now);
        String written = Note.write(notes.get());
        BoutPapers papers = new BoutPapers(title.get(), written, notes.get().size(), layout.get(), "", false, snapshots)
                .blindly(blind.getAsBoolean());
        CompletableFuture<String> saved = now.keep()
                .thenApplyAsync(kept -> write(to, now, kept, papers), library.writer())
                .exceptionally(e -> String.valueOf(e.getMessage()));
        library.await(saved);
        saved.thenAccept(problem -> Platform.runLater(() -> {
            if (problem.isEmpty()) {
                library.used(to);
                if (bout == now) {
                    file = to;
                    savedAt = places;
                    savedNotes = written;
                }
            }
            done.accept(problem);
        }));
    }

    private static String write(Path to, BoutSession bout, List<Kept> kept, BoutPapers papers) {
        try {
            List<CornerState> stand =
                    bout.corners().stream().map(CornerFeed::state).toList();
            BoutWriter.write(to, bout.spec(), kept, stand, papers, System.currentTimeMillis());
            return "";
        } catch (IOException | RuntimeException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    private BoutPapers papers() {
        BoutSession now = bout;
        return now == null ? BoutPapers.NONE : papers(now);
    }

    private BoutPapers papers(BoutSession of) {
        boolean branched =
                of.corners().stream().anyMatch(c -> c.state().travel().branches() > 0);
        Path own = file;
        boolean changed = own == null
                ? touched || branched
                : !places(of).equals(savedAt) || !savedNotes.equals(Note.write(notes.get()));
        List<Note> all = notes.get();
        String path = own == null ? "" : own.toAbsolutePath().toString();
        return new BoutPapers(title.get(), Note.write(all), all.size(), layout.get(), path, changed, snapshots)
                .blindly(blind.getAsBoolean());
    }

    /// Where the present of each corner is.
    private static List<Long> places(BoutSession of) {
        List<Long> places = new ArrayList<>();
        for (CornerFeed feed : of.corners()) {
            Travel travel = feed.state().travel();
            places.add(travel.past() ? travel.now() : travel.here());
            places.add((long) travel.branches());
        }
        return places;
    }
}
