// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.Arrays;

/// Bytes that somebody printed: how many there were, and the newest of them. Thread-safe.
final class KeptBytes {
    private static final int FIRST_SIZE = 4096;
    private final int most;
    private byte[] ring = new byte[FIRST_SIZE];
    private long written;

    /// @param most bytes kept at the most
    KeptBytes(int most) {
        this.most = most;
    }

    synchronized void put(int b) {
        if (written == ring.length && ring.length < most) ring = Arrays.copyOf(ring, ring.length * 2);
        ring[(int) (written++ % ring.length)] = (byte) b;
    }

    synchronized long written() {
        return written;
    }

    /// Bytes `[from, written)` as far as kept.
    synchronized byte[] since(long from) {
        long first = Math.clamp(from, written - Math.min(written, ring.length), written);
        byte[] out = new byte[(int) (written - first)];
        for (int i = 0; i < out.length; i++) out[i] = ring[(int) ((first + i) % ring.length)];
        return out;
    }
}
