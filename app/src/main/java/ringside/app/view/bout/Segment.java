// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.bout;

import java.util.ArrayList;
import java.util.List;
import ringside.app.session.Bell;
import ringside.app.session.CornerState;

/// A part of a corner's guest time that is one round, or the beginning of one.
///
/// @param from first tick
/// @param to   tick after the last one; as `from` when the corner has not come here yet
/// @param rung whether a bell closed it
record Segment(long from, long to, boolean rung) {
    private static final int MOST = 8;

    /// The rounds of every corner, cut so that the n-th segments are the same work. An unfinished round is as long as
    /// the longest corner says.
    ///
    /// @param wholeRun all rounds (the last few of many), or the last one only
    static List<List<Segment>> of(List<CornerState> corners, boolean wholeRun) {
        int rounds = 0;
        for (CornerState c : corners) rounds = Math.max(rounds, c.bells() + (c.sinceBell() > 0 ? 1 : 0));
        int first = Math.max(0, rounds - (wholeRun ? MOST : 1));
        List<List<Segment>> out = new ArrayList<>();
        for (CornerState c : corners) {
            List<Segment> mine = new ArrayList<>();
            for (int r = first; r < rounds; r++) mine.add(segment(corners, c, r));
            out.add(mine);
        }
        return out;
    }

    private static Segment segment(List<CornerState> corners, CornerState c, int round) {
        if (round > c.bells()) return new Segment(0, 0, false);
        long from = start(c, round);
        if (round < c.bells()) return new Segment(from, c.rounds().get(round).tick(), true);
        long longest = 1;
        for (CornerState other : corners) if (round <= other.bells()) longest = Math.max(longest, length(other, round));
        return new Segment(from, from + longest, false);
    }

    private static long length(CornerState c, int round) {
        return (round < c.bells() ? c.rounds().get(round).tick() : c.snapshot().tick()) - start(c, round);
    }

    private static long start(CornerState c, int round) {
        List<Bell> bells = c.rounds();
        return round == 0 ? 0 : bells.get(round - 1).tick();
    }
}
