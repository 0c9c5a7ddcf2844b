// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ringside.app.export.BoutAbout;
import ringside.app.export.BoutArchive;
import ringside.app.export.BoutFile;
import ringside.app.export.BoutImages;
import ringside.app.export.DriveRef;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.bout.Kept;
import ringside.vmm.word.Knockdown;

/// Writes a bout to a file, never half of one.
final class BoutWriter {
    private BoutWriter() {}

    /// @param stand the corners as they stand, in their order
    /// @param millis the present, for the list of bouts
    static void write(Path to, BoutSpec spec, List<Kept> kept, List<CornerState> stand, BoutPapers papers, long millis)
            throws IOException {
        List<DriveRef> drives = new ArrayList<>();
        Map<String, Path> images = new HashMap<>();
        for (DriveSpec drive : spec.drives()) {
            DriveRef ref = DriveRef.of(drive);
            drives.add(ref);
            if (BoutImages.taken(ref)) images.put(ref.sha256(), drive.file());
        }
        BoutArchive archive = new BoutArchive(
                about(spec, stand, papers, millis),
                BoutFile.of(spec, "exit", "", drives),
                papers.layout(),
                papers.notes(),
                kept,
                papers.snapshots().stream().map(BoutPapers.Snap::kept).toList(),
                images);
        Files.createDirectories(to.toAbsolutePath().getParent());
        Path fresh = to.resolveSibling(to.getFileName() + ".new");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16)) {
                archive.write(out);
            }
            Files.move(fresh, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static BoutAbout about(BoutSpec spec, List<CornerState> stand, BoutPapers papers, long millis) {
        CornerState furthest = stand.getFirst();
        for (CornerState s : stand) if (s.bells() > furthest.bells()) furthest = s;
        BoutAbout.End end = stand.stream().allMatch(s -> s.mode().over()) ? BoutAbout.End.ENDED : BoutAbout.End.PAUSED;
        String cause = "";
        int corner = 0;
        long tick = 0;
        for (int i = stand.size() - 1; i >= 0; i--) {
            Knockdown down = stand.get(i).snapshot().knockdown();
            boolean broken = !stand.get(i).fault().isEmpty();
            if (down == null && !broken) continue;
            end = BoutAbout.End.CRASHED;
            furthest = stand.get(i);
            cause = down == null ? stand.get(i).fault() : down.firstCause();
            corner = i;
            tick = down == null ? stand.get(i).snapshot().tick() : down.tick();
        }
        return new BoutAbout(
                papers.title(),
                spec.guest(),
                spec.corners(),
                furthest.lastBell(),
                furthest.sinceBell(),
                end,
                cause,
                corner,
                tick,
                papers.noteCount(),
                papers.snapshots().stream().map(BoutPapers.Snap::title).toList(),
                millis,
                papers.file(),
                papers.changed(),
                papers.blind());
    }
}
