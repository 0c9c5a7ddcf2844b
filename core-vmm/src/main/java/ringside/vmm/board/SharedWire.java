// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.Line;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// An input that several chips may pull: asserted as long as one of them does.
final class SharedWire implements Stateful {
    private final Line input;
    /// Who pulls, a bit a chip.
    private int pulled, chips;

    SharedWire(Line input) {
        this.input = input;
    }

    /// A further chip's end of the wire.
    Line end() {
        int bit = 1 << chips++;
        return high -> {
            int before = pulled;
            pulled = high ? before | bit : before & ~bit;
            if (pulled == 0 != (before == 0)) input.set(high);
        };
    }

    @Override
    public void state(StateVisitor v) {
        pulled = v.i32("pulled", pulled);
    }
}
