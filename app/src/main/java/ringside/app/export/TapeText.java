// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import ringside.app.text.Texts;
import ringside.vmm.score.Tape;
import ringside.vmm.word.Iface;

/// The tale of the tape as a table of characters.
public final class TapeText {
    private TapeText() {}

    /// @param plain no signs beyond ASCII
    public static String of(Tape tape, Texts texts, boolean plain) {
        boolean ratio = tape.corners().size() == 2;
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(texts.get("tape.title"), ""));
        for (Iface iface : tape.corners()) {
            head.add((plain ? "" : Names.mark(iface) + " ") + texts.get("corner." + iface.id()));
        }
        if (ratio) {
            head.add(
                    plain
                            ? tape.corners().get(0).id() + "/"
                                    + tape.corners().get(1).id()
                            : Names.mark(tape.corners().get(0)) + " / "
                                    + Names.mark(tape.corners().get(1)));
        }
        table.add(head);
        for (Tape.Row row : tape.rows()) {
            List<String> cells = new ArrayList<>();
            cells.add(texts.get(row.key()));
            String provenance = texts.get(row.modelled() ? "tape.modelled" : "tape.counted");
            cells.add(row.modelled() ? (plain ? "~ " : "≈ ") + provenance : provenance);
            for (OptionalDouble value : row.values()) cells.add(value(value, row, texts));
            if (ratio)
                cells.add(row.ratio().isPresent() ? texts.number(row.ratio().getAsDouble(), 2) : "-");
            table.add(cells);
        }
        return layout(table)
                + texts.get(
                        "tape.profile", tape.profile().title(), tape.profile().machine()) + "\n";
    }

    /// A value in its unit, with ≈ left to the caller.
    public static String value(OptionalDouble value, Tape.Row row, Texts texts) {
        if (value.isEmpty()) return "-";
        double v = value.getAsDouble();
        return switch (row.unit()) {
            case COUNT -> texts.number((long) v);
            case RATIO -> texts.number(v, 3);
            case PER_CENT -> texts.number(v, 1) + " %";
            case MILLISECONDS -> texts.number(v, 3) + " ms";
        };
    }

    static String layout(List<List<String>> table) {
        int columns = table.getFirst().size();
        int[] width = new int[columns];
        for (List<String> row : table) {
            for (int c = 0; c < columns; c++)
                width[c] = Math.max(width[c], row.get(c).length());
        }
        StringBuilder s = new StringBuilder();
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String pad = " ".repeat(width[c] - row.get(c).length());
                line.append(c < 2 ? row.get(c) + pad : pad + row.get(c)).append("  ");
            }
            s.append(line.toString().stripTrailing()).append('\n');
        }
        return s.toString();
    }
}
