// SPDX-License-Identifier: Apache-2.0
package ringside.test.ui;

import ringside.app.main.RingsideApp;

/// The window over fake corners, to look at without an engine.
public final class FakeApp extends RingsideApp {
    public FakeApp() {
        super(new FakeBouts());
    }

    /// A main class that is no Application itself, so that the class path will do.
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            launch(FakeApp.class, args);
        }
    }
}
