// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.CallPage;
import ringside.vmm.bout.VmiPage;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// Lists the calls of an interface. For Xen also what each answers here, and which tests say so.
@Command(name = "calls", mixinStandardHelpOptions = true, description = "list the calls of an interface")
final class CallsCommand implements Callable<Integer> {
    private static final String ROW = "%6s %-34s %-8s %-12s %s%n";

    private final Io io;

    @Option(names = "--on", paramLabel = "I", required = true, description = "vmi or xen")
    String on = "";

    @Option(names = "--markdown", paramLabel = "FILE", description = "write the page of the documentation")
    @Nullable
    Path markdown;

    CallsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        switch (on) {
            case "xen" -> xen();
            case "vmi" -> vmi();
            default -> throw Failure.of(io.texts(), new Problem("--on", "vmi or xen", "\"" + on + "\""), "calls");
        }
        io.out().flush();
        return 0;
    }

    private void xen() throws Failure {
        if (markdown != null) {
            write(markdown, CallPage.markdown());
            return;
        }
        for (CallPage.Line l : CallPage.lines()) row(l.call(), l.answer(), l.note());
    }

    private void vmi() throws Failure {
        if (markdown != null) {
            write(markdown, VmiPage.markdown());
            return;
        }
        List<CallInfo> infos = Bouts.calls(Iface.VMI);
        for (CallInfo c : infos) if (c.number() >= 0) row(c, c.kind().name().toLowerCase(Locale.ROOT), "");
    }

    private void row(CallInfo c, String answer, String note) {
        boolean sub = c.table().contains(".");
        String number = (sub ? "." : "") + c.number();
        io.out().printf(Locale.ROOT, ROW, number, (sub ? "  " : "") + c.name(), sub ? "" : c.era(), answer, note);
    }

    private void write(Path file, String text) throws Failure {
        try {
            Files.writeString(io.file(file), text);
        } catch (IOException e) {
            String what = e.getClass().getSimpleName();
            throw new Failure(Failure.BAD_INPUT, io.texts().get("cli.error.write", file.toString(), what));
        }
        io.say(io.texts().get("cli.wrote", file.toString()));
    }
}
