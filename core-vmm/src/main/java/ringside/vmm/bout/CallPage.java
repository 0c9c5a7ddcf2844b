// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.word.Iface;

/// The page that lists every hypercall and sub-operation: what it answers here, and which tests say so.
///
/// Numbers, names and arguments are those of the table that dispatches the calls; what is refused on purpose, and
/// why, is kept beside it in `hypercalls.tsv`. A test makes every call that is said to be refused.
public final class CallPage {
    private static final String OFFERED = "yes";
    private static final String HEAD = """
        # Hypercalls of the Xen corner

        Made by `ringside calls --on xen --markdown core-vmm/HYPERCALLS.md`; do not edit.

        Every call that Xen's public headers of 3.0 to 4.17 number, and the sub-operations of those that a guest
        without privileges can use. What is not in a list here answers -ENOSYS.

        """;

    /// One call or sub-operation.
    ///
    /// @param answer "yes", or the error it is refused with on purpose; GNTST_: what its items are refused with
    /// @param tests  where it is tried
    public record Line(CallInfo call, String answer, String note, String tests) {
        /// Whether it does what it is for.
        public boolean offered() {
            return answer.equals(OFFERED);
        }
    }

    private CallPage() {}

    /// All calls and sub-operations, in the order of their numbers, sub-operations behind their call.
    public static List<Line> lines() {
        Map<String, String[]> notes = notes();
        List<CallInfo> infos = Bouts.calls(Iface.XEN);
        List<Line> lines = new ArrayList<>();
        infos.stream()
                .filter(i -> i.table().equals("xen") && i.number() >= 0)
                .sorted((a, b) -> Integer.compare(a.number(), b.number()))
                .forEach(call -> {
                    lines.add(line(call, notes));
                    infos.stream()
                            .filter(sub -> sub.table().equals(call.key()))
                            .forEach(sub -> lines.add(line(sub, notes)));
                });
        return lines;
    }

    private static Line line(CallInfo call, Map<String, String[]> notes) {
        String[] n = notes.get(call.key());
        return n == null ? new Line(call, "?", "", "") : new Line(call, n[1], n[2], n[3]);
    }

    /// What is written down about a call, by its key.
    public static Map<String, String[]> notes() {
        try (InputStream in = CallPage.class.getResourceAsStream("hypercalls.tsv")) {
            if (in == null) throw new IllegalStateException("hypercalls.tsv is not in this module");
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            Map<String, String[]> notes = new HashMap<>();
            lines.lines().filter(l -> !l.startsWith("#")).forEach(l -> {
                String[] fields = l.split("\t", -1);
                notes.put(fields[0], fields);
            });
            return notes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The page.
    public static String markdown() {
        List<Line> lines = lines();
        long offered = lines.stream().filter(Line::offered).count();
        StringBuilder page = new StringBuilder(HEAD);
        page.append(lines.size() + " rows: " + offered + " offered, " + (lines.size() - offered)
                + " refused on purpose.\n\n");
        page.append("| number | call | since | arguments | here | note | tests |\n|---|---|---|---|---|---|---|\n");
        for (Line l : lines) {
            CallInfo c = l.call();
            boolean sub = !c.table().equals("xen");
            String args = sub ? "" : c.args().stream().map(ArgInfo::name).collect(Collectors.joining(", "));
            page.append("| " + (sub ? "" : Integer.toString(c.number()))
                    + " | " + (sub ? "· " + c.number() + " " : "**") + c.name() + (sub ? "" : "**")
                    + " | " + (sub ? "" : c.era())
                    + " | " + args + " | " + l.answer() + " | " + l.note() + " | " + l.tests() + " |\n");
        }
        return page.toString().replace("|  |", "| |").replace("|  |", "| |");
    }
}
