// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.io.UncheckedIOException;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.state.StateVisitor;

/// A hard disk: the general feature set of ATA/ATAPI-6 with 48-bit addresses, multiple, DMA and power commands.
///
/// A command that reaches beyond the last sector moves what is there and then fails with IDNF. What the host cannot
/// read is UNC, what it cannot write a device fault. A disk that must not be written aborts writes.
///
/// Not done: security, SMART, host protected area (only its size can be asked for), queued commands; any command wakes
/// the drive from SLEEP.
final class AtaDisk extends IdeDrive {
    static final int SECTOR = 512, MOST_MULTIPLE = 16;
    /// Sectors that go through the buffer at once under DMA.
    private static final int DMA_BLOCK = 128;
    private static final int LBA = 0x40;
    private static final int ACTIVE = 0xFF, IDLE = 0x80, STANDBY = 0x00;
    /// Steps.
    private static final int LOAD = 1, OPEN = 2, STORE = 3, FINISH = 4, SYNC = 5, VERIFY = 6, SHOW = 7, TAKE = 8;

    private final BlockMedium medium;
    private final AtaIdentity identity;
    private final long sectors;

    /// The command under way: which way, how addressed, sectors in a block, where it is, what is left.
    private boolean writing, byDma, wide, byLba;
    private int block;
    private long lba;
    private int left;
    /// Sectors in the window.
    private int inWindow;
    private int power = ACTIVE;

    AtaDisk(int number, BlockMedium medium, VirtualClock clock, Cable cable) {
        super(number, DMA_BLOCK * SECTOR, clock, cable);
        this.medium = medium;
        sectors = medium.size() / SECTOR;
        identity = new AtaIdentity(number, sectors);
        signature();
    }

    @Override
    void signature() {
        regs.set(TaskFile.COUNT, 1, 0);
        regs.set(TaskFile.LOW, 1, 0);
        regs.setMiddle16(0);
    }

    // ---- commands ---------------------------------------------------------------------------------------------------

    @Override
    void command(int code, int device) {
        byLba = (device & LBA) != 0;
        wide = false;
        switch (code) {
            case 0x20, 0x21 -> transfer(false, false, 1, device);
            case 0x30, 0x31, 0x3C -> transfer(true, false, 1, device);
            case 0xC4 -> multiple(false, device);
            case 0xC5 -> multiple(true, device);
            case 0xC8, 0xC9 -> transfer(false, true, DMA_BLOCK, device);
            case 0xCA, 0xCB -> transfer(true, true, DMA_BLOCK, device);
            case 0x40, 0x41 -> verify(device);
            case 0x24, 0x25, 0x27, 0x29, 0x34, 0x35, 0x39, 0x3D, 0x42, 0xCE -> wideCommand(code, device);
            default -> plainCommand(code, device);
        }
    }

    private void wideCommand(int code, int device) {
        wide = true;
        byLba = true;
        switch (code) {
            case 0x24 -> transfer(false, false, 1, device);
            case 0x25 -> transfer(false, true, DMA_BLOCK, device);
            case 0x27 -> largest();
            case 0x29 -> multiple(false, device);
            case 0x34 -> transfer(true, false, 1, device);
            case 0x35, 0x3D -> transfer(true, true, DMA_BLOCK, device);
            case 0x42 -> verify(device);
            default -> multiple(true, device);
        }
    }

    private void plainCommand(int code, int device) {
        switch (code) {
            case 0x91 -> {
                boolean good = identity.translate(regs.get(TaskFile.COUNT), (device & 0x0F) + 1);
                if (good) later(COMMAND_TICKS, FINISH);
                else fail(ABRT);
            }
            case 0xC6 -> setMultiple(regs.get(TaskFile.COUNT));
            case 0xE4 -> later(COMMAND_TICKS, SHOW);
            case 0xE8 -> later(COMMAND_TICKS, TAKE);
            case 0xE7, 0xEA -> later(MEDIUM_TICKS, SYNC);
            case 0xEC -> {
                identity.write(buffer);
                later(COMMAND_TICKS, SHOW);
            }
            case 0xEF -> setFeatures();
            case 0xF8 -> largest();
            case 0xE0, 0x94, 0xE2, 0x96, 0xE6, 0x99 -> powered(STANDBY);
            case 0xE1, 0x95, 0xE3, 0x97 -> powered(IDLE);
            case 0xE5, 0x98 -> {
                regs.set(TaskFile.COUNT, power);
                later(COMMAND_TICKS, FINISH);
            }
            default -> {
                if (code >> 4 == 1) later(MEDIUM_TICKS, FINISH); // RECALIBRATE
                else if (code >> 4 == 7) seek(device);
                else fail(ABRT);
            }
        }
    }

    private void powered(int mode) {
        power = mode;
        later(COMMAND_TICKS, mode == STANDBY ? SYNC : FINISH);
    }

    private void setMultiple(int count) {
        boolean good = count <= MOST_MULTIPLE && Integer.bitCount(count) <= 1;
        identity.multiple = good ? count : 0;
        if (good) later(COMMAND_TICKS, FINISH);
        else fail(ABRT);
    }

    private void setFeatures() {
        if (identity.feature(regs.get(TaskFile.FEATURES), regs.get(TaskFile.COUNT))) later(COMMAND_TICKS, FINISH);
        else fail(ABRT);
    }

    private void seek(int device) {
        if (!address(device)) return;
        if (lba >= sectors) notFound(lba);
        else later(MEDIUM_TICKS, FINISH);
    }

    /// READ NATIVE MAX ADDRESS.
    private void largest() {
        byLba = true;
        tell(wide ? sectors - 1 : Math.min(sectors - 1, AtaIdentity.MOST_28 - 1));
        later(COMMAND_TICKS, FINISH);
    }

    private void verify(int device) {
        if (!address(device)) return;
        count();
        later(MEDIUM_TICKS, VERIFY);
    }

    private void multiple(boolean writes, int device) {
        if (identity.multiple == 0) fail(ABRT);
        else transfer(writes, false, identity.multiple, device);
    }

    private void transfer(boolean writes, boolean dma, int sectorsInBlock, int device) {
        if (writes && !medium.writable()) {
            fail(ABRT);
            return;
        }
        if (!address(device)) return;
        count();
        writing = writes;
        byDma = dma;
        block = sectorsInBlock;
        power = ACTIVE;
        if (!writes) later(MEDIUM_TICKS, LOAD);
        else later(dma ? MEDIUM_TICKS : COMMAND_TICKS, OPEN);
    }

    private void count() {
        int low = regs.get(TaskFile.COUNT);
        int all = wide ? regs.previous(TaskFile.COUNT) << 8 | low : low;
        left = all != 0 ? all : wide ? 0x10000 : 0x100;
    }

    /// Reads where the command begins. @return false when there is no such place, and the command has failed
    private boolean address(int device) {
        if (wide) lba = regs.address48();
        else if (byLba) lba = regs.address24() | (long) (device & 0x0F) << 24;
        else lba = identity.lba(regs.middle16(), device & 0x0F, regs.get(TaskFile.LOW));
        if (lba >= 0) return true;
        fail(IDNF);
        return false;
    }

    /// Shows a sector's address in the registers. (The head, or bits 24 to 27, stay in the channel's device register.)
    private void tell(long sector) {
        if (wide) regs.setAddress48(sector);
        else if (byLba) regs.setAddress24((int) sector);
        else {
            regs.setMiddle16(identity.cylinder(sector));
            regs.set(TaskFile.LOW, identity.sector(sector));
        }
    }

    private void notFound(long sector) {
        tell(sector);
        regs.set(TaskFile.COUNT, left & 0xFF, left >> 8 & 0xFF);
        fail(IDNF);
    }

    // ---- the medium -------------------------------------------------------------------------------------------------

    @Override
    void step(int step) {
        switch (step) {
            case LOAD -> load();
            case OPEN -> open(false);
            case STORE -> store();
            case SYNC -> {
                if (flushed()) done();
            }
            case VERIFY -> verified();
            case SHOW -> {
                writing = byDma = false;
                left = 0;
                window(0, SECTOR, TO_HOST);
                interrupt();
            }
            case TAKE -> {
                writing = true;
                byDma = false;
                left = inWindow = 0;
                window(0, SECTOR, TO_DRIVE);
            }
            default -> done();
        }
    }

    /// Sectors of the next block that are there; with 0 the command has failed.
    private int nextBlock() {
        inWindow = (int) Math.min(Math.min(block, left), Math.max(0, sectors - lba));
        if (inWindow == 0) notFound(lba);
        return inWindow;
    }

    private void advance() {
        lba += inWindow;
        left -= inWindow;
        tell(lba - 1);
        regs.set(TaskFile.COUNT, left & 0xFF, left >> 8 & 0xFF);
    }

    private void load() {
        int n = nextBlock();
        if (n == 0) return;
        try {
            medium.read(lba * SECTOR, buffer, 0, n * SECTOR);
        } catch (UncheckedIOException e) {
            tell(lba);
            fail(UNC);
            return;
        }
        advance();
        if (byDma) {
            dmaWindow(0, n * SECTOR, TO_HOST);
        } else {
            window(0, n * SECTOR, TO_HOST);
            interrupt();
        }
    }

    private void open(boolean tells) {
        int n = nextBlock();
        if (n == 0) return;
        if (byDma) {
            dmaWindow(0, n * SECTOR, TO_DRIVE);
        } else {
            window(0, n * SECTOR, TO_DRIVE);
            if (tells) interrupt();
        }
    }

    @Override
    void windowDone() {
        if (writing) {
            if (byDma) store();
            else later(NEXT_TICKS, STORE);
        } else if (left > 0) {
            if (byDma) load();
            else later(NEXT_TICKS, LOAD);
        } else if (byDma) {
            done();
        } else {
            doneQuietly();
        }
    }

    private void store() {
        try {
            if (inWindow > 0) medium.write(lba * SECTOR, buffer, 0, inWindow * SECTOR);
        } catch (UncheckedIOException e) {
            tell(lba);
            fail(ABRT, DF | ERR);
            return;
        }
        if (inWindow > 0) advance();
        if (left > 0) open(true);
        else if (identity.caches() || flushed()) done();
    }

    private boolean flushed() {
        try {
            medium.flush();
            return true;
        } catch (UncheckedIOException e) {
            fail(ABRT, DF | ERR);
            return false;
        }
    }

    private void verified() {
        long there = Math.max(0, Math.min(left, sectors - lba));
        lba += there;
        left -= (int) there;
        if (left > 0) {
            notFound(lba);
            return;
        }
        tell(lba - 1);
        regs.set(TaskFile.COUNT, 0, 0);
        done();
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        identity.state(v);
        writing = v.flag("writing", writing);
        byDma = v.flag("by dma", byDma);
        wide = v.flag("wide", wide);
        byLba = v.flag("by lba", byLba);
        block = v.i32("block", block);
        lba = v.i64("lba", lba);
        left = v.i32("left", left);
        inWindow = v.i32("in window", inWindow);
        power = v.u8("power", power);
        if (v.exact()) medium.state(v);
        else v.i64("written", medium.written());
    }
}
