// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import ringside.app.export.BoutReport;
import ringside.app.export.OperationsPage;
import ringside.app.export.OperationsText;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.OperationsGuest;
import ringside.vmm.score.OperationTable;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

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
            description = "write the tables into a page, in place of those of an earlier run with as many vCPUs")
    @Nullable
    Path markdown;

    @Option(names = "--only", paramLabel = "REGEX", description = "operations whose names match, in table and page")
    @Nullable
    String only;

    @Option(
            names = "--write-initrd",
            paramLabel = "FILE",
            description = "write the RAM disk with the program, to start it elsewhere; without --kernel that is all")
    @Nullable
    Path disk;

    OperationsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (options.asksForModels()) return options.printModels(io);
        Session session = new Session(io, options);
        Predicate<String> names = names(session);
        if (disk != null) session.write(disk, out -> out.write(OperationsGuest.initrd()));
        if (disk != null && options.kernel == null) return 0;
        if (options.kernel == null) throw session.bad("--kernel", "a 32-bit Linux kernel", "nothing", "kernel");
        List<BoutSpec> specs = new ArrayList<>();
        for (Iface corner : corners == null ? CORNERS : BoutCommand.corners(session, corners)) {
            BoutSpec spec = spec(session, corner);
            Problem why = corners == null ? refusal(spec) : null;
            if (why == null) specs.add(spec);
            else
                io.say(io.texts().get("cli.operations.without", corner.id(), why.field(), why.expected(), why.found()));
        }
        if (specs.isEmpty()) throw session.bad("--kernel", "one that a corner can start", "none can", "kernel");
        String until = options.until == null ? "bell:" + OperationsGuest.LAST_BELL : options.until;
        session.play(specs, until, new Session.Manner(null, false, null), report -> show(session, report, names));
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
    private static @Nullable Problem refusal(BoutSpec spec) {
        return switch (Bouts.open(spec)) {
            case Bouts.Opened.Ready ready -> {
                ready.corners().forEach(Corner::close);
                yield null;
            }
            case Bouts.Opened.Wrong wrong -> wrong.problems().getFirst();
        };
    }

    private Predicate<String> names(Session session) throws Failure {
        if (only == null) return _ -> true;
        try {
            return Pattern.compile(only).asPredicate();
        } catch (PatternSyntaxException e) {
            throw session.bad("--only", "a regular expression (" + e.getDescription() + ")", only, "other");
        }
    }

    private void show(Session session, BoutReport report, Predicate<String> names) throws Failure {
        if (report.operations().isEmpty()) {
            throw session.bad("the guest", "declared operations and bells", "none of them", "operations");
        }
        OperationTable table = report.operations().only(o -> names.test(o.name()));
        if (table.isEmpty()) throw session.bad("--only", "the name of an operation", String.valueOf(only), "other");
        io.out().print(OperationsText.of(table, report.profile(), io.texts(), Io.plain(io.out())));
        io.out().flush();
        Path file = markdown;
        if (file == null) return;
        String old = Files.exists(io.file(file))
                ? new String(session.bytes("--markdown", file), StandardCharsets.UTF_8)
                : "";
        String page = OperationsPage.into(old, report, table, options.append);
        session.write(file, out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    }
}
