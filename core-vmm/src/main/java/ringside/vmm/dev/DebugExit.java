// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import java.util.function.IntConsumer;

/// The debug-exit port: a store ends the machine with that value as status.
public final class DebugExit implements PortDevice {
    private final IntConsumer ended;

    public DebugExit(IntConsumer ended) {
        this.ended = ended;
    }

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        return 0;
    }

    @Override
    public void write(int offset, int value) {
        ended.accept(value);
    }

    @Override
    public void writeWide(int offset, int size, int value) {
        ended.accept(size == 2 ? value & 0xFFFF : value);
    }
}
