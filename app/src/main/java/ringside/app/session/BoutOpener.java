// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.app.export.BoutArchive;
import ringside.app.export.BoutFile;
import ringside.app.export.BoutImages;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Kept;
import ringside.vmm.bout.NameServer;
import ringside.vmm.bout.NetSpec;
import ringside.vmm.word.Problem;

/// Opens a bout that a file has kept. Reads files, so never on the FX thread.
final class BoutOpener {
    private BoutOpener() {}

    /// @param archive   or null where the file is none
    /// @param spec      or null likewise
    /// @param fromStart the bout begins at its start
    record Result(@Nullable BoutArchive archive, @Nullable BoutSpec spec, Bouts.Opened opened, boolean fromStart) {}

    /// @param images a folder for images out of bout files
    /// @param again  from the start, whatever the file has kept
    static Result open(CornerSource source, Path from, Path images, boolean again) {
        return open(source, from, images, again, -1);
    }

    /// The same at a moment that was kept by hand. @param snapshot its number, or -1
    static Result open(CornerSource source, Path from, Path images, boolean again, int snapshot) {
        if (!Files.isRegularFile(from)) {
            return wrong(List.of(new Problem(from.toString(), "a bout file", "nothing of that name")));
        }
        try {
            return switch (BoutArchive.read(from)) {
                case BoutArchive.Read.Wrong(List<Problem> problems) -> wrong(problems);
                case BoutArchive.Read.Ok(BoutArchive archive) -> open(source, archive, from, images, again, snapshot);
            };
        } catch (RuntimeException | OutOfMemoryError broken) {
            return wrong(List.of(new Problem(from.toString(), "a bout file", broken.toString())));
        }
    }

    private static Result open(
            CornerSource source, BoutArchive archive, Path from, Path images, boolean again, int snapshot) {
        BoutFile file = archive.file();
        BoutImages.Found found = BoutImages.find(file, from, images);
        if (!found.problems().isEmpty()) return wrong(found.problems());
        BoutSpec spec = file.spec(found.drives(), file.network() ? new NetSpec(NameServer.ofHost(), null) : null);
        boolean there = snapshot >= 0 && snapshot < archive.snapshots().size();
        List<Kept> kept = there ? archive.snapshots().get(snapshot) : archive.kept();
        Bouts.Opened opened = source.open(spec, again ? fromStart(kept) : kept);
        boolean states = kept.stream().anyMatch(k -> k.state() != null);
        if (!(opened instanceof Bouts.Opened.Wrong) || again || !states) {
            return new Result(archive, spec, opened, again);
        }
        // Another version's states are of no use, but what came in will come in again.
        Bouts.Opened anew = source.open(spec, fromStart(kept));
        boolean helps = anew instanceof Bouts.Opened.Ready;
        return new Result(archive, spec, helps ? anew : opened, helps);
    }

    private static List<Kept> fromStart(List<Kept> kept) {
        return kept.stream().map(k -> new Kept(null, k.inputs())).toList();
    }

    private static Result wrong(List<Problem> problems) {
        return new Result(null, null, new Bouts.Opened.Wrong(problems), false);
    }
}
