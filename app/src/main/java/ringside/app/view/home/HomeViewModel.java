// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import ringside.app.session.GuestCard;
import ringside.app.session.Workbench;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// What Home offers: the gallery, the corners to ring with, the import.
public final class HomeViewModel {
    private static final String FIRST_BOUT = "fork-storm";

    private final Workbench workbench;
    private final ObservableList<Iface> corners = FXCollections.observableArrayList(Iface.VMI, Iface.XEN);
    private final BooleanProperty importOpen = new SimpleBooleanProperty();
    private final FilePicker picker;
    private final ImportModel imports;

    public HomeViewModel(Workbench workbench, FilePicker picker) {
        this.workbench = workbench;
        this.picker = picker;
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
        first().ifPresent(this::ring);
    }

    /// The first bout, up to its first bell: what a person finds who has just started the program.
    public void warmUp() {
        first().ifPresent(guest -> workbench.ringOnce(guest, on(guest)));
    }

    public void ring(GuestCard guest) {
        workbench.ring(guest, on(guest));
    }

    private Optional<GuestCard> first() {
        List<GuestCard> all = gallery();
        return all.stream()
                .filter(g -> g.id().equals(FIRST_BOUT))
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

    static int order(Iface iface) {
        return switch (iface) {
            case VMI -> 0;
            case XEN -> 1;
            case NATIVE -> 2;
            case HW -> 3;
        };
    }
}
