// SPDX-License-Identifier: Apache-2.0
package ringside.test.system;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;

/// What only a kernel sees of the processor: rings, tasks, virtual-8086 mode, paging rights, debug traps, shadows.
class SystemKernelTest {
    private static final Path IMAGE =
            Path.of(System.getProperty("ringside.root", ".."), "guests", "images", "system-test.bin");

    private static final int CHECKS = 997;

    @Test
    void everyCheckOfTheSystemKernelIsRight() throws IOException {
        Corner c = open();
        c.run(1_000_000_000L, false);
        String text = c.console().tail(1 << 16);
        assertAll(
                () -> assertEquals(
                        List.of(), text.lines().filter(l -> l.contains("WRONG")).toList()),
                () -> assertTrue(text.contains(CHECKS + " checks, 0 wrong"), text),
                () -> assertEquals(null, c.snapshot(0).knockdown(), text),
                () -> assertEquals("debug exit", c.snapshot(0).exit()),
                () -> assertEquals(0, c.snapshot(0).status()));
    }

    @Test
    void cuttingItAnywhereChangesNothing() throws IOException {
        Corner straight = open();
        straight.run(1_000_000_000L, false);
        Corner cut = open();
        for (int n = 0; !cut.snapshot(1).finished() && n < 1_000_000; n++) {
            if (n % 3 == 0) cut.stepInstruction();
            else cut.run(n % 3 == 1 ? 7 : 1009, false);
        }
        assertEquals(straight.runHash(), cut.runHash());
    }

    private static Corner open() throws IOException {
        BoutSpec spec =
                new BoutSpec("", List.of(Iface.NATIVE), 1, 32L << 20, 1, Files.readAllBytes(IMAGE), new byte[0], "");
        return assertInstanceOf(Bouts.Opened.Ready.class, Bouts.open(spec))
                .corners()
                .getFirst();
    }
}
