// SPDX-License-Identifier: Apache-2.0
package ringside.app.kit;

import java.util.List;

/// A table as text for other programs.
public final class TableText {
    private TableText() {}

    /// Comma-separated values with a line of titles. (RFC 4180)
    public static String csv(Tabular table) {
        StringBuilder s = new StringBuilder();
        line(s, table.titles());
        for (long i = 0; i < table.count(); i++) line(s, table.cells(i));
        return s.toString();
    }

    private static void line(StringBuilder s, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            boolean quoted = cell.indexOf(',') >= 0 || cell.indexOf('"') >= 0 || cell.indexOf('\n') >= 0;
            s.append(i == 0 ? "" : ",").append(quoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
        }
        s.append("\r\n");
    }

    /// An array of objects, by title.
    public static String json(Tabular table) {
        StringBuilder s = new StringBuilder("[");
        List<String> titles = table.titles();
        for (long i = 0; i < table.count(); i++) {
            List<String> cells = table.cells(i);
            s.append(i == 0 ? "\n  {" : ",\n  {");
            for (int k = 0; k < titles.size(); k++)
                s.append(k == 0 ? "" : ", ")
                        .append(quoted(titles.get(k)))
                        .append(": ")
                        .append(quoted(cells.get(k)));
            s.append('}');
        }
        return s.append("\n]\n").toString();
    }

    private static String quoted(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') s.append('\\').append(c);
            else if (c < ' ') s.append(String.format("\\u%04x", (int) c));
            else s.append(c);
        }
        return s.append('"').toString();
    }
}
