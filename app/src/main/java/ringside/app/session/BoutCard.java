// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.nio.file.Path;
import ringside.app.export.BoutAbout;

/// A bout that can be gone on with.
///
/// @param file      where it is
/// @param autosaved the program has kept it by itself
/// @param lost      the program ended without closing it
public record BoutCard(Path file, BoutAbout about, boolean autosaved, boolean lost) {}
