// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import ringside.vmm.word.Problem;

/// A kernel's file with its wrapping off: gzip around everything, then a Linux bzImage, whose payload is the ELF file
/// that carries the notes (boot protocol 2.08 says where it is).
///
/// Only gzip can be undone. The other compressions that bzImages come in are recognised and named.
final class KernelFile {
    private static final int GZIP = 0x8B1F;
    private static final int HEADER_MAGIC = 0x202;
    private static final int HDRS = 0x53726448;
    private static final int PROTOCOL = 0x206;
    private static final int WITH_PAYLOAD = 0x0208;
    private static final int SETUP_SECTORS = 0x1F1;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24C;
    private static final int SECTOR = 512;
    /// More than any kernel of 4 GiB machines; what a small file can unfold into has to end somewhere.
    private static final int MOST = 256 << 20;

    private final List<Problem> problems = new ArrayList<>();
    private final int most;
    private final byte[] bytes;

    KernelFile(byte[] file) {
        this(file, MOST);
    }

    /// @param most bytes that a compressed stream may unfold to
    KernelFile(byte[] file, int most) {
        this.most = most;
        byte[] plain = isGzip(file) ? gunzip(file, "kernel") : file;
        bytes = isBzImage(plain) ? payload(plain) : plain;
    }

    /// What is left: an ELF file, if the problems are none and the user gave a kernel.
    byte[] bytes() {
        return bytes;
    }

    List<Problem> problems() {
        return problems;
    }

    private static int u16(byte[] b, int at) {
        return b[at] & 0xFF | (b[at + 1] & 0xFF) << 8;
    }

    private static long u32(byte[] b, int at) {
        return u16(b, at) | (long) u16(b, at + 2) << 16;
    }

    private static boolean isGzip(byte[] b) {
        return b.length >= 2 && u16(b, 0) == GZIP;
    }

    private static boolean isBzImage(byte[] b) {
        return b.length > PAYLOAD_LENGTH + 4 && u32(b, HEADER_MAGIC) == HDRS;
    }

    private byte[] payload(byte[] b) {
        int protocol = u16(b, PROTOCOL);
        if (protocol < WITH_PAYLOAD) {
            String found = "%d.%02d, which does not say where the ELF file is: give vmlinux";
            return problem("bzImage boot protocol", "2.08 or later", found.formatted(protocol >> 8, protocol & 0xFF));
        }
        long at = (long) ((b[SETUP_SECTORS] & 0xFF) + 1) * SECTOR + u32(b, PAYLOAD_OFFSET);
        long length = u32(b, PAYLOAD_LENGTH);
        if (at + length > b.length || length < 2) {
            return problem("bzImage payload", "inside the file", at + " + " + length + " of " + b.length + " bytes");
        }
        byte[] packed = java.util.Arrays.copyOfRange(b, (int) at, (int) (at + length));
        if (isGzip(packed)) return gunzip(packed, "bzImage payload");
        String other = compression(packed);
        return other.isEmpty() ? packed : problem("bzImage payload", "gzip or none", other);
    }

    private static String compression(byte[] b) {
        return switch (u16(b, 0)) {
            case 0x5A42 -> "bzip2";
            case 0x37FD -> "xz";
            case 0xB528 -> "zstd";
            case 0x005D -> "lzma";
            case 0x4C89 -> "lzo";
            case 0x2102 -> "lz4";
            default -> "";
        };
    }

    private byte[] gunzip(byte[] packed, String what) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] part = new byte[1 << 16];
            for (int n; (n = in.read(part)) >= 0; ) {
                if (out.size() + n > most) {
                    return problem(what, "up to " + (most >> 20) + " MiB when unpacked", "more");
                }
                out.write(part, 0, n);
            }
            return out.toByteArray();
        } catch (EOFException cut) {
            return problem(what, "a complete gzip stream", "one that is cut off");
        } catch (IOException damaged) {
            return problem(what, "a gzip stream", "a damaged one");
        }
    }

    private byte[] problem(String field, String expected, String found) {
        problems.add(new Problem(field, expected, found));
        return new byte[0];
    }
}
