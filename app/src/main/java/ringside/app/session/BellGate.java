// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Lets corners wait for each other at bells.
///
/// A corner that has rung its n-th bell goes on when every other corner that is moving has rung n as well. Corners
/// that are paused or over hold nobody up. Waiting happens on the host only: no guest can tell.
final class BellGate {
    private final long[] bells;
    private final boolean[] moving;
    private final IntConsumer nudge;
    private final long[] kept;
    private boolean waiting = true;
    private boolean keeping;

    BellGate(int corners, IntConsumer nudge) {
        this.bells = new long[corners];
        this.moving = new boolean[corners];
        this.kept = new long[corners];
        this.nudge = nudge;
    }

    /// Whether corners wait at all.
    void setWaiting(boolean wait) {
        synchronized (this) {
            waiting = wait;
        }
        nudgeOthers(-1);
    }

    synchronized boolean waiting() {
        return waiting && moving.length > 1;
    }

    /// A corner began or stopped to move.
    void moves(int corner, boolean isMoving, long rung) {
        synchronized (this) {
            if (moving[corner] == isMoving && bells[corner] == rung) return;
            moving[corner] = isMoving;
            bells[corner] = rung;
            kept[corner] = Math.min(kept[corner], rung);
        }
        nudgeOthers(corner);
    }

    /// May this corner go on past its last bell?
    synchronized boolean open(int corner) {
        if (keeping && bells[corner] - kept[corner] > 1) return false;
        if (!waiting) return true;
        for (int other = 0; other < bells.length; other++) {
            if (other != corner && moving[other] && bells[other] < bells[corner]) return false;
        }
        return true;
    }

    /// From now on bells are kept, or not any more.
    void keeping(boolean on) {
        synchronized (this) {
            keeping = on;
            System.arraycopy(bells, 0, kept, 0, bells.length);
        }
        nudgeOthers(-1);
    }

    /// So many bells of a corner are on disk.
    void kept(int corner, long rung) {
        synchronized (this) {
            kept[corner] = Math.max(kept[corner], Math.min(rung, bells[corner]));
        }
        nudge.accept(corner);
    }

    private void nudgeOthers(int corner) {
        for (int other = 0; other < bells.length; other++) {
            if (other != corner) nudge.accept(other);
        }
    }

    @Override
    public synchronized String toString() {
        return "BellGate" + Arrays.toString(bells) + Arrays.toString(moving);
    }
}
