// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.bout.Gallery;
import ringside.vmm.word.Iface;

/// Whatever is wrong with what people give: exit 3 and one clear line.
class BadInputTest {
    @TempDir
    Path folder = Path.of("");

    private CommandLineFixture ringside = new CommandLineFixture(folder);

    @BeforeEach
    void here() {
        ringside = new CommandLineFixture(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "run",
                "run --on nowhere hello-boundary",
                "run --on vmi no-such-guest",
                "run --on xen",
                "run --on xen --kernel missing.elf",
                "run --on xen --kernel .",
                "run --on xen --bogus hello-boundary",
                "run --on xen --memory 0 hello-boundary",
                "run --on xen --memory 1M hello-boundary",
                "run --on xen --memory 9000G hello-boundary",
                "run --on xen --memory lots hello-boundary",
                "run --on xen --memory 33554433 hello-boundary",
                "run --on native --vcpus 100 hello-boundary",
                "run --on native --vcpus 0 hello-boundary",
                "run --on native --vcpus two hello-boundary",
                "run --on native --seed x hello-boundary",
                "run --on native --cpu 8086 hello-boundary",
                "run --on native --firmware missing.bin",
                "run --on native --firmware . hello-boundary",
                "run --on native --until post:XYZ hello-boundary",
                "run --on native --tier 7 hello-boundary",
                "run --on native --net wifi hello-boundary",
                "run --on native --disk d.img hello-boundary",
                "run --on vmi --vmi-ring 2 hello-boundary",
                "run --on xen --vmi-ring 0 hello-boundary",
                "run --on native --hooks hello-boundary",
                "run --on native --steal much hello-boundary",
                "run --on native --steal 96 hello-boundary",
                "run --on native --steal 25,1y hello-boundary",
                "run --on native --steal 25,20s hello-boundary",
                "run --on hw hello-boundary",
                "run --on native --limit soon hello-boundary",
                "run --on native --until never hello-boundary",
                "run --on native --until console:( hello-boundary",
                "run --on native --profile nowhere hello-boundary",
                "run --on native hello-boundary second",
                "run --on native --json",
                "bout hello-boundary --corners vmi,,xen",
                "bout hello-boundary --corners vmi,vmi",
                "bout hello-boundary --assert vmi.crossings",
                "bout missing.ringside",
                "conformance",
                "conformance nowhere",
                "debate",
                "lessons",
                "grade folder",
            })
    void isSaidInOneLine(String line) {
        assertOneLine(ringside.run(line.split(" ")), line);
    }

    @Test
    void filesThatAreNoKernelsAreRefusedOnEveryCorner() throws IOException {
        byte[] pc = Gallery.image("hello-boundary", Iface.NATIVE).orElseThrow();
        byte[] wide = pc.clone();
        wide[4] = 2;
        wide[18] = 62;
        Files.write(folder.resolve("empty"), new byte[0]);
        Files.writeString(folder.resolve("text"), "This is a letter, not a kernel.\n");
        Files.write(folder.resolve("cut"), Arrays.copyOf(pc, 200));
        Files.write(folder.resolve("wide"), wide);
        for (String on : new String[] {"native", "vmi", "xen"}) {
            for (String file : new String[] {"empty", "text", "cut", "wide"}) {
                assertOneLine(ringside.run("run", "--on", on, "--kernel", file), on + " " + file);
            }
        }
    }

    @Test
    void aBrokenBoutFileIsRefused() throws IOException {
        for (String text : new String[] {
            "",
            "[]",
            "{",
            "{\"ringside\": 99}",
            "{\"ringside\":1,\"corners\":[\"moon\"]}",
            "{\"ringside\":1,\"kernel\":\"***\"}",
            "{\"ringside\":1,\"guest\":\"nobody\"}",
            "{\"ringside\":1,\"guest\":\"hello-boundary\",\"vcpus\":100}"
        }) {
            Files.writeString(folder.resolve("b.ringside"), text, StandardCharsets.UTF_8);
            assertOneLine(ringside.run("bout", "b.ringside"), text);
        }
    }

    @Test
    void aBrokenSavedBoutIsRefused() throws IOException {
        ringside.run("run", "--on", "native", "hello-boundary", "--until", "insns:20000", "--save", "s.ringside");
        byte[] good = Files.readAllBytes(folder.resolve("s.ringside"));
        for (int length : new int[] {3, 100, good.length / 2, good.length - 1}) {
            Files.write(folder.resolve("b.ringside"), Arrays.copyOf(good, length));
            assertOneLine(ringside.run("bout", "b.ringside"), "cut at " + length);
        }
        assertOneLine(ringside.run("bout", "s.ringside", "--memory", "8M"), "another machine");
        assertOneLine(ringside.run("bout", "s.ringside", "--vcpus", "2"), "another machine");
        assertOneLine(ringside.run("bout", "s.ringside", "--corners", "vmi"), "a corner that is not in it");
    }

    @Test
    void anOutputThatCannotBeWrittenIsNamed() {
        CommandLineFixture.Result result =
                ringside.run("run", "--on", "native", "hello-boundary", "--json", "no/such/folder.json");

        assertEquals(3, result.code());
        assertTrue(
                result.err().getLast().contains("no/such/folder.json"),
                result.err().toString());
    }

    private static void assertOneLine(CommandLineFixture.Result result, String what) {
        assertAll(
                what,
                () -> assertEquals(3, result.code(), result.err().toString()),
                () -> assertEquals("", result.out()),
                () -> assertEquals(1, result.err().size(), result.err().toString()),
                () -> assertTrue(
                        result.err().getFirst().startsWith("ringside: "),
                        result.err().toString()));
    }
}
