// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A RAM disk as Linux unpacks it into its root: a cpio archive of the "newc" kind. Same contents, same bytes.
public final class Initramfs {
    private static final String MAGIC = "070701", TRAILER = "TRAILER!!!";
    private static final int DIRECTORY = 0040755, CHARACTERS = 0020600, PROGRAM = 0100755;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int files;

    /// A disk with nothing but the devices that a first process needs, and that process.
    ///
    /// @param init an executable
    public static byte[] of(byte[] init) {
        return new Initramfs()
                .directory("dev")
                .device("dev/console", 5, 1)
                .device("dev/null", 1, 3)
                .program("init", init)
                .end();
    }

    private Initramfs directory(String name) {
        return entry(name, DIRECTORY, 0, 0, new byte[0]);
    }

    private Initramfs device(String name, int major, int minor) {
        return entry(name, CHARACTERS, major, minor, new byte[0]);
    }

    private Initramfs program(String name, byte[] contents) {
        return entry(name, PROGRAM, 0, 0, contents);
    }

    private byte[] end() {
        entry(TRAILER, 0, 0, 0, new byte[0]);
        return bytes.toByteArray();
    }

    /// Thirteen numbers of eight hex digits, the name with a 0 behind it, the contents; each part filled up to 4.
    private Initramfs entry(String name, int mode, int major, int minor, byte[] contents) {
        int links = mode >>> 12 == 4 ? 2 : 1;
        int inode = name.equals(TRAILER) ? 0 : ++files;
        int[] numbers = {inode, mode, 0, 0, links, 0, contents.length, 0, 0, major, minor, name.length() + 1, 0};
        StringBuilder head = new StringBuilder(MAGIC);
        for (int n : numbers) head.append(String.format(Locale.ROOT, "%08X", n));
        bytes.writeBytes(head.append(name).append('\0').toString().getBytes(StandardCharsets.ISO_8859_1));
        fill();
        bytes.writeBytes(contents);
        fill();
        return this;
    }

    private void fill() {
        while (bytes.size() % 4 != 0) bytes.write(0);
    }
}
