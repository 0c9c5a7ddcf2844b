// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
    private static final String HEAD = """
        # cpu-vectors 1 group=%s
        @gdt 20:00cffb000000ffff 28:00cff3000000ffff
        @map 100000:x 200000:w
        """;
    private static final String STATE = " ip=100000 r=1,2,3,4,200800,6,7,8 fl=202";
    private static final String NOP = "0 nop c=90" + STATE + " > H ip=100001\n";
    private static final String INC = "1 inc c=40" + STATE + " > H ip=100001 ax=2\n";

    @TempDir
    private Path folder = Path.of("");

    private void vectors(String group, String lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(group + ".txt.gz")))) {
            out.write((HEAD.formatted(group) + lines).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private CommandLineFixture.Result run(String... more) {
        String[] args = new String[2 + more.length];
        args[0] = "conformance";
        args[1] = ".";
        System.arraycopy(more, 0, args, 2, more.length);
        return new CommandLineFixture(folder).run(args);
    }

    @Test
    void groupsComeInTheirOrderAndTheTableAtTheEnd() throws IOException {
        vectors("mov", NOP);
        vectors("alu", NOP + INC);
        vectors("others", NOP);
        CommandLineFixture.Result result = run();
        assertEquals(0, result.code(), result.err().toString());
        assertEquals("""
            group          vectors    passed    failed
            alu                  2         2         0
            mov                  1         1         0
            others               1         1         0
            total                4         4         0
            """, result.out());
        assertTrue(
                result.err().getFirst().startsWith("alu 2 passed"), result.err().toString());
    }

    @Test
    void aDifferenceFailsTheCommandAndIsShown() throws IOException {
        vectors("alu", INC.replace("ax=2", "ax=3"));
        CommandLineFixture.Result result = run("--json", "out.json");
        assertEquals(1, result.code());
        assertTrue(
                result.err().get(1).contains("inc reg0 3 got 2"), result.err().toString());
        assertTrue(Files.readString(folder.resolve("out.json")).contains("\"failed\" : 1"));
    }

    @Test
    void aLineThatCannotBeReadIsNamed() throws IOException {
        vectors("alu", NOP + INC.replace("fl=202", "fl=2z2"));
        CommandLineFixture.Result result = run();
        assertEquals(3, result.code());
        String line = result.err().getLast();
        assertTrue(line.startsWith("ringside: alu.txt.gz line 5: "), line);
        assertTrue(line.contains("found \"fl=2z2\""), line);
    }

    @Test
    void brokenLinesAreRefusedWhateverIsWrong() throws IOException {
        String[] broken = {
            "x",
            "0",
            "0 nop",
            "0 nop c=90",
            "0 nop c=90 >",
            "0 nop c=9 ip=0 > H",
            "0 nop c=90 r=1,2 > H",
            "0 nop c=90 q=1 > H",
            "0 nop c=90 > X",
            "0 nop c=90 > H qq",
            "0 nop > H",
            "0 nop c=90 t0=00 > H",
            "@map 1:x",
            "@map 900000:w",
            "@gdt 20",
            "@idt 8:0",
            "@gdt 800:0",
            "0 nop c=90 > E99999999999,0",
        };
        for (String line : broken) {
            vectors("alu", line + "\n");
            CommandLineFixture.Result result = run();
            assertEquals(3, result.code(), line + ": " + result.err());
            assertTrue(
                    result.err().getLast().contains("alu.txt.gz line 4"),
                    result.err().toString());
        }
    }

    @Test
    void aFileThatIsNotPackedIsNamed() throws IOException {
        Files.writeString(folder.resolve("bit.txt.gz"), "not packed");
        CommandLineFixture.Result result = run();
        assertEquals(3, result.code());
        assertTrue(result.err().getLast().contains("bit.txt.gz"), result.err().toString());
    }

    @Test
    void aGroupThatIsNotThereIsRefused() throws IOException {
        vectors("alu", NOP);
        assertEquals(3, run("--group", "sse").code());
        assertEquals(0, run("--group", "alu").code());
    }

    @Test
    void thePageHasBothTables() throws IOException {
        vectors("alu", NOP + INC);
        assertEquals(0, run("--markdown", "page.md").code());
        String page = Files.readString(folder.resolve("page.md"));
        assertTrue(page.contains("\n| alu | 2 | 2 | 0 |\n"), page);
        assertTrue(page.contains("\n| plain | nop | "), page);
    }
}
