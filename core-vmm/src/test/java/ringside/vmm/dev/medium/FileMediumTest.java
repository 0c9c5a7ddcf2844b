// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMediumTest {
    private static final int SECTOR = 512;

    @TempDir
    Path folder = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void here() throws IOException {
        file = Files.write(folder.resolve("d.img"), new byte[RandomWriter.SECTORS * SECTOR]);
    }

    private FileMedium open(boolean writable) throws IOException {
        FileMedium medium = FileMedium.open(file, writable);
        assertNotNull(medium);
        return medium;
    }

    @Test
    void oneWriterHasAFileForItself() throws IOException {
        FileMedium first = open(true);
        assertNull(FileMedium.open(file, true));
        assertNull(FileMedium.open(file, false));
        first.close();
        open(true).close();
    }

    @Test
    void aMissingFileIsNotMade() {
        Path missing = folder.resolve("missing");
        assertThrows(IOException.class, () -> FileMedium.open(missing, true));
        assertEquals(false, Files.exists(missing));
    }

    @Test
    void nothingOutsideTheFileIsWritten() throws IOException {
        try (FileMedium medium = open(true)) {
            byte[] sector = new byte[SECTOR];
            for (long at : new long[] {-1, medium.size(), medium.size() - 511, Long.MAX_VALUE}) {
                assertThrows(IllegalStateException.class, () -> medium.write(at, sector, 0, SECTOR));
            }
        }
        assertEquals(RandomWriter.SECTORS * (long) SECTOR, Files.size(file));
    }

    @Test
    void aFileThatHasBecomeShorterFailsTheRead() throws IOException {
        try (FileMedium medium = open(true)) {
            Files.write(file, new byte[SECTOR]);
            assertThrows(UncheckedIOException.class, () -> medium.read(SECTOR, new byte[SECTOR], 0, SECTOR));
        }
    }

    @Test
    void whatIsWrittenShowsInItsNumber() throws IOException {
        try (FileMedium medium = open(true)) {
            long none = medium.written();
            medium.write(0, new byte[SECTOR], 0, SECTOR);
            assertNotEquals(none, medium.written());
        }
    }

    /// A process of its own writes sectors, says which, and is killed in the middle of it.
    @Test
    void afterAKillEverySectorIsOneThatWasWritten() throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        place(FileMedium.class) + java.io.File.pathSeparator + place(RandomWriter.class),
                        RandomWriter.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long[] last = new long[RandomWriter.SECTORS];
        int done = 0;
        try (BufferedReader out = writer.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (++done == 1000) writer.toHandle().destroyForcibly();
                int space = line.indexOf(' ');
                if (space > 0 && line.endsWith(".")) {
                    last[Integer.parseInt(line.substring(0, space))] =
                            Long.parseLong(line.substring(space + 1, line.length() - 1));
                }
            }
        }
        writer.waitFor();
        assertTrue(done >= 1000, "sectors written before the kill: " + done);
        byte[] now = Files.readAllBytes(file);
        for (int s = 0; s < last.length; s++) {
            byte[] found = Arrays.copyOfRange(now, s * SECTOR, (s + 1) * SECTOR);
            long number = RandomWriter.number(found);
            assertTrue(number >= last[s], "sector " + s + " has lost write " + last[s]);
            assertArrayEquals(RandomWriter.sector(s, number), found, "sector " + s + " is torn");
        }
    }

    private static String place(Class<?> c) throws Exception {
        return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
