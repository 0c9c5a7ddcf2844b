// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.app.session.FileKind;
import ringside.app.session.ImportDrive;
import ringside.app.session.ImportRequest;
import ringside.app.session.Workbench;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// The form of a machine of one's own: what was typed, what is wrong with it, field by field.
public final class ImportModel {
    /// A field of the form; problems are shown beneath the one that they are about.
    public enum Field {
        CORNERS("corners", "interface", "corner"),
        KERNEL("kernel"),
        INITRD("initrd"),
        APPEND("command line"),
        DISK("disk", "drives"),
        DISK2("second disk"),
        CD("CD"),
        NETWORK("network"),
        CAPTURE("--pcap"),
        MEMORY("memory"),
        VCPUS("vcpus"),
        CPU("cpu");

        private final List<String> names;

        Field(String... names) {
            this.names = List.of(names);
        }

        /// How problems name it.
        public String problemName() {
            return names.getFirst();
        }

        boolean isNamedBy(String field) {
            return names.stream()
                    .anyMatch(n -> field.equals(n) || field.startsWith(n + ":") || field.startsWith(n + " "));
        }
    }

    private static final String MEMORY = "256M";

    private final Workbench workbench;
    private final ObservableList<Iface> on = FXCollections.observableArrayList(Iface.NATIVE);
    private final StringProperty kernel = new SimpleStringProperty("");
    private final StringProperty initrd = new SimpleStringProperty("");
    private final StringProperty append = new SimpleStringProperty("");
    private final StringProperty disk = new SimpleStringProperty("");
    private final StringProperty disk2 = new SimpleStringProperty("");
    private final ObjectProperty<ImportDrive.Writes> writes = new SimpleObjectProperty<>(ImportDrive.Writes.FORGOTTEN);
    private final ObjectProperty<ImportDrive.Writes> writes2 = new SimpleObjectProperty<>(ImportDrive.Writes.FORGOTTEN);
    private final StringProperty cd = new SimpleStringProperty("");
    private final BooleanProperty network = new SimpleBooleanProperty();
    private final StringProperty capture = new SimpleStringProperty("");
    private final StringProperty memory = new SimpleStringProperty(MEMORY);
    private final StringProperty vcpus = new SimpleStringProperty("1");
    private final StringProperty cpu = new SimpleStringProperty();

    ImportModel(Workbench workbench) {
        this.workbench = workbench;
        cpu.set(workbench.standardProcessor());
    }

    /// Corners, left to right.
    public ObservableList<Iface> on() {
        return on;
    }

    /// Takes a corner in or out.
    void toggle(Iface iface) {
        List<Iface> next = new ArrayList<>(on);
        if (!next.remove(iface)) next.add(iface);
        next.sort((a, b) -> Integer.compare(HomeViewModel.order(a), HomeViewModel.order(b)));
        on.setAll(next);
    }

    /// What is typed into a field of text.
    StringProperty text(Field field) {
        return switch (field) {
            case KERNEL -> kernel;
            case INITRD -> initrd;
            case APPEND -> append;
            case DISK -> disk;
            case DISK2 -> disk2;
            case CD -> cd;
            case CAPTURE -> capture;
            case MEMORY -> memory;
            case VCPUS -> vcpus;
            case CPU -> cpu;
            case CORNERS, NETWORK -> throw new IllegalArgumentException("no text in " + field);
        };
    }

    ObjectProperty<ImportDrive.Writes> writes(Field field) {
        return field == Field.DISK ? writes : writes2;
    }

    public BooleanProperty networkProperty() {
        return network;
    }

    List<String> processors() {
        return workbench.processors();
    }

    /// Empties every field.
    void clear() {
        for (Field f :
                List.of(Field.KERNEL, Field.INITRD, Field.APPEND, Field.DISK, Field.DISK2, Field.CD, Field.CAPTURE))
            text(f).set("");
        network.set(false);
        writes.set(ImportDrive.Writes.FORGOTTEN);
        writes2.set(ImportDrive.Writes.FORGOTTEN);
        memory.set(MEMORY);
        vcpus.set("1");
        cpu.set(workbench.standardProcessor());
        on.setAll(Iface.NATIVE);
        workbench.problems().clear();
    }

    /// Puts dropped or picked files into the fields they fit. What nothing fits is taken for a kernel: its problems
    /// say what was looked for.
    public void take(List<FileKind.Found> files) {
        for (FileKind.Found found : files) {
            StringProperty to = switch (found.kind()) {
                case KERNEL, UNKNOWN -> kernel;
                case INITRD -> initrd;
                case CD -> cd;
                case DISK -> disk.get().isEmpty() ? disk : disk2;
            };
            to.set(found.file().toString());
        }
    }

    /// Looks at files and puts them where they fit.
    public void drop(List<Path> files) {
        workbench.sniff(files, this::take);
    }

    /// Boots it.
    public void boot() {
        List<ImportDrive> drives = new ArrayList<>();
        drive(drives, Field.DISK, disk, false, writes.get());
        drive(drives, Field.DISK2, disk2, false, writes2.get());
        drive(drives, Field.CD, cd, true, ImportDrive.Writes.REFUSED);
        workbench.ring(new ImportRequest(
                on,
                path(kernel).orElse(null),
                path(initrd).orElse(null),
                append.get().strip(),
                drives,
                network.get(),
                network.get() ? path(capture).orElse(null) : null,
                memory.get(),
                vcpus.get(),
                cpu.get()));
    }

    private static void drive(
            List<ImportDrive> to, Field field, StringProperty file, boolean cd, ImportDrive.Writes writes) {
        path(file).ifPresent(p -> to.add(new ImportDrive(field.problemName(), p, cd, writes)));
    }

    private static Optional<Path> path(StringProperty text) {
        String name = text.get().strip();
        if (name.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException _) {
            return Optional.of(Path.of("?"));
        }
    }

    ObservableList<Problem> problems() {
        return workbench.problems();
    }

    /// The problem of a field, or null.
    @Nullable
    Problem problem(Field field) {
        return problems().stream().filter(p -> owner(p) == field).findFirst().orElse(null);
    }

    /// Problems that belong to no field.
    List<Problem> others() {
        return problems().stream().filter(p -> owner(p) == null).toList();
    }

    private static @Nullable Field owner(Problem p) {
        for (Field f : Field.values()) if (f.isNamedBy(p.field())) return f;
        return null;
    }
}
