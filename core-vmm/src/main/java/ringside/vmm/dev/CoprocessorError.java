// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// How a PC takes the exceptions of its x87 as an interrupt. (IA-32 SDM volume 1, appendix D.)
///
/// FERR# sets a flip-flop whose output is IRQ 13. A write to port F0 clears it and asserts IGNNE#, until FERR#
/// falls: so the handler can use the x87 to find out what happened. Port F1, the reset of an 80287, does nothing.
public final class CoprocessorError implements PortDevice, Stateful {
    private final Line irq;
    private boolean error;
    private boolean ignored;

    /// @param irq IRQ 13
    public CoprocessorError(Line irq) {
        this.irq = irq;
    }

    /// FERR#.
    public void error(boolean asserted) {
        error = asserted;
        if (asserted) irq.set(true);
        else ignored = false;
    }

    /// IGNNE#.
    public boolean ignored() {
        return ignored;
    }

    @Override
    public int read(int offset) {
        return 0xFF;
    }

    @Override
    public int peek(int offset) {
        return 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        if (offset != 0) return;
        irq.set(false);
        ignored = error;
    }

    @Override
    public void state(StateVisitor v) {
        error = v.flag("error", error);
        ignored = v.flag("ignored", ignored);
    }
}
