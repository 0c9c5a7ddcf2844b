// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.board.PcOptions;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.FileMedium;
import ringside.vmm.dev.medium.OverlayMedium;
import ringside.vmm.word.Problem;

/// The files behind the drives of one bout, open and locked from its beginning to the end of its last corner.
final class Drives implements Closeable {
    private record Opened(DriveSpec spec, FileMedium file) {}

    private final List<Opened> opened = new ArrayList<>();
    private int users;

    private Drives() {}

    /// Opens what a bout asks for. With problems nothing stays open.
    static Drives open(BoutSpec spec, List<Problem> problems) {
        Drives drives = new Drives();
        for (DriveSpec d : spec.drives()) {
            int before = problems.size();
            if (d.access() == DriveSpec.Access.WRITE && spec.corners().size() > 1) {
                problems.add(new Problem(
                        d.field(), "snapshot or ro with several corners", "a disk that each of them would write"));
            }
            if (problems.size() == before) {
                FileMedium file = file(d, problems);
                if (file != null) drives.opened.add(new Opened(d, file));
            }
        }
        if (!problems.isEmpty()) drives.close();
        return drives;
    }

    private static @Nullable FileMedium file(DriveSpec d, List<Problem> problems) {
        Problem problem;
        try {
            if (!Files.exists(d.file())) problem = notAnImage(d, "nothing of that name");
            else if (Files.isDirectory(d.file())) problem = notAnImage(d, "a folder");
            else {
                FileMedium file = FileMedium.open(d.file(), d.access() == DriveSpec.Access.WRITE);
                if (file == null) problem = notAnImage(d, "one that is in use");
                else if (fits(file, d.kind().sector)) return file;
                else {
                    file.close();
                    problem = new Problem(d.field(), "an image of whole " + d.kind().sectors, file.size() + " bytes");
                }
            }
        } catch (AccessDeniedException e) {
            boolean writes = d.access() == DriveSpec.Access.WRITE;
            problem = notAnImage(d, writes ? "no permission to read and write it" : "no permission to read it");
        } catch (IOException e) {
            problem = notAnImage(d, e.getClass().getSimpleName());
        }
        problems.add(problem);
        return null;
    }

    private static Problem notAnImage(DriveSpec d, String found) {
        return new Problem(d.field(), "a raw image file", found);
    }

    private static boolean fits(BlockMedium medium, int sector) {
        return medium.size() > 0 && medium.size() % sector == 0;
    }

    /// What is plugged into one corner's PC.
    PcOptions options() {
        List<BlockMedium> disks = new ArrayList<>();
        List<BlockMedium> cds = new ArrayList<>();
        for (Opened o : opened) {
            boolean over = o.spec().access() == DriveSpec.Access.SNAPSHOT;
            BlockMedium medium = over ? new OverlayMedium(o.file()) : o.file();
            (o.spec().kind() == DriveSpec.Kind.DISK ? disks : cds).add(medium);
        }
        return new PcOptions(disks, cds, List.of());
    }

    /// One more corner uses them. @return to be run once, when that corner ends
    Runnable use() {
        users++;
        return () -> {
            synchronized (this) { // corners end on threads of their own
                if (--users == 0) close();
            }
        };
    }

    @Override
    public void close() {
        for (Opened o : opened) {
            try {
                o.file().close();
            } catch (IOException e) {
                // What was written is with the host already; there is nothing left to do.
            }
        }
    }
}
