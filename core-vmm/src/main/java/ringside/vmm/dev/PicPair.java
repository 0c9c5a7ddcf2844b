// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The PC's two 8259As: the second one's INT output is input 2 of the first. Sixteen inputs, one output.
public final class PicPair implements Stateful {
    private static final int CASCADE = 2;
    private final Pic master;
    private final Pic slave;

    /// @param intr the pair's INT output
    public PicPair(Line intr) {
        master = new Pic(intr);
        slave = new Pic(high -> cascade(high));
    }

    private void cascade(boolean high) {
        // A second request behind the one just acknowledged must be seen as a new edge.
        master.input(CASCADE, false);
        if (high) master.input(CASCADE, true);
    }

    /// Ports 0x20 and 0x21.
    public PortDevice master() {
        return master;
    }

    /// Ports 0xA0 and 0xA1.
    public PortDevice slave() {
        return slave;
    }

    /// Ports 0x4D0 and 0x4D1: edge (0) or level (1) by input. Inputs 0, 1, 2, 8 and 13 are always edges.
    public PortDevice elcr() {
        return new Elcr();
    }

    private final class Elcr implements PortDevice {
        @Override
        public int read(int offset) {
            return peek(offset);
        }

        @Override
        public int peek(int offset) {
            return offset == 0 ? master.elcr() : slave.elcr();
        }

        @Override
        public void write(int offset, int value) {
            if (offset == 0) master.setElcr(value & 0xF8);
            else slave.setElcr(value & 0xDE);
        }
    }

    /// @param irq 0..15; input 2 does not exist
    public void irq(int irq, boolean high) {
        if (irq >= 8) slave.input(irq - 8, high);
        else if (irq != CASCADE) master.input(irq, high);
    }

    /// The wire of one input.
    public Line line(int irq) {
        return high -> irq(irq, high);
    }

    public boolean requesting() {
        return master.requesting();
    }

    /// The acknowledge cycle. @return the vector; that of IRQ 7 or 15 when the request had gone
    public int acknowledge() {
        int n = master.acknowledge();
        if (n != CASCADE) return master.base() + n;
        int s = slave.acknowledge();
        if (slave.requesting()) cascade(true);
        return slave.base() + s;
    }

    @Override
    public void state(StateVisitor v) {
        master.state(v);
        slave.state(v);
    }
}
