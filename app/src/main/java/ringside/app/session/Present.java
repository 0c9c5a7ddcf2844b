// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import ringside.vmm.trace.Counts;

/// How far a corner has come in all, also while somebody looks at its past.
///
/// @param rounds finished ones, oldest first
/// @param round  counts since the last bell
/// @param tick   guest time
public record Present(List<Bell> rounds, Counts round, long tick) {
    /// Guest ticks since the last bell.
    public long sinceBell() {
        return tick - (rounds.isEmpty() ? 0 : rounds.getLast().tick());
    }

    /// Number of the last bell, or -1.
    public int lastBell() {
        return rounds.isEmpty() ? -1 : rounds.getLast().number();
    }

    /// Bells rung before a guest time.
    public int bellsBefore(long when) {
        int n = 0;
        while (n < rounds.size() && rounds.get(n).tick() <= when) n++;
        return n;
    }
}
