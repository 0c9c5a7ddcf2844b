// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `opcodes.tsv` as text. The legend is the file's header. Reads and complains; knows nothing about Java output.
record OpcodeTable(List<Section> sections, List<Row> prefixes) {

    /// Rows under one heading of the table.
    record Section(String title, List<Row> rows) {}

    /// One line of the table.
    ///
    /// @param number the row's number in the generated code; prefixes have 0, and so has the row of
    ///     undefined opcodes
    record Row(
            int number,
            Encoding encoding,
            String mnemonic,
            List<String> operands,
            String semantics,
            String writes,
            String undefined,
            String kind,
            boolean endsBlock,
            String note) {

        boolean lockable() {
            return note.startsWith("lock");
        }

        /// Whether other tools know another row for it, or none.
        boolean alias() {
            return note.startsWith("alias") || note.startsWith("lock alias");
        }
    }

    static final List<String> KINDS =
            List.of("plain", "sensitive", "privileged", "io", "fpu", "mmx", "sse", "sse2", "prefix");

    static OpcodeTable read(Path file) throws IOException {
        List<Section> sections = new ArrayList<>();
        List<Row> prefixes = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        String blankThenTitle = "";
        int next = 1;
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank()) {
                blankThenTitle = "?";
            } else if (line.startsWith("#")) {
                if (!blankThenTitle.isEmpty()) {
                    rows = new ArrayList<>();
                    sections.add(new Section(line.substring(1).strip(), rows));
                    blankThenTitle = "";
                }
            } else {
                boolean prefix = line.contains("  prefix  ");
                Row row = row(line, prefix ? 0 : next);
                (prefix ? prefixes : rows).add(row);
                next += prefix ? 0 : 1;
            }
        }
        sections.removeIf(section -> section.rows().isEmpty());
        return new OpcodeTable(List.copyOf(sections), List.copyOf(prefixes));
    }

    List<Row> rows() {
        return sections.stream().flatMap(section -> section.rows().stream()).toList();
    }

    private static Row row(String line, int number) {
        String[] cell = line.split("\\t+| {2,}", 9);
        if (cell.length < 8) {
            throw new IllegalArgumentException("expected at least 8 columns, found " + cell.length + ": " + line);
        }
        if (!KINDS.contains(cell[6])) {
            throw new IllegalArgumentException("unknown class " + cell[6] + ": " + line);
        }
        List<String> operands = cell[2].equals("-") ? List.of() : List.of(cell[2].split(","));
        String note = cell.length > 8 ? cell[8].strip() : "";
        return new Row(
                number,
                Encoding.parse(cell[0].strip()),
                cell[1],
                operands,
                cell[3],
                dash(cell[4]),
                dash(cell[5]),
                cell[6],
                cell[7].strip().equals("end"),
                note);
    }

    private static String dash(String cell) {
        return cell.equals("-") ? "" : cell;
    }
}
