// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import ringside.app.export.BoutReport;
import ringside.app.export.OperationsPage;
import ringside.app.export.OperationsText;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.OperationsGuest;
import ringside.vmm.word.Iface;

/// What single operations of a Linux kernel cost on each corner, as a table. The program that does them comes with the
/// tool; `--initrd` takes another that declares operations of its own.
@Command(
        name = "operations",
        mixinStandardHelpOptions = true,
        description = "what system calls, faults, forks, switches of a Linux kernel cost on each corner")
final class OperationsCommand implements Callable<Integer> {
    private static final String USUAL_APPEND = "quiet";
    private static final List<Iface> CORNERS = List.of(Iface.NATIVE, Iface.VMI, Iface.XEN);

    private final Io io;

    @Mixin
    RunOptions options = new RunOptions();

    @Option(
            names = "--corners",
            paramLabel = "LIST",
            description = "like vmi,xen (default: native,vmi,xen, without those that cannot start the kernel)")
    @Nullable
    String corners;

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "write the tables as a page; in a page that is there, between its two comments \"operations\"")
    @Nullable
    Path markdown;

    OperationsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (options.asksForModels()) return options.printModels(io);
        Session session = new Session(io, options);
        if (options.kernel == null) throw session.bad("--kernel", "a 32-bit Linux kernel", "nothing", "kernel");
        List<BoutSpec> specs = new ArrayList<>();
        for (Iface corner : corners == null ? CORNERS : BoutCommand.corners(session, corners)) {
            BoutSpec spec = spec(session, corner);
            String why = corners == null ? refusal(spec) : null;
            if (why == null) specs.add(spec);
            else io.say(io.texts().get("cli.operations.without", corner.id(), why));
        }
        if (specs.isEmpty()) throw session.bad("--kernel", "one that a corner can start", "none can", "kernel");
        String until = options.until == null ? "bell:" + OperationsGuest.LAST_BELL : options.until;
        session.play(specs, until, new Session.Manner(null, false, null), report -> show(session, report));
        return 0;
    }

    private BoutSpec spec(Session session, Iface corner) throws Failure {
        BoutSpec plain = session.spec(null, List.of(corner));
        byte[] initrd = options.initrd == null ? OperationsGuest.initrd() : plain.initrd();
        String console = "console=" + (corner == Iface.XEN ? "hvc0" : "ttyS0");
        String append = (console + " " + USUAL_APPEND + " " + plain.append()).strip();
        return plain.withLinux(initrd, append);
    }

    /// Why a corner cannot start the kernel, or null.
    private static @Nullable String refusal(BoutSpec spec) {
        return switch (Bouts.open(spec)) {
            case Bouts.Opened.Ready ready -> {
                ready.corners().forEach(c -> c.close());
                yield null;
            }
            case Bouts.Opened.Wrong wrong -> wrong.problems().getFirst().expected() + ": "
                    + wrong.problems().getFirst().found();
        };
    }

    private void show(Session session, BoutReport report) throws Failure {
        if (report.operations().isEmpty()) {
            throw session.bad("the guest", "declared operations and bells", "none of them", "operations");
        }
        io.out().print(OperationsText.of(report.operations(), io.texts()));
        io.out().flush();
        Path file = markdown;
        if (file == null) return;
        String old = Files.exists(io.file(file))
                ? new String(session.bytes("--markdown", file), StandardCharsets.UTF_8)
                : "";
        String page = OperationsPage.into(old, report, options.append);
        session.write(file, out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    }
}
