// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.Corner;

/// Gives standard input to a console. The end of the input ends nothing but the typing.
///
/// Nothing is typed before the guest has said something (or has been silent for a while): a guest that sets up its
/// serial port throws away what was there before.
final class Typist {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_WAITING = 1024;
    private static final int CTRL_A = 1;

    private final BlockingQueue<byte[]> typed = new LinkedBlockingQueue<>(MOST_WAITING);
    private final long start = System.nanoTime();
    private final boolean terminal;
    private volatile boolean ended, left;
    private boolean escaped;
    private long slept = System.nanoTime();

    /// @param terminal whether it is one that hands over single keys: then Ctrl-A begins what is meant for us
    Typist(InputStream in, boolean terminal) {
        this.terminal = terminal;
        Thread reader = new Thread(() -> read(in), "typed input");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream in) {
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                byte[] bytes = Arrays.copyOf(buffer, n);
                if (terminal) bytes = keys(bytes);
                if (bytes.length > 0) typed.put(bytes);
            }
        } catch (IOException e) {
            // an input that breaks is an input that ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
        }
    }

    /// Takes out what is meant for us: Ctrl-A X leaves, Ctrl-A twice is one, and any other key is as without.
    private byte[] keys(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        int n = 0;
        for (byte b : bytes) {
            if (!escaped && b == CTRL_A) {
                escaped = true;
                continue;
            }
            if (escaped && (b == 'x' || b == 'X')) left = true;
            else out[n++] = b;
            escaped = false;
        }
        return Arrays.copyOf(out, n);
    }

    /// Whether the person has left.
    boolean left() {
        return left;
    }

    /// In front of a person an idle guest's time goes no faster than the host's.
    void pace(long ticks) {
        if (!terminal) return;
        long ahead = ticks - (System.nanoTime() - slept);
        // Ticks are nanoseconds; what the guest works is slower than that and leaves nothing to wait for.
        if (ahead > 0 && typed.isEmpty()) LockSupport.parkNanos(ahead);
        slept = System.nanoTime();
    }

    /// Passes on what has been typed. @return whether there was anything
    boolean type(Corner.ConsoleView console) {
        if (console.written() == 0 && System.nanoTime() - start < PATIENCE_NANOS) return false;
        boolean any = false;
        for (byte[] bytes = typed.poll(); bytes != null; bytes = typed.poll()) {
            console.type(newlines(bytes));
            any = true;
        }
        return any;
    }

    /// Waits a little for typing while the guest sleeps. @return false when none can come any more
    boolean await(Corner.ConsoleView console) throws InterruptedException {
        if (!typed.isEmpty()) {
            while (!type(console)) Thread.sleep(10);
            return true;
        }
        if (left) return false;
        if (ended) return !typed.isEmpty();
        byte @Nullable [] bytes = typed.poll(50, TimeUnit.MILLISECONDS);
        if (bytes != null) console.type(newlines(bytes));
        return true;
    }

    /// The Enter key of a terminal line is a carriage return on a console.
    private static byte[] newlines(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        int n = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\n') out[n++] = bytes[i];
            else if (i == 0 || bytes[i - 1] != '\r') out[n++] = '\r';
        }
        return Arrays.copyOf(out, n);
    }
}
