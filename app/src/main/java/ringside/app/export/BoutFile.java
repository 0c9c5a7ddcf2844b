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
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.bout.NetSpec;
import ringside.vmm.bout.PcSpec;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// A `.ringside` file: everything that fixes the numbers of a bout, as JSON.
///
/// @param guest   gallery name, or the imported file's name
/// @param kernel  imported kernel, or empty
/// @param initrd  or empty
/// @param profile id of the cost profile
/// @param cpu     model of the processors, or empty for the standard one
/// @param firmware a ROM image that is started instead of a guest, or empty
/// @param drives  files of the host that are disks and CDs of each corner's PC
/// @param network whether each PC is connected to the host's network
/// @param pc      jumpers of each corner's PC
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
        String cpu,
        byte[] firmware,
        List<DriveRef> drives,
        boolean network,
        PcSpec pc) {
    /// The number in the file's `ringside` field: readers refuse later ones.
    public static final int FORMAT = 1;

    private static final long LARGEST = 512L << 20;

    public BoutFile {
        corners = List.copyOf(corners);
        drives = List.copyOf(drives);
    }

    /// With nothing plugged in.
    public BoutFile(
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
        this(
                guest,
                corners,
                vcpus,
                memoryBytes,
                seed,
                kernel,
                initrd,
                append,
                until,
                profile,
                cpu,
                new byte[0],
                List.of(),
                false,
                PcSpec.USUAL);
    }

    /// What a bout is made of. @param drives its drives, as they are to be found again
    public static BoutFile of(BoutSpec spec, String until, String profile, List<DriveRef> drives) {
        return new BoutFile(
                spec.guest(),
                spec.corners(),
                spec.vcpus(),
                spec.memoryBytes(),
                spec.seed(),
                spec.kernel(),
                spec.initrd(),
                spec.append(),
                until,
                profile,
                spec.cpu(),
                spec.firmware(),
                drives,
                spec.network() != null,
                spec.pc());
    }

    /// The same with these images, which an archive keeps apart.
    BoutFile with(byte[] kernelImage, byte[] initrdImage, byte[] firmwareImage) {
        return new BoutFile(
                guest,
                corners,
                vcpus,
                memoryBytes,
                seed,
                kernelImage,
                initrdImage,
                append,
                until,
                profile,
                cpu,
                firmwareImage,
                drives,
                network,
                pc);
    }

    /// The bout that it describes, with its drives where they were found.
    public BoutSpec spec(List<DriveSpec> found, @Nullable NetSpec net) {
        return new BoutSpec(
                guest,
                corners,
                vcpus,
                memoryBytes,
                seed,
                kernel,
                initrd,
                append,
                firmware,
                cpu.isEmpty() ? Bouts.standardProcessor() : cpu,
                found,
                net,
                pc);
    }

    /// A bout file, or what is wrong with it.
    public sealed interface Read {
        record Ok(BoutFile file) implements Read {}

        record Wrong(List<Problem> problems) implements Read {}
    }

    public void write(Path to) throws IOException {
        Files.writeString(to, json(true));
    }

    /// @param images whether kernel, RAM disk and firmware are in it
    String json(boolean images) throws IOException {
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
        if (network) root.put("network", true);
        if (!pc.equals(PcSpec.USUAL)) {
            ObjectNode jumpers = root.putObject("pc");
            jumpers.put("endsAtReset", pc.endsAtReset());
            jumpers.put("testDevices", pc.testDevices());
            jumpers.put("realMode", pc.realMode());
            jumpers.put("vmiRing", pc.vmiRing());
            jumpers.put("stealPercent", pc.steal());
            jumpers.put("stealPeriod", pc.stealPeriod());
        }
        if (!drives.isEmpty()) {
            ArrayNode all = root.putArray("drives");
            for (DriveRef drive : drives) drive.into(all.addObject());
        }
        if (images) images(root);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private void images(ObjectNode root) {
        if (kernel.length > 0) root.put("kernel", Base64.getEncoder().encodeToString(kernel));
        if (initrd.length > 0) root.put("initrd", Base64.getEncoder().encodeToString(initrd));
        if (firmware.length > 0) root.put("firmware", Base64.getEncoder().encodeToString(firmware));
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
        List<DriveRef> drives = new ArrayList<>();
        for (JsonNode node : root.path("drives")) {
            DriveRef drive = DriveRef.of(node);
            if (drive == null) return wrong(name + ": drives", "a drive with a file and a SHA-256", node.toString());
            drives.add(drive);
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
                    root.path("cpu").asText(""),
                    Base64.getDecoder().decode(root.path("firmware").asText("")),
                    drives,
                    root.path("network").asBoolean(false),
                    pc(root.path("pc"))));
        } catch (IllegalArgumentException e) {
            return wrong(name + ": kernel, initrd or firmware", "Base64", "other bytes");
        }
    }

    private static PcSpec pc(JsonNode node) {
        return new PcSpec(
                        node.path("endsAtReset").asBoolean(false),
                        node.path("testDevices").asBoolean(false),
                        node.path("realMode").asBoolean(false),
                        node.path("vmiRing").asInt(1))
                .withSteal(
                        node.path("stealPercent").asInt(0),
                        node.path("stealPeriod").asLong(0));
    }

    private static Read wrong(String field, String expected, String found) {
        return new Read.Wrong(List.of(new Problem(field, expected, found)));
    }
}
