// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;

/// A disk or CD of an imported machine.
///
/// @param field how problems name it
public record ImportDrive(String field, Path file, boolean cd, Writes writes) {
    /// What becomes of a guest's writes to a disk.
    public enum Writes {
        /// They are kept in memory, for each corner on its own, and forgotten at the end.
        FORGOTTEN,
        /// They go to the file.
        KEPT,
        /// They fail.
        REFUSED
    }
}
