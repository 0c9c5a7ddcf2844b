// SPDX-License-Identifier: Apache-2.0
package ringside.test.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The images that are checked in are what their sources make.
class GuestImagesTest {
    private static final Path GUESTS = Path.of(System.getProperty("ringside.root", ".."), "guests");
    /// The compiler the images were made with; another one makes other bytes.
    private static final String COMPILER = "12.2";
    private static final String ASSEMBLER = "NASM version 2.16";

    @Test
    void rebuildingTheGuestsGivesTheSameBytes(@TempDir Path scratch) throws IOException, InterruptedException {
        assumeTrue(
                run(List.of("gcc", "-dumpfullversion")).startsWith(COMPILER), "gcc " + COMPILER + " and make are here");
        assumeTrue(!run(List.of("make", "--version")).isEmpty(), "make is here");
        Path images = scratch.resolve("images");
        String log = run(List.of("make", "-C", GUESTS.toString(), "B=" + scratch.resolve("build"), "OUT=" + images));
        for (String image : List.of(
                "hello-boundary-pc.elf",
                "hello-boundary-pc2.elf",
                "hello-boundary-xen.elf",
                "hello-boundary-xen2.elf",
                "fork-storm-pc.elf",
                "fork-storm-pc2.elf",
                "fork-storm-xen.elf",
                "fork-storm-xen2.elf",
                "operations-linux.elf")) {
            Path rebuilt = images.resolve(image);
            assertEquals(true, Files.exists(rebuilt), log);
            assertEquals(-1, Files.mismatch(GUESTS.resolve("images").resolve(image), rebuilt), image);
        }
    }

    @Test
    void rebuildingTheVmiStepsGivesTheSameBytes(@TempDir Path scratch) throws IOException, InterruptedException {
        assumeTrue(
                run(List.of("gcc", "-dumpfullversion")).startsWith(COMPILER), "gcc " + COMPILER + " and make are here");
        assumeTrue(!run(List.of("make", "--version")).isEmpty(), "make is here");
        String steps = GUESTS.resolve("tests/vmi-steps").toString();
        String log = run(List.of("make", "-C", steps, "OUT=" + scratch));
        Path kept = GUESTS.resolveSibling("core-vmm/src/test/resources/ringside/vmm/iface/vmi");
        for (String image : List.of("vmi-steps.elf", "vmi-steps-pae.elf")) {
            Path rebuilt = scratch.resolve(image);
            assertEquals(true, Files.exists(rebuilt), log);
            assertEquals(-1, Files.mismatch(kept.resolve(image), rebuilt), image);
        }
    }

    @Test
    void reassemblingTheSystemTestGivesTheSameBytes(@TempDir Path scratch) throws IOException, InterruptedException {
        assumeTrue(run(List.of("nasm", "-v")).startsWith(ASSEMBLER), ASSEMBLER + " is here");
        assumeTrue(!run(List.of("make", "--version")).isEmpty(), "make is here");
        String log = run(List.of("make", "-C", GUESTS.resolve("tests/system").toString(), "OUT=" + scratch));
        Path rebuilt = scratch.resolve("system-test.bin");
        assertEquals(true, Files.exists(rebuilt), log);
        assertEquals(-1, Files.mismatch(GUESTS.resolve("images/system-test.bin"), rebuilt));
    }

    @Test
    void reassemblingTheFirmwareGivesTheSameBytes(@TempDir Path scratch) throws IOException, InterruptedException {
        assumeTrue(run(List.of("nasm", "-v")).startsWith(ASSEMBLER), ASSEMBLER + " is here");
        Path rebuilt = scratch.resolve("bios.bin");
        Path source = GUESTS.resolve("rom/bios.asm");
        String log = run(List.of("nasm", "-f", "bin", "-o", rebuilt.toString(), source.toString()));
        assertEquals(true, Files.exists(rebuilt), log);
        assertEquals(-1, Files.mismatch(GUESTS.resolve("images/bios.bin"), rebuilt));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        try {
            Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
            String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            p.waitFor(60, TimeUnit.SECONDS);
            return out;
        } catch (IOException notThere) {
            return "";
        }
    }
}
