// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The keyboard controller's ports 0x60 and 0x64, without keyboard or mouse: status reads, the output port
/// (A20, reset) and the reset pulse. Everything else is taken and not answered.
public final class KeyboardStub implements PortDevice, Stateful {
    private static final int DATA = 0, COMMAND = 4; // offsets from 0x60
    private static final int STATUS_FULL = 0x01, STATUS_SYSTEM = 0x04, STATUS_UNLOCKED = 0x10;
    private static final int READ_OUTPUT_PORT = 0xD0, WRITE_OUTPUT_PORT = 0xD1, PULSE_RESET = 0xFE;

    private final Line reset;
    private int outputPort = 0xDF;
    private boolean full, expectOutputPort;

    public KeyboardStub(Line reset) {
        this.reset = reset;
    }

    @Override
    public int read(int offset) {
        int result = peek(offset);
        if (offset == DATA) full = false;
        return result;
    }

    @Override
    public int peek(int offset) {
        if (offset == COMMAND) return STATUS_SYSTEM | STATUS_UNLOCKED | (full ? STATUS_FULL : 0);
        return offset == DATA && full ? outputPort : 0;
    }

    @Override
    public void write(int offset, int value) {
        if (offset == COMMAND) command(value);
        else if (offset == DATA && expectOutputPort) {
            expectOutputPort = false;
            outputPort = value;
            if ((value & 1) == 0) reset.set(true);
        }
    }

    private void command(int value) {
        expectOutputPort = value == WRITE_OUTPUT_PORT;
        if (value == READ_OUTPUT_PORT) full = true;
        // A pulse with bit 0 of the mask clear pulls the reset line.
        if ((value & 0xF1) == (PULSE_RESET & 0xF1)) reset.set(true);
    }

    @Override
    public void state(StateVisitor v) {
        outputPort = v.u8("outputPort", outputPort);
        full = v.flag("full", full);
        expectOutputPort = v.flag("expectOutputPort", expectOutputPort);
    }
}
