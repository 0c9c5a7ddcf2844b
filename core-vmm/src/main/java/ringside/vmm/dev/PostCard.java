// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The diagnostic port: two hexadecimal digits that say how far firmware has come.
///
/// Kernels write to the same port to pass the time, so a code counts once while it stays, and only the newest are
/// kept.
public final class PostCard implements PortDevice, Stateful {
    /// Codes that are kept.
    public static final int KEPT = 64;

    private final byte[] codes = new byte[KEPT];
    private int changes;

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    /// What was written last, as the DMA page register that some chipsets have there.
    @Override
    public int peek(int offset) {
        return changes == 0 ? 0 : codes[(changes - 1) % KEPT] & 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        if (changes > 0 && codes[(changes - 1) % KEPT] == (byte) value) return;
        codes[changes % KEPT] = (byte) value;
        changes = changes + 1 == 2 * KEPT ? KEPT : changes + 1;
    }

    /// The newest codes, oldest first; each differs from the one before it.
    public List<Integer> codes() {
        List<Integer> list = new ArrayList<>();
        for (int n = Math.max(0, changes - KEPT); n < changes; n++) list.add(codes[n % KEPT] & 0xFF);
        return List.copyOf(list);
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("codes", codes);
        changes = v.i32("changes", changes);
    }
}
