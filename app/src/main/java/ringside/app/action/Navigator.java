// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

/// What actions need of the window.
public interface Navigator {
    void show(ViewId view);

    /// Puts the tiles as a preset has them. Can be undone.
    void layout(Preset preset);

    void nextRegion(boolean backwards);

    /// Changes the look: the next one, or the one of this name. Can be undone.
    void theme(String name);

    /// Makes everything larger or smaller by a step, or life size for 0. Can be undone.
    void zoom(int step);

    void importKernel();

    void ringBell();

    /// Asks for a bout file and opens it.
    void openBout();

    /// Writes the bout to its file; asks for one where it has none, or when told to.
    void saveBout(boolean elsewhere);

    /// Offers the first steps once more.
    void firstSteps();

    /// Keeps the present moment in the bout's file.
    void keepMoment();

    /// Lets a person give the present bout another title.
    void renameBout();

    /// Opens the list of everything that can be done and found.
    ///
    /// @param start what is typed into it already
    void find(String start);

    void toggleInspector();

    void toggleDrawer();

    void togglePresentation();

    /// Lets a person write a note about the present moment.
    void note();

    /// Selects what the other corner did for the same job.
    void counterpart();

    /// Puts the cursor into the filter of the view that has one.
    void filter();

    /// Types the clipboard's text on the active corner's console or screen.
    void paste();

    /// Opens the preferences. @param page its name, in lower case
    void preferences(String page);

    /// Saves the table that has the focus, or copies it.
    void saveTable();

    void copyTable();

    /// Saves what the views show as a picture.
    void savePicture();

    /// Shows a chart as a table, or the other way round.
    void asTable();

    /// Asks for a file with the names of the bout's addresses.
    void loadSymbols();

    /// Says something in the status bar. @param key of the text
    void say(String key, Object... args);

    void quit();
}
