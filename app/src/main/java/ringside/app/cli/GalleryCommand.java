// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import ringside.vmm.bout.Gallery;
import ringside.vmm.word.Iface;

/// Lists the guests that ship inside.
@Command(name = "gallery", mixinStandardHelpOptions = true, description = "list the guests that ship inside")
final class GalleryCommand implements Callable<Integer> {
    private final Io io;

    @Option(names = "--json", description = "as JSON")
    boolean json;

    GalleryCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        List<Gallery.Guest> guests = Gallery.guests();
        if (json) io.out().println(asJson(guests));
        else for (Gallery.Guest g : guests) io.out().println(line(g));
        if (guests.isEmpty()) io.say(io.texts().get("gallery.empty"));
        return 0;
    }

    private String line(Gallery.Guest g) {
        return String.format("%-20s %-18s %s", g.id(), BoutCommand.names(g.corners()), text(g, "line", g.line()));
    }

    /// What the texts say about a guest, else what its file says.
    private String text(Gallery.Guest g, String field, String otherwise) {
        String key = "gallery." + g.id() + "." + field;
        return otherwise.isEmpty() && io.texts().has(key) ? io.texts().get(key) : otherwise;
    }

    private String asJson(List<Gallery.Guest> guests) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ArrayNode list = mapper.createArrayNode();
        for (Gallery.Guest g : guests) {
            ObjectNode node = list.addObject();
            node.put("name", g.id());
            node.put("title", g.title());
            node.put("line", text(g, "line", g.line()));
            ArrayNode corners = node.putArray("corners");
            for (Iface iface : g.corners()) corners.add(iface.id());
            node.put("vcpus", g.vcpus());
            node.put("memoryBytes", g.memoryBytes());
            ObjectNode bells = node.putObject("bells");
            g.bells().forEach((number, meaning) -> bells.put(Integer.toString(number), meaning));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(list);
    }
}
