// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.medium.BlockMedium;

/// The first entry of a CD's boot catalog. ("El Torito" Bootable CD-ROM Format Specification 1.0.)
///
/// @param media   0 no emulation, 1 to 3 floppy, 4 hard disk
/// @param segment where to load it
/// @param sectors how many of 512 bytes
/// @param block   of 2,048 bytes, where it begins on the CD
record ElTorito(int media, int segment, int sectors, long block) {
    private static final int RECORD = 17, CATALOG_AT = 0x47, BOOTABLE = 0x88, USUAL_SEGMENT = 0x7C0;
    private static final String NAME = "CD001", SYSTEM = "EL TORITO SPECIFICATION";

    /// @return null when the CD cannot be started
    static @Nullable ElTorito of(BlockMedium cd) {
        byte[] sector = new byte[Drive.CD_SECTOR];
        if (!read(cd, RECORD, sector) || !has(sector, 1, NAME) || !has(sector, 7, SYSTEM)) return null;
        if (!read(cd, u32(sector, CATALOG_AT), sector)) return null;
        if (sector[0] != 1 || u16(sector, 30) != 0xAA55 || (sector[32] & 0xFF) != BOOTABLE) return null;
        int segment = u16(sector, 34);
        return new ElTorito(
                sector[33] & 0x0F, segment == 0 ? USUAL_SEGMENT : segment, u16(sector, 38), u32(sector, 40));
    }

    private static boolean read(BlockMedium cd, long block, byte[] to) {
        if ((block + 1) * Drive.CD_SECTOR > cd.size()) return false;
        cd.read(block * Drive.CD_SECTOR, to, 0, Drive.CD_SECTOR);
        return true;
    }

    private static boolean has(byte[] b, int at, String text) {
        return new String(b, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }

    private static int u16(byte[] b, int at) {
        return b[at] & 0xFF | (b[at + 1] & 0xFF) << 8;
    }

    private static long u32(byte[] b, int at) {
        return u16(b, at) | (long) u16(b, at + 2) << 16;
    }
}
