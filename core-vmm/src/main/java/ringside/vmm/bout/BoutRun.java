// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.ArrayList;
import java.util.List;

/// A bout without a window: every corner runs to the condition, and corners wait for each other at bells.
///
/// Each corner's {@link Leg} is confined to the thread that advances it; different legs may be advanced by different
/// threads, because machines share nothing. What a corner does never depends on the others: only the order of work on
/// the host does.
public final class BoutRun {
    private final List<Leg> legs;

    /// @param until one condition for all corners
    public BoutRun(List<Corner> corners, Until until) {
        this(corners, until, Script.NONE);
    }

    /// @param until  one condition for all corners
    /// @param script typed into the console of each
    public BoutRun(List<Corner> corners, Until until, Script script) {
        List<Leg> all = new ArrayList<>();
        for (Corner corner : corners) all.add(new Leg(corner, until, script));
        legs = List.copyOf(all);
    }

    public List<Leg> legs() {
        return legs;
    }

    public boolean finished() {
        return legs.stream().allMatch(Leg::finished);
    }

    /// The corners that may run now: those that no other running corner is a bell behind of.
    public List<Leg> ready() {
        int fewest = legs.stream()
                .filter(leg -> !leg.finished())
                .mapToInt(Leg::bells)
                .min()
                .orElse(0);
        return legs.stream()
                .filter(leg -> !leg.finished() && leg.bells() <= fewest)
                .toList();
    }
}
