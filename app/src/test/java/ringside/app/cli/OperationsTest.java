// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of operations, with a kernel of a few instructions in place of Linux.
class OperationsTest {
    private static final int LOADED_AT = 0x100000, HEADERS = 84;

    @TempDir
    Path folder = Path.of("");

    private CommandLineFixture ringside = new CommandLineFixture(folder);

    @BeforeEach
    void here() {
        ringside = new CommandLineFixture(folder);
    }

    @Test
    void aRoundIsDividedByHowOftenItDoesTheOperation() throws IOException {
        kernel("operation 2 x 4: four in a row\n", "4040404040404040404040"); // eleven of INC EAX, and the bell

        CommandLineFixture.Result result =
                ringside.run("operations", "--kernel", "k.elf", "--corners", "native", "--json", "o.json");

        assertEquals(0, result.code(), result.err().toString());
        assertTrue(result.out().contains("four in a row"), result.out());
        JsonNode operation = json("o.json").path("operations").get(0);
        assertEquals("four in a row", operation.path("name").asText());
        assertEquals(4, operation.path("times").asInt());
        assertEquals(
                3, operation.path("each").path("native").path("instructions").asDouble());
    }

    @Test
    void anIntIsASoftwareInterruptAndNoFault() throws IOException {
        // The IDT has one gate, 20h, whose handler is an IRET.
        kernel("operation 2 x 2: INT\n", "cd20cd20");

        CommandLineFixture.Result result =
                ringside.run("operations", "--kernel", "k.elf", "--corners", "native", "--json", "o.json");

        assertEquals(0, result.code(), result.err().toString());
        JsonNode events = json("o.json")
                .path("operations")
                .get(0)
                .path("each")
                .path("native")
                .path("events");
        assertEquals(1, events.path("software-interrupt").asDouble());
        assertTrue(events.path("fault").isMissingNode(), events.toString());
    }

    @Test
    void aPageKeepsWhatIsOutsideOfTheTables() throws IOException {
        kernel("operation 2 x 4: four in a row\n", "40");
        String other = "<!-- operations, 2 vCPU -->\nkept\n<!-- /operations -->\n";
        Files.writeString(
                folder.resolve("p.md"),
                other + "before\n<!-- operations, 1 vCPU -->\nold\n<!-- /operations -->\nafter\n");

        ringside.run("operations", "--kernel", "k.elf", "--corners", "native", "--markdown", "p.md");

        String page = Files.readString(folder.resolve("p.md"));
        assertTrue(page.startsWith(other + "before\n<!-- operations, 1 vCPU -->\n"), page);
        assertTrue(page.endsWith("<!-- /operations -->\nafter\n"), page);
        assertTrue(page.contains("| four in a row | 4 | 0.50 | 0 |"), page);
        assertTrue(!page.contains("old"), page);
    }

    @Test
    void onlyTheOperationsThatAreAskedForAreShown() throws IOException {
        kernel("operation 2 x 4: four in a row\noperation 255 x 1: the end\n", "40");

        CommandLineFixture.Result some =
                ringside.run("operations", "--kernel", "k.elf", "--corners", "native", "--only", "^four");
        CommandLineFixture.Result none =
                ringside.run("operations", "--kernel", "k.elf", "--corners", "native", "--only", "five");

        assertTrue(some.out().contains("four in a row"), some.out());
        assertTrue(!some.out().contains("the end"), some.out());
        assertEquals(3, none.code());
    }

    @Test
    void aCornerThatCannotStartTheKernelIsLeftOutAndNamed() throws IOException {
        kernel("operation 2 x 4: four in a row\n", "40");

        CommandLineFixture.Result result = ringside.run("operations", "--kernel", "k.elf");

        assertTrue(
                result.err().getFirst().startsWith("without xen: "),
                result.err().toString());
        assertTrue(result.out().contains("native"), result.out());
    }

    @Test
    void aGuestThatDeclaresNothingIsAnError() throws IOException {
        kernel("hello\n", "40");

        CommandLineFixture.Result result = ringside.run("operations", "--kernel", "k.elf", "--corners", "native");

        assertEquals(3, result.code());
        assertTrue(
                result.err().getLast().contains("declared operations"),
                result.err().toString());
    }

    @Test
    void theRamDiskCanBeHadAsAFile() throws IOException {
        CommandLineFixture.Result result = ringside.run("operations", "--write-initrd", "o.cpio");

        assertEquals(0, result.code(), result.err().toString());
        assertTrue(Files.readString(folder.resolve("o.cpio"), StandardCharsets.ISO_8859_1)
                .startsWith("070701"));
    }

    @Test
    void itNeedsAKernel() {
        CommandLineFixture.Result result = ringside.run("operations");

        assertEquals(3, result.code());
        assertTrue(result.err().getLast().contains("--kernel"), result.err().toString());
    }

    private JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(name).toFile());
    }

    /// A multiboot kernel in ELF with tables of its own, which prints a text on the serial port, does `body` between
    /// bells 1 and 2, and rings
    /// 255.
    private void kernel(String text, String body) throws IOException {
        byte[] line = text.getBytes(StandardCharsets.ISO_8859_1);
        int begin = LOADED_AT + HEADERS;
        String setUp = "bc00001800" // stack
                + ("0f0115" + word(begin + 0x320)) // lgdt, and a far jump to its code segment
                + ("0f011d" + word(begin + 0x300)) // lidt
                + ("ea" + word(begin + 16 + 26) + "0800")
                + ("be" + word(begin + 0x200) + "b9" + word(line.length) + "66baf803" + "fcf36e"); // rep outsb
        byte[] code = HexFormat.of().parseHex(setUp + bell(1) + body + bell(2) + bell(255) + "faf4");
        ByteBuffer file = ByteBuffer.allocate(HEADERS + 0x500).order(ByteOrder.LITTLE_ENDIAN);
        file.put(HexFormat.of().parseHex("7f454c46010101000000000000000000"));
        file.putShort((short) 2)
                .putShort((short) 3)
                .putInt(1)
                .putInt(LOADED_AT + HEADERS + 16)
                .putInt(52);
        file.putInt(0)
                .putInt(0)
                .putShort((short) 52)
                .putShort((short) 32)
                .putShort((short) 1)
                .putShort((short) 40);
        file.putInt(0);
        int size = file.capacity();
        for (int word : new int[] {1, 0, LOADED_AT, LOADED_AT, size, size, 7, 4096}) file.putInt(word);
        file.putInt(0x1BADB002).putInt(0).putInt(-0x1BADB002);
        file.position(HEADERS + 16).put(code);
        file.position(HEADERS + 0x200).put(line);
        int gate = LOADED_AT + HEADERS + 0x4F0; // its handler
        file.position(HEADERS + 0x300).putShort((short) 0x1FF).putInt(LOADED_AT + HEADERS + 0x310 - 0x20 * 8);
        file.position(HEADERS + 0x320).putShort((short) 15).putInt(LOADED_AT + HEADERS + 0x330);
        file.position(HEADERS + 0x338).putLong(0x00CF9B000000FFFFL);
        file.position(HEADERS + 0x310)
                .putShort((short) gate)
                .putShort((short) 8)
                .putShort((short) 0x8E00)
                .putShort((short) (gate >>> 16));
        file.position(HEADERS + 0x4F0).put((byte) 0xCF);
        Files.write(folder.resolve("k.elf"), file.array());
    }

    private static String bell(int number) {
        return "0f1f80" + word(0x42454C00 | number);
    }

    private static String word(int value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 4; i++) bytes.write(value >>> 8 * i);
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
