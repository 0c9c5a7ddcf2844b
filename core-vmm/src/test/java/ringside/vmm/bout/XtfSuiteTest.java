// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XtfSuiteTest {
    @TempDir
    private Path folder = Path.of("");

    private void configuration(String name, String text) throws IOException {
        Path at = Files.createDirectories(folder.resolve("tests").resolve(name.replaceFirst("~.*", "")));
        Files.writeString(at.resolve("test-pv32pae-" + name + ".cfg"), text);
        Files.writeString(at.resolve("test-pv64-" + name + ".cfg"), text);
        Files.write(at.resolve("test-pv32pae-" + name.replaceFirst("~.*", "")), new byte[64]);
    }

    @Test
    void testsAreReadFromTheirConfigurations() throws IOException {
        configuration("two~plain", "name=\"x\"\nvcpus=2 \nmemory=64\nkernel=\"/gone/test\"\ncmdline=\"fast now\"\n");
        configuration("one", "memory=128\n");
        List<XtfSuite.Test> tests = XtfSuite.tests(folder);
        Path kernels = folder.resolve("tests");
        assertEquals(
                List.of(
                        new XtfSuite.Test("one", kernels.resolve("one/test-pv32pae-one"), 128, 1, ""),
                        new XtfSuite.Test("two~plain", kernels.resolve("two/test-pv32pae-two"), 64, 2, "fast now")),
                tests);
    }

    @Test
    void aFolderOfOtherThingsHasNoTests() throws IOException {
        Files.writeString(folder.resolve("alu.txt.gz"), "");
        assertEquals(List.of(), XtfSuite.tests(folder));
    }

    @Test
    void aKernelThatCannotStartIsAnOutcomeAndNoException() throws IOException {
        configuration("one", "memory=8\n");
        XtfSuite.Outcome outcome = XtfSuite.run(XtfSuite.tests(folder).get(0));
        assertEquals("refused: kernel: expected an ELF file, found no ELF header", outcome.verdict());
    }

    @Test
    void whatIsNotASuccessHasAReason() {
        for (XtfSuite.Known k : XtfSuite.known()) {
            boolean plain = k.xen().equals("SUCCESS") && k.expected().equals("SUCCESS");
            assertEquals(plain, k.why().isEmpty(), k.name());
        }
    }

    /// The committed page is the command's when every test gives the verdict that is expected.
    @Test
    void theCommittedPageHasEveryTestWithTheVerdictExpected() throws IOException {
        Path here = Path.of("XTF.md");
        String page =
                Files.readString(Files.exists(here) ? here : Path.of("core-vmm").resolve(here));
        List<XtfSuite.Outcome> wanted = XtfSuite.known().stream()
                .map(k -> new XtfSuite.Outcome(k.name(), k.expected()))
                .toList();
        assertEquals(XtfPage.markdown(wanted), page, "make the page again with ringside conformance XTF --markdown");
        assertTrue(page.contains("| xsa-296 | SUCCESS | SUCCESS | |\n"));
    }
}
