// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The guest's console: what it printed, as far as kept, and what was typed. {@link #written}, {@link #between},
/// {@link #tail} and {@link #type} may be called on any thread; the rest belongs to the machine's.
///
/// Typed bytes wait outside the machine until {@link #pump} takes them in at a round's beginning.
public final class Console implements ConsoleSink, Stateful {
    /// Printed bytes kept: the newest 4 MB.
    public static final int KEPT = 4 << 20;
    private static final int TYPED_MAX = 64 << 10;
    private static final int LOG_KEPT = 256 << 10;

    private final KeptBytes printed = new KeptBytes(KEPT);
    private final KeptBytes log = new KeptBytes(LOG_KEPT);
    private final ByteArrayOutputStream outside = new ByteArrayOutputStream();

    private byte[] inside = new byte[0];
    private int next;
    private final List<Runnable> inputListeners = new ArrayList<>();
    private final List<IntConsumer> taps = new ArrayList<>();

    // ---- the guest's side -----------------------------------------------------------------------------------------

    @Override
    public void put(int b) {
        printed.put(b);
        for (IntConsumer tap : taps) tap.accept(b & 0xFF);
    }

    @Override
    public void log(int b) {
        log.put(b);
    }

    @Override
    public int take() {
        return hasInput() ? inside[next++] & 0xFF : -1;
    }

    @Override
    public boolean hasInput() {
        return next < inside.length;
    }

    @Override
    public void onInput(Runnable r) {
        inputListeners.add(r);
    }

    /// Whether anybody inside wants typed bytes.
    boolean heard() {
        return !inputListeners.isEmpty();
    }

    /// Takes typed bytes into the machine.
    void pump(Inputs inputs) {
        byte[] typed;
        synchronized (this) {
            if (outside.size() == 0) return;
            typed = outside.toByteArray();
            outside.reset();
        }
        inputs.took(Inputs.CONSOLE, typed);
        typed(typed);
    }

    /// Typed bytes come into the machine.
    void typed(byte[] typed) {
        byte[] all = new byte[inside.length - next + typed.length];
        System.arraycopy(inside, next, all, 0, inside.length - next);
        System.arraycopy(typed, 0, all, inside.length - next, typed.length);
        inside = all;
        next = 0;
        for (Runnable r : inputListeners) r.run();
    }

    /// Is told each byte printed, on the machine's thread.
    public void tap(IntConsumer listener) {
        taps.add(listener);
    }

    // ---- the person's side ----------------------------------------------------------------------------------------

    /// Bytes printed since the start.
    public long written() {
        return printed.written();
    }

    /// Bytes `[from, to)` as far as kept.
    public byte[] between(long from, long to) {
        return printed.between(from, to);
    }

    /// What the hypervisor's own console showed, from byte `from` on, as far as kept.
    public byte[] logSince(long from) {
        return log.since(from);
    }

    /// The newest bytes, at most `max`, as ISO-8859-1.
    public String tail(int max) {
        return new String(printed.since(printed.written() - max), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /// Queues typed bytes; what exceeds 64 KB waiting is dropped, as by a keyboard.
    public synchronized void type(byte[] bytes) {
        int room = Math.max(0, TYPED_MAX - outside.size());
        outside.write(bytes, 0, Math.min(room, bytes.length));
    }

    @Override
    public void state(StateVisitor v) {
        printed.state(v, "written");
        log.state(v, "log");
        byte[] waiting = Arrays.copyOfRange(inside, next, inside.length);
        if (!v.exact()) {
            v.i32("typed", waiting.length);
            return;
        }
        waiting = v.sized("typed", waiting);
        if (!v.loads()) return;
        inside = waiting;
        next = 0;
    }
}
