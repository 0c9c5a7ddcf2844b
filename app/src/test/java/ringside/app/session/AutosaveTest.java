// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ringside.app.export.BoutAbout;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

@Timeout(300)
class AutosaveTest {
    private static final int DOOM = 3;

    @TempDir
    Path folder = Path.of("");

    private Library library() {
        return new Library(folder, Settings.inMemory(), Runnable::run);
    }

    @Test
    void aProgramThatIsKilledLosesAtMostOneBell() throws Exception {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes,
                        DoomedBout.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] seen = {"0", "0"};
        try (BufferedReader says = program.inputReader()) {
            while (Integer.parseInt(seen[0]) < DOOM || Integer.parseInt(seen[1]) < DOOM) {
                String line = says.readLine();
                assertNotNull(line, "it runs until it is killed");
                seen = line.split(" ");
            }
            program.toHandle().destroyForcibly();
            for (String line = says.readLine(); line != null; line = says.readLine()) seen = line.split(" ");
        }
        assertTrue(program.waitFor(60, TimeUnit.SECONDS));

        try (Library after = library()) {
            List<BoutCard> cards = after.scan();
            assertEquals(1, cards.size());
            BoutCard card = cards.getFirst();
            assertTrue(card.lost());
            assertEquals("Doomed", card.about().title());
            BoutOpener.Result read = BoutOpener.open(Bouts::open, card.file(), after.images(), false);
            Bouts.Opened.Ready ready = assertInstanceOf(Bouts.Opened.Ready.class, read.opened());
            for (int i = 0; i < seen.length; i++) {
                int kept = ready.corners().get(i).rounds().size();
                assertTrue(kept >= Integer.parseInt(seen[i]) - 1, "bell " + kept + " is kept of " + seen[i]);
            }
            assertEquals(hashes(opened(DoomedBout.SPEC)), hashes(ready.corners()));
        }
    }

    private static List<Corner> opened(BoutSpec spec) {
        return assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec)).corners();
    }

    private static List<String> hashes(List<Corner> corners) {
        for (Corner c : corners) assertEquals(Corner.Stop.EXITED, c.run(Long.MAX_VALUE / 2, false));
        return corners.stream().map(Corner::runHash).toList();
    }

    private BoutSession session(BoutSpec spec) {
        return new BoutSession(spec, Map.of(), opened(spec));
    }

    private static final BoutSpec HELLO =
            new BoutSpec("hello-boundary", List.of(Iface.XEN), 1, 16 << 20, 7, new byte[0], new byte[0], "");

    private void runToItsEnd(BoutSession bout) throws Exception {
        bout.start();
        bout.post(-1, EngineCommand.Run::new);
        while (!bout.over()) {
            CompletableFuture<Integer> answer = bout.corners().getFirst().ask(_ -> 0);
            answer.get(60, TimeUnit.SECONDS);
        }
    }

    private void play(Library library, String title, boolean keep) throws Exception {
        BoutSession bout = session(HELLO);
        BoutFiles files = new BoutFiles(library);
        files.opened(bout, title, null, null, keep);
        runToItsEnd(bout);
        files.closing();
        bout.close();
    }

    @Test
    void aClosedBoutIsInTheListAndIsNotLost() throws Exception {
        Library first = library();
        play(first, "Hello", true);
        first.close();
        try (Library second = library()) {
            BoutCard card = second.scan().getFirst();
            assertFalse(card.lost());
            assertEquals(BoutAbout.End.ENDED, card.about().end());
        }
    }

    @Test
    void ofPlainRunsOfAGuestTheNewestIsKept() throws Exception {
        Library first = library();
        play(first, "Hello", true);
        play(first, "Hello", true);
        play(first, "Another", true);
        first.close();
        try (Library second = library()) {
            assertEquals(2, second.scan().size());
        }
    }

    @Test
    void aBoutThatNobodyAskedForIsNotKept() throws Exception {
        Library first = library();
        play(first, "Hello", false);
        first.close();
        try (Library second = library()) {
            assertEquals(List.of(), second.scan());
        }
    }

    @Test
    void aRemovedBoutComesBackOutOfTheBin() throws Exception {
        Library first = library();
        play(first, "Hello", true);
        first.close();
        Library second = library();
        BoutCard card = second.scan().getFirst();
        second.remove(card);
        second.rename(card, "nobody there");
        second.restore(card);
        second.rename(card, "Back");
        second.close();
        assertEquals("Back", library().scan().getFirst().about().title());
    }

    @Test
    void aSmallDiskGoesIntoTheFileAndAMissingLargeOneIsNamed() throws Exception {
        Path disk = folder.resolve("disk.img");
        byte[] sectors = new byte[64 * 512];
        sectors[700] = 42;
        Files.write(disk, sectors);
        DriveSpec drive = new DriveSpec("disk", disk, DriveSpec.Kind.DISK, DriveSpec.Access.SNAPSHOT);
        BoutSpec spec = new BoutSpec(
                        "hello-boundary", List.of(Iface.NATIVE), 1, 16 << 20, 7, new byte[0], new byte[0], "")
                .withDrives(List.of(drive));
        Path file = folder.resolve("mine.ringside");
        save(spec, file);
        Files.delete(disk);
        BoutOpener.Result found = BoutOpener.open(Bouts::open, file, folder.resolve("images"), false);
        assertInstanceOf(Bouts.Opened.Ready.class, found.opened())
                .corners()
                .getFirst()
                .close();
        assertNotNull(found.spec());
        Path image = found.spec().drives().getFirst().file();
        assertEquals(42, Files.readAllBytes(image)[700]);

        Files.write(disk, sectors);
        save(spec.withDrives(List.of(new DriveSpec("disk", disk, DriveSpec.Kind.DISK, DriveSpec.Access.WRITE))), file);
        Files.write(disk, new byte[64 * 512]);
        Bouts.Opened changed = BoutOpener.open(Bouts::open, file, folder.resolve("images"), false)
                .opened();
        Problem problem =
                assertInstanceOf(Bouts.Opened.Wrong.class, changed).problems().getFirst();
        assertTrue(problem.found().contains("changed"), problem.toString());
        Files.delete(disk);
        changed = BoutOpener.open(Bouts::open, file, folder.resolve("images"), false)
                .opened();
        problem = assertInstanceOf(Bouts.Opened.Wrong.class, changed).problems().getFirst();
        assertTrue(problem.expected().startsWith(disk.toString()), problem.toString());
    }

    private void save(BoutSpec spec, Path to) throws IOException {
        BoutSession bout = session(spec);
        List<CornerState> stand = bout.corners().stream().map(CornerFeed::state).toList();
        BoutWriter.write(to, spec, List.of(), stand, BoutPapers.NONE, 0);
        bout.start();
        bout.close();
        bout.gone().join();
    }
}
