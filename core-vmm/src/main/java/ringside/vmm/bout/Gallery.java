// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import ringside.vmm.word.Iface;

/// The guests that ship inside the program: `gallery.properties` and two images a guest, one for the PC (native
/// and VMI boot the same file) and one for Xen.
public final class Gallery {
    /// RAM of a guest that does not say.
    public static final long DEFAULT_MEMORY = 32L << 20;

    private static final String FOLDER = "/ringside/vmm/bout/gallery/";

    /// One guest.
    ///
    /// @param id      short name, as on the command line
    /// @param title   as on its card
    /// @param line    what it shows, in one line
    /// @param corners interfaces it runs on
    /// @param vcpus   vCPUs it likes best
    /// @param memoryBytes RAM it likes best
    /// @param topics  words to search by
    /// @param bells   what each bell means, by number
    public record Guest(
            String id,
            String title,
            String line,
            List<Iface> corners,
            int vcpus,
            long memoryBytes,
            List<String> topics,
            Map<Integer, String> bells) {}

    private Gallery() {}

    /// All guests, in the order of the file; empty when no images were built in.
    public static List<Guest> guests() {
        Map<String, String> entries = properties();
        List<String> ids = new ArrayList<>();
        String listed = entries.getOrDefault("guests", "");
        for (String id : listed.split("[,\\s]+")) if (!id.isEmpty()) ids.add(id);
        for (String key : entries.keySet()) {
            int dot = key.indexOf('.');
            if (listed.isEmpty() && dot > 0 && !ids.contains(key.substring(0, dot))) ids.add(key.substring(0, dot));
        }
        return ids.stream().map(id -> guest(id, entries)).toList();
    }

    /// The guest of that name.
    public static Optional<Guest> find(String id) {
        return guests().stream().filter(g -> g.id().equals(id)).findFirst();
    }

    /// The image of a guest for an interface.
    public static Optional<byte[]> image(String id, Iface iface) {
        if (!id.matches("[a-z0-9-]+")) return Optional.empty();
        String usual = id + (iface == Iface.XEN ? "-xen.elf" : "-pc.elf");
        String name = properties().getOrDefault(id + "." + iface.id(), usual);
        return name.matches("[A-Za-z0-9._-]+") ? resource(name) : Optional.empty();
    }

    /// The names of addresses in that image, as `nm` lists them.
    public static Optional<byte[]> symbols(String id, Iface iface) {
        if (!id.matches("[a-z0-9-]+")) return Optional.empty();
        String usual = id + (iface == Iface.XEN ? "-xen.elf" : "-pc.elf");
        String name = properties().getOrDefault(id + "." + iface.id(), usual);
        return name.matches("[A-Za-z0-9._-]+\\.elf") ? resource(name.replaceFirst("elf$", "map")) : Optional.empty();
    }

    private static Guest guest(String id, Map<String, String> entries) {
        List<Iface> corners = new ArrayList<>();
        for (String name :
                entries.getOrDefault(id + ".corners", "native vmi xen").split("[,\\s]+")) {
            for (Iface iface : Iface.values()) if (iface.id().equals(name)) corners.add(iface);
        }
        List<String> topics = new ArrayList<>();
        for (String topic : entries.getOrDefault(id + ".topics", "").split(",")) {
            if (!topic.isBlank()) topics.add(topic.strip());
        }
        String line = entries.getOrDefault(id + ".line", entries.getOrDefault(id + ".summary", ""));
        return new Guest(
                id,
                entries.getOrDefault(id + ".title", id),
                line,
                List.copyOf(corners),
                vcpus(entries.getOrDefault(id + ".vcpus", "1")),
                memory(entries.getOrDefault(id + ".memory", "")),
                List.copyOf(topics),
                bells(id, entries));
    }

    private static Map<Integer, String> bells(String id, Map<String, String> entries) {
        Map<Integer, String> bells = new TreeMap<>();
        String prefix = id + ".bell.";
        entries.forEach((key, value) -> {
            if (key.startsWith(prefix) && key.substring(prefix.length()).matches("\\d{1,3}")) {
                bells.put(Integer.parseInt(key.substring(prefix.length())), value);
            }
        });
        return Collections.unmodifiableMap(bells);
    }

    private static long memory(String text) {
        return text.matches("\\d{1,10}") ? Long.parseLong(text) : DEFAULT_MEMORY;
    }

    private static int vcpus(String text) {
        return text.matches("[1-8]") ? Integer.parseInt(text) : 1;
    }

    private static Map<String, String> properties() {
        Map<String, String> map = new LinkedHashMap<>();
        Optional<byte[]> bytes = resource("gallery.properties");
        if (bytes.isEmpty()) return map;
        for (String line : new String(bytes.get(), StandardCharsets.UTF_8).split("\\R")) {
            int equals = line.indexOf('=');
            if (line.startsWith("#") || equals < 0) continue;
            map.put(
                    line.substring(0, equals).strip(),
                    line.substring(equals + 1).strip());
        }
        return map;
    }

    private static Optional<byte[]> resource(String name) {
        try (InputStream in = Gallery.class.getResourceAsStream(FOLDER + name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
