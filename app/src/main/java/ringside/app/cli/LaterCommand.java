// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/// A command that is promised and not built yet: it says so.
@Command(mixinStandardHelpOptions = true, description = "not built yet")
final class LaterCommand implements Callable<Integer> {
    private final Io io;
    private final String name;

    @Unmatched
    List<String> options = List.of();

    @Parameters(arity = "0..*", hidden = true)
    List<String> rest = List.of();

    LaterCommand(Io io, String name) {
        this.io = io;
        this.name = name;
    }

    @Override
    public Integer call() throws Failure {
        throw Failure.later(io.texts(), name, name);
    }
}
