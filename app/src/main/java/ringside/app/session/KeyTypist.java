// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Types long texts on a PC's keyboard. The keyboard's own buffer holds few keys, and a guest that has fallen behind
/// would lose the rest: so the next character waits until guest time has come on. Lives on the FX thread.
final class KeyTypist {
    /// Guest time between two characters: some 60 a second.
    private static final long GAP = 16_000_000;

    /// Characters at most in one pulse, when a guest runs fast.
    private static final int MOST = 16;

    private final Deque<List<Integer>> waiting = new ArrayDeque<>();
    private int corner;
    private long next;

    void type(int toCorner, List<List<Integer>> strokes) {
        if (corner != toCorner) waiting.clear();
        corner = toCorner;
        waiting.addAll(strokes);
    }

    void forget() {
        waiting.clear();
        next = 0;
    }

    void pulse(@Nullable BoutSession bout) {
        if (bout == null || waiting.isEmpty() || corner >= bout.corners().size()) return;
        CornerFeed feed = bout.corners().get(corner);
        long now = feed.state().snapshot().tick();
        boolean idle = feed.state().mode() == CornerState.Mode.WAITING_FOR_INPUT;
        if (next > now + GAP) next = now;
        for (int i = 0; i < MOST && !waiting.isEmpty() && (now >= next || idle); i++) {
            for (int key : waiting.removeFirst()) feed.post(new EngineCommand.Key(key < 0 ? ~key : key, key >= 0));
            next = now + GAP;
            if (!idle) break;
            idle = false;
        }
    }
}
