// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Gallery;
import ringside.vmm.explain.SymbolTable;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// The names of addresses in the present bout, by corner: those of a gallery guest ship with it, those of an imported
/// kernel come out of its ELF file, out of a `System.map` beside it, or out of a file that a person chooses.
///
/// Lives on the FX thread; files are read and taken apart on others.
public final class Symbols {
    private static final long LARGEST_FILE = 1L << 30;

    private final ReadOnlyIntegerWrapper version = new ReadOnlyIntegerWrapper();
    private List<SymbolTable> tables = List.of();
    /// What was found beside the kernel that is being opened.
    private @Nullable SymbolTable beside;

    /// The names of a corner.
    public SymbolTable of(int corner) {
        return corner >= 0 && corner < tables.size() ? tables.get(corner) : SymbolTable.NONE;
    }

    /// Grows whenever other names hold.
    public ReadOnlyIntegerProperty versionProperty() {
        return version.getReadOnlyProperty();
    }

    /// A bout has begun, or none is there any more.
    void opened(@Nullable BoutSession bout) {
        SymbolTable found = beside;
        beside = null;
        tables = List.of();
        version.set(version.get() + 1);
        if (bout == null) return;
        Thread.ofVirtual().name("symbols").start(() -> {
            List<SymbolTable> read = new ArrayList<>();
            for (CornerFeed feed : bout.corners()) read.add(read(bout.spec(), feed.iface(), found));
            Platform.runLater(() -> take(read));
        });
    }

    private void take(List<SymbolTable> read) {
        tables = List.copyOf(read);
        version.set(version.get() + 1);
    }

    private static SymbolTable read(BoutSpec spec, Iface iface, @Nullable SymbolTable beside) {
        if (spec.kernel().length == 0)
            return Gallery.symbols(spec.guest(), iface).map(SymbolTable::of).orElse(SymbolTable.NONE);
        SymbolTable own = SymbolTable.of(spec.kernel());
        return own.size() > 0 || beside == null ? own : beside;
    }

    /// Looks for a list of names beside a kernel's file: `System.map`, or with the kernel's own ending. Reads files.
    void lookBeside(Path kernel) {
        String name = String.valueOf(kernel.getFileName());
        int dash = name.indexOf('-');
        List<String> names =
                dash < 0 ? List.of("System.map") : List.of("System.map" + name.substring(dash), "System.map");
        SymbolTable found = null;
        for (String one : names) {
            Path file = kernel.resolveSibling(one);
            if (found == null && Files.isRegularFile(file)) {
                SymbolTable table = table(file);
                if (table.size() > 0) found = table;
            }
        }
        SymbolTable best = found;
        Platform.runLater(() -> beside = best);
    }

    private static SymbolTable table(Path file) {
        try {
            return Files.size(file) > LARGEST_FILE ? SymbolTable.NONE : SymbolTable.of(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            return SymbolTable.NONE;
        }
    }

    /// Reads names for all corners from a file.
    ///
    /// @param answer hears on the FX thread how many there are, or what is wrong
    public void load(Path file, BoutSession bout, Consumer<Object> answer) {
        Thread.ofVirtual().name("symbols").start(() -> {
            SymbolTable read = table(file);
            Platform.runLater(() -> {
                if (read.size() == 0) {
                    answer.accept(new Problem(
                            String.valueOf(file.getFileName()),
                            "an ELF file with a symbol table, or lines like those of System.map",
                            Files.isReadable(file) ? "neither" : "nothing that can be read"));
                    return;
                }
                List<SymbolTable> all = new ArrayList<>();
                for (int i = 0; i < bout.corners().size(); i++) all.add(read);
                take(all);
                answer.accept(read.size());
            });
        });
    }
}
