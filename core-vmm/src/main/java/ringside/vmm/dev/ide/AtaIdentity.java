// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import java.util.Arrays;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// What a disk says of itself, its translation to cylinders, heads and sectors, and what SET FEATURES can change.
/// (ATA/ATAPI-6, 8.15 and 8.46.)
final class AtaIdentity implements Stateful {
    /// Sectors that 28 bits of address, and cylinders, reach.
    static final long MOST_28 = (1L << 28) - 1;
    private static final int HEADS = 16, SECTORS = 63, MOST_CYLINDERS = 16383;
    private static final int SET_TRANSFER_MODE = 0x03;

    private final int number;
    private final long size;
    private int heads = HEADS, sectors = SECTORS;
    private boolean cache = true, lookAhead = true;
    private final TransferMode mode = new TransferMode();
    /// Sectors in a block of READ MULTIPLE; 0: not set.
    int multiple = AtaDisk.MOST_MULTIPLE;

    /// @param size in sectors
    AtaIdentity(int number, long size) {
        this.number = number;
        this.size = size;
    }

    private int cylinders() {
        return (int) Math.min(MOST_CYLINDERS, Math.min(size, MOST_28) / (HEADS * SECTORS));
    }

    private int currentCylinders() {
        return (int) Math.min(0xFFFF, Math.min(size, (long) MOST_CYLINDERS * HEADS * SECTORS) / (heads * sectors));
    }

    boolean caches() {
        return cache;
    }

    /// INITIALIZE DEVICE PARAMETERS. @return false when there is no such translation
    boolean translate(int sectorsPerTrack, int headsPerCylinder) {
        if (sectorsPerTrack == 0) return false;
        sectors = sectorsPerTrack;
        heads = headsPerCylinder;
        return true;
    }

    /// @return -1 when there is no such sector
    long lba(int cylinder, int head, int sector) {
        if (sector == 0 || sector > sectors || head >= heads) return -1;
        return ((long) cylinder * heads + head) * sectors + sector - 1;
    }

    int cylinder(long lba) {
        return (int) (lba / ((long) heads * sectors));
    }

    int sector(long lba) {
        return (int) (lba % sectors) + 1;
    }

    /// SET FEATURES. @return false when the disk does not have it
    boolean feature(int feature, int argument) {
        switch (feature) {
            case 0x02 -> cache = true;
            case 0x82 -> cache = false;
            case 0xAA -> lookAhead = true;
            case 0x55 -> lookAhead = false;
            case 0x66, 0xCC -> {
                // What a software reset keeps: everything, either way.
            }
            case SET_TRANSFER_MODE -> {
                return mode.set(argument);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /// IDENTIFY DEVICE: 256 words.
    void write(byte[] to) {
        Arrays.fill(to, 0, AtaDisk.SECTOR, (byte) 0);
        IdentifyWords w = new IdentifyWords(to);
        w.set(0, 0x0040); // not removable
        w.set(1, cylinders());
        w.set(3, HEADS);
        w.set(6, SECTORS);
        w.text(10, 20, "RS%08d".formatted(number + 1));
        w.text(23, 8, "1.0");
        w.text(27, 40, "RINGSIDE DISK");
        w.set(47, 0x8000 | AtaDisk.MOST_MULTIPLE);
        w.set(49, 0x0F00); // IORDY, LBA, DMA
        w.set(50, 0x4000);
        w.set(53, 0x0007);
        int capacity = currentCylinders() * heads * sectors;
        w.set(54, currentCylinders());
        w.set(55, heads);
        w.set(56, sectors);
        w.set32(57, capacity);
        w.set(59, multiple == 0 ? 0 : 0x0100 | multiple);
        w.set32(60, (int) Math.min(size, MOST_28));
        mode.words(w);
        w.set(80, 0x0070); // ATA-4 to ATA/ATAPI-6
        int commands = 0x7068; // NOP, READ and WRITE BUFFER, look-ahead, write cache, power management
        w.set(82, commands);
        w.set(83, 0x7400); // FLUSH CACHE and EXT, 48-bit addresses
        w.set(84, 0x4040); // forced unit access
        w.set(85, commands & ~0x0060 | (cache ? 0x0020 : 0) | (lookAhead ? 0x0040 : 0));
        w.set(86, 0x3400);
        w.set(87, 0x4040);
        w.set(93, (number & 1) == 0 ? 0x600B : 0x6B00);
        w.set32(100, (int) size);
        w.set32(102, (int) (size >>> 32));
    }

    @Override
    public void state(StateVisitor v) {
        heads = v.u8("heads", heads);
        sectors = v.u8("sectors", sectors);
        cache = v.flag("cache", cache);
        lookAhead = v.flag("look-ahead", lookAhead);
        mode.state(v);
        multiple = v.u8("multiple", multiple);
    }
}
