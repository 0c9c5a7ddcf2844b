// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The program that does single operations of a Linux kernel between bells: `guests/linux/operations.c`.
public final class OperationsGuest {
    /// The bell that it rings when all is done.
    public static final int LAST_BELL = 255;

    private static final String PROGRAM = "gallery/operations-linux.elf";

    private OperationsGuest() {}

    /// A RAM disk for any 32-bit Linux, whose first process is that program.
    public static byte[] initrd() {
        try (InputStream in = OperationsGuest.class.getResourceAsStream(PROGRAM)) {
            if (in == null) throw new IllegalStateException(PROGRAM + " is not in this module");
            return Initramfs.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
