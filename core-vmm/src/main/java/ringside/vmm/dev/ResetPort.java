// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Port 0xCF9, the chip set's reset control: bit 2 rising resets the machine.
public final class ResetPort implements PortDevice, Stateful {
    private static final int RESET = 0x04;
    private final Line reset;
    private int kept;

    public ResetPort(Line reset) {
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
        kept = value & 0x0E;
        if (rises) reset.set(true);
    }

    @Override
    public void state(StateVisitor v) {
        kept = v.u8("cf9", kept);
    }
}
