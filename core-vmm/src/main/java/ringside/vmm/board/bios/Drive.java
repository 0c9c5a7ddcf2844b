// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

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
    static final int CD = 0xE0, CD_SECTOR = 2048, SECTOR = 512;
    private static final int MAX_CYLINDERS = 1024, TRACK = 63;

    /// Sixteen heads, or as many more as keep the cylinders within what ten bits hold.
    static Drive hardDisk(int n, BlockMedium medium) {
        long sectors = medium.size() / SECTOR;
        int heads = 16;
        while (heads < 255 && sectors / (heads * TRACK) > MAX_CYLINDERS) heads = Math.min(255, heads * 2);
        return new Drive(0x80 + n, medium, 0, sectors, SECTOR, heads, TRACK, -1);
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

    boolean isCd() {
        return sectorBytes == CD_SECTOR;
    }

    boolean isFloppy() {
        return number < 0x80;
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
