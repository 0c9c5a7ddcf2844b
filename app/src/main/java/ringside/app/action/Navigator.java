// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

/// What actions need of the window.
public interface Navigator {
    void show(ViewId view);

    /// Puts a second view beside the bout, or none.
    void layout(ViewId beside);

    void nextRegion(boolean backwards);

    void otherTheme();

    void importKernel();

    void ringBell();

    /// Puts the cursor into the filter of the view that has one.
    void filter();

    /// Types the clipboard's text on the active corner's console or screen.
    void paste();

    void quit();
}
