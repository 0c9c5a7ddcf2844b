// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.HashMap;
import java.util.Map;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import ringside.vmm.probe.Breaks;

/// Where people want the present bout's corners to stop, how often they have, and why they last did. Lives on the FX
/// thread.
public final class Breakpoints {
    /// A breakpoint and how often a corner has stopped there on its way forward.
    public record Counted(Breakpoint place, long hits) {}

    /// Why a corner stands still.
    ///
    /// @param vcpu that came there
    public record Stopped(Breakpoint place, int vcpu) {}

    private final ObservableList<Counted> list = FXCollections.observableArrayList();
    private final ReadOnlyObjectWrapper<@Nullable Stopped> last = new ReadOnlyObjectWrapper<>();
    private final Map<Integer, Long> seen = new HashMap<>();
    private @Nullable BoutSession bout;

    /// A bout has begun, or none is there any more: places of another guest mean nothing here.
    void opened(@Nullable BoutSession next) {
        bout = next;
        list.clear();
        seen.clear();
        last.set(null);
    }

    /// In the order in which they were set.
    public ObservableList<Counted> list() {
        return list;
    }

    /// Where a corner stopped last, or null when it has gone on since.
    public ReadOnlyObjectProperty<@Nullable Stopped> lastProperty() {
        return last.getReadOnlyProperty();
    }

    /// The one at the same place, or null.
    public @Nullable Breakpoint at(Breakpoint place) {
        for (Counted c : list) if (c.place().same(place)) return c.place();
        return null;
    }

    /// Sets one; there is at most one at a place.
    public void add(Breakpoint place) {
        if (bout == null || place.corner() >= bout.corners().size()) return;
        remove(place);
        list.add(new Counted(place, 0));
        if (place.enabled()) put(place, true);
    }

    /// Takes the one at that place away.
    public void remove(Breakpoint place) {
        for (int i = 0; i < list.size(); i++) {
            if (!list.get(i).place().same(place)) continue;
            if (list.remove(i).place().enabled()) put(place, false);
            return;
        }
    }

    /// Switches the one at that place on or off; it keeps its count.
    public void enable(Breakpoint place, boolean on) {
        for (int i = 0; i < list.size(); i++) {
            Counted c = list.get(i);
            if (!c.place().same(place) || c.place().enabled() == on) continue;
            list.set(i, new Counted(c.place().enabled(on), c.hits()));
            put(place, on);
        }
    }

    private void put(Breakpoint place, boolean set) {
        if (bout != null) bout.post(place.corner(), () -> new EngineCommand.Break(b -> place.put(b, set)));
    }

    /// Called once a pulse.
    void pulse() {
        BoutSession current = bout;
        if (current == null) return;
        for (CornerFeed feed : current.corners()) {
            StoppedAt at = feed.stoppedAt();
            if (at == null || at.times() == seen.getOrDefault(feed.index(), 0L)) continue;
            seen.put(feed.index(), at.times());
            stopped(feed.index(), at);
        }
        Stopped was = last.get();
        if (was != null && current.corners().get(was.place().corner()).state().mode() == CornerState.Mode.RUNNING)
            last.set(null);
    }

    private void stopped(int corner, StoppedAt at) {
        Breaks.Hit hit = at.hit();
        for (int i = 0; i < list.size(); i++) {
            Counted c = list.get(i);
            if (c.place().corner() != corner || !c.place().isHit(hit)) continue;
            if (at.forward()) list.set(i, new Counted(c.place(), c.hits() + 1));
            last.set(null);
            last.set(new Stopped(c.place(), hit.vcpu()));
            return;
        }
    }
}
