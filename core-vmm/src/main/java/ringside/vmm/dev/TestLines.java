// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Interrupt inputs under a program's own hand, one port an input: not zero raises it, zero lets it fall. Test suites
/// for processors want this of a machine (QEMU calls it pc-testdev).
///
/// At the 8259s a pulse lasts at least a microsecond, so that a processor that has interrupts off for a few
/// instructions still finds the request of an edge-triggered input. The IO-APIC sees it as it is.
public final class TestLines implements PortDevice, Stateful {
    private static final long SHORTEST = 1_000;

    /// Where the inputs are.
    @FunctionalInterface
    public interface Inputs {
        void set(int input, boolean high);
    }

    private final VirtualClock clock;
    private final VirtualClock.Event end;
    private final Inputs inputs, direct;
    private int high, falling;

    /// @param inputs those of the 8259s
    /// @param direct those of the IO-APIC
    public TestLines(VirtualClock clock, Inputs inputs, Inputs direct) {
        this.clock = clock;
        this.inputs = inputs;
        this.direct = direct;
        end = clock.event("test lines", this::fall);
    }

    private void fall() {
        for (int n = 0; n < 32; n++) if ((falling >>> n & 1) != 0) inputs.set(n, false);
        high &= ~falling;
        falling = 0;
    }

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        return (high & ~falling) >>> offset & 1;
    }

    @Override
    public void write(int offset, int value) {
        int bit = 1 << offset;
        direct.set(offset, value != 0);
        if (value != 0) {
            if ((falling & bit) != 0) inputs.set(offset, false); // a new pulse is a new edge
            falling &= ~bit;
            high |= bit;
            inputs.set(offset, true);
        } else if ((high & ~falling & bit) != 0) {
            falling |= bit;
            clock.schedule(end, clock.now() + SHORTEST);
        }
    }

    /// A store of any width means the input of its first port.
    @Override
    public void writeWide(int offset, int size, int value) {
        write(offset, value);
    }

    @Override
    public void state(StateVisitor v) {
        high = v.i32("high", high);
        falling = v.i32("falling", falling);
        clock.state(v, end);
    }
}
