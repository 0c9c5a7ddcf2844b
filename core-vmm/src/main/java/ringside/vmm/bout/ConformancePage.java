// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import ringside.vmm.board.RowProbe;
import ringside.vmm.board.RowTally;
import ringside.vmm.isa.Rows;

/// The page of the documentation that says how much of the processor there is and how much of it is proven: by
/// group of vectors, by class of instructions, by instruction.
public final class ConformancePage {
    /// Names of {@link Rows#kind}, as the opcode table has them.
    private static final List<String> KINDS =
            List.of("plain", "sensitive", "privileged", "io", "fpu", "mmx", "sse", "sse2");

    private static final String HEAD = """
        # Conformance

        Made by `ringside conformance DIR --markdown core-vmm/CONFORMANCE.md`; do not edit.

        A vector is one instruction, now and then two, with the state before it and the state after it or the exception that it
        raised. The states after were read off a real processor, an AMD EPYC (family 25, model 1, stepping 1: Zen 3), that ran the
        instruction natively at CPL 3 in 32-bit protected mode, with 16-bit and 32-bit code and stack segments. No emulator made any
        of them. Flags and status bits that the manuals call undefined are not compared; transcendental x87 results may be 4 units in
        the last place off, RCP and RSQRT within 2^-11. Everything else is compared bit for bit, memory included.

        What needs CPL 0, another mode or a device to succeed cannot be captured that way: for those instructions the vectors
        show the refusals, and the kernels under `guests/tests` show the rest.
        """;

    private ConformancePage() {}

    /// A line of the tables by instruction.
    ///
    /// @param rows        rows of the opcode table
    /// @param implemented those that do not raise #UD for lack of code
    public record Line(String kind, String mnemonic, int rows, int implemented, int vectors, int passed) {
        private Line plus(Line o) {
            return new Line(
                    kind, mnemonic, rows + o.rows, implemented + o.implemented, vectors + o.vectors, passed + o.passed);
        }
    }

    /// The opcode table by class and mnemonic, in its order within a class. Undefined encodings come last.
    ///
    /// @param outcomes of the vectors; may be none
    public static List<Line> lines(List<Conformance.Outcome> outcomes) {
        RowTally tally = Conformance.rows(outcomes);
        boolean[] implemented = RowProbe.implemented();
        List<Line> lines = new ArrayList<>();
        for (String kind : KINDS) {
            Map<String, Line> byMnemonic = new LinkedHashMap<>();
            for (int row = 1; row < implemented.length; row++) {
                if (KINDS.get(Rows.kind(row)).equals(kind)) add(byMnemonic, line(row, implemented, tally));
            }
            lines.addAll(byMnemonic.values());
        }
        lines.add(new Line("undefined", "every other encoding", 1, 1, tally.ran(0), tally.passed(0)));
        return lines;
    }

    private static Line line(int row, boolean[] implemented, RowTally tally) {
        return new Line(
                KINDS.get(Rows.kind(row)),
                Rows.mnemonic(row),
                1,
                implemented[row] ? 1 : 0,
                tally.ran(row),
                tally.passed(row));
    }

    private static void add(Map<String, Line> lines, Line line) {
        lines.merge(line.mnemonic(), line, Line::plus);
    }

    /// The page, Markdown.
    public static String markdown(List<Conformance.Group> groups, List<Conformance.Outcome> outcomes) {
        List<Line> lines = lines(outcomes);
        StringBuilder page = new StringBuilder(HEAD);
        page.append("\n## By group of vectors\n\n| group | vectors | passed | failed |\n|---|---:|---:|---:|\n");
        long vectors = 0;
        long passed = 0;
        for (Conformance.Group g : groups) {
            row(page, g.group(), g.vectors(), g.passed(), g.failed());
            vectors += g.vectors();
            passed += g.passed();
        }
        row(page, "total", vectors, passed, vectors - passed);
        byClass(page, lines);
        byInstruction(page, lines);
        return page.toString();
    }

    private static void byClass(StringBuilder page, List<Line> lines) {
        page.append("""

            ## By class of instructions

            Rows are those of the opcode table, `src/main/isa/opcodes.tsv`. A row is implemented when running it does not end in #UD;
            rows that are there to raise #UD (`ud2` and its like) count when they do. A vector counts for its first instruction.

            | class | rows | implemented | vectors | passed |
            |---|---:|---:|---:|---:|
            """);
        Map<String, Line> classes = new LinkedHashMap<>();
        for (Line line : lines) classes.merge(line.kind(), line, Line::plus);
        Line total = new Line("total", "", 0, 0, 0, 0);
        for (Line c : classes.values()) {
            row(page, c.kind(), c.rows(), c.implemented(), c.vectors(), c.passed());
            total = total.plus(c);
        }
        row(page, total.kind(), total.rows(), total.implemented(), total.vectors(), total.passed());
    }

    private static void byInstruction(StringBuilder page, List<Line> lines) {
        page.append("""

            ## By instruction

            | class | instruction | rows | implemented | vectors | passed |
            |---|---|---:|---:|---:|---:|
            """);
        for (Line l : lines) {
            page.append("| ").append(l.kind());
            row(page.append(' '), l.mnemonic(), l.rows(), l.implemented(), l.vectors(), l.passed());
        }
    }

    private static void row(StringBuilder page, String name, long... numbers) {
        page.append("| ").append(name).append(" |");
        for (long n : numbers) page.append(String.format(Locale.ROOT, " %,d |", n));
        page.append('\n');
    }
}
