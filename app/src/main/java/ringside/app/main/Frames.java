// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import javafx.animation.AnimationTimer;

/// Does something once, after so many frames.
final class Frames extends AnimationTimer {
    private final Runnable then;
    private int left;

    Frames(int frames, Runnable then) {
        this.left = frames;
        this.then = then;
    }

    @Override
    public void handle(long now) {
        if (left-- > 0) return;
        stop();
        then.run();
    }
}
