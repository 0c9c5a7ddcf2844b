// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// What a file is, by its first bytes: how a dropped file finds its field.
public enum FileKind {
    KERNEL,
    INITRD,
    DISK,
    CD,
    /// Nothing that a machine could use.
    UNKNOWN;

    /// A file and what it is.
    public record Found(Path file, FileKind kind) {}

    private static final int HEAD = 0x8806;
    private static final int ISO_MAGIC = 0x8001;
    private static final int BOOT_FLAG = 0x1FE;
    private static final int LINUX_MAGIC = 0x202;
    private static final int SECTOR = 512;
    private static final int MULTIBOOT_SEARCH = 8192;
    private static final int EXT_MAGIC = 0x438;

    /// Looks at a file; not on the FX thread.
    static FileKind of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in.readNBytes(HEAD), Files.size(file));
        } catch (IOException broken) {
            return UNKNOWN;
        }
    }

    /// @param head the file's beginning
    static FileKind of(byte[] head, long size) {
        if (at(head, ISO_MAGIC, 'C', 'D', '0', '0', '1')) return CD;
        if (at(head, 0, 0x7F, 'E', 'L', 'F') || at(head, LINUX_MAGIC, 'H', 'd', 'r', 'S')) return KERNEL;
        boolean bootable = at(head, BOOT_FLAG, 0x55, 0xAA) && size % SECTOR == 0;
        if (bootable || at(head, EXT_MAGIC, 0x53, 0xEF)) return DISK;
        boolean packed = at(head, 0, 0x1F, 0x8B)
                || at(head, 0, 0xFD, '7', 'z', 'X', 'Z')
                || at(head, 0, 0x28, 0xB5, 0x2F, 0xFD)
                || at(head, 0, 'B', 'Z', 'h');
        if (packed || at(head, 0, '0', '7', '0', '7', '0')) return INITRD;
        return multiboot(head) ? KERNEL : UNKNOWN;
    }

    private static boolean multiboot(byte[] head) {
        for (int i = 0; i + 4 <= Math.min(head.length, MULTIBOOT_SEARCH); i += 4) {
            if (at(head, i, 0x02, 0xB0, 0xAD, 0x1B)) return true;
        }
        return false;
    }

    private static boolean at(byte[] head, int offset, int... bytes) {
        if (offset + bytes.length > head.length) return false;
        byte[] wanted = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) wanted[i] = (byte) bytes[i];
        return Arrays.equals(head, offset, offset + bytes.length, wanted, 0, bytes.length);
    }
}
