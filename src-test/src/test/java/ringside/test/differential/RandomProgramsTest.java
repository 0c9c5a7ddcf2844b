// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every way of running the processor ends in the same state, whatever the program.
///
/// `-Dringside.fuzz=N` runs more programs, `-Dringside.seed=S` others. A program that fails is made small and saved
/// among the cases, which are run for ever.
class RandomProgramsTest {
    private static final int PROGRAMS = Integer.getInteger("ringside.fuzz", 2_000);
    private static final long SEED = Long.getLong("ringside.seed", 1);
    private static final Path CASES =
            Path.of(System.getProperty("ringside.root", ".."), "src-test", "src", "test", "resources", "cases");

    @Test
    void everyWayOfRunningEndsInTheSameState() throws IOException {
        assertEquals(List.of(), Fuzz.run(ProgramMaker::make, SEED, PROGRAMS, CASES, message -> {}));
    }

    @Test
    void everyWayOfComputingEndsInTheSameState() throws IOException {
        assertEquals(List.of(), Fuzz.run(ProgramMaker::floating, SEED, PROGRAMS / 2, CASES, message -> {}));
    }

    @TestFactory
    Stream<DynamicTest> savedCasesStayFixed() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.filter(f -> f.toString().endsWith(".txt")).sorted().toList().stream()
                    .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> replay(f)));
        }
    }

    private static void replay(Path file) throws IOException {
        assertEquals(null, new Contest(Way.ALL).differs(Program.parse(Files.readString(file))));
    }

    @Test
    void aProgramSurvivesItsTextForm() {
        for (long seed = 0; seed < 50; seed++) {
            String text = ProgramMaker.make(seed).text();
            assertEquals(text, Program.parse(text).text());
        }
    }

    @Test
    void aDifferenceIsFoundAndMadeSmall() {
        Way wrong = new Way(
                "wrong",
                b -> b.cpu.setReg(0, b.cpu.reg(0) ^ 1),
                Way.ALL.getFirst().advance());
        Contest contest = new Contest(List.of(Way.ALL.getFirst(), wrong));
        Program failing = new Program();
        long seed = 0;
        while (contest.differs(failing) == null) failing = ProgramMaker.make(seed++);
        Program small = contest.shrink(failing);
        assertTrue(small.slots.stream().filter(s -> s.length > 0).count() <= 1, small.text());
    }
}
