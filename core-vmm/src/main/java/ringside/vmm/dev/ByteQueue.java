// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Bytes that wait in a chip, oldest first; at most 256.
final class ByteQueue implements Stateful {
    private final String name;
    private final byte[] ring = new byte[256];
    private int head, held;

    ByteQueue(String name) {
        this.name = name;
    }

    int size() {
        return held;
    }

    boolean isEmpty() {
        return held == 0;
    }

    void clear() {
        held = 0;
    }

    /// What has no room is lost.
    void add(int... bytes) {
        for (int b : bytes) if (held < ring.length) ring[head + held++ & 0xFF] = (byte) b;
    }

    int take() {
        int b = ring[head] & 0xFF;
        head = head + 1 & 0xFF;
        held--;
        return b;
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes(name, ring);
        head = v.u8(name + "Head", head);
        held = v.u16(name + "Held", held);
    }
}
