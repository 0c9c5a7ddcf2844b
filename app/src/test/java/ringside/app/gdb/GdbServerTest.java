// SPDX-License-Identifier: Apache-2.0
package ringside.app.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.word.Iface;

/// The real GDB, where there is one.
class GdbServerTest {
    private static boolean gdb() {
        for (String folder : String.valueOf(System.getenv("PATH")).split(File.pathSeparator)) {
            if (new File(folder, "gdb").canExecute()) return true;
        }
        return false;
    }

    private static Corner corner(Iface iface) {
        byte[] none = new byte[0];
        BoutSpec spec = new BoutSpec("fork-storm", List.of(iface), 2, 32 << 20, 7, none, none, "");
        if (Bouts.open(spec) instanceof Bouts.Opened.Ready(List<Corner> corners)) return corners.getFirst();
        throw new IllegalStateException("a gallery guest starts");
    }

    private static String talk(Corner corner, String... commands) throws Exception {
        try (GdbServer server = new GdbServer(0)) {
            List<String> line = new ArrayList<>(List.of("gdb", "-nx", "-q", "-batch", "-ex", "set pagination off"));
            for (String c : List.of("set confirm off", "target remote 127.0.0.1:" + server.port())) {
                line.addAll(List.of("-ex", c));
            }
            for (String c : commands) line.addAll(List.of("-ex", c));
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            process.getOutputStream().close();
            CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> {
                try {
                    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    return e.toString();
                }
            });
            server.serve(corner, () -> {});
            return said.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    @Timeout(120)
    void gdbSeesVcpusStepsAndGoesBack() throws Exception {
        assumeTrue(gdb(), "no gdb on this computer");
        Corner corner = corner(Iface.XEN);
        corner.keepHistory(64 << 20);
        String said = talk(
                corner,
                "info threads",
                "stepi 1000",
                "printf \"A %x\\n\", $eip",
                "stepi 3",
                "reverse-stepi 3",
                "printf \"B %x\\n\", $eip",
                "hbreak *$eip",
                "stepi 20",
                "reverse-continue",
                "printf \"C %x\\n\", $eip",
                "reverse-continue",
                "printf \"D %x\\n\", $eip",
                "p $xmm0.uint128",
                "kill");
        assertTrue(said.contains("vCPU 0, ring 1") && said.contains("vCPU 1, off"), said);
        String a = after(said, "A "), c = after(said, "C ");
        assertEquals(a, after(said, "B "), said);
        assertEquals(a, c, said);
        assertTrue(said.contains("No more reverse-execution history") || a.equals(after(said, "D ")), said);
    }

    @Test
    @Timeout(120)
    void aCornerThatGdbLetGoRunsOn() throws Exception {
        assumeTrue(gdb(), "no gdb on this computer");
        Corner corner = corner(Iface.NATIVE);
        String said = talk(corner, "stepi 10", "p $pc", "detach");
        assertTrue(said.contains("detached"), said);
        assertEquals(10, corner.instructions());
        while (corner.run(1_000_000_000, false) != Corner.Stop.EXITED) assertTrue(corner.instructions() > 0);
        assertEquals("debug exit", corner.snapshot(0).exit());
    }

    private static String after(String text, String mark) {
        for (String line : text.lines().toList()) if (line.startsWith(mark)) return line.substring(mark.length());
        return "";
    }
}
