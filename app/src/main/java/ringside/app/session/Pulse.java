// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import javafx.animation.AnimationTimer;

/// The one timer of the window.
public final class Pulse extends AnimationTimer {
    private final Workbench workbench;

    public Pulse(Workbench workbench) {
        this.workbench = workbench;
    }

    @Override
    public void handle(long now) {
        workbench.pulse();
    }
}
