// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a person has written about a moment.
///
/// @param corner position in the bout
public record Note(int corner, long tick, String text) {
    /// All notes as one line of text for {@link Settings}.
    static String write(List<Note> notes) {
        StringBuilder out = new StringBuilder();
        for (Note n : notes) {
            if (!out.isEmpty()) out.append('\n');
            out.append(n.corner).append(' ').append(n.tick).append(' ').append(n.text.replace('\n', ' '));
        }
        return out.toString();
    }

    /// The other way round; lines that are none are left out.
    static List<Note> read(String text) {
        List<Note> notes = new ArrayList<>();
        for (String line : text.split("\n")) one(line).ifPresent(notes::add);
        return notes;
    }

    private static Optional<Note> one(String line) {
        String[] parts = line.split(" ", 3);
        if (parts.length < 3) return Optional.empty();
        try {
            return Optional.of(new Note(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), parts[2]));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
