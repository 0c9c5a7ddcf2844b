// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.io.UncheckedIOException;
import java.util.Arrays;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.state.StateVisitor;

/// A CD drive: the packet feature set of ATA/ATAPI-6, by PIO and DMA. What the packets mean is {@link CdUnit}'s.
///
/// The count register tells why data is requested: bit 0 a packet or status, bit 1 towards the host. Data comes in
/// pieces of at most the byte count that the host allows.
final class AtapiCd extends IdeDrive {
    private static final int PACKET = 12;
    private static final int STATUS_IS_NEXT = 3, PACKET_IS_NEXT = 1, DATA_IS_NEXT = 2;
    private static final int BUFFER_SECTORS = 31;
    private static final int SIGNATURE = 0xEB14;
    /// Steps.
    private static final int TAKE = 1, EXECUTE = 2, GO_ON = 3, END = 4, SHOW = 5, REFUSE = 6;

    private final CdUnit unit;
    private final int number;
    private final TransferMode mode = new TransferMode();
    private final byte[] packet = new byte[PACKET];
    private boolean byDma, packetComes, identifying;
    private int limit;
    /// What is in the buffer and not yet shown, and the sectors that come after it.
    private int shown, filled;
    private int lba, left;

    AtapiCd(int number, BlockMedium medium, VirtualClock clock, Cable cable) {
        super(number, BUFFER_SECTORS * CdUnit.SECTOR, clock, cable);
        this.number = number;
        unit = new CdUnit(medium);
        resetEnds();
    }

    @Override
    void signature() {
        regs.set(TaskFile.COUNT, 1, 0);
        regs.set(TaskFile.LOW, 1, 0);
        regs.setMiddle16(SIGNATURE);
        status = 0;
    }

    @Override
    boolean isReset(int code) {
        return code == 0x08;
    }

    @Override
    void command(int code, int device) {
        packetComes = identifying = false;
        switch (code) {
            case 0x08 -> resetEnds();
            case 0xA0 -> {
                byDma = (regs.get(TaskFile.FEATURES) & 1) != 0;
                limit = regs.middle16();
                later(COMMAND_TICKS, TAKE);
            }
            case 0xA1 -> {
                identify();
                later(COMMAND_TICKS, SHOW);
            }
            case 0xEC, 0x20, 0x21 -> {
                // So a host that expects a disk finds out what this is.
                signature();
                status = DRDY;
                later(COMMAND_TICKS, REFUSE);
            }
            case 0xEF -> {
                boolean good = regs.get(TaskFile.FEATURES) == 0x03 && mode.set(regs.get(TaskFile.COUNT));
                later(COMMAND_TICKS, good ? END : REFUSE);
            }
            case 0xE0, 0xE1, 0xE2, 0xE3, 0xE6, 0xE7, 0xEA -> later(COMMAND_TICKS, END);
            case 0xE5 -> {
                regs.set(TaskFile.COUNT, 0xFF);
                later(COMMAND_TICKS, END);
            }
            default -> later(COMMAND_TICKS, REFUSE);
        }
    }

    @Override
    void step(int step) {
        switch (step) {
            case TAKE -> {
                regs.set(TaskFile.COUNT, PACKET_IS_NEXT);
                packetComes = true;
                window(0, PACKET, TO_DRIVE);
            }
            case EXECUTE -> execute();
            case GO_ON -> goOn();
            case SHOW -> {
                identifying = true;
                window(0, AtaDisk.SECTOR, TO_HOST);
                interrupt();
            }
            case REFUSE -> fail(ABRT);
            default -> done();
        }
    }

    @Override
    void windowDone() {
        if (packetComes) {
            packetComes = false;
            System.arraycopy(buffer, 0, packet, 0, PACKET);
            later(CdUnit.needsMedium(packet) ? MEDIUM_TICKS : COMMAND_TICKS, EXECUTE);
        } else if (identifying) {
            identifying = false;
            doneQuietly();
        } else if (byDma) {
            goOn();
        } else {
            later(NEXT_TICKS, GO_ON);
        }
    }

    private void execute() {
        shown = 0;
        lba = left = 0;
        filled = unit.execute(packet, buffer);
        if (filled < 0) {
            checkCondition();
            return;
        }
        lba = unit.firstSector();
        left = unit.sectors();
        goOn();
    }

    /// Shows the next piece of the answer, or ends the command.
    private void goOn() {
        if (shown == filled && left > 0 && !load()) return;
        int rest = filled - shown;
        if (rest == 0) {
            regs.set(TaskFile.COUNT, STATUS_IS_NEXT);
            done();
            return;
        }
        int from = shown;
        regs.set(TaskFile.COUNT, DATA_IS_NEXT);
        if (byDma) {
            shown = filled;
            dmaWindow(from, rest, TO_HOST);
            return;
        }
        int piece = Math.min(rest, mostInPiece());
        shown += piece;
        regs.setMiddle16(piece);
        window(from, piece, TO_HOST);
        interrupt();
    }

    /// Pieces but the last one are even; a host that allows nothing gets the most there is.
    private int mostInPiece() {
        return limit < 2 ? 0xFFFE : limit & ~1;
    }

    private boolean load() {
        int n = Math.min(left, BUFFER_SECTORS);
        try {
            unit.read(lba, n, buffer);
        } catch (UncheckedIOException e) {
            unit.unreadable();
            checkCondition();
            return false;
        }
        lba += n;
        left -= n;
        shown = 0;
        filled = n * CdUnit.SECTOR;
        return true;
    }

    private void checkCondition() {
        left = shown = filled = 0;
        regs.set(TaskFile.COUNT, STATUS_IS_NEXT);
        fail(unit.senseKey() << 4 | ABRT);
    }

    private void identify() {
        Arrays.fill(buffer, 0, AtaDisk.SECTOR, (byte) 0);
        IdentifyWords w = new IdentifyWords(buffer);
        w.set(0, 0x85C0); // packets of 12 bytes, CD, removable, asks within 50 us
        w.text(10, 20, "RS%08d".formatted(number + 1));
        w.text(23, 8, "1.0");
        w.text(27, 40, "RINGSIDE CD");
        w.set(49, 0x0F00);
        w.set(53, 0x0006);
        mode.words(w);
        w.set(80, 0x0070);
        w.set(82, 0x4210); // NOP, DEVICE RESET, packets
        w.set(83, 0x4000);
        w.set(84, 0x4000);
        w.set(85, 0x4210);
        w.set(87, 0x4000);
        w.set(93, (number & 1) == 0 ? 0x600B : 0x6B00);
    }

    @Override
    public void state(StateVisitor v) {
        super.state(v);
        unit.state(v);
        mode.state(v);
        v.bytes("packet", packet);
        byDma = v.flag("by dma", byDma);
        packetComes = v.flag("packet comes", packetComes);
        identifying = v.flag("identifying", identifying);
        limit = v.u16("limit", limit);
        shown = v.i32("shown", shown);
        filled = v.i32("filled", filled);
        lba = v.i32("lba", lba);
        left = v.i32("left", left);
    }
}
