// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.util.List;

/// Carries out a few independent pieces of work and returns when all are done. Where they run changes no result.
interface Phase extends AutoCloseable {
    void all(List<Runnable> work);

    @Override
    default void close() {}

    /// One after another on the calling thread.
    static Phase inTurn() {
        return work -> work.forEach(Runnable::run);
    }

    /// On as many host threads as there are corners (and cores).
    static Phase together(int corners) {
        int threads = Math.min(corners, Runtime.getRuntime().availableProcessors());
        return threads < 2 ? inTurn() : new Threads(threads);
    }
}
