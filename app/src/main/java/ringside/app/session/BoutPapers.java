// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import ringside.vmm.bout.Kept;

/// What a person has added to a bout, as its file keeps it.
///
/// @param title   what the bout is called
/// @param notes   as {@link Note#write} makes them
/// @param layout  how the tiles lie
/// @param file    the person's own file of it, or ""
/// @param changed the person did something that the file, or the gallery, does not have
/// @param snapshots moments that were kept by hand
/// @param blind   its corners have no names yet
record BoutPapers(
        String title,
        String notes,
        int noteCount,
        String layout,
        String file,
        boolean changed,
        List<Snap> snapshots,
        boolean blind) {
    BoutPapers(
            String title,
            String notes,
            int noteCount,
            String layout,
            String file,
            boolean changed,
            List<Snap> snapshots) {
        this(title, notes, noteCount, layout, file, changed, snapshots, false);
    }

    BoutPapers blindly(boolean covered) {
        return new BoutPapers(title, notes, noteCount, layout, file, changed, snapshots, covered);
    }

    /// A moment that was kept by hand.
    record Snap(String title, List<Kept> kept) {}

    static final BoutPapers NONE = new BoutPapers("", "", 0, "", "", false, List.of());

    /// Nothing that the same guest, rung once more, would not give.
    boolean plain() {
        return noteCount == 0 && file.isEmpty() && !changed;
    }
}
