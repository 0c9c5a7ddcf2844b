// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.medium.BlockMedium;

/// A drive as INT 13h numbers it, with the geometry that programs of old ask for.
///
/// @param start       byte of the medium where sector 0 is
/// @param sectors     of `sectorBytes` each
/// @param emulation   the catalog's media type when a CD pretends to be this drive, else -1
record Drive(
        int number,
        BlockMedium medium,
        long start,
        long sectors,
        int sectorBytes,
        int heads,
        int track,
        int emulation) {
    static final int DISK = 0x80, CD = 0xE0, CD_SECTOR = 2048, SECTOR = 512;
    /// The catalog's media type for a hard disk.
    static final int HARD_DISK = 4;
    private static final int PARTITION = 446;
    private static final int MAX_CYLINDERS = 1024, TRACK = 63;

    /// Sixteen heads, or as many more as keep the cylinders within what ten bits hold.
    static Drive hardDisk(int n, BlockMedium medium) {
        long sectors = medium.size() / SECTOR;
        int heads = 16;
        while (heads < 255 && sectors / (heads * TRACK) > MAX_CYLINDERS) heads = Math.min(255, heads * 2);
        return new Drive(DISK + n, medium, 0, sectors, SECTOR, heads, TRACK, -1);
    }

    static Drive cd(int n, BlockMedium medium) {
        return new Drive(CD + n, medium, 0, medium.size() / CD_SECTOR, CD_SECTOR, 1, TRACK, -1);
    }

    /// A floppy inside a CD. @param type 1 (1.2 MB), 2 (1.44 MB) or 3 (2.88 MB)
    static Drive floppy(BlockMedium medium, long start, int type) {
        int track = type == 1 ? 15 : type == 2 ? 18 : 36;
        long sectors = Math.min(80L * 2 * track, (medium.size() - start) / SECTOR);
        return new Drive(0, medium, start, sectors, SECTOR, 2, track, type);
    }

    /// A hard disk inside a CD: as large and with the geometry that the first entry of its partition table says.
    ///
    /// @return null when there is no such entry
    static @Nullable Drive hardDiskInside(BlockMedium medium, long start) {
        byte[] sector = new byte[SECTOR];
        if (start + SECTOR > medium.size()) return null;
        medium.read(start, sector, 0, SECTOR);
        int heads = (sector[PARTITION + 5] & 0xFF) + 1, track = sector[PARTITION + 6] & 0x3F;
        if (sector[PARTITION + 4] == 0 || track == 0) return null;
        long end = u32(sector, PARTITION + 8) + u32(sector, PARTITION + 12);
        long sectors = Math.min(end, (medium.size() - start) / SECTOR);
        return new Drive(DISK, medium, start, sectors, SECTOR, heads, track, HARD_DISK);
    }

    private static long u32(byte[] b, int at) {
        return b[at] & 0xFFL | (b[at + 1] & 0xFFL) << 8 | (b[at + 2] & 0xFFL) << 16 | (b[at + 3] & 0xFFL) << 24;
    }

    boolean isCd() {
        return sectorBytes == CD_SECTOR;
    }

    boolean isFloppy() {
        return number < DISK;
    }

    boolean writable() {
        return medium.writable() && emulation < 0 && !isCd();
    }

    int cylinders() {
        return Math.clamp(sectors / ((long) heads * track), 1, MAX_CYLINDERS);
    }

    boolean holds(long sector, long count) {
        return sector >= 0 && count >= 0 && sector <= sectors && count <= sectors - sector;
    }

    void read(long sector, byte[] to, int count) {
        medium.read(start + sector * sectorBytes, to, 0, count * sectorBytes);
    }

    void write(long sector, byte[] from, int count) {
        medium.write(start + sector * sectorBytes, from, 0, count * sectorBytes);
    }
}
