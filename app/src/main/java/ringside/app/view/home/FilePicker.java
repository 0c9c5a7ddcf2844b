// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.home;

import java.nio.file.Path;
import java.util.Optional;

/// Asks for a file. Behind an interface, because a test supplies a path.
@FunctionalInterface
public interface FilePicker {
    /// @param title what the file is for
    Optional<Path> pick(String title);

    /// Asks where a file is to go. @param name what it may be called
    default Optional<Path> save(String title, String name) {
        return Optional.empty();
    }
}
