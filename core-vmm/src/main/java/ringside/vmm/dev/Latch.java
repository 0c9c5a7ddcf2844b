// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Registers that keep what is written and do nothing: the POST code port, DMA page registers.
public final class Latch implements PortDevice, Stateful {
    private final byte[] kept;

    public Latch(int registers) {
        kept = new byte[registers];
    }

    @Override
    public int read(int offset) {
        return kept[offset] & 0xFF;
    }

    @Override
    public int peek(int offset) {
        return kept[offset] & 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        kept[offset] = (byte) value;
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("latch", kept);
    }
}
