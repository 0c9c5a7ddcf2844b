// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The terminal that the program was started on, while a guest has its keys: they come one by one and are not shown.
/// Where there is no terminal, or none that `stty` knows, nothing is changed, and lines come whole.
final class HostTerminal implements AutoCloseable {
    private static final String KEYS = "-icanon -echo -isig -icrnl -ixon -iexten min 1 time 0";
    private static final long PATIENCE_SECONDS = 5;

    private final @Nullable String before;
    private @Nullable Thread hook;

    private HostTerminal(@Nullable String before) {
        this.before = before;
    }

    /// Leaves everything as it is.
    static HostTerminal none() {
        return new HostTerminal(null);
    }

    /// Takes the keys, when they come from a terminal. What ends the program gives them back.
    static HostTerminal of(Io io) {
        if (io.in() != System.in
                || System.console() == null
                || !System.console().isTerminal()) return none();
        String before = stty("-g");
        if (before == null || !before.matches("[0-9a-zA-Z:=]+") || stty(KEYS) == null) return none();
        HostTerminal terminal = new HostTerminal(before);
        Thread hook = new Thread(() -> stty(before), "terminal");
        Runtime.getRuntime().addShutdownHook(hook);
        terminal.hook = hook;
        return terminal;
    }

    /// Whether single keys come.
    boolean raw() {
        return before != null;
    }

    @Override
    public void close() {
        if (before == null) return;
        stty(before);
        try {
            if (hook != null) Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program ends already, and the hook does the same again.
        }
    }

    /// @return what it printed, or null when it failed
    private static @Nullable String stty(String arguments) {
        try {
            Process p = new ProcessBuilder("sh", "-c", "exec stty " + arguments + " </dev/tty 2>/dev/null").start();
            String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return p.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && p.exitValue() == 0 ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
