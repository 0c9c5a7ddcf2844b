// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Pieces of work on a few host threads: one corner's piece never meets another's.
final class Threads implements Phase {
    private final ExecutorService pool;

    Threads(int count) {
        pool = Executors.newFixedThreadPool(count, r -> {
            Thread t = new Thread(r, "corner");
            t.setDaemon(true);
            return t;
        });
    }

    @Override
    public void all(List<Runnable> work) {
        List<Future<?>> started = new ArrayList<>();
        for (Runnable piece : work) started.add(pool.submit(piece));
        for (Future<?> piece : started) {
            try {
                piece.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
