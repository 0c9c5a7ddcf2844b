// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// One IDE cable with up to two drives: the command and control blocks, who is selected, the interrupt.
/// (ATA/ATAPI-6, chapters 6, 7 and 9.16.)
///
/// | command block | read | write |
/// |---|---|---|
/// | 0 | data, 16 bits | data |
/// | 1 | error | features |
/// | 2 to 5 | count, address | count, address: to both drives |
/// | 6 | device | device: selects |
/// | 7 | status, and acknowledges | command |
///
/// A cable without drives floats, but for bit 7, which is pulled down. Next to a drive, one that is not there reads as
/// zeros: a lone first drive should show its own registers but the status, and then firmware that probes waits for the
/// second one until it gives up.
final class IdeChannel implements IdeDrive.Cable, Stateful {
    private static final int DATA = 0, ERROR = 1, DEVICE = 6, STATUS = 7;
    private static final int INTERRUPTS_OFF = 0x02, RESET = 0x04, PREVIOUS = 0x80;
    private static final int SECOND = 0x10;
    private static final int FLOATING = 0x7F;
    private static final int DIAGNOSTIC = 0x90;

    /// Bits 5 and 7 always read as ones.
    private static final int DEVICE_ONES = 0xA0;

    private final Line irq;
    private final BusMaster master;
    private final @Nullable IdeDrive[] drives = new IdeDrive[2];
    private final VirtualClock clock;
    private final VirtualClock.Event diagnosed;
    private int device, control;
    private boolean asserted;

    /// @param number 0 or 1
    IdeChannel(int number, VirtualClock clock, Line irq, DmaMemory memory, BusMaster.Permission mayMaster) {
        this.clock = clock;
        this.irq = irq;
        master = new BusMaster(number, clock, memory, mayMaster, this::dmaDrive);
        diagnosed = clock.event("ide diagnostic " + number, this::endReset);
    }

    /// Before anything runs. @param place 0 or 1
    void plug(int place, IdeDrive drive) {
        drives[place] = drive;
    }

    BusMaster master() {
        return master;
    }

    private @Nullable IdeDrive selected() {
        return drives[(device & SECOND) == 0 ? 0 : 1];
    }

    private @Nullable IdeDrive dmaDrive() {
        for (IdeDrive d : drives) if (d != null && d.dmaDirection() != IdeDrive.NOWHERE) return d;
        return null;
    }

    // ---- from the drives --------------------------------------------------------------------------------------------

    @Override
    public void interruptChanged() {
        IdeDrive d = selected();
        boolean high = d != null && d.interrupting() && (control & INTERRUPTS_OFF) == 0;
        if (high == asserted) return;
        asserted = high;
        if (high) master.interrupted();
        irq.set(high);
    }

    @Override
    public void dmaReady() {
        master.ready();
    }

    // ---- registers --------------------------------------------------------------------------------------------------

    /// The command block: 8 ports.
    PortDevice commandBlock() {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return IdeChannel.this.read(offset);
            }

            @Override
            public int peek(int offset) {
                return look(offset);
            }

            @Override
            public int readWide(int offset, int size) {
                if (offset != DATA) return PortDevice.super.readWide(offset, size);
                int value = data();
                return size == 2 ? value : value | data() << 16;
            }

            @Override
            public void write(int offset, int value) {
                IdeChannel.this.write(offset, value);
            }

            @Override
            public void writeWide(int offset, int size, int value) {
                if (offset != DATA) {
                    PortDevice.super.writeWide(offset, size, value);
                    return;
                }
                IdeDrive d = selected();
                if (d != null) d.writeData(2, value);
                if (d != null && size == 4) d.writeData(2, value >>> 16);
            }
        };
    }

    /// The control block: the one port that the board decodes of it, alternate status and device control.
    PortDevice controlBlock() {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return status();
            }

            @Override
            public int peek(int offset) {
                return status();
            }

            @Override
            public void write(int offset, int value) {
                control(value);
            }
        };
    }

    private int data() {
        IdeDrive d = selected();
        return d == null ? 0xFFFF : d.readData(2) & 0xFFFF;
    }

    private int read(int offset) {
        IdeDrive d = selected();
        if (offset == DATA && d != null) return d.readData(1) & 0xFF;
        int value = look(offset);
        if (offset == STATUS && d != null) d.acknowledge();
        return value;
    }

    private int look(int offset) {
        IdeDrive d = selected();
        if (d == null) return nobody();
        return switch (offset) {
            case DATA -> d.peekData(1) & 0xFF;
            case ERROR -> d.error;
            case DEVICE -> device | DEVICE_ONES;
            case STATUS -> status();
            default -> (control & PREVIOUS) != 0 ? d.regs.previous(offset) : d.regs.get(offset);
        };
    }

    private int status() {
        IdeDrive d = selected();
        return d == null ? nobody() : d.status;
    }

    private int nobody() {
        return drives[0] == null && drives[1] == null ? FLOATING : 0;
    }

    private void write(int offset, int value) {
        control &= ~PREVIOUS;
        switch (offset) {
            case DATA -> {
                IdeDrive d = selected();
                if (d != null) d.writeData(1, value);
            }
            case DEVICE -> {
                device = value;
                interruptChanged();
            }
            case STATUS -> command(value);
            default -> {
                for (IdeDrive d : drives) if (d != null && (d.status & IdeDrive.BSY) == 0) d.regs.push(offset, value);
            }
        }
    }

    private void command(int code) {
        if (code == DIAGNOSTIC) {
            diagnose();
            return;
        }
        IdeDrive d = selected();
        if (d != null) d.accept(code, device);
    }

    /// Both drives look at themselves; the first one answers.
    private void diagnose() {
        for (IdeDrive d : drives) if (d != null && (d.status & IdeDrive.BSY) != 0) return;
        for (IdeDrive each : drives) if (each != null) each.resetBegins();
        clock.schedule(diagnosed, clock.now() + IdeDrive.COMMAND_TICKS);
    }

    private void endReset() {
        endOfReset();
        if (drives[0] != null) drives[0].interrupt();
    }

    private void endOfReset() {
        device = 0;
        for (IdeDrive d : drives) if (d != null) d.resetEnds();
    }

    private void control(int value) {
        int before = control;
        control = value;
        if ((value & RESET) != 0) {
            clock.cancel(diagnosed);
            for (IdeDrive d : drives) if (d != null) d.resetBegins();
        } else if ((before & RESET) != 0) {
            endOfReset();
        }
        interruptChanged();
    }

    @Override
    public void state(StateVisitor v) {
        device = v.u8("device", device);
        control = v.u8("control", control);
        asserted = v.flag("asserted", asserted);
        clock.state(v, diagnosed);
        master.state(v);
        for (IdeDrive d : drives) if (d != null) d.state(v);
    }
}
