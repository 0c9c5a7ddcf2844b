// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Compares the processor with recorded hardware, group by group.
@Command(name = "conformance", mixinStandardHelpOptions = true, description = "run recorded hardware vectors")
final class ConformanceCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(arity = "1", paramLabel = "DIR", description = "a folder of vectors")
    @Nullable Path folder;

    @Option(names = "--group", paramLabel = "G", description = "only this group")
    @Nullable String group;

    @Option(names = "--json", paramLabel = "FILE", description = "write the result as JSON")
    @Nullable Path json;

    ConformanceCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        throw Failure.later(io.texts(), "conformance", "conformance");
    }
}
