// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.nio.file.Path;
import java.util.Optional;

/// Asks for a file. Behind an interface, because a test supplies a path.
@FunctionalInterface
public interface FilePicker {
    /// @param title what the file is for
    Optional<Path> pick(String title);
}
