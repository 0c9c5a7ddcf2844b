// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// A `.ringside` file: everything that fixes the numbers of a bout, as JSON.
///
/// @param guest   gallery name, or the imported file's name
/// @param kernel  imported kernel, or empty
/// @param initrd  or empty
/// @param profile id of the cost profile
/// @param cpu     model of the processors, or empty for the standard one
public record BoutFile(
        String guest,
        List<Iface> corners,
        int vcpus,
        long memoryBytes,
        long seed,
        byte[] kernel,
        byte[] initrd,
        String append,
        String until,
        String profile,
        String cpu) {
    /// The number in the file's `ringside` field: readers refuse later ones.
    public static final int FORMAT = 1;

    private static final long LARGEST = 512L << 20;

    /// A bout file, or what is wrong with it.
    public sealed interface Read {
        record Ok(BoutFile file) implements Read {}

        record Wrong(List<Problem> problems) implements Read {}
    }

    public void write(Path to) throws IOException {
        Files.writeString(to, json());
    }

    String json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("ringside", FORMAT);
        root.put("guest", guest);
        ArrayNode list = root.putArray("corners");
        for (Iface iface : corners) list.add(iface.id());
        root.put("vcpus", vcpus);
        root.put("memoryBytes", memoryBytes);
        root.put("seed", seed);
        root.put("until", until);
        root.put("profile", profile);
        if (!cpu.isEmpty()) root.put("cpu", cpu);
        if (!append.isEmpty()) root.put("append", append);
        if (kernel.length > 0) root.put("kernel", Base64.getEncoder().encodeToString(kernel));
        if (initrd.length > 0) root.put("initrd", Base64.getEncoder().encodeToString(initrd));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /// Reads a file; missing fields take their defaults.
    public static Read read(Path from) {
        String name = from.toString();
        try {
            if (Files.size(from) > LARGEST) return wrong(name, "a bout file below 512 MB", Files.size(from) + " bytes");
            return parse(name, Files.readAllBytes(from));
        } catch (IOException e) {
            return wrong(name, "a readable file", "none");
        }
    }

    static Read parse(String name, byte[] json) {
        try {
            JsonNode root = new ObjectMapper().readTree(json);
            if (root == null || !root.isObject() || !root.path("ringside").isInt()) {
                return wrong(name, "a bout file (JSON with a field \"ringside\")", "something else");
            }
            if (root.path("ringside").asInt() > FORMAT) {
                return wrong(
                        name,
                        "format " + FORMAT,
                        "format " + root.path("ringside").asInt());
            }
            return fields(name, root);
        } catch (JsonProcessingException e) {
            return wrong(name, "a bout file (JSON)", "no JSON at line " + line(e));
        } catch (IOException e) {
            return wrong(name, "a readable file", "none");
        }
    }

    private static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "?" : Integer.toString(e.getLocation().getLineNr());
    }

    private static Read fields(String name, JsonNode root) {
        List<Iface> corners = new ArrayList<>();
        for (JsonNode node : root.path("corners")) {
            boolean known = false;
            for (Iface iface : Iface.values()) {
                if (iface.id().equals(node.asText())) known = corners.add(iface);
            }
            if (!known) return wrong(name + ": corners", "native, vmi, xen or hw", node.asText());
        }
        try {
            return new Read.Ok(new BoutFile(
                    root.path("guest").asText("guest"),
                    corners.isEmpty() ? List.of(Iface.VMI, Iface.XEN) : List.copyOf(corners),
                    root.path("vcpus").asInt(1),
                    root.path("memoryBytes").asLong(32L << 20),
                    root.path("seed").asLong(7),
                    Base64.getDecoder().decode(root.path("kernel").asText("")),
                    Base64.getDecoder().decode(root.path("initrd").asText("")),
                    root.path("append").asText(""),
                    root.path("until").asText("exit"),
                    root.path("profile").asText(""),
                    root.path("cpu").asText("")));
        } catch (IllegalArgumentException e) {
            return wrong(name + ": kernel or initrd", "Base64", "other bytes");
        }
    }

    private static Read wrong(String field, String expected, String found) {
        return new Read.Wrong(List.of(new Problem(field, expected, found)));
    }
}
