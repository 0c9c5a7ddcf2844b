// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javafx.application.Platform;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.app.export.BoutArchive;

/// A person's bouts: those that the program keeps by itself in a folder of its own, and files that were opened or
/// saved elsewhere. Lives on the FX thread; files are read and written by a thread of its own, one after another.
public final class Library implements AutoCloseable {
    /// Bouts that the program keeps by itself, at most: the oldest go to the bin.
    private static final int MOST = 20;
    private static final long MOST_BYTES = 2L << 30;
    private static final int MOST_RECENT = 12;
    private static final int LAST_WRITES_SECONDS = 20;
    private static final String SUFFIX = ".ringside", RUNNING = ".running";
    private static final String RECENT = "recent";

    private final @Nullable Path folder;
    private final Settings settings;
    private final Executor window;
    private final ObservableList<BoutCard> cards = FXCollections.observableArrayList();
    private final List<CompletableFuture<?>> underWay = new ArrayList<>();
    private final ExecutorService writer;
    private volatile String recent;
    private int begun;

    /// @param window runs what changes the list
    Library(@Nullable Path folder, Settings settings, Executor window) {
        this.folder = folder;
        this.window = window;
        this.settings = settings;
        recent = settings.get(RECENT, "");
        writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("library").factory());
    }

    /// Keeps nothing by itself.
    public static Library none(Settings settings) {
        return new Library(null, settings, Platform::runLater);
    }

    /// @param state the folder of the program's own files
    public static Library in(Path state, Settings settings) {
        return new Library(state, settings, Platform::runLater);
    }

    /// The newest first.
    public ObservableList<BoutCard> cards() {
        return cards;
    }

    /// Where images out of bout files go.
    Path images() {
        Path own = folder;
        return own == null ? Path.of(System.getProperty("java.io.tmpdir"), "ringside-images") : own.resolve("images");
    }

    ExecutorService writer() {
        return writer;
    }

    /// Something to be finished before the program ends.
    void await(CompletableFuture<?> work) {
        underWay.removeIf(CompletableFuture::isDone);
        underWay.add(work);
    }

    // ---- bouts that run -------------------------------------------------------------------------------------------

    /// Begins to keep a bout, or null where nothing is kept.
    ///
    /// @param same the autosaved file that the bout came from, or null
    @Nullable
    Autosave begin(BoutSession bout, @Nullable Path same) {
        if (folder == null) return null;
        if (same != null) return new Autosave(same, bout, writer, System::currentTimeMillis);
        String stamp = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT)
                .withZone(ZoneId.systemDefault())
                .format(Instant.now());
        String name = stamp + "-" + ProcessHandle.current().pid() + "-" + begun++;
        Path file = bouts(folder).resolve(name + SUFFIX);
        return new Autosave(file, bout, writer, System::currentTimeMillis);
    }

    /// Whether the program keeps this file by itself.
    boolean owns(Path file) {
        Path own = folder;
        return own != null && bouts(own).equals(file.getParent());
    }

    /// Says on disk that this process is at work on an autosaved bout.
    void running(Path autosaved) {
        writer.execute(() -> {
            try {
                Files.createDirectories(autosaved.getParent());
                Files.writeString(marker(autosaved), mark(ProcessHandle.current()));
            } catch (IOException _) {
                return; // then nobody will offer it after a crash; it is in the list all the same
            }
        });
    }

    /// The bout was closed as it should be.
    void closed(Path autosaved) {
        writer.execute(() -> {
            delete(marker(autosaved));
            tidy(autosaved);
            refreshNow();
        });
    }

    private static Path bouts(Path folder) {
        return folder.resolve("bouts");
    }

    private static Path marker(Path autosaved) {
        return autosaved.resolveSibling(autosaved.getFileName() + RUNNING);
    }

    private static String mark(ProcessHandle process) {
        long since = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + " " + since;
    }

    /// Whether another process is at work on it, or was and ended without a word.
    private static Optional<Boolean> runs(Path autosaved) {
        try {
            String mark = Files.readString(marker(autosaved)).strip();
            return Optional.of(ProcessHandle.of(Long.parseLong(mark.split(" ", 2)[0]))
                    .filter(p -> p.isAlive() && mark(p).equals(mark))
                    .isPresent());
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    // ---- the list -------------------------------------------------------------------------------------------------

    /// Reads the list anew; it changes a moment later.
    public void refresh() {
        if (!writer.isShutdown()) writer.execute(this::refreshNow);
    }

    private void refreshNow() {
        List<BoutCard> found = scan();
        window.execute(() -> {
            if (!found.equals(cards)) cards.setAll(found);
        });
    }

    /// What there is, the newest first.
    List<BoutCard> scan() {
        List<BoutCard> found = new ArrayList<>();
        Path own = folder;
        if (own != null) {
            for (Path file : files(bouts(own))) {
                Optional<Boolean> runs = runs(file);
                if (runs.isPresent() && runs.get()) continue; // of a program that is at work on it
                card(file, true, runs.isPresent()).ifPresent(found::add);
            }
        }
        for (String path : recent.split("\n")) {
            if (path.isEmpty()) continue;
            boolean newer = found.stream()
                    .anyMatch(c -> c.about().file().equals(path) && c.about().changed());
            if (!newer) card(Path.of(path), false, false).ifPresent(found::add);
        }
        found.sort(Comparator.comparingLong((BoutCard c) -> c.about().saved()).reversed());
        return found;
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().endsWith(SUFFIX)).toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static Optional<BoutCard> card(Path file, boolean autosaved, boolean lost) {
        try {
            return Optional.of(new BoutCard(file, BoutArchive.about(file), autosaved, lost));
        } catch (IOException _) {
            return Optional.empty(); // gone meanwhile, or never one
        }
    }

    /// One autosaved bout of each plain run of a guest is enough, and there is an end to all of them.
    private void tidy(Path kept) {
        Path own = folder;
        if (own == null) return;
        Optional<BoutCard> mine = card(kept, true, false);
        List<BoutCard> all = new ArrayList<>();
        for (Path file : files(bouts(own))) {
            if (runs(file).isEmpty()) card(file, true, false).ifPresent(all::add);
        }
        all.sort(Comparator.comparingLong((BoutCard c) -> c.about().saved()).reversed());
        long bytes = 0;
        int number = 0;
        for (BoutCard card : all) {
            boolean same = mine.isPresent() && !card.file().equals(kept) && repeats(card, mine.get());
            boolean none = card.about().file().length() > 0 && !card.about().changed();
            if (same || none) {
                delete(card.file());
                continue;
            }
            boolean older = mine.isPresent()
                    && !card.file().equals(kept)
                    && !mine.get().about().file().isEmpty()
                    && card.about().file().equals(mine.get().about().file());
            bytes += size(card.file());
            if (older) toBin(card.file());
            else if (++number > MOST || bytes > MOST_BYTES) toBin(card.file());
        }
    }

    private static boolean repeats(BoutCard old, BoutCard fresh) {
        return plain(old)
                && plain(fresh)
                && old.about().title().equals(fresh.about().title())
                && old.about().corners().equals(fresh.about().corners());
    }

    private static boolean plain(BoutCard card) {
        return card.about().notes() == 0
                && card.about().file().isEmpty()
                && !card.about().changed();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException _) {
            return 0;
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            return; // it stays in the list, then
        }
    }

    // ---- what people do with the list -----------------------------------------------------------------------------

    /// A file was opened or saved by a person: the list has it from now on.
    void used(Path file) {
        String path = file.toAbsolutePath().toString();
        List<String> paths = new ArrayList<>(List.of(recent.split("\n")));
        paths.removeIf(p -> p.isEmpty() || p.equals(path));
        paths.addFirst(path);
        remember(paths.subList(0, Math.min(MOST_RECENT, paths.size())));
        refresh();
    }

    private void forget(Path file) {
        List<String> paths = new ArrayList<>(List.of(recent.split("\n")));
        paths.remove(file.toAbsolutePath().toString());
        remember(paths);
    }

    private void remember(List<String> paths) {
        recent = String.join("\n", paths);
        settings.set(RECENT, recent);
    }

    /// Another name for a bout.
    public void rename(BoutCard card, String title) {
        writer.execute(() -> {
            try {
                BoutArchive.retitle(card.file(), title);
            } catch (IOException _) {
                return; // the list shows the name that it has
            }
            refreshNow();
        });
    }

    /// Takes a bout off the list: one that the program keeps goes to its bin, a person's own file stays where it is.
    public void remove(BoutCard card) {
        cards.remove(card);
        if (!card.autosaved()) {
            forget(card.file());
            refresh();
            return;
        }
        writer.execute(() -> {
            toBin(card.file());
            delete(marker(card.file()));
            refreshNow();
        });
    }

    /// The other way round.
    public void restore(BoutCard card) {
        if (!card.autosaved()) {
            used(card.file());
            return;
        }
        writer.execute(() -> {
            try {
                Files.move(bin(card.file()), card.file());
            } catch (IOException _) {
                return; // the bin was emptied meanwhile
            }
            refreshNow();
        });
    }

    /// Nobody is asked about a lost bout again; it stays in the list.
    public void leave(BoutCard card) {
        writer.execute(() -> {
            delete(marker(card.file()));
            refreshNow();
        });
    }

    private static Path bin(Path autosaved) {
        return autosaved.resolveSibling("bin").resolve(autosaved.getFileName());
    }

    private static void toBin(Path autosaved) {
        Path bin = bin(autosaved);
        try {
            Path folder = autosaved.resolveSibling("bin");
            Files.createDirectories(folder);
            Files.move(autosaved, bin, StandardCopyOption.REPLACE_EXISTING);
            List<Path> all = new ArrayList<>(files(folder));
            all.sort(Comparator.comparing(Path::getFileName));
            for (int i = 0; i < all.size() - MOST; i++) delete(all.get(i));
        } catch (IOException _) {
            return; // it stays where it is
        }
    }

    /// Waits for what is still being written, for so long as people wait for a program to end.
    @Override
    public void close() {
        try {
            CompletableFuture.allOf(underWay.toArray(CompletableFuture<?>[]::new))
                    .get(LAST_WRITES_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // what could be written has been
        }
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LAST_WRITES_SECONDS, TimeUnit.SECONDS)) writer.shutdownNow();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
