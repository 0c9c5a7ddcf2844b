// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.app.export.BoutFile;
import ringside.vmm.word.Iface;

class RunTest {
    @TempDir
    Path folder = Path.of("");

    private CommandLineFixture ringside = new CommandLineFixture(folder);

    @BeforeEach
    void here() {
        ringside = new CommandLineFixture(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "vmi", "xen"})
    void theGuestsConsoleIsStandardOutputAndNothingElseIs(String on) {
        CommandLineFixture.Result result = ringside.run("run", "--on", on, "hello-boundary");

        assertEquals(0, result.code(), result.err().toString());
        assertTrue(result.out().startsWith("Hello from ring"), result.out());
        assertEquals(1, result.out().lines().count());
    }

    @Test
    void firmwareRunsToItsPostCode() throws IOException {
        byte[] rom = new byte[64 << 10];
        byte[] code = HexFormat.of().parseHex("b001e680b0ffe680faf4"); // codes 1 and FF, cli, hlt
        System.arraycopy(code, 0, rom, rom.length - 16, code.length);
        Files.write(folder.resolve("rom.bin"), rom);

        CommandLineFixture.Result result = ringside.run(
                "run", "--on", "native", "--firmware", "rom.bin", "--until", "post:ff", "--json", "f.json");

        assertEquals(0, result.code(), result.err().toString());
        JsonNode corner = new ObjectMapper()
                .readTree(folder.resolve("f.json").toFile())
                .path("corners")
                .get(0);
        assertEquals("[1,255]", corner.path("post").toString());
        assertEquals(
                2,
                ringside.run("run", "--on", "native", "--firmware", "rom.bin").code());
    }

    @Test
    void theScreenIsWrittenAsPng() throws IOException {
        byte[] rom = new byte[64 << 10];
        // mov ax, 0xB800; mov ds, ax; mov word [0], 0x1F48; mov al, 0; out 0xF4, al
        byte[] code = HexFormat.of().parseHex("b800b88ed8c7060000481fb000e6f4");
        System.arraycopy(code, 0, rom, 0, code.length);
        System.arraycopy(HexFormat.of().parseHex("ea000000f0"), 0, rom, rom.length - 16, 5);
        Files.write(folder.resolve("rom.bin"), rom);

        CommandLineFixture.Result result =
                ringside.run("run", "--on", "native", "--firmware", "rom.bin", "--screenshot", "s.png");

        assertEquals(0, result.code(), result.err().toString());
        byte[] png = Files.readAllBytes(folder.resolve("s.png"));
        assertEquals(
                "89504e470d0a1a0a0000000d49484452000002d000000190",
                HexFormat.of().formatHex(png, 0, 24));
    }

    @Test
    void theJsonHasWhatScriptsCountOn() throws IOException {
        ringside.run("bout", "hello-boundary", "--corners", "vmi,xen,native", "--json", "f.json");

        JsonNode corners =
                new ObjectMapper().readTree(folder.resolve("f.json").toFile()).path("corners");
        assertEquals(List.of("vmi", "xen", "native"), corners.findValuesAsText("interface"));
        for (JsonNode corner : corners) {
            for (String field : List.of(
                    "instructions",
                    "guestSeconds",
                    "crossings",
                    "calls",
                    "exits",
                    "pteUpdates",
                    "hiddenFaults",
                    "outcome",
                    "firstCause",
                    "post",
                    "rounds",
                    "runHash")) {
                assertTrue(corner.has(field), field);
            }
            assertEquals(0, corner.path("status").asInt());
            assertTrue(corner.path("instructions").asLong() > 0);
        }
        assertEquals(0, corners.get(2).path("crossings").asInt());
    }

    @Test
    void anAssertionThatHoldsIsZeroAndOneThatDoesNotIsOne() {
        assertEquals(
                0,
                ringside.run("bout", "hello-boundary", "--assert", "xen.crossings > 0")
                        .code());

        CommandLineFixture.Result failed = ringside.run("bout", "hello-boundary", "--assert", "xen.crossings == 0");
        assertEquals(1, failed.code());
        assertTrue(failed.err().getLast().startsWith("ringside: xen.crossings == 0: does not hold"));
    }

    @Test
    void aConditionThatHoldsEndsTheRun() throws IOException {
        CommandLineFixture.Result result =
                ringside.run("run", "--on", "native", "hello-boundary", "--until", "insns:1000", "--json", "f.json");

        assertEquals(0, result.code());
        JsonNode corner = new ObjectMapper()
                .readTree(folder.resolve("f.json").toFile())
                .path("corners")
                .get(0);
        assertEquals(1000, corner.path("instructions").asLong());
        assertEquals("reached", corner.path("outcome").asText());
    }

    @Test
    void whatIsToBeTypedNeedsAPromptAndAText() {
        CommandLineFixture.Result result = ringside.run("run", "--on", "native", "hello-boundary", "--type", "root");

        assertEquals(3, result.code());
        assertTrue(
                result.err().getLast().contains("--type: expected REGEX=>TEXT"),
                result.err().toString());
    }

    @Test
    void theEndOfTypedInputDoesNotEndTheRun() {
        assertEquals(
                0,
                ringside.typing("", "run", "--on", "xen", "--interactive", "hello-boundary")
                        .code());
    }

    @Test
    void reportsAreWrittenWhereTheyWereAskedFor() throws IOException {
        ringside.run("bout", "hello-boundary", "--html", "r.html", "--csv", "r.csv", "--trace", "t.csv");

        String html = Files.readString(folder.resolve("r.html"));
        assertTrue(html.contains("<svg") && html.endsWith("</html>\n"));
        assertFalse(html.contains("«"), "a text is missing");
        assertFalse(html.contains("http"), "the report needs nothing from outside");
        assertTrue(Files.readString(folder.resolve("r.csv")).startsWith("corner,round,bell,metric,value\n"));
        assertTrue(Files.readAllLines(folder.resolve("t.csv")).size() > 10);
    }

    @Test
    void aSavedBoutGoesOnAsIfItHadNeverStopped() throws IOException {
        ringside.run("bout", "hello-boundary", "--json", "whole.json");
        ringside.run("bout", "hello-boundary", "--until", "insns:40000", "--save", "half.ringside");
        CommandLineFixture.Result rest = ringside.run("bout", "half.ringside", "--json", "rest.json");
        assertEquals(0, rest.code(), String.join("\n", rest.err()));
        assertEquals(hashes("whole.json"), hashes("rest.json"));
    }

    private List<String> hashes(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file)).stream()
                .filter(line -> line.contains("runHash"))
                .toList();
    }

    @Test
    void aBoutFileGivesTheSameRunAsItsOptions() throws IOException {
        new BoutFile(
                        "hello-boundary",
                        List.of(Iface.XEN),
                        1,
                        32L << 20,
                        9,
                        new byte[0],
                        new byte[0],
                        "",
                        "exit",
                        "p4-2004",
                        "p3")
                .write(folder.resolve("b.ringside"));
        ringside.run("bout", "b.ringside", "--json", "a.json");
        ringside.run(
                "bout",
                "hello-boundary",
                "--corners",
                "xen",
                "--vcpus",
                "1",
                "--seed",
                "9",
                "--cpu",
                "p3",
                "--profile",
                "p4-2004",
                "--json",
                "b.json");

        assertEquals(Files.readString(folder.resolve("b.json")), Files.readString(folder.resolve("a.json")));
    }

    @Test
    void aBusyHostInABoutFileIsTheOneOfTheOptions() throws IOException {
        Files.writeString(folder.resolve("b.ringside"), """
                {"ringside": 1, "guest": "hello-boundary", "corners": ["vmi"], "vcpus": 1, "until": "exit",
                 "pc": {"vmiRing": 0, "stealPercent": 50, "stealPeriod": 100000}}""");
        ringside.run("bout", "b.ringside", "--json", "a.json");
        String[] plain = {"bout", "hello-boundary", "--corners", "vmi", "--json", "b.json"};
        ringside.run(plain);
        assertNotEquals(Files.readString(folder.resolve("b.json")), Files.readString(folder.resolve("a.json")));
        List<String> more = new ArrayList<>(List.of(plain));
        more.addAll(List.of("--steal", "50,0.1ms", "--vmi-ring", "0"));
        ringside.run(more.toArray(String[]::new));
        assertEquals(Files.readString(folder.resolve("b.json")), Files.readString(folder.resolve("a.json")));
    }

    @Test
    void theGalleryListsEveryGuestWithItsCorners() throws IOException {
        JsonNode list =
                new ObjectMapper().readTree(ringside.run("gallery", "--json").out());

        assertEquals(List.of("hello-boundary", "fork-storm", "fork-storm-nopae"), list.findValuesAsText("name"));
    }

    @Test
    void theProcessorsAreATable() {
        CommandLineFixture.Result help = ringside.run("run", "--cpu", "help");
        assertEquals(0, help.code());
        assertTrue(help.out().lines().findFirst().orElseThrow().matches(" *ppro +p2 +p3 +pm +p4 +max"));
        assertTrue(help.out().contains("SSE2         -     -     -     x     x     x"));
    }

    @Test
    void everyProcessorRunsEveryGuestAlike() {
        for (String cpu : List.of("ppro", "p3", "max")) {
            assertEquals(0, ringside.run("bout", "hello-boundary", "--cpu", cpu).code(), cpu);
        }
    }
}
