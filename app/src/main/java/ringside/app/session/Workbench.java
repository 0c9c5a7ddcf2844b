// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.app.export.BoutArchive;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.score.CostProfile;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// What the window is working on: the current bout, who moves, who has the keys, what went wrong.
///
/// Lives on the FX thread. Views register with {@link #onPulse} and read the newest states there; nothing here waits
/// for an engine.
public final class Workbench {
    /// The text key of the notice that a file begins at its start.
    public static final String FROM_START = "files.from-start";

    public static final int HISTORY_MEGABYTES = 512;

    private final CornerSource source;
    private final Settings settings;
    private final ReadOnlyObjectWrapper<@Nullable BoutSession> bout = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyBooleanWrapper opening = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper moving = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper steppable = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper back = new ReadOnlyBooleanWrapper();
    private final ReadOnlyBooleanWrapper past = new ReadOnlyBooleanWrapper();
    private final ObservableList<Problem> problems = FXCollections.observableArrayList();
    private final IntegerProperty whoMoves = new SimpleIntegerProperty(-1);
    private final IntegerProperty keysTo = new SimpleIntegerProperty(-1);
    private final IntegerProperty activeCorner = new SimpleIntegerProperty(0);
    private final BooleanProperty longCursorKeys = new SimpleBooleanProperty();
    private final BooleanProperty waitAtBells = new SimpleBooleanProperty(true);
    private final ObjectProperty<CostProfile> profile = new SimpleObjectProperty<>();
    private final BooleanProperty pauseOnRefusal = new SimpleBooleanProperty();
    private final BooleanProperty singleKeys = new SimpleBooleanProperty(true);
    private final IntegerProperty historyMegabytes = new SimpleIntegerProperty(HISTORY_MEGABYTES);
    private final BooleanProperty differences = new SimpleBooleanProperty();
    private final LongProperty pace = new SimpleLongProperty(0);
    private final BooleanProperty swapped = new SimpleBooleanProperty();
    private final ReadOnlyObjectWrapper<List<Iface>> covered = new ReadOnlyObjectWrapper<>(List.of());
    private final StringProperty notice = new SimpleStringProperty("");
    private final Places places = new Places();
    private final ObservableList<Note> notes = FXCollections.observableArrayList();
    private final KeyTypist typist = new KeyTypist();
    private final Symbols symbols = new Symbols();
    private final Breakpoints breakpoints = new Breakpoints();
    private final GuestLint lint = new GuestLint();
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean notesOfGuest = true;
    private final Library library;
    private final BoutFiles files;
    private final TimeCursor cursor;
    private boolean ownMachine;

    /// Without bouts of before.
    public Workbench(CornerSource source, Settings settings) {
        this(source, settings, Library.none(settings));
    }

    /// @param library where bouts are kept
    public Workbench(CornerSource source, Settings settings, Library library) {
        this.source = source;
        this.settings = settings;
        this.library = library;
        files = new BoutFiles(library);
        files.notesFrom(() -> notes);
        files.blindFrom(this::blind);
        String prices = settings.get("profile", CostProfile.DEFAULT);
        profile.set(CostProfile.builtIn(CostProfile.BUILT_IN.contains(prices) ? prices : CostProfile.DEFAULT));
        cursor = new TimeCursor(bout::get, whoMoves::get);
        places.selectedProperty().addListener((_, _, place) -> {
            if (place instanceof Place.Moment(int corner, long tick)) visit(corner, tick);
        });
        keysTo.addListener((_, was, is) -> {
            if (was.intValue() >= 0) post(was.intValue(), new EngineCommand.Interactive(ownMachine));
            if (is.intValue() >= 0) post(is.intValue(), new EngineCommand.Interactive(true));
        });
        if (CostProfile.parse(settings.get("profile.own", "")) instanceof CostProfile.Parsed.Ok own)
            profile.set(own.profile());
        remember(pauseOnRefusal, "pause-on-refusal");
        remember(singleKeys, "single-keys");
        String megabytes = settings.get("history-megabytes", "");
        if (megabytes.matches("\\d{2,5}")) historyMegabytes.set(Integer.parseInt(megabytes));
        historyMegabytes.addListener((_, _, now) -> {
            settings.set("history-megabytes", now.toString());
            post(-1, new EngineCommand.HistoryBudget(now.longValue() << 20));
        });
        profile.addListener((_, _, now) -> {
            settings.set("profile", now.id());
            settings.set("profile.own", now.equals(CostProfile.builtIn(now.id())) ? "" : now.text());
        });
        lint.onRefusal(corner -> {
            if (pauseOnRefusal.get()) post(corner, new EngineCommand.Pause());
        });
        waitAtBells.addListener((_, _, wait) -> {
            if (bout.get() != null) bout.get().waitAtBells(wait);
        });
        bout.addListener((_, _, now) -> {
            symbols.opened(now);
            breakpoints.opened(now);
            lint.opened(now);
        });
        pace.addListener((_, _, ticks) -> post(-1, new EngineCommand.Pace(ticks.longValue())));
    }

    /// The guests that ship inside, in their order.
    public List<GuestCard> gallery() {
        return source.gallery();
    }

    /// Opens a bout off the FX thread and runs it. Problems end up in {@link #problems}.
    public void ring(GuestCard guest, List<Iface> corners) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        open(guest.bout(corners), guest.bells(), Beginning.of(guest.title(), true), EngineCommand.Run::new);
    }

    /// The same, but stops at the first bell.
    public void ringOnce(GuestCard guest, List<Iface> corners) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        open(guest.bout(corners), guest.bells(), Beginning.of(guest.title(), false), EngineCommand.StepBell::new);
    }

    /// Rings the bell for the current bout once more, from the start.
    public void ringAgain() {
        BoutSession current = bout.get();
        if (current == null || opening.get()) return;
        opening.set(true);
        problems.clear();
        Beginning beginning = Beginning.of(files.titleProperty().get(), true).blindly(blind());
        open(current.spec(), current.bells(), beginning, EngineCommand.Run::new);
    }

    /// The interfaces that the present guest could run under.
    public List<Iface> possibleCorners() {
        BoutSession current = bout.get();
        if (current == null) return List.of();
        List<Iface> any = List.of(Iface.VMI, Iface.XEN, Iface.NATIVE);
        return gallery().stream()
                .filter(g -> g.id().equals(current.guest()))
                .findFirst()
                .map(GuestCard::corners)
                .orElse(any);
    }

    /// Rings the bell for the same guest in other corners, from the start: a corner can only be compared with one that
    /// began with it.
    public void ringIn(List<Iface> corners) {
        BoutSession current = bout.get();
        if (current == null || opening.get() || corners.isEmpty()) return;
        opening.set(true);
        problems.clear();
        String title = files.titleProperty().get();
        open(current.spec().withCorners(corners), current.bells(), Beginning.of(title, true), EngineCommand.Run::new);
    }

    /// One more corner: the first that the guest could run in and does not.
    public void addCorner() {
        BoutSession current = bout.get();
        if (current == null) return;
        List<Iface> now = new ArrayList<>(current.spec().corners());
        possibleCorners().stream().filter(i -> !now.contains(i)).findFirst().ifPresent(more -> {
            now.add(more);
            ringIn(now);
        });
    }

    /// The same guest, the active corner under its next interface.
    public void otherInterface() {
        BoutSession current = bout.get();
        if (current == null) return;
        List<Iface> now = new ArrayList<>(current.spec().corners()), all = possibleCorners();
        int corner = Math.min(activeCorner.get(), now.size() - 1);
        int at = all.indexOf(now.get(corner));
        for (int i = 1; i < all.size(); i++) {
            Iface next = all.get((at + i) % all.size());
            if (now.contains(next)) continue;
            now.set(corner, next);
            ringIn(now);
            return;
        }
    }

    /// Rings the bell for the same guest in the same corners, but nobody is told which is which.
    ///
    /// @param seed of the new bout; it decides the order of the corners too
    public void ringBlind(long seed) {
        BoutSession current = bout.get();
        if (current == null || opening.get()) return;
        opening.set(true);
        problems.clear();
        List<Iface> order = new ArrayList<>(current.spec().corners());
        Collections.sort(order);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) Collections.swap(order, i, random.nextInt(i + 1));
        String title = files.titleProperty().get();
        BoutSpec spec = current.spec().withCorners(order).withSeed(seed);
        open(spec, current.bells(), Beginning.of(title, true).blindly(true), EngineCommand.Run::new);
    }

    /// Of a blind bout the interfaces in the order of their places A, B and so on; of another one none.
    public ReadOnlyObjectProperty<List<Iface>> coveredProperty() {
        return covered.getReadOnlyProperty();
    }

    /// Whether the present bout is a blind one.
    public boolean blind() {
        return !covered.get().isEmpty();
    }

    /// Gives the corners of this bout their names, or takes them away again.
    public void cover(BoutSession session, boolean blind) {
        if (session != bout.get()) return;
        covered.set(blind ? session.spec().corners() : List.of());
        files.touched();
    }

    /// Whether the corners are shown in the other order. Only that: what they are called stays.
    public BooleanProperty swappedProperty() {
        return swapped;
    }

    /// What a bout begins with.
    ///
    /// @param from  the file that it comes from, or null
    /// @param own   the person's own file, or null
    /// @param notes as its file has them, or null for those of the guest
    /// @param keep  whether it is to be kept from the beginning
    /// @param blind nobody is told which corner is which
    private record Beginning(
            String title,
            @Nullable Path from,
            @Nullable Path own,
            @Nullable String notes,
            List<BoutPapers.Snap> moments,
            boolean keep,
            boolean blind) {
        static Beginning of(String title, boolean keep) {
            return new Beginning(title, null, null, null, List.of(), keep, false);
        }

        Beginning blindly(boolean covered) {
            return new Beginning(title, from, own, notes, moments, keep, covered);
        }
    }

    private void open(BoutSpec spec, Map<Integer, String> bells, Beginning beginning, Supplier<EngineCommand> first) {
        CompletableFuture<?> free = letGo();
        Thread.ofVirtual().name("open-bout").start(() -> {
            free.join();
            Bouts.Opened opened = openQuietly(spec);
            Platform.runLater(() -> opened(spec, bells, opened, beginning, first));
        });
    }

    /// Opens a file and goes on where it stands.
    public void open(Path from) {
        open(from, false, -1);
    }

    /// Opens a file at a moment that was kept by hand. @param snapshot its number
    public void openAt(Path from, int snapshot) {
        open(from, false, snapshot);
    }

    /// Opens a file.
    ///
    /// @param again runs the bout anew from its start, with everything that came into it: then all of it can be
    ///     gone back to
    public void open(Path from, boolean again) {
        open(from, again, -1);
    }

    private void open(Path from, boolean again, int snapshot) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        notice.set("");
        CompletableFuture<?> free = letGo();
        Thread.ofVirtual().name("open-file").start(() -> {
            free.join();
            BoutOpener.Result read = BoutOpener.open(source, from, library.images(), again, snapshot);
            Platform.runLater(() -> opened(read, from, again));
        });
    }

    private void opened(BoutOpener.Result read, Path from, boolean again) {
        BoutArchive archive = read.archive();
        BoutSpec spec = read.spec();
        if (archive == null || spec == null || !(read.opened() instanceof Bouts.Opened.Ready)) {
            opening.set(false);
            problems.setAll(read.opened() instanceof Bouts.Opened.Wrong(List<Problem> wrong) ? wrong : List.of());
            return;
        }
        boolean mine = library.owns(from);
        String file = archive.about().file();
        Path own = !mine ? from : file.isEmpty() ? null : Path.of(file);
        String title = archive.about().title().isEmpty()
                ? spec.guest()
                : archive.about().title();
        if (!archive.layout().isEmpty()) settings.set("layout." + spec.guest(), archive.layout());
        Map<Integer, String> bells = gallery().stream()
                .filter(g -> g.id().equals(spec.guest()))
                .findFirst()
                .map(GuestCard::bells)
                .orElse(Map.of());
        List<BoutPapers.Snap> moments = new ArrayList<>();
        for (int k = 0; k < archive.snapshots().size(); k++)
            moments.add(new BoutPapers.Snap(
                    archive.about().snapshots().get(k), archive.snapshots().get(k)));
        Beginning beginning = new Beginning(
                title,
                from,
                own,
                archive.notes(),
                moments,
                false,
                archive.about().blind());
        opened(spec, bells, read.opened(), beginning, again ? EngineCommand.Run::new : EngineCommand.Nudge::new);
        if (read.fromStart() && !again) notice.set(FROM_START);
        if (!mine) library.used(from);
    }

    /// Boots what people have put together. Files are read off the FX thread.
    public void ring(ImportRequest request) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        CompletableFuture<?> free = letGo();
        Thread.ofVirtual().name("read-files").start(() -> {
            free.join();
            if (request.kernel() != null) symbols.lookBeside(request.kernel());
            Importer.Result read = Importer.read(request);
            BoutSpec spec = read.spec();
            if (spec == null) {
                Platform.runLater(() -> {
                    opening.set(false);
                    problems.setAll(read.problems());
                });
            } else {
                Bouts.Opened opened = openQuietly(spec);
                Platform.runLater(
                        () -> opened(spec, Map.of(), opened, Beginning.of(spec.guest(), true), EngineCommand.Run::new));
            }
        });
    }

    /// A bout that holds files of the host ends before another one begins: nobody else can open them.
    private CompletableFuture<?> letGo() {
        BoutSession current = bout.get();
        if (current == null || !current.holdsFiles()) return CompletableFuture.completedFuture(null);
        closeBout();
        return current.gone();
    }

    /// Looks at files that were dropped; the answer comes on the FX thread.
    public void sniff(List<Path> files, Consumer<List<FileKind.Found>> answer) {
        Thread.ofVirtual().name("sniff").start(() -> {
            List<FileKind.Found> found = files.stream()
                    .map(f -> new FileKind.Found(f, FileKind.of(f)))
                    .toList();
            Platform.runLater(() -> answer.accept(found));
        });
    }

    /// Names of the processor's models, and the usual one.
    public List<String> processors() {
        return Bouts.processors();
    }

    public String standardProcessor() {
        return Bouts.standardProcessor();
    }

    private Bouts.Opened openQuietly(BoutSpec spec) {
        try {
            return source.open(spec);
        } catch (RuntimeException broken) {
            return new Bouts.Opened.Wrong(
                    List.of(new Problem(spec.guest(), "a guest that can be opened", broken.toString())));
        }
    }

    private void opened(
            BoutSpec spec,
            Map<Integer, String> bells,
            Bouts.Opened opened,
            Beginning beginning,
            Supplier<EngineCommand> first) {
        opening.set(false);
        switch (opened) {
            case Bouts.Opened.Wrong(List<Problem> wrong) -> problems.setAll(wrong);
            case Bouts.Opened.Ready(var corners) -> {
                BoutSession next = new BoutSession(spec, bells, corners);
                closeBout();
                whoMoves.set(-1);
                activeCorner.set(0);
                String written = beginning.notes();
                notesOfGuest = written == null;
                notes.setAll(Note.read(written == null ? settings.get("notes." + spec.guest(), "") : written));
                next.waitAtBells(waitAtBells.get());
                covered.set(beginning.blind() ? spec.corners() : List.of());
                files.opened(
                        next,
                        beginning.title(),
                        beginning.from(),
                        beginning.own(),
                        beginning.moments(),
                        beginning.keep());
                next.start();
                if (historyMegabytes.get() != HISTORY_MEGABYTES)
                    next.post(-1, () -> new EngineCommand.HistoryBudget((long) historyMegabytes.get() << 20));
                bout.set(next);
                ownMachine = spec.kernel().length > 0
                        || spec.firmware().length > 0
                        || !spec.drives().isEmpty();
                next.post(-1, () -> new EngineCommand.Interactive(ownMachine));
                if (pace.get() > 0) next.post(-1, () -> new EngineCommand.Pace(pace.get()));
                next.post(-1, first);
            }
        }
    }

    /// Ends the current bout, if there is one.
    public void closeBout() {
        BoutSession old = bout.get();
        keysTo.set(-1);
        notice.set("");
        typist.forget();
        files.closing();
        if (old != null) {
            if (notesOfGuest) settings.set("notes." + old.guest(), Note.write(notes));
            notes.clear();
        }
        places.forget();
        if (old != null) old.close();
        bout.set(null);
        covered.set(List.of());
    }

    /// Called once a frame.
    public void pulse() {
        BoutSession current = bout.get();
        if (current != null) current.log().pulse();
        typist.pulse(current);
        files.pulse();
        breakpoints.pulse();
        lint.pulse();
        moving.set(current != null && current.moving());
        steppable.set(current != null && !current.over());
        back.set(current != null && anyMover(current, Travel::canGoBack));
        past.set(current != null
                && current.corners().stream().anyMatch(c -> c.state().travel().past()));
        int keys = keysTo.get();
        if (current != null
                && keys >= 0
                && current.corners().get(keys).state().mode().over()) keysTo.set(-1);
        for (Runnable listener : listeners) listener.run();
    }

    private boolean anyMover(BoutSession current, Predicate<Travel> is) {
        int moves = whoMoves.get();
        return current.corners().stream()
                .anyMatch(c ->
                        (moves < 0 || c.index() == moves) && is.test(c.state().travel()));
    }

    /// Runs `listener` on every pulse, after the logs were read.
    public void onPulse(Runnable listener) {
        listeners.add(listener);
    }

    public void runOrPause() {
        BoutSession current = bout.get();
        if (current == null) return;
        if (current.moving()) {
            postMovers(new EngineCommand.Pause());
        } else {
            postMovers(new EngineCommand.Run());
        }
    }

    /// Sends a command to the corners that move.
    public void postMovers(EngineCommand command) {
        files.wanted();
        post(whoMoves.get(), command);
    }

    /// Takes the bout to a moment, unless it is there.
    private void visit(int corner, long tick) {
        BoutSession current = bout.get();
        if (current == null || corner >= current.corners().size()) return;
        if (current.corners().get(corner).state().snapshot().tick() != tick) cursor.goTo(corner, tick);
    }

    /// Does something that takes its time off the FX thread; the answer comes on it, or null when it failed.
    public <T> void work(String name, Supplier<T> job, Consumer<@Nullable T> answer) {
        Thread.ofVirtual().name(name).start(() -> {
            @Nullable T found = null;
            try {
                found = job.get();
            } finally {
                @Nullable T told = found;
                Platform.runLater(() -> answer.accept(told));
            }
        });
    }

    /// The window's time cursor.
    public TimeCursor cursor() {
        return cursor;
    }

    /// Takes the bout to where the selected thing happened.
    public void goThere() {
        if (places.selected() instanceof Place.Event(int corner, LogRow row))
            places.select(new Place.Moment(corner, row.event().tick()));
        else if (places.selected() instanceof Place.Moment(int corner, long tick)) visit(corner, tick);
    }

    /// Keeps the present moment: a point of history, and a snapshot in the bout's file.
    ///
    /// @param done is told when it is kept
    public void keepMoment(String name, Runnable done) {
        postMovers(new EngineCommand.Mark());
        files.snapshot(name, done);
    }

    /// The past becomes the present; the future is kept.
    public void branchHere() {
        BoutSession current = bout.get();
        if (current == null) return;
        files.touched();
        for (CornerFeed feed : current.corners())
            if (feed.state().travel().past()) feed.post(new EngineCommand.Branch());
    }

    /// A future that was left becomes the present again.
    public void goOver(int corner, Future future) {
        files.touched();
        post(corner, new EngineCommand.GoOver(future.number()));
    }

    private void post(int corner, EngineCommand command) {
        BoutSession current = bout.get();
        if (current != null) current.post(corner, () -> command);
    }

    /// Types bytes on the console that has the keys.
    public void type(byte[] bytes) {
        files.touched();
        if (keysTo.get() >= 0) post(keysTo.get(), new EngineCommand.Type(bytes));
    }

    /// Types on a corner's console, whoever has the keys.
    public void type(int corner, byte[] bytes) {
        files.touched();
        post(corner, new EngineCommand.Type(bytes));
    }

    /// Whether the keys go to a PC's keyboard, because its screen is shown in place of the console.
    public boolean keysToScreen() {
        BoutSession current = bout.get();
        int to = keysTo.get();
        return current != null
                && to >= 0
                && current.corners().get(to).showsScreenProperty().get();
    }

    /// A key of the PC that has the keys goes down or up.
    public void key(int key, boolean down) {
        files.touched();
        if (keysTo.get() >= 0) post(keysTo.get(), new EngineCommand.Key(key, down));
    }

    /// A key of a corner's PC goes up, whoever has the keys.
    public void keyUp(int corner, int key) {
        if (corner >= 0) post(corner, new EngineCommand.Key(key, false));
    }

    /// Types on a corner's keyboard as fast as a guest can follow; one list a character, a key's complement lets it go.
    public void strokes(int corner, List<List<Integer>> strokes) {
        files.touched();
        typist.type(corner, strokes);
    }

    /// Something that people should know, once; shown until the next one. "" is nothing.
    public StringProperty noticeProperty() {
        return notice;
    }

    /// Whether the console that has the keys has asked for the longer sequences of cursor keys.
    public BooleanProperty longCursorKeysProperty() {
        return longCursorKeys;
    }

    /// The mouse of a corner's PC.
    public void mouse(int corner, EngineCommand.Mouse mouse) {
        post(corner, mouse);
    }

    /// Shows the active corner's screen in place of its console, or the other way round. The keys come back first.
    public void toggleScreen() {
        BoutSession current = bout.get();
        if (current == null) return;
        CornerFeed feed = current.corners().get(activeCorner.get());
        if (!feed.hasScreen()) return;
        keysTo.set(-1);
        feed.showsScreenProperty().set(!feed.showsScreenProperty().get());
    }

    /// Gives the keys to the active console, or takes them back.
    public void toggleKeys() {
        BoutSession current = bout.get();
        keysTo.set(keysTo.get() >= 0 || current == null ? -1 : activeCorner.get());
    }

    /// The one selection, and where people have been.
    public Places places() {
        return places;
    }

    /// The present bout as a file.
    public BoutFiles files() {
        return files;
    }

    /// A person's bouts.
    public Library library() {
        return library;
    }

    /// The names of the present bout's addresses.
    public Symbols symbols() {
        return symbols;
    }

    /// What is odd about the present bout's guests.
    public GuestLint lint() {
        return lint;
    }

    /// Where the present bout's corners are to stop.
    public Breakpoints breakpoints() {
        return breakpoints;
    }

    /// What is remembered from one start to the next.
    public Settings settings() {
        return settings;
    }

    /// Notes about moments of the present guest's bouts. Remembered with the guest.
    public ObservableList<Note> notes() {
        return notes;
    }

    public ReadOnlyObjectProperty<@Nullable BoutSession> boutProperty() {
        return bout.getReadOnlyProperty();
    }

    public @Nullable BoutSession bout() {
        return bout.get();
    }

    /// A bout is being opened.
    public ReadOnlyBooleanProperty openingProperty() {
        return opening.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty movingProperty() {
        return moving.getReadOnlyProperty();
    }

    /// There is a bout, and not all of it is over.
    public ReadOnlyBooleanProperty steppableProperty() {
        return steppable.getReadOnlyProperty();
    }

    /// A corner that moves can be taken back.
    public ReadOnlyBooleanProperty backProperty() {
        return back.getReadOnlyProperty();
    }

    /// A corner is in its past.
    public ReadOnlyBooleanProperty pastProperty() {
        return past.getReadOnlyProperty();
    }

    public ObservableList<Problem> problems() {
        return problems;
    }

    /// Which corner the transport moves; -1 is all.
    public IntegerProperty whoMovesProperty() {
        return whoMoves;
    }

    /// Which corner's console has the keys; -1 is none.
    public IntegerProperty keysToProperty() {
        return keysTo;
    }

    /// The corner that gets the keys next.
    public IntegerProperty activeCornerProperty() {
        return activeCorner;
    }

    public BooleanProperty waitAtBellsProperty() {
        return waitAtBells;
    }

    private void remember(BooleanProperty choice, String name) {
        choice.set(settings.get(name, choice.get() ? "on" : "off").equals("on"));
        choice.addListener((_, _, on) -> settings.set(name, on ? "on" : "off"));
    }

    /// Whether a corner stands still when its guest was refused something.
    public BooleanProperty pauseOnRefusalProperty() {
        return pauseOnRefusal;
    }

    /// Whether keys that type something, like Space, do something where nothing is typed.
    public BooleanProperty singleKeysProperty() {
        return singleKeys;
    }

    /// Host memory that the histories of a bout's corners may take together.
    public IntegerProperty historyMegabytesProperty() {
        return historyMegabytes;
    }

    /// The prices behind every modelled number of the window.
    public ObjectProperty<CostProfile> profileProperty() {
        return profile;
    }

    /// Whether views mark what the corners do not have in common.
    public BooleanProperty differencesProperty() {
        return differences;
    }

    /// Guest ticks a host second; 0 is as fast as it goes.
    public LongProperty paceProperty() {
        return pace;
    }
}
