// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.score.CostProfile;

/// The one time cursor of the window: takes all corners that move to the same moment of the same work. Lives on the FX
/// thread.
///
/// Where one corner is told by guest time, the others go to the same share of the same round.
public final class TimeCursor {
    private final Supplier<@Nullable BoutSession> bout;
    private final Supplier<Integer> whoMoves;
    private final CostProfile profile = CostProfile.builtIn(CostProfile.DEFAULT);

    TimeCursor(Supplier<@Nullable BoutSession> bout, Supplier<Integer> whoMoves) {
        this.bout = bout;
        this.whoMoves = whoMoves;
    }

    /// A corner's run by rounds.
    public Axis axis(CornerFeed feed) {
        return Axis.of(Axis.Kind.ROUNDS, feed.iface(), feed.state(), profile);
    }

    /// The corner whose run is longest, by rounds; its axis is the window's.
    public @Nullable CornerFeed longest() {
        BoutSession now = bout.get();
        CornerFeed longest = null;
        if (now == null) return null;
        for (CornerFeed feed : now.corners()) {
            if (longest == null || axis(feed).end() > axis(longest).end()) longest = feed;
        }
        return longest;
    }

    /// Near a moment, at once: for a hand that moves on.
    public void scrub(int corner, long tick) {
        go(corner, tick, true);
    }

    /// To a moment, exactly.
    public void goTo(int corner, long tick) {
        go(corner, tick, false);
    }

    private void go(int corner, long tick, boolean near) {
        BoutSession now = bout.get();
        if (now == null || corner >= now.corners().size()) return;
        double value = axis(now.corners().get(corner)).value(tick);
        for (CornerFeed feed : now.corners()) {
            if (whoMoves.get() >= 0 && whoMoves.get() != feed.index() && feed.index() != corner) continue;
            if (feed.state().travel().budget() == 0) continue;
            long to = feed.index() == corner ? tick : there(axis(feed), value);
            if (near) feed.scrub(to);
            else feed.post(new EngineCommand.GoToTick(to));
        }
    }

    /// A corner that has not come so far stays in its present.
    private static long there(Axis axis, double value) {
        return value >= axis.end() ? Long.MAX_VALUE : axis.tick(value);
    }

    /// All corners are again where they were.
    public void returnToNow() {
        BoutSession now = bout.get();
        if (now != null) now.post(-1, EngineCommand.ReturnToNow::new);
    }
}
