// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ringside.vmm.word.Iface;

/// What a list of bouts says about one, without reading the rest of its file.
///
/// @param title   what the person calls it
/// @param bell    the last bell of the corner that is furthest, or -1
/// @param since   guest ticks since then
/// @param end     how it stands
/// @param cause   of a crash: the first cause, or ""
/// @param corner  that crashed, or 0
/// @param tick    when it crashed
/// @param notes   number of notes
/// @param snapshots moments that were kept by hand, by name
/// @param saved   when the file was written, in milliseconds since 1970
/// @param file    of an autosaved bout: the person's own file, or ""
/// @param changed of an autosaved bout: something was done since the person's file was written
/// @param blind   its corners have no names until they are revealed
public record BoutAbout(
        String title,
        String guest,
        List<Iface> corners,
        int bell,
        long since,
        End end,
        String cause,
        int corner,
        long tick,
        int notes,
        List<String> snapshots,
        long saved,
        String file,
        boolean changed,
        boolean blind) {
    /// How a bout stands when its file is written.
    public enum End {
        PAUSED,
        ENDED,
        CRASHED
    }

    public BoutAbout {
        corners = List.copyOf(corners);
        snapshots = List.copyOf(snapshots);
    }

    /// Of a file that says nothing.
    static BoutAbout of(BoutFile file) {
        return new BoutAbout(
                file.guest(),
                file.guest(),
                file.corners(),
                -1,
                0,
                End.PAUSED,
                "",
                0,
                0,
                0,
                List.of(),
                0,
                "",
                false,
                false);
    }

    /// The same under another name.
    public BoutAbout titled(String name) {
        return new BoutAbout(
                name, guest, corners, bell, since, end, cause, corner, tick, notes, snapshots, saved, file, changed,
                blind);
    }

    String json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("title", title);
        root.put("guest", guest);
        ArrayNode list = root.putArray("corners");
        for (Iface iface : corners) list.add(iface.id());
        root.put("bell", bell);
        root.put("since", since);
        root.put("end", end.name());
        root.put("cause", cause);
        root.put("corner", corner);
        root.put("tick", tick);
        root.put("notes", notes);
        ArrayNode moments = root.putArray("snapshots");
        for (String moment : snapshots) moments.add(moment);
        root.put("saved", saved);
        root.put("file", file);
        root.put("changed", changed);
        if (blind) root.put("blind", true);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /// @throws IOException when these are no such bytes
    static BoutAbout read(byte[] json) throws IOException {
        JsonNode root = new ObjectMapper().readTree(json);
        List<Iface> corners = new ArrayList<>();
        for (JsonNode node : root.path("corners")) {
            for (Iface iface : Iface.values()) if (iface.id().equals(node.asText())) corners.add(iface);
        }
        List<String> snapshots = new ArrayList<>();
        for (JsonNode node : root.path("snapshots")) snapshots.add(node.asText());
        End end = End.PAUSED;
        for (End e : End.values()) if (e.name().equals(root.path("end").asText())) end = e;
        return new BoutAbout(
                root.path("title").asText(""),
                root.path("guest").asText(""),
                corners,
                root.path("bell").asInt(-1),
                root.path("since").asLong(),
                end,
                root.path("cause").asText(""),
                root.path("corner").asInt(),
                root.path("tick").asLong(),
                root.path("notes").asInt(),
                snapshots,
                root.path("saved").asLong(),
                root.path("file").asText(""),
                root.path("changed").asBoolean(),
                root.path("blind").asBoolean());
    }
}
