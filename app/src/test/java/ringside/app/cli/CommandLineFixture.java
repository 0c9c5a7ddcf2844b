// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import ringside.app.text.Texts;

/// Runs a command line on its own streams in its own folder.
final class CommandLineFixture {
    /// What came of it.
    record Result(int code, String out, List<String> err) {}

    private final Path folder;

    CommandLineFixture(Path folder) {
        this.folder = folder;
    }

    Result run(String... args) {
        return typing("", args);
    }

    Result typing(String input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Io io = new Io(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                folder,
                new Texts(Locale.ROOT));
        int code = RingsideCommand.execute(args, io);
        return new Result(
                code,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
