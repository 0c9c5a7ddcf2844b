// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.io.IOException;
import java.io.InputStream;

/// The ROM that the programs see: it ends at 1 MB and begins at its reset vector. Its source is guests/rom/bios.asm.
public final class Rom {
    /// Where it lies, and its bytes.
    public static final int BASE = 0xFE000, BYTES = 0x2000;

    private static final String RESOURCE = "/ringside/vmm/bout/gallery/bios.bin";

    private Rom() {}

    /// The one that ships with the program.
    public static byte[] shipped() {
        try (InputStream in = Rom.class.getResourceAsStream(RESOURCE)) {
            if (in == null) throw new IllegalStateException("the firmware ROM is missing from the program");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the firmware ROM cannot be read", e);
        }
    }
}
