// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The bus-master half of one IDE channel: moves a drive's data as a table in guest RAM says. (Programming Interface
/// for Bus Master IDE Controller, 1.0; 82371SB data sheet, 2.7.)
///
/// | offset | |
/// |---|---|
/// | 0 | command: bit 0 start, bit 3 to memory |
/// | 2 | status: bit 0 active, 1 error, 2 interrupt (ones clear those two), 5 and 6 for software |
/// | 4 to 7 | address of the table |
///
/// A table row is an address, a count (0: 64 KB) and, in bit 31, the end. A row outside RAM is an error and stops it; a
/// table that ends before the drive does leaves it inactive without an interrupt, and one that goes on active.
final class BusMaster implements PortDevice, Stateful {
    private static final int COMMAND = 0, STATUS = 2, TABLE = 4;
    private static final int START = 0x01, TO_MEMORY = 0x08;
    private static final int ACTIVE = 0x01, ERROR = 0x02, INTERRUPT = 0x04, KEPT = 0x60;
    private static final int TICKS = 1_000;
    /// Most bytes that a row describes; tables do not cross such a boundary either.
    private static final int LARGEST = 0x10000;

    /// Whether the function's command register lets it master the bus.
    @FunctionalInterface
    interface Permission {
        boolean granted();
    }

    private final VirtualClock clock;
    private final VirtualClock.Event event;
    private final DmaMemory memory;
    private final Permission permission;
    private final Supplier<@Nullable IdeDrive> waiting;
    private final byte[] row = new byte[8];
    private int command, status, table;
    /// The next row; what is left of the present one.
    private int next, rowAddress, rowLeft;
    private boolean last;

    /// @param waiting the drive of the channel that waits for data to move, or null
    BusMaster(
            int number,
            VirtualClock clock,
            DmaMemory memory,
            Permission permission,
            Supplier<@Nullable IdeDrive> waiting) {
        this.clock = clock;
        this.memory = memory;
        this.permission = permission;
        this.waiting = waiting;
        event = clock.event("ide bus master " + number, this::move);
    }

    /// The channel's interrupt request rises.
    void interrupted() {
        status |= INTERRUPT;
    }

    /// A drive waits, or the permission has come.
    void ready() {
        // The mover itself opens the windows of a drive that has more.
        if ((status & ACTIVE) != 0 && !event.scheduled() && waiting.get() != null) {
            clock.schedule(event, clock.now() + TICKS);
        }
    }

    private void move() {
        if (!permission.granted()) return;
        IdeDrive drive = waiting.get();
        while (drive != null && (status & ACTIVE) != 0) {
            int way = drive.dmaDirection();
            if (way != ((command & TO_MEMORY) != 0 ? IdeDrive.TO_HOST : IdeDrive.TO_DRIVE)) {
                stop(ERROR);
                return;
            }
            if (rowLeft == 0 && !nextRow()) return;
            int part = Math.min(rowLeft, drive.windowLeft());
            long address = Integer.toUnsignedLong(rowAddress);
            boolean there = way == IdeDrive.TO_HOST
                    ? memory.write(address, drive.buffer, drive.windowAt(), part)
                    : memory.read(address, drive.buffer, drive.windowAt(), part);
            if (!there) {
                stop(ERROR);
                return;
            }
            rowAddress += part;
            rowLeft -= part;
            if (rowLeft == 0 && last) stop(0);
            drive.moved(part);
            drive = waiting.get();
        }
        clock.cancel(event);
    }

    private boolean nextRow() {
        if (last || !memory.read(Integer.toUnsignedLong(next), row, 0, row.length)) {
            stop(last ? 0 : ERROR);
            return false;
        }
        rowAddress = word(0) & ~1;
        int count = word(4) & 0xFFFE;
        rowLeft = count == 0 ? LARGEST : count;
        last = word(4) < 0;
        next = next & -LARGEST | next + row.length & LARGEST - 1;
        return true;
    }

    private int word(int i) {
        return row[i] & 0xFF | (row[i + 1] & 0xFF) << 8 | (row[i + 2] & 0xFF) << 16 | row[i + 3] << 24;
    }

    private void stop(int why) {
        status = status & ~ACTIVE | why;
    }

    @Override
    public int read(int offset) {
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        return switch (offset) {
            case COMMAND -> command;
            case STATUS -> status;
            case TABLE, TABLE + 1, TABLE + 2, TABLE + 3 -> table >>> 8 * (offset - TABLE) & 0xFF;
            default -> 0;
        };
    }

    @Override
    public void write(int offset, int value) {
        switch (offset) {
            case COMMAND -> command(value & (START | TO_MEMORY));
            case STATUS -> status = status & ~KEPT & ~(value & (ERROR | INTERRUPT)) | value & KEPT;
            case TABLE, TABLE + 1, TABLE + 2, TABLE + 3 -> {
                int shift = 8 * (offset - TABLE);
                table = (table & ~(0xFF << shift) | value << shift) & ~3;
            }
            default -> {
                // Reserved.
            }
        }
    }

    private void command(int value) {
        boolean starts = (value & START) != 0 && (command & START) == 0;
        command = value;
        if ((value & START) == 0) {
            stop(0);
            clock.cancel(event);
        } else if (starts) {
            status |= ACTIVE;
            next = table;
            rowLeft = 0;
            last = false;
            ready();
        }
    }

    @Override
    public void state(StateVisitor v) {
        command = v.u8("command", command);
        status = v.u8("status", status);
        table = v.i32("table", table);
        next = v.i32("next", next);
        rowAddress = v.i32("row address", rowAddress);
        rowLeft = v.i32("row left", rowLeft);
        last = v.flag("last", last);
        clock.state(v, event);
    }
}
