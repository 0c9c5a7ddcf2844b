// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.word.Iface;

/// One guest on one corner. Its console is standard output.
@Command(name = "run", mixinStandardHelpOptions = true, description = "run one guest on one corner")
final class RunCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    RunOptions options = new RunOptions();

    @Option(names = "--on", paramLabel = "CORNER", description = "native, vmi, xen or hw")
    @Nullable
    String on;

    @Option(names = "--firmware", paramLabel = "FILE", description = "a ROM image that starts at the reset vector")
    @Nullable
    Path firmware;

    @Option(
            names = "--interactive",
            description = "standard input is typed into the console; on a terminal key by key, Ctrl-A X leaves, "
                    + "Ctrl-A Ctrl-A is Ctrl-A")
    boolean interactive;

    @Parameters(arity = "0..1", paramLabel = "GUEST", description = "a gallery guest")
    @Nullable
    String guest;

    RunCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (options.asksForModels()) return options.printModels(io);
        Session session = new Session(io, options);
        if (on == null) throw session.bad("--on", "native, vmi, xen or hw", "nothing", "corner");
        List<Iface> corner = List.of(BoutCommand.corner(session, "--on", on));
        BoutSpec spec = firmware == null ? session.spec(guest, corner) : session.firmware(firmware, guest, corner);
        String until = options.until == null ? "exit" : options.until;
        session.play(spec, until, new Session.Manner(io.out(), interactive, null));
        return 0;
    }
}
