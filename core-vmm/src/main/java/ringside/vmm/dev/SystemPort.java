// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Port 0x61: counter 2's gate and output, the refresh toggle, the speaker's enable (silent).
public final class SystemPort implements PortDevice, Stateful {
    private final Pit pit;
    private int kept;

    public SystemPort(Pit pit) {
        this.pit = pit;
    }

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        return kept | (pit.refresh() ? 0x10 : 0) | (pit.out2() ? 0x20 : 0);
    }

    @Override
    public void write(int offset, int value) {
        kept = value & 0x0F;
        pit.gate2((value & 1) != 0);
    }

    @Override
    public void state(StateVisitor v) {
        kept = v.u8("port61", kept);
    }
}
