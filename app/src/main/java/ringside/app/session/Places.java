// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;

/// The one selection of the window, and where people have been. Lives on the FX thread.
public final class Places {
    private static final int MOST = 200;

    private final ReadOnlyObjectWrapper<@Nullable Place> selected = new ReadOnlyObjectWrapper<>();
    private final ObservableList<Place> visited = FXCollections.observableArrayList();
    private int at = -1;

    /// What is selected, in every view.
    public ReadOnlyObjectProperty<@Nullable Place> selectedProperty() {
        return selected.getReadOnlyProperty();
    }

    public @Nullable Place selected() {
        return selected.get();
    }

    /// Selects a place and remembers it. What was ahead of an earlier one is forgotten.
    public void select(Place place) {
        if (place.equals(selected.get())) return;
        while (visited.size() > at + 1) visited.removeLast();
        visited.add(place);
        if (visited.size() > MOST) visited.removeFirst();
        at = visited.size() - 1;
        selected.set(place);
    }

    /// Back to the place before, or forward again. @return whether there was one
    public boolean go(boolean back) {
        int to = back ? at - 1 : at + 1;
        if (to < 0 || to >= visited.size()) return false;
        at = to;
        selected.set(visited.get(at));
        return true;
    }

    /// Goes to the n-th visited place.
    public void revisit(int index) {
        if (index < 0 || index >= visited.size()) return;
        at = index;
        selected.set(visited.get(at));
    }

    /// Visited places, oldest first.
    public ObservableList<Place> visited() {
        return visited;
    }

    /// A new bout: nothing is selected and nothing was visited.
    void forget() {
        visited.clear();
        at = -1;
        selected.set(null);
    }
}
