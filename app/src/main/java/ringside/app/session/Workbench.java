// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// What the window is working on: the current bout, who moves, who has the keys, what went wrong.
///
/// Lives on the FX thread. Views register with {@link #onPulse} and read the newest states there; nothing here waits
/// for an engine.
public final class Workbench {
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
    private final LongProperty pace = new SimpleLongProperty(0);
    private final StringProperty notice = new SimpleStringProperty("");
    private final Places places = new Places();
    private final ObservableList<Note> notes = FXCollections.observableArrayList();
    private final KeyTypist typist = new KeyTypist();
    private final List<Runnable> listeners = new ArrayList<>();

    public Workbench(CornerSource source, Settings settings) {
        this.source = source;
        this.settings = settings;
        waitAtBells.addListener((_, _, wait) -> {
            if (bout.get() != null) bout.get().waitAtBells(wait);
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
        open(guest.bout(corners), guest.bells(), EngineCommand.Run::new);
    }

    /// The same, but stops at the first bell.
    public void ringOnce(GuestCard guest, List<Iface> corners) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        open(guest.bout(corners), guest.bells(), EngineCommand.StepBell::new);
    }

    /// Rings the bell for the current bout once more, from the start.
    public void ringAgain() {
        BoutSession current = bout.get();
        if (current == null || opening.get()) return;
        opening.set(true);
        problems.clear();
        open(current.spec(), current.bells(), EngineCommand.Run::new);
    }

    private void open(BoutSpec spec, Map<Integer, String> bells, Supplier<EngineCommand> first) {
        CompletableFuture<?> free = letGo();
        Thread.ofVirtual().name("open-bout").start(() -> {
            free.join();
            Bouts.Opened opened = openQuietly(spec);
            Platform.runLater(() -> opened(spec, bells, opened, first));
        });
    }

    /// Boots what people have put together. Files are read off the FX thread.
    public void ring(ImportRequest request) {
        if (opening.get()) return;
        opening.set(true);
        problems.clear();
        CompletableFuture<?> free = letGo();
        Thread.ofVirtual().name("read-files").start(() -> {
            free.join();
            Importer.Result read = Importer.read(request);
            BoutSpec spec = read.spec();
            if (spec == null) {
                Platform.runLater(() -> {
                    opening.set(false);
                    problems.setAll(read.problems());
                });
            } else {
                Bouts.Opened opened = openQuietly(spec);
                Platform.runLater(() -> opened(spec, Map.of(), opened, EngineCommand.Run::new));
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

    private void opened(BoutSpec spec, Map<Integer, String> bells, Bouts.Opened opened, Supplier<EngineCommand> first) {
        opening.set(false);
        switch (opened) {
            case Bouts.Opened.Wrong(List<Problem> wrong) -> problems.setAll(wrong);
            case Bouts.Opened.Ready(var corners) -> {
                BoutSession next = new BoutSession(spec, bells, corners);
                closeBout();
                whoMoves.set(-1);
                activeCorner.set(0);
                notes.setAll(Note.read(settings.get("notes." + spec.guest(), "")));
                next.waitAtBells(waitAtBells.get());
                next.start();
                bout.set(next);
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
        if (old != null) {
            settings.set("notes." + old.guest(), Note.write(notes));
            notes.clear();
        }
        places.forget();
        if (old != null) old.close();
        bout.set(null);
    }

    /// Called once a frame.
    public void pulse() {
        BoutSession current = bout.get();
        if (current != null) current.log().pulse();
        typist.pulse(current);
        moving.set(current != null && current.moving());
        steppable.set(current != null && !current.over());
        back.set(current != null && anyMover(current, Travel::canGoBack));
        past.set(current != null && anyMover(current, Travel::past));
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
        post(whoMoves.get(), command);
    }

    private void post(int corner, EngineCommand command) {
        BoutSession current = bout.get();
        if (current != null) current.post(corner, () -> command);
    }

    /// Types bytes on the console that has the keys.
    public void type(byte[] bytes) {
        if (keysTo.get() >= 0) post(keysTo.get(), new EngineCommand.Type(bytes));
    }

    /// Types on a corner's console, whoever has the keys.
    public void type(int corner, byte[] bytes) {
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
        if (keysTo.get() >= 0) post(keysTo.get(), new EngineCommand.Key(key, down));
    }

    /// A key of a corner's PC goes up, whoever has the keys.
    public void keyUp(int corner, int key) {
        if (corner >= 0) post(corner, new EngineCommand.Key(key, false));
    }

    /// Types on a corner's keyboard as fast as a guest can follow; one list a character, a key's complement lets it go.
    public void strokes(int corner, List<List<Integer>> strokes) {
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

    /// A corner that moves is in its past.
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

    /// Guest ticks a host second; 0 is as fast as it goes.
    public LongProperty paceProperty() {
        return pace;
    }
}
