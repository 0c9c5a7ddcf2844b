// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import ringside.vmm.word.Problem;

/// The setup header of a Linux zImage or bzImage, protocol 2.00 and later, as far as the 32-bit entry needs it.
/// (Linux documentation, "The Linux/x86 Boot Protocol".)
///
/// @param version      0x0200 and up
/// @param setupBytes   of the boot sector and the real-mode part; what runs in protected mode follows
/// @param entry        code32_start: where that goes and starts
/// @param runStart     lowest address that the unpacked kernel may take
/// @param runBytes     what it takes from there before it knows about memory, at least
/// @param initrdMax    highest address that a byte of the initrd may have
/// @param commandMax   characters of the command line, without the zero
record LinuxImage(
        int version, int setupBytes, long entry, long runStart, long runBytes, long initrdMax, int commandMax) {
    /// Offsets into the file and, from 0x1F1 on, into the zero page.
    static final int SETUP_SECTS = 0x1F1, SYSSIZE = 0x1F4, BOOT_FLAG = 0x1FE, JUMP = 0x200, MAGIC = 0x202;
    private static final int VERSION = 0x206, CODE32_START = 0x214, INITRD_MAX = 0x22C;
    private static final int RELOCATABLE = 0x234, XLOADFLAGS = 0x236, COMMAND_SIZE = 0x238;
    private static final int PREFERRED = 0x258, INIT_SIZE = 0x260;
    private static final int HDRS = 0x53726448, SECTOR = 512, OLD_SETUP_SECTS = 4;
    private static final int KERNEL_64 = 1, SMALLEST = 0x22C;
    private static final long OLD_INITRD_MAX = 0x37FF_FFFFL;
    private static final int OLD_COMMAND_MAX = 255;

    static boolean looksLike(ImageBytes file) {
        return file.has(MAGIC, 4) && file.i32(MAGIC) == HDRS;
    }

    /// Reads the header. What is wrong goes to `problems`; the result is then of no use.
    static LinuxImage read(ImageBytes file, List<Problem> problems) {
        int version = file.has(VERSION, 2) ? file.u16(VERSION) : 0;
        if (!file.has(0, SMALLEST) || !file.has(0, JUMP + 2 + file.u8(JUMP + 1))) {
            problems.add(new Problem(
                    "kernel: setup header", SMALLEST + " bytes or more", file.length() + " (the file is truncated)"));
            return nothing();
        }
        if (file.u16(BOOT_FLAG) != 0xAA55) {
            problems.add(new Problem("kernel: boot_flag", "0xaa55", hex(file.u16(BOOT_FLAG))));
        }
        if (version < 0x200) {
            problems.add(new Problem(
                    "kernel: boot protocol", "2.00 or later", (version >> 8) + String.format(".%02d", version & 0xFF)));
        }
        if (has(version, 0x20C, file, XLOADFLAGS) && (file.u16(XLOADFLAGS) & KERNEL_64) != 0) {
            problems.add(new Problem("kernel: xloadflags", "a 32-bit kernel", "a 64-bit one"));
        }
        int sectors = file.u8(SETUP_SECTS) == 0 ? OLD_SETUP_SECTS : file.u8(SETUP_SECTS);
        int setup = (sectors + 1) * SECTOR;
        checkLength(file, setup, version, problems);
        if (!problems.isEmpty()) return nothing();
        return header(file, version, setup);
    }

    private static void checkLength(ImageBytes file, int setup, int version, List<Problem> problems) {
        long paragraphs = version >= 0x204 ? file.u32(SYSSIZE) : file.u16(SYSSIZE);
        long code = file.length() - setup;
        // The size counts 16-byte units, and old builds round it up over the end of the file.
        if (code > 0 && code + 15 >= paragraphs * 16) return;
        problems.add(new Problem(
                "kernel: syssize",
                Math.max(paragraphs * 16, 1) + " bytes behind " + setup + " of setup",
                Math.max(code, 0) + " (the file is truncated)"));
    }

    private static LinuxImage header(ImageBytes file, int version, int setup) {
        long entry = file.u32(CODE32_START);
        long code = file.length() - setup;
        long runStart = entry, runBytes = code;
        if (has(version, 0x20A, file, INIT_SIZE + 2)) {
            // A relocatable kernel that is loaded below its favourite place moves there by itself.
            boolean relocatable = file.u8(RELOCATABLE) != 0;
            runStart = relocatable ? Math.max(entry, file.u32(PREFERRED)) : file.u32(PREFERRED);
            runBytes = file.u32(INIT_SIZE);
        }
        return new LinuxImage(
                version,
                setup,
                entry,
                runStart,
                runBytes,
                has(version, 0x203, file, INITRD_MAX + 2) ? file.u32(INITRD_MAX) : OLD_INITRD_MAX,
                has(version, 0x206, file, COMMAND_SIZE + 2)
                        ? (int) Math.min(file.u32(COMMAND_SIZE), 65_535)
                        : OLD_COMMAND_MAX);
    }

    /// Whether the protocol has a 16-bit field and the header reaches over it.
    private static boolean has(int version, int since, ImageBytes file, int field) {
        return version >= since && field + 2 <= headerEnd(file);
    }

    /// The jump at the header's beginning leads over it.
    static int headerEnd(ImageBytes file) {
        return JUMP + 2 + file.u8(JUMP + 1);
    }

    private static LinuxImage nothing() {
        return new LinuxImage(0, 0, 0, 0, 0, 0, 0);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
