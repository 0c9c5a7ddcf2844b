// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;

/// Bytes that somebody printed: how many there were, and the newest of them. Thread-safe.
final class KeptBytes {
    private static final int FIRST_SIZE = 4096;
    private final int most;
    private byte[] ring = new byte[FIRST_SIZE];
    private long written;
    /// The most there ever were: going back in time takes none of them away.
    private long furthest;
    /// Bytes before this one are not here: they were printed on another machine.
    private long missing;

    /// @param most bytes kept at the most
    KeptBytes(int most) {
        this.most = most;
    }

    synchronized void put(int b) {
        if (written == ring.length && ring.length < most) ring = Arrays.copyOf(ring, ring.length * 2);
        ring[(int) (written++ % ring.length)] = (byte) b;
        if (written > furthest) furthest = written;
    }

    synchronized long written() {
        return written;
    }

    /// Bytes `[from, written)` as far as kept.
    synchronized byte[] since(long from) {
        return between(from, written);
    }

    /// Bytes `[from, to)` as far as kept.
    synchronized byte[] between(long from, long to) {
        long end = Math.min(to, written);
        long first = Math.clamp(from, Math.clamp(Math.max(missing, furthest - ring.length), 0, end), end);
        byte[] out = new byte[(int) (end - first)];
        for (int i = 0; i < out.length; i++) out[i] = ring[(int) ((first + i) % ring.length)];
        return out;
    }

    /// The text itself stays here when time goes back; only another machine has to be given it.
    synchronized void state(StateVisitor v, String name) {
        long count = v.i64(name, written);
        byte[] kept = v.elsewhere() ? v.sized(name + " kept", since(0)) : new byte[0];
        if (!v.loads()) return;
        written = count;
        if (!v.elsewhere()) return;
        ring = new byte[most];
        furthest = written;
        for (int i = 0; i < kept.length; i++) ring[(int) ((written - kept.length + i) % most)] = kept[i];
        missing = written - kept.length;
    }
}
