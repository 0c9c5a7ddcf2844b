// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import ringside.app.text.Texts;

/// What a command talks to.
///
/// @param in     typed input
/// @param out    the guest's console, and what a command was asked to list
/// @param err    everything else
/// @param folder where relative files are
public record Io(InputStream in, PrintStream out, PrintStream err, Path folder, Texts texts) {
    /// Whether `stream` can show the corners' marks.
    static boolean plain(PrintStream stream) {
        Charset charset = stream.charset();
        return !charset.newEncoder().canEncode("●▲○■≈");
    }

    /// One line for people.
    void say(String line) {
        err.println(line);
    }

    Path file(Path given) {
        return folder.resolve(given);
    }
}
