// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Port 0x92: the A20 gate and the fast reset. The gate's bit can be set and read; address line 20 is always on.
public final class FastGate implements PortDevice, Stateful {
    private static final int RESET = 0x01, A20 = 0x02;
    private final Line reset;
    private int kept = A20;

    public FastGate(Line reset) {
        this.reset = reset;
    }

    @Override
    public int read(int offset) {
        return kept;
    }

    @Override
    public int peek(int offset) {
        return kept;
    }

    @Override
    public void write(int offset, int value) {
        boolean rises = (value & ~kept & RESET) != 0;
        kept = value & 0x03;
        if (rises) reset.set(true);
    }

    @Override
    public void state(StateVisitor v) {
        kept = v.u8("port92", kept);
    }
}
