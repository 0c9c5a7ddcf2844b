// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.word.Problem;

/// Images of drives that belong to bout files: small ones go into the file, others are found again by path and hash.
public final class BoutImages {
    /// The largest image that goes into a file. One that a guest writes to stays where it is.
    public static final long LARGEST = 16L << 20;

    private BoutImages() {}

    /// Drives with their images, or what is wrong with them.
    public record Found(List<DriveSpec> drives, List<Problem> problems) {}

    /// Whether the image is to be taken into a file.
    public static boolean taken(DriveRef drive) {
        return drive.access() != DriveSpec.Access.WRITE && drive.bytes() <= LARGEST;
    }

    /// Looks where the images were, then in the file itself.
    ///
    /// @param archive the file that the bout was read from
    /// @param cache   a folder for images out of files; each is named by its hash
    public static Found find(BoutFile bout, Path archive, Path cache) {
        List<DriveSpec> drives = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (DriveRef drive : bout.drives()) {
            Path there = Path.of(drive.path());
            Problem wrong = drive.wrong(there);
            Path image = wrong == null ? there : extracted(drive, archive, cache);
            if (image != null) drives.add(drive.at(image));
            else if (wrong != null) problems.add(wrong);
        }
        return new Found(List.copyOf(drives), List.copyOf(problems));
    }

    private static @Nullable Path extracted(DriveRef drive, Path archive, Path cache) {
        if (!taken(drive)) return null;
        Path image = cache.resolve(drive.sha256() + ".img");
        if (drive.wrong(image) == null) return image;
        try {
            Files.createDirectories(cache);
            return BoutArchive.extract(archive, drive.sha256(), image) && drive.wrong(image) == null ? image : null;
        } catch (IOException _) {
            return null; // then it counts as missing, which the person is told
        }
    }
}
