// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The committed page is the command's, for the opcode table and the groups as they are now.
class ConformancePageTest {
    private static final Pattern GROUP = Pattern.compile("\\| ([a-z0-9]+) \\| [1-9][0-9,]* \\| [0-9,]+ \\| 0 \\|");

    private static List<String> page() throws IOException {
        Path here = Path.of("CONFORMANCE.md");
        return Files.readAllLines(
                Files.exists(here) ? here : Path.of("core-vmm").resolve(here));
    }

    @Test
    void everyInstructionOfTheTableIsOnThePage() throws IOException {
        List<String> lines = page();
        List<String> there = lines.subList(lines.indexOf("## By instruction") + 4, lines.size()).stream()
                .map(line -> line.replaceAll("( [0-9,]+ \\|){2}$", ""))
                .toList();
        List<String> wanted = ConformancePage.lines(List.of()).stream()
                .map(l -> String.format(
                        Locale.ROOT, "| %s | %s | %,d | %,d |", l.kind(), l.mnemonic(), l.rows(), l.implemented()))
                .toList();
        assertEquals(wanted, there, "make the page again with ringside conformance DIR --markdown");
    }

    @Test
    void everyGroupIsOnThePageWithoutAFailure() throws IOException {
        List<String> groups = page().stream()
                .map(GROUP::matcher)
                .filter(m -> m.matches() && !m.group(1).equals("total"))
                .map(m -> m.group(1))
                .toList();
        assertEquals(Conformance.GROUPS, groups);
    }
}
