// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Facts about the machine for programs that come without firmware: a 16-bit selector, and the selected item byte by
/// byte behind it. The interface is QEMU's fw_cfg in its oldest form, for its plain numbers; there are no files and
/// no DMA. Items that do not exist read as zeros.
public final class FirmwareConfig implements PortDevice, Stateful {
    private static final int SIGNATURE = 0, VERSION = 1, RAM_BYTES = 3, CPUS = 5, MAX_CPUS = 0x0F;
    private static final long QEMU = 0x554D4551; // "QEMU", first character lowest
    private static final long TRADITIONAL = 1;

    private final long ramBytes;
    private final int cpus;
    private int selected, at;

    public FirmwareConfig(long ramBytes, int cpus) {
        this.ramBytes = ramBytes;
        this.cpus = cpus;
    }

    private long item() {
        return switch (selected) {
            case SIGNATURE -> QEMU;
            case VERSION -> TRADITIONAL;
            case RAM_BYTES -> ramBytes;
            case CPUS, MAX_CPUS -> cpus;
            default -> 0;
        };
    }

    @Override
    public int read(int offset) {
        int value = peek(offset);
        if (offset == 1 && at < Long.BYTES) at++;
        return value;
    }

    @Override
    public int peek(int offset) {
        return offset == 1 && at < Long.BYTES ? (int) (item() >>> 8 * at) & 0xFF : 0;
    }

    /// The selector is 16 bits wide; single bytes select nothing.
    @Override
    public void write(int offset, int value) {}

    @Override
    public void writeWide(int offset, int size, int value) {
        if (offset != 0) return;
        selected = value & 0xFFFF;
        at = 0;
    }

    @Override
    public void state(StateVisitor v) {
        selected = v.i32("selected", selected);
        at = v.u8("at", at);
    }
}
