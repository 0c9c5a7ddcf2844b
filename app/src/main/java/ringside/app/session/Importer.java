// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.bout.NameServer;
import ringside.vmm.bout.NetSpec;
import ringside.vmm.word.Problem;

/// Makes a bout of what people asked for. Reads files, so never on the FX thread; reports everything that is wrong
/// at once.
final class Importer {
    private static final long LARGEST_FILE = 1L << 30;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,10}) ?([KMG]?)I?B?");

    private final List<Problem> problems = new ArrayList<>();

    /// A bout, or what is wrong.
    record Result(@Nullable BoutSpec spec, List<Problem> problems) {}

    static Result read(ImportRequest request) {
        return new Importer().spec(request);
    }

    private Result spec(ImportRequest r) {
        if (r.on().isEmpty()) problems.add(new Problem("corners", "at least one", "none"));
        if (r.kernel() == null && r.drives().isEmpty()) {
            problems.add(new Problem("kernel", "a kernel, a disk or a CD", "none of them"));
        }
        byte[] kernel = file("kernel", r.kernel());
        if (r.kernel() != null && kernel.length == 0 && problems.isEmpty()) {
            problems.add(new Problem("kernel", "a kernel", "an empty file"));
        }
        if (r.kernel() == null && r.initrd() != null) {
            problems.add(new Problem("initrd", "a kernel that it belongs to", "no kernel"));
        }
        byte[] initrd = file("initrd", r.initrd());
        long memory = memory(r.memory());
        int vcpus = whole("vcpus", r.vcpus());
        if (!problems.isEmpty()) return new Result(null, List.copyOf(problems));
        NetSpec net = r.network() ? new NetSpec(NameServer.ofHost(), r.capture()) : null;
        BoutSpec spec = new BoutSpec(
                        name(r),
                        r.on(),
                        vcpus,
                        memory,
                        GuestCard.SEED,
                        kernel,
                        initrd,
                        r.append(),
                        new byte[0],
                        r.cpu())
                .withDrives(r.drives().stream().map(Importer::drive).toList())
                .withNetwork(net);
        return new Result(spec, List.of());
    }

    /// No gallery guest has a name with a blank, so a machine that starts from a drive is never taken for one.
    private static String name(ImportRequest r) {
        Path file = r.kernel() != null ? r.kernel() : r.drives().getFirst().file();
        String last = String.valueOf(file.getFileName());
        return r.kernel() != null ? last : "from " + last;
    }

    private static DriveSpec drive(ImportDrive d) {
        DriveSpec.Access access = d.cd()
                ? DriveSpec.Access.READ_ONLY
                : switch (d.writes()) {
                    case KEPT -> DriveSpec.Access.WRITE;
                    case REFUSED -> DriveSpec.Access.READ_ONLY;
                    case FORGOTTEN -> DriveSpec.Access.SNAPSHOT;
                };
        return new DriveSpec(d.field(), d.file(), d.cd() ? DriveSpec.Kind.CD : DriveSpec.Kind.DISK, access);
    }

    private byte[] file(String field, @Nullable Path file) {
        if (file == null) return new byte[0];
        try {
            if (Files.isDirectory(file)) return wrong(field, "a folder");
            if (!Files.exists(file)) return wrong(field, "nothing of that name");
            long size = Files.size(file);
            if (size > LARGEST_FILE) return wrong(field, size + " bytes, more than 1 GB");
            return Files.readAllBytes(file);
        } catch (AccessDeniedException denied) {
            return wrong(field, "no permission to read it");
        } catch (IOException broken) {
            return wrong(field, broken.toString());
        }
    }

    private byte[] wrong(String field, String found) {
        problems.add(new Problem(field, "a readable file", found));
        return new byte[0];
    }

    private long memory(String text) {
        Matcher m = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!m.matches()) {
            problems.add(new Problem("memory", "a size like 128M", "\"" + text + "\""));
            return 0;
        }
        int shift = switch (m.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return Long.parseLong(m.group(1)) << shift;
    }

    private int whole(String field, String text) {
        if (text.strip().matches("\\d{1,4}")) return Integer.parseInt(text.strip());
        problems.add(new Problem(field, "a whole number", "\"" + text + "\""));
        return 0;
    }
}
