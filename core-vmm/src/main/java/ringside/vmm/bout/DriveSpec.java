// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.nio.file.Path;

/// A drive that a user attaches to the PCs of a bout: a raw image in a file of the host.
///
/// @param field  how the user named it, for problems
/// @param access what a guest may do to the file; a CD is never written
public record DriveSpec(String field, Path file, Kind kind, Access access) {
    public enum Kind {
        DISK(512, "sectors of 512 bytes"),
        CD(2048, "sectors of 2,048 bytes");

        final int sector;
        final String sectors;

        Kind(int sector, String sectors) {
            this.sector = sector;
            this.sectors = sectors;
        }
    }

    public enum Access {
        /// The guest writes to the file.
        WRITE,
        /// The guest's writes fail.
        READ_ONLY,
        /// The guest's writes are kept in memory, for each corner on its own, and forgotten at the end.
        SNAPSHOT
    }
}
