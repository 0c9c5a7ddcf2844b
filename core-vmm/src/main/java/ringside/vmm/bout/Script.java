// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ringside.vmm.word.Problem;

/// What is typed into a console by itself, line after line. Each line waits for its prompt, which has to come after
/// the one before it.
///
/// @param lines in their order
public record Script(List<Line> lines) {
    /// Nobody types.
    public static final Script NONE = new Script(List.of());

    private static final String ARROW = "=>";

    public Script {
        lines = List.copyOf(lines);
    }

    /// @param prompt what the console must show first
    /// @param text   what is typed then, without the Enter key that ends it
    public record Line(Pattern prompt, String text) {}

    /// A script, or what is wrong with its text.
    public sealed interface Parsed {
        record Ok(Script script) implements Parsed {}

        record Wrong(Problem problem) implements Parsed {}
    }

    /// Reads lines of the form `REGEX=>TEXT`.
    public static Parsed parse(List<String> texts) {
        List<Line> lines = new ArrayList<>();
        for (String text : texts) {
            int at = text.indexOf(ARROW);
            if (at < 1) return new Parsed.Wrong(new Problem("--type", "REGEX=>TEXT", "\"" + text + "\""));
            try {
                Pattern prompt = Pattern.compile(text.substring(0, at), Pattern.MULTILINE);
                lines.add(new Line(prompt, text.substring(at + ARROW.length())));
            } catch (PatternSyntaxException e) {
                String expected = "a regular expression (" + e.getDescription() + ")";
                return new Parsed.Wrong(new Problem("--type", expected, "\"" + text.substring(0, at) + "\""));
            }
        }
        return new Parsed.Ok(new Script(lines));
    }

    /// One console's way through a script.
    static final class Reader {
        private static final int WINDOW = 1 << 16;

        private final Script script;
        private int next;
        private long seen;
        private String waiting = "";

        Reader(Script script) {
            this.script = script;
        }

        /// Whether every line has been typed.
        boolean done() {
            return next == script.lines().size();
        }

        /// Types what is due. @return whether anything was
        boolean type(Corner.ConsoleView console) {
            long printed = console.written();
            byte[] more = console.between(seen, printed);
            if (done() || more.length == 0) return false;
            seen = printed;
            String text = waiting + new String(more, StandardCharsets.ISO_8859_1).replace("\r", "");
            boolean any = false;
            while (!done()) {
                Line line = script.lines().get(next);
                Matcher m = line.prompt().matcher(text);
                if (!m.find()) break;
                text = text.substring(m.end());
                console.type((line.text() + "\r").getBytes(StandardCharsets.UTF_8));
                next++;
                any = true;
            }
            waiting = text.substring(Math.max(0, text.length() - WINDOW));
            return any;
        }
    }
}
