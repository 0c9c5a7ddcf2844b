// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import ringside.app.action.Edit;
import ringside.app.action.UndoStack;
import ringside.app.session.BoutCard;
import ringside.app.session.GuestCard;
import ringside.app.session.Workbench;
import ringside.app.text.Texts;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// What Home offers: the gallery, the corners to ring with, the import.
public final class HomeViewModel {
    private static final String FIRST_BOUT = "fork-storm", FIRST_LINE = "hello-boundary", STEPS = "first-steps";

    private final Workbench workbench;
    private final ObservableList<Iface> corners = FXCollections.observableArrayList(Iface.VMI, Iface.XEN);
    private final BooleanProperty importOpen = new SimpleBooleanProperty();
    private final FilePicker picker;
    private final ImportModel imports;
    private final UndoStack undo;
    private final Texts texts;
    private final BooleanProperty steps = new SimpleBooleanProperty();
    private final BooleanProperty renaming = new SimpleBooleanProperty();

    public HomeViewModel(Workbench workbench, FilePicker picker, UndoStack undo, Texts texts) {
        this.workbench = workbench;
        this.picker = picker;
        this.undo = undo;
        this.texts = texts;
        imports = new ImportModel(workbench);
    }

    public List<GuestCard> gallery() {
        return workbench.gallery();
    }

    /// Corners of the next bout, left to right.
    public ObservableList<Iface> corners() {
        return corners;
    }

    /// Takes a corner in, or out unless it is the last one.
    public void toggle(Iface iface) {
        if (!corners.contains(iface)) {
            List<Iface> next = new ArrayList<>(corners);
            next.add(iface);
            next.sort((a, b) -> Integer.compare(order(a), order(b)));
            corners.setAll(next);
        } else if (corners.size() > 1) {
            corners.remove(iface);
        }
    }

    /// The first bout: the guest that shows most.
    public void ringTheBell() {
        guest(FIRST_BOUT).ifPresent(this::ring);
    }

    /// The smallest guest: one line in each corner, and few enough crossings to read them all.
    void ringFirstLine() {
        guest(FIRST_LINE).ifPresent(this::ring);
        endSteps();
    }

    /// The first bout, up to its first bell: what a person finds who has just started the program.
    public void warmUp() {
        guest(FIRST_BOUT).ifPresent(guest -> workbench.ringOnce(guest, on(guest)));
    }

    public void ring(GuestCard guest) {
        workbench.ring(guest, on(guest));
    }

    private Optional<GuestCard> guest(String id) {
        List<GuestCard> all = gallery();
        return all.stream()
                .filter(g -> g.id().equals(id))
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    /// The chosen corners, as far as the guest runs there.
    private List<Iface> on(GuestCard guest) {
        List<Iface> on = corners.stream().filter(guest.corners()::contains).toList();
        return on.isEmpty() ? guest.corners().subList(0, 1) : on;
    }

    /// The form of a machine of one's own.
    public ImportModel imports() {
        return imports;
    }

    /// Whether that form is open.
    public BooleanProperty importOpenProperty() {
        return importOpen;
    }

    /// Asks for a file.
    Optional<Path> pick(String title) {
        return picker.pick(title);
    }

    /// Opens the form with these files in the fields they fit.
    public void drop(List<Path> files) {
        importOpen.set(true);
        imports.drop(files);
    }

    public ObservableList<Problem> problems() {
        return workbench.problems();
    }

    public ReadOnlyBooleanProperty openingProperty() {
        return workbench.openingProperty();
    }

    /// Whether the first steps are offered.
    BooleanProperty stepsProperty() {
        return steps;
    }

    /// Offers the first steps to somebody who has not seen them yet, or once more when asked to.
    public void offerSteps(boolean again) {
        if (again || workbench.settings().get(STEPS, "").isEmpty()) steps.set(true);
    }

    /// Whether they are offered now; then Home is not left before the person does.
    public boolean stepsOffered() {
        return steps.get();
    }

    /// They were taken, or passed over.
    void endSteps() {
        steps.set(false);
        workbench.settings().set(STEPS, "done");
    }

    // ---- my bouts -------------------------------------------------------------------------------------------------

    /// The person's bouts, the newest first.
    public ObservableList<BoutCard> bouts() {
        return workbench.library().cards();
    }

    /// Goes on with one.
    public void open(BoutCard card) {
        workbench.open(card.file());
    }

    /// Goes on at a moment that was kept by hand.
    public void openAt(BoutCard card, int snapshot) {
        workbench.openAt(card.file(), snapshot);
    }

    /// Runs a crashed bout anew, to the crash: then its past can be gone back to.
    public void openFromStart(BoutCard card) {
        workbench.open(card.file(), true);
    }

    /// Another title. Can be undone.
    public void rename(BoutCard card, String title) {
        String before = card.about().title(), after = title.strip();
        if (after.isEmpty() || after.equals(before)) return;
        undo.apply(new Edit(
                "edit.rename",
                () -> workbench.library().rename(card, after),
                () -> workbench.library().rename(card, before)));
    }

    /// Off the list, or into the bin. Can be undone.
    public void remove(BoutCard card) {
        undo.apply(new Edit(
                "edit.bin",
                () -> workbench.library().remove(card),
                () -> workbench.library().restore(card)));
        String key = card.autosaved() ? "bouts.binned" : "bouts.forgotten";
        workbench.noticeProperty().set(texts.get(key, card.about().title()));
    }

    /// Does not ask about a lost bout again.
    public void leave(BoutCard card) {
        workbench.library().leave(card);
    }

    /// Whether the present bout's title is being written.
    BooleanProperty renamingProperty() {
        return renaming;
    }

    /// The present bout's title, or "".
    ReadOnlyStringProperty presentTitleProperty() {
        return workbench.files().titleProperty();
    }

    /// Lets a person write the present bout's title.
    public void renamePresent() {
        renaming.set(true);
    }

    /// Another title for the present bout. Can be undone.
    void titlePresent(String title) {
        renaming.set(false);
        String before = presentTitleProperty().get(), after = title.strip();
        if (after.isEmpty() || before.isEmpty() || after.equals(before)) return;
        undo.apply(new Edit(
                "edit.rename",
                () -> workbench.files().setTitle(after),
                () -> workbench.files().setTitle(before)));
    }

    static int order(Iface iface) {
        return switch (iface) {
            case VMI -> 0;
            case XEN -> 1;
            case NATIVE -> 2;
            case HW -> 3;
        };
    }
}
