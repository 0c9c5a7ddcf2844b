// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.List;
import ringside.vmm.probe.Snapshot;

/// What a corner's thread has published last. Immutable; safe on any thread.
///
/// @param mode     what the thread is doing
/// @param snapshot the machine at that moment
/// @param rounds   finished rounds, oldest first
/// @param traceEnd events below this position are complete
/// @param fault    what went wrong inside the engine, or "" (then `mode` is not BROKEN)
/// @param runHash  hash of the run when the corner has stood still for a moment, or ""
/// @param version  grows with each publication
/// @param travel   where it stands in its own time
/// @param present  how far it has come in all
public record CornerState(
        Mode mode,
        Snapshot snapshot,
        List<Bell> rounds,
        long traceEnd,
        String fault,
        String runHash,
        long version,
        Travel travel,
        Present present) {
    /// What a corner is doing, as people see it.
    public enum Mode {
        READY,
        RUNNING,
        PAUSED,
        AT_BELL,
        WAITING_FOR_INPUT,
        ENDED,
        KNOCKED_DOWN,
        BROKEN;

        /// Nothing moves it any more.
        public boolean over() {
            return this == ENDED || this == KNOCKED_DOWN || this == BROKEN;
        }

        /// It moves, or will as soon as somebody else has.
        public boolean moving() {
            return this == RUNNING || this == AT_BELL || this == WAITING_FOR_INPUT;
        }
    }

    /// Finished rounds: bells rung so far.
    public int bells() {
        return rounds.size();
    }

    /// Number of the last bell, or -1.
    public int lastBell() {
        return rounds.isEmpty() ? -1 : rounds.getLast().number();
    }

    /// Guest ticks since the last bell.
    public long sinceBell() {
        return snapshot.tick() - (rounds.isEmpty() ? 0 : rounds.getLast().tick());
    }
}
