// SPDX-License-Identifier: Apache-2.0
package ringside.app.action;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;

/// What people have changed, newest first: layout, theme, size, filter, notes. The machine's state is not in here: it
/// is undone by going back in time.
public final class UndoStack {
    private static final int MOST = 200;

    private final Deque<Edit> done = new ArrayDeque<>();
    private final Deque<Edit> undone = new ArrayDeque<>();
    private final ReadOnlyStringWrapper next = new ReadOnlyStringWrapper("");
    private final ReadOnlyStringWrapper again = new ReadOnlyStringWrapper("");

    /// Does an edit and remembers it.
    public void apply(Edit edit) {
        edit.apply().run();
        did(edit);
    }

    /// Remembers an edit that is done already.
    public void did(Edit edit) {
        done.push(edit);
        if (done.size() > MOST) done.removeLast();
        undone.clear();
        tell();
    }

    public void undo() {
        Edit edit = done.poll();
        if (edit == null) return;
        edit.revert().run();
        undone.push(edit);
        tell();
    }

    public void redo() {
        Edit edit = undone.poll();
        if (edit == null) return;
        edit.apply().run();
        done.push(edit);
        tell();
    }

    /// Text keys of what can be taken back, the newest first.
    public List<String> history() {
        return done.stream().map(Edit::textKey).toList();
    }

    private void tell() {
        next.set(Optional.ofNullable(done.peek()).map(Edit::textKey).orElse(""));
        again.set(Optional.ofNullable(undone.peek()).map(Edit::textKey).orElse(""));
    }

    /// The text key of what {@link #undo} takes back, or "".
    public ReadOnlyStringProperty nextProperty() {
        return next.getReadOnlyProperty();
    }

    /// The text key of what {@link #redo} does again, or "".
    public ReadOnlyStringProperty againProperty() {
        return again.getReadOnlyProperty();
    }
}
