// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import ringside.vmm.clock.Seeded;

/// Writes numbered sectors into a file for ever, and says of each that it is written.
final class RandomWriter {
    static final int SECTORS = 64;
    private static final int SECTOR = 512;

    private RandomWriter() {}

    /// What write `number` puts into a sector; zeros before the first.
    static byte[] sector(int which, long number) {
        byte[] b = new byte[SECTOR];
        if (number == 0) return b;
        Arrays.fill(b, (byte) (number * 31 + which));
        ByteBuffer.wrap(b).putLong(0, number);
        return b;
    }

    static long number(byte[] sector) {
        return ByteBuffer.wrap(sector).getLong(0);
    }

    public static void main(String[] args) throws Exception {
        Seeded seeded = new Seeded(1);
        PrintStream out = System.out;
        try (FileMedium medium = FileMedium.open(Path.of(args[0]), true)) {
            if (medium == null) throw new IllegalStateException("the file is in use");
            for (long n = 1; ; n++) {
                int which = seeded.nextInt(SECTORS);
                medium.write((long) which * SECTOR, sector(which, n), 0, SECTOR);
                out.println(which + " " + n + ".");
                out.flush();
            }
        }
    }
}
