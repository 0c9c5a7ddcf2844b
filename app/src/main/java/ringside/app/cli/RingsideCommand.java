// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import ringside.app.text.Texts;
import ringside.vmm.word.Iface;

/// The command line as a whole: `ringside COMMAND …`.
@Command(
        name = "ringside",
        mixinStandardHelpOptions = true,
        version = "ringside 0.1.0",
        description = "One guest, several hypervisors: what crosses the boundary, counted.")
public final class RingsideCommand implements Callable<Integer> {
    static final String REPORT = "ringside-report.html";

    private final Io io;

    private RingsideCommand(Io io) {
        this.io = io;
    }

    /// Runs a command line on the program's own streams. @return the exit code
    public static int execute(String... args) {
        return execute(args, new Io(System.in, System.out, System.err, Path.of(""), Texts.ofHost()));
    }

    /// Runs a command line. @return the exit code: 0, 1, 2 or 3
    public static int execute(String[] args, Io io) {
        CommandLine line = new CommandLine(new RingsideCommand(io));
        line.addSubcommand(new GalleryCommand(io));
        line.addSubcommand(new CallsCommand(io));
        line.addSubcommand(new RunCommand(io));
        line.addSubcommand(new BoutCommand(io));
        line.addSubcommand(new OperationsCommand(io));
        line.addSubcommand(new ConformanceCommand(io));
        line.addSubcommand("debate", new LaterCommand(io, "debate"));
        line.addSubcommand("lessons", new LaterCommand(io, "lessons"));
        line.addSubcommand("grade", new LaterCommand(io, "grade"));
        line.setOut(new PrintWriter(io.out(), true, io.out().charset()));
        line.setErr(new PrintWriter(io.err(), true, io.err().charset()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, given) -> usage(io, e));
        line.setExecutionExceptionHandler((e, cmd, result) -> failed(io, e));
        int code = line.execute(args);
        io.out().flush();
        io.err().flush();
        return code;
    }

    /// No command: the default bout without a window.
    @Override
    public Integer call() throws Failure {
        return defaultBout(io);
    }

    /// Runs the default bout, prints the tale of the tape, writes the report into the current folder and says where.
    public static int headless(Io io) {
        try {
            return defaultBout(io);
        } catch (Failure e) {
            return failed(io, e);
        }
    }

    private static int defaultBout(Io io) throws Failure {
        RunOptions options = new RunOptions();
        options.html = Path.of(REPORT);
        List<Iface> corners = BoutCommand.DEFAULT_CORNERS;
        Session session = new Session(io, options);
        io.say(io.texts().get("cli.opening", BoutCommand.DEFAULT_GUEST, BoutCommand.names(corners)));
        session.play(
                session.spec(BoutCommand.DEFAULT_GUEST, corners), "exit", new Session.Manner(null, false, io.out()));
        io.say(io.texts()
                .get(
                        "cli.report-at",
                        io.file(Path.of(REPORT)).toAbsolutePath().normalize().toString()));
        return 0;
    }

    private static int usage(Io io, CommandLine.ParameterException e) {
        String what = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String command = e.getCommandLine().getCommandName().equals("ringside")
                ? ""
                : e.getCommandLine().getCommandName();
        String trimmed = what.endsWith(".") ? what.substring(0, what.length() - 1) : what;
        line(io, io.texts().get("cli.error.usage", trimmed, command).replace("  ", " "));
        return Failure.BAD_INPUT;
    }

    private static int failed(Io io, Exception e) {
        if (e instanceof Failure failure) {
            line(io, failure.line());
            return failure.code();
        }
        StackTraceElement[] at = e.getStackTrace();
        line(io, io.texts().get("cli.error.engine", e + (at.length > 0 ? " at " + at[0] : "")));
        return Failure.KNOCKED_DOWN;
    }

    private static void line(Io io, String text) {
        io.out().flush();
        io.say("ringside: " + text.replaceAll("\\s*\\R\\s*", " "));
    }
}
