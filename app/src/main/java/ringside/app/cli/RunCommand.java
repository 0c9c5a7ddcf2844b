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

    @Option(
            names = "--gdb",
            arity = "0..1",
            fallbackValue = "1234",
            paramLabel = "PORT",
            description = "do not start; wait for GDB on this port of the loopback (1234; 0: any). GDB can step back")
    @Nullable
    String gdb;

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
        session.play(spec, until, new Session.Manner(io.out(), interactive, null, port(session)));
        return 0;
    }

    private int port(Session session) throws Failure {
        if (gdb == null) return Session.NO_GDB;
        if (gdb.matches("\\d{1,5}") && Integer.parseInt(gdb) < 1 << 16) return Integer.parseInt(gdb);
        throw session.bad("--gdb", "a port, 0 to 65535", "\"" + gdb + "\"", "gdb");
    }
}
