// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Disks and CDs from the command line. The guest is a boot sector that copies itself to the next sector through
/// INT 13h and leaves the carry flag as its status.
class DriveOptionsTest {
    private static final int SECTOR = 512;
    private static final String COPIES_ITSELF =
            "31 c0 8e c0 b8 01 03 bb 00 7c b9 02 00 30 f6 cd 13 0f 92 c0 e6 f4 fa f4".replace(" ", "");

    @TempDir
    Path folder = Path.of("");

    private CommandLineFixture ringside = new CommandLineFixture(folder);
    private byte[] disk = new byte[0];

    @BeforeEach
    void here() throws IOException {
        ringside = new CommandLineFixture(folder);
        disk = new byte[64 * SECTOR];
        byte[] code = HexFormat.of().parseHex(COPIES_ITSELF);
        System.arraycopy(code, 0, disk, 0, code.length);
        disk[510] = 0x55;
        disk[511] = (byte) 0xAA;
        Files.write(folder.resolve("d.img"), disk);
    }

    private byte[] now() throws IOException {
        return Files.readAllBytes(folder.resolve("d.img"));
    }

    private void assertBad(String found, String... args) {
        CommandLineFixture.Result r = ringside.run(args);
        assertEquals(3, r.code(), r.err().toString());
        assertTrue(r.err().getFirst().contains(found), r.err().toString());
    }

    @Test
    void aGuestWritesToItsDisk() throws IOException {
        CommandLineFixture.Result r = ringside.run("run", "--on", "native", "--disk", "d.img");
        assertEquals(0, r.code(), r.err().toString());
        byte[] expected = disk.clone();
        System.arraycopy(disk, 0, expected, SECTOR, SECTOR);
        assertArrayEquals(expected, now());
    }

    @ParameterizedTest
    @CsvSource({"ro", "snapshot"})
    void otherwiseTheFileStays(String mode) throws IOException {
        CommandLineFixture.Result r = ringside.run("run", "--on", "native", "--disk", "d.img," + mode);
        assertEquals(0, r.code(), r.err().toString());
        assertArrayEquals(disk, now());
    }

    @Test
    void theFileIsFreeAfterTheRun() {
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    0, ringside.run("run", "--on", "native", "--disk", "d.img").code());
        }
    }

    @Test
    void aGalleryGuestMayHaveDrivesOnNativeAndVmi() {
        for (String on : new String[] {"native", "vmi"}) {
            CommandLineFixture.Result r = ringside.run("run", "--on", on, "--disk", "d.img", "hello-boundary");
            assertEquals(0, r.code(), r.err().toString());
        }
        CommandLineFixture.Result both =
                ringside.run("bout", "--corners", "vmi,native", "--disk", "d.img,snapshot", "hello-boundary");
        assertEquals(0, both.code(), both.err().toString());
    }

    @Test
    void whatIsWrongWithADriveIsNamed() throws IOException {
        Files.write(folder.resolve("odd.img"), new byte[1000]);
        Files.write(folder.resolve("empty.img"), new byte[0]);
        Files.write(folder.resolve("odd.iso"), Arrays.copyOf(disk, 3 * SECTOR));
        assertBad("--disk odd.img: expected an image of whole sectors of 512 bytes, found 1000 bytes", run("odd.img"));
        assertBad("--disk empty.img: expected an image of whole sectors of 512 bytes, found 0 bytes", run("empty.img"));
        assertBad("--disk no.img: expected a raw image file, found nothing of that name", run("no.img,ro"));
        assertBad("--disk .: expected a raw image file, found a folder", run("."));
        assertBad(
                "--cd odd.iso: expected an image of whole sectors of 2,048 bytes, found 1536 bytes",
                "run",
                "--on",
                "native",
                "--cd",
                "odd.iso");
    }

    private static String[] run(String disk) {
        return new String[] {"run", "--on", "native", "--disk", disk};
    }

    @Test
    void oneFileIsOneDisk() {
        assertBad("found one that is in use", "run", "--on", "native", "--disk", "d.img", "--disk", "d.img");
    }

    @Test
    void severalCornersDoNotShareADiskThatTheyWrite() throws IOException {
        assertBad(
                "a disk that each of them would write",
                "bout",
                "--corners",
                "vmi,native",
                "--disk",
                "d.img",
                "hello-boundary");
        assertArrayEquals(disk, now());
    }

    @Test
    void aFifthDriveIsTooMany() throws IOException {
        String[] args = new String[13];
        args[0] = "run";
        args[1] = "--on";
        args[2] = "native";
        for (int i = 0; i < 5; i++) {
            Files.write(folder.resolve(i + ".img"), disk);
            args[3 + 2 * i] = "--disk";
            args[4 + 2 * i] = i + ".img";
        }
        assertBad("drives: expected at most 4, found 5", args);
    }

    @Test
    void aXenGuestHasDrivesAndAScreenToo() throws IOException {
        CommandLineFixture.Result result = ringside.run(
                "run",
                "--on",
                "xen",
                "--disk",
                "d.img,ro",
                "--json",
                "x.json",
                "--screenshot",
                "x.png",
                "hello-boundary");
        assertEquals(0, result.code(), result.err().toString());
        String json = Files.readString(folder.resolve("x.json"));
        assertTrue(json.contains("\"device\" : \"vbd/51712\""), json);
        assertTrue(Files.size(folder.resolve("x.png")) > 0);
    }
}
