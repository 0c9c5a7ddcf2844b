// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.pci.PciBus;
import ringside.vmm.dev.pci.PciFunction;

/// An IDE function as a driver meets it: registers, an interrupt, RAM, and time that passes while it waits.
final class IdeRig {
    static final int DATA = 0, ERROR = 1, COUNT = 2, LOW = 3, MID = 4, HIGH = 5, DEVICE = 6, STATUS = 7;
    static final int BSY = 0x80, DRDY = 0x40, DRQ = 0x08, ERR = 0x01;
    private static final int TABLE = 0x1000, MASTER_PORTS = 0xC000;

    final VirtualClock clock = new VirtualClock();
    final byte[] ram = new byte[1 << 20];
    final boolean[] irq = new boolean[2];
    final IdeController controller;
    private final PciBus bus;
    private PortDevice masters = new NoPorts();
    private int channel;

    IdeRig() {
        Line[] lines = {high -> irq[0] = high, high -> irq[1] = high};
        controller = new IdeController(clock, new Ram(), lines);
        bus = new PciBus(
                (count, device) -> {
                    masters = device;
                    return new Fixed();
                },
                (request, high) -> {});
        bus.attach(1, 1, controller.function());
        bus.configure(MASTER_PORTS, 0xE000_0000L, new int[] {10, 11, 10, 11});
        config(PciFunction.COMMAND, PciFunction.IO_SPACE | PciFunction.BUS_MASTER);
    }

    static IdeRig withDisk(BlockMedium medium) {
        IdeRig rig = new IdeRig();
        rig.controller.plugDisk(0, medium);
        return rig;
    }

    static IdeRig withCd(BlockMedium medium) {
        IdeRig rig = new IdeRig();
        rig.controller.plugCd(2, medium);
        rig.channel = 1;
        return rig;
    }

    void channel(int n) {
        channel = n;
    }

    /// Writes 32 bits of the function's configuration space.
    void config(int offset, int value) {
        bus.addressPort(new NoPorts()).writeWide(0, 4, 0x8000_0900 | offset);
        bus.dataPort().writeWide(0, 4, value);
    }

    // ---- registers --------------------------------------------------------------------------------------------------

    int in(int register) {
        return controller.commandBlock(channel).read(register);
    }

    void out(int register, int value) {
        controller.commandBlock(channel).write(register, value);
    }

    int word() {
        return controller.commandBlock(channel).readWide(DATA, 2);
    }

    void word(int value) {
        controller.commandBlock(channel).writeWide(DATA, 2, value);
    }

    int alternate() {
        return controller.controlBlock(channel).read(0);
    }

    void control(int value) {
        controller.controlBlock(channel).write(0, value);
    }

    int master(int register) {
        return masters.read(8 * channel + register);
    }

    void master(int register, int value) {
        masters.write(8 * channel + register, value);
    }

    void pass(long ticks) {
        long until = clock.now() + ticks;
        while (clock.nextAt() <= until) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(until);
    }

    /// Until the drive is not busy. @return its status, which acknowledges
    int settled() {
        while ((alternate() & BSY) != 0) pass(Math.max(1, clock.nextAt() - clock.now()));
        return in(STATUS);
    }

    /// Puts a 28-bit command into the registers. @return the status when the drive is no longer busy
    int command(int code, long lba, int count) {
        out(DEVICE, 0xE0 | (int) (lba >> 24) & 0x0F);
        out(COUNT, count & 0xFF);
        out(LOW, (int) lba & 0xFF);
        out(MID, (int) (lba >> 8) & 0xFF);
        out(HIGH, (int) (lba >> 16) & 0xFF);
        out(STATUS, code);
        return settled();
    }

    /// The same with 48 bits.
    int wideCommand(int code, long lba, int count) {
        wideRegisters(lba, count);
        out(STATUS, code);
        return settled();
    }

    void wideRegisters(long lba, int count) {
        out(DEVICE, 0xE0);
        for (int shift : new int[] {24, 0}) {
            out(COUNT, count >> shift / 3 & 0xFF);
            out(LOW, (int) (lba >> shift) & 0xFF);
            out(MID, (int) (lba >> shift + 8) & 0xFF);
            out(HIGH, (int) (lba >> shift + 16) & 0xFF);
        }
    }

    // ---- transfers --------------------------------------------------------------------------------------------------

    /// Takes data while the drive offers some. @param piece bytes between two looks at the status
    byte[] takeAll(int status, int bytes, int piece) {
        byte[] data = new byte[bytes];
        int at = 0;
        int now = status;
        while ((now & DRQ) != 0) {
            for (int end = Math.min(at + piece, bytes); at < end; at += 2) {
                int w = word();
                data[at] = (byte) w;
                if (at + 1 < bytes) data[at + 1] = (byte) (w >> 8);
            }
            now = settled();
        }
        assertEquals(bytes, at, "bytes that the drive gave");
        return data;
    }

    /// Gives data while the drive wants some. @return the last status
    int giveAll(int status, byte[] data, int piece) {
        int at = 0;
        int now = status;
        while ((now & DRQ) != 0) {
            for (int end = Math.min(at + piece, data.length); at < end; at += 2) {
                word(data[at] & 0xFF | (data[at + 1] & 0xFF) << 8);
            }
            now = settled();
        }
        return now;
    }

    /// Rows of the bus master's table: address and count, one after the other.
    void table(int... rows) {
        for (int i = 0; i < rows.length; i += 2) {
            put32(TABLE + 4 * i, rows[i]);
            put32(TABLE + 4 * i + 4, rows[i + 1] & 0xFFFF | (i + 2 == rows.length ? 0x8000_0000 : 0));
        }
        for (int i = 0; i < 4; i++) master(4 + i, TABLE >> 8 * i & 0xFF);
        master(2, 0x06);
    }

    private void put32(int at, int value) {
        for (int i = 0; i < 4; i++) ram[at + i] = (byte) (value >> 8 * i);
    }

    /// After the command is in its register: moves the data, and stops the bus master.
    ///
    /// @return the drive's status; the bus master's is in bits 8 to 15
    int dma(boolean toMemory) {
        int direction = toMemory ? 8 : 0;
        master(0, direction);
        master(0, direction | 1);
        while (!irq[channel] && clock.nextAt() != Long.MAX_VALUE) pass(Math.max(1, clock.nextAt() - clock.now()));
        int busMaster = master(2);
        master(0, 0);
        return in(STATUS) | busMaster << 8;
    }

    private final class Ram implements DmaMemory {
        @Override
        public boolean read(long address, byte[] to, int offset, int length) {
            if (address + length > ram.length) return false;
            System.arraycopy(ram, (int) address, to, offset, length);
            return true;
        }

        @Override
        public boolean write(long address, byte[] from, int offset, int length) {
            if (address + length > ram.length) return false;
            System.arraycopy(from, offset, ram, (int) address, length);
            return true;
        }
    }

    private static final class Fixed implements PortSpace.Window {
        @Override
        public void at(int port) {
            // There is one window, and the rig knows it.
        }

        @Override
        public void off() {
            // The same.
        }
    }

    private static final class NoPorts implements PortDevice {
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
            // Nobody.
        }
    }
}
