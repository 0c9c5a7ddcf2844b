// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ringside.app.export.BoutArchive;
import ringside.app.export.BoutFile;
import ringside.app.export.BoutImages;
import ringside.app.export.HostFolders;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Gallery;
import ringside.vmm.bout.Kept;
import ringside.vmm.bout.PcSpec;
import ringside.vmm.word.Iface;

/// The same guest on several corners, with the tale of the tape.
@Command(name = "bout", mixinStandardHelpOptions = true, description = "run one guest on several corners and compare")
final class BoutCommand implements Callable<Integer> {
    static final String DEFAULT_GUEST = "fork-storm";
    static final List<Iface> DEFAULT_CORNERS = List.of(Iface.VMI, Iface.XEN);
    private static final String BOUT_FILE = ".ringside";

    private final Io io;

    @Mixin
    RunOptions options = new RunOptions();

    @Option(names = "--corners", paramLabel = "LIST", description = "like vmi,xen,native (default vmi,xen)")
    @Nullable
    String corners;

    @Parameters(arity = "0..1", paramLabel = "GUEST|FILE", description = "a gallery guest or a .ringside file")
    @Nullable
    String what;

    BoutCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (options.asksForModels()) return options.printModels(io);
        Session session = new Session(io, options);
        List<Iface> chosen = corners == null ? List.of() : corners(session, corners);
        String until = options.until == null ? "exit" : options.until;
        BoutSpec spec;
        if (what != null && what.endsWith(BOUT_FILE)) {
            BoutArchive archive = read(session, what);
            BoutFile file = archive.file();
            if (options.until == null) until = file.until();
            if (options.profile == null && !file.profile().isEmpty()) options.profile = file.profile();
            spec = spec(session, file, io.file(Path.of(what)), chosen);
            session.resume(kept(session, archive, spec.corners()));
        } else {
            boolean named = what != null || options.kernel != null || options.hasDrives();
            String guest = named ? what : DEFAULT_GUEST;
            spec = session.spec(guest, chosen.isEmpty() ? usualCorners(guest) : chosen);
        }
        session.play(spec, until, new Session.Manner(io.out(), false, io.err()));
        return 0;
    }

    /// The default corners that a gallery guest runs on; all of its own when it runs on none of those.
    private static List<Iface> usualCorners(@Nullable String guest) {
        if (guest == null) return DEFAULT_CORNERS;
        List<Iface> own = Gallery.find(guest).map(Gallery.Guest::corners).orElse(DEFAULT_CORNERS);
        List<Iface> both = DEFAULT_CORNERS.stream().filter(own::contains).toList();
        return both.isEmpty() ? own : both;
    }

    /// What the file keeps of the chosen corners.
    private List<Kept> kept(Session session, BoutArchive archive, List<Iface> corners) throws Failure {
        if (archive.kept().isEmpty()) return List.of();
        List<Kept> list = new ArrayList<>();
        for (Iface corner : corners) {
            int at = archive.file().corners().indexOf(corner);
            if (at < 0 || at >= archive.kept().size()) {
                String there = names(archive.file().corners());
                throw session.bad("--corners", "corners that the file has kept: " + there, corner.id(), "bout-file");
            }
            list.add(archive.kept().get(at));
        }
        return list;
    }

    private BoutArchive read(Session session, String name) throws Failure {
        Path path = io.file(Path.of(name));
        if (!Files.isRegularFile(path)) {
            throw session.bad(name, "a bout file", "nothing of that name", "file");
        }
        return switch (BoutArchive.read(path)) {
            case BoutArchive.Read.Ok ok -> ok.archive();
            case BoutArchive.Read.Wrong wrong ->
                throw Failure.of(io.texts(), wrong.problems().getFirst(), "bout-file");
        };
    }

    /// The file's bout; what the command line says goes before what the file says.
    private BoutSpec spec(Session session, BoutFile file, Path from, List<Iface> chosen) throws Failure {
        if (options.memory == null) options.memory = Long.toString(file.memoryBytes());
        if (options.vcpus == null) options.vcpus = Integer.toString(file.vcpus());
        if (options.seed == null) options.seed = Long.toString(file.seed());
        if (options.cpu == null && !file.cpu().isEmpty()) options.cpu = file.cpu();
        List<Iface> list = chosen.isEmpty() ? file.corners() : chosen;
        BoutImages.Found images =
                BoutImages.find(file, from, HostFolders.state().resolve("images"));
        if (!images.problems().isEmpty()) {
            throw Failure.of(io.texts(), images.problems().getFirst(), "bout-file");
        }
        boolean own = file.kernel().length > 0
                || file.firmware().length > 0
                || !file.drives().isEmpty();
        BoutSpec plain = session.spec(own ? DEFAULT_GUEST : file.guest(), list);
        PcSpec settings = plain.pc().equals(PcSpec.USUAL) ? file.pc() : plain.pc();
        if (!own) return plain.withPc(settings);
        return new BoutSpec(
                        file.guest(),
                        list,
                        plain.vcpus(),
                        plain.memoryBytes(),
                        plain.seed(),
                        file.kernel(),
                        file.initrd(),
                        file.append(),
                        file.firmware(),
                        plain.cpu())
                .withDrives(plain.drives().isEmpty() ? images.drives() : plain.drives())
                .withNetwork(plain.network())
                .withPc(settings);
    }

    static Iface corner(Session session, String option, String text) throws Failure {
        for (Iface iface : Iface.values()) if (iface.id().equals(text)) return iface;
        throw session.bad(option, "native, vmi, xen or hw", "\"" + text + "\"", "corner");
    }

    static List<Iface> corners(Session session, String text) throws Failure {
        List<Iface> list = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            Iface iface = corner(session, "--corners", name.strip());
            if (list.contains(iface)) throw session.bad("--corners", "each corner once", text, "corner");
            list.add(iface);
        }
        return list;
    }

    static String names(List<Iface> corners) {
        return String.join(",", corners.stream().map(Iface::id).toList());
    }
}
