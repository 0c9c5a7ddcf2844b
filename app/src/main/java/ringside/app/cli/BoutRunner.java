// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringside.app.export.TraceLines;
import ringside.vmm.bout.BoutRun;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Leg;
import ringside.vmm.word.Iface;

/// Runs a bout on the host: slices of guest time, consoles and trace in between, an end to the user's patience.
///
/// Host time decides only when to give up. What the corners did by then is the same everywhere.
final class BoutRunner {
    /// Between two looks at what a lone guest prints.
    private static final Duration LOOK = Duration.ofMillis(4);
    /// Guest time between two looks at the consoles.
    private static final long SLICE = 10_000_000;
    /// The same while a trace is written: short enough that the ring is not lapped.
    private static final long TRACED_SLICE = 100_000;

    private final BoutRun run;
    private final Duration limit;
    private final Phase phase;
    private final @Nullable PrintStream console;
    private final PrintStream log;
    private final boolean prefixed;
    private final @Nullable TraceLines trace;
    private final @Nullable Typist typist;
    private final Map<Iface, Long> shown = new EnumMap<>(Iface.class);
    private final Map<Iface, Integer> loggedBytes = new EnumMap<>(Iface.class);
    private final Map<Iface, StringBuilder> lines = new EnumMap<>(Iface.class);

    /// @param console  where the guests' consoles go, or null
    /// @param log      where the hypervisor's own console goes
    /// @param prefixed whether every line says which corner printed it
    BoutRunner(
            BoutRun run,
            Duration limit,
            Phase phase,
            @Nullable PrintStream console,
            PrintStream log,
            boolean prefixed,
            @Nullable TraceLines trace,
            @Nullable Typist typist) {
        this.run = run;
        this.limit = limit;
        this.phase = phase;
        this.console = console;
        this.log = log;
        this.prefixed = prefixed;
        this.trace = trace;
        this.typist = typist;
    }

    /// Runs to the end of every corner, or of the limit.
    void run() throws IOException {
        Thread reader =
                console != null && !prefixed ? Thread.ofPlatform().daemon().start(this::followAtOnce) : null;
        try {
            rounds();
        } finally {
            if (reader != null) reader.interrupt();
        }
    }

    /// Shows what a lone guest prints while its slice still runs, so that a reader may take the time by it. (The
    /// lines of several corners come in the order of slices, which is the same in every run.)
    private void followAtOnce() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                for (Leg leg : run.legs()) show(leg.corner());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the run is over, which shows what is left
        }
    }

    private void rounds() throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        long slice = trace != null ? TRACED_SLICE : typist != null ? SLICE / 10 : SLICE;
        while (true) {
            List<Leg> ready = run.ready();
            if (ready.isEmpty() && !sleepersWake(deadline)) break;
            if (typist != null)
                run.legs().forEach(leg -> typist.type(leg.corner().console()));
            List<Runnable> work = new ArrayList<>();
            for (Leg leg : ready) work.add(() -> leg.advance(slice));
            phase.all(work);
            follow();
            if (typist != null) typist.pace(slice);
            if (System.nanoTime() > deadline || typist != null && typist.left()) {
                run.legs().forEach(Leg::giveUp);
                break;
            }
        }
        for (Leg leg : run.legs()) flush(leg.corner().iface());
    }

    /// Corners that only typing can wake: waits for it while somebody may type.
    private boolean sleepersWake(long deadline) {
        if (typist == null) return false;
        boolean any = false;
        for (Leg leg : run.legs()) {
            if (leg.outcome() != Leg.Outcome.WAITING || System.nanoTime() > deadline) continue;
            try {
                if (typist.await(leg.corner().console())) {
                    leg.wake();
                    any = true;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return any;
    }

    /// Shows what the consoles have printed since the last look.
    void follow() throws IOException {
        for (Leg leg : run.legs()) follow(leg);
    }

    private void follow(Leg leg) throws IOException {
        Corner corner = leg.corner();
        if (trace != null) trace.drain(corner.iface(), corner.trace());
        show(corner);
    }

    private synchronized void show(Corner corner) {
        if (console == null) return;
        logged(corner);
        long from = shown.getOrDefault(corner.iface(), 0L);
        long printed = corner.console().written();
        byte[] bytes = corner.console().between(from, printed);
        if (bytes.length == 0) return;
        shown.put(corner.iface(), printed);
        if (prefixed) prefixed(corner.iface(), bytes);
        else console.write(bytes, 0, bytes.length);
        console.flush();
    }

    /// Whole lines of the hypervisor's console.
    private void logged(Corner corner) {
        int from = loggedBytes.getOrDefault(corner.iface(), 0);
        String text = new String(corner.console().logSince(from), StandardCharsets.ISO_8859_1);
        int end = text.lastIndexOf('\n') + 1;
        text.substring(0, end)
                .lines()
                .forEach(line -> log.println("(" + corner.iface().id() + ") " + line.stripTrailing()));
        loggedBytes.put(corner.iface(), from + end);
    }

    private void prefixed(Iface iface, byte[] bytes) {
        StringBuilder line = lines.computeIfAbsent(iface, i -> new StringBuilder());
        for (char c : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (c == '\n') flush(iface);
            else if (c != '\r') line.append(c);
        }
    }

    private void flush(Iface iface) {
        StringBuilder line = lines.get(iface);
        if (console == null || line == null || line.isEmpty()) return;
        console.print(String.format("%-6s| ", iface.id()));
        byte[] raw = line.toString().getBytes(StandardCharsets.ISO_8859_1);
        console.write(raw, 0, raw.length);
        console.println();
        line.setLength(0);
    }
}
