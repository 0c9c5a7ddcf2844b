// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

/// What a person has added to a bout, as its file keeps it.
///
/// @param title   what the bout is called
/// @param notes   as {@link Note#write} makes them
/// @param layout  how the tiles lie
/// @param file    the person's own file of it, or ""
/// @param changed the person did something that the file, or the gallery, does not have
/// @param snapshots moments that were kept by hand
record BoutPapers(String title, String notes, int noteCount, String layout, String file, boolean changed, int snapshots) {
    static final BoutPapers NONE = new BoutPapers("", "", 0, "", "", false, 0);

    /// Nothing that the same guest, rung once more, would not give.
    boolean plain() {
        return noteCount == 0 && file.isEmpty() && !changed;
    }
}
