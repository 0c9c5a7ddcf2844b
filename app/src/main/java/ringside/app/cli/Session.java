// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ringside.app.export.BoutArchive;
import ringside.app.export.BoutFile;
import ringside.app.export.BoutReport;
import ringside.app.export.CsvReport;
import ringside.app.export.DriveRef;
import ringside.app.export.HooksText;
import ringside.app.export.HtmlReport;
import ringside.app.export.JsonReport;
import ringside.app.export.PngFile;
import ringside.app.export.TapeText;
import ringside.app.export.TraceLines;
import ringside.app.gdb.GdbServer;
import ringside.app.text.Texts;
import ringside.vmm.bout.BoutRun;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Bouts;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.DriveSpec;
import ringside.vmm.bout.Gallery;
import ringside.vmm.bout.Kept;
import ringside.vmm.bout.Leg;
import ringside.vmm.bout.NameServer;
import ringside.vmm.bout.NetSpec;
import ringside.vmm.bout.Script;
import ringside.vmm.bout.Until;
import ringside.vmm.history.History;
import ringside.vmm.probe.ScreenView;
import ringside.vmm.score.Assertion;
import ringside.vmm.score.CostProfile;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Problem;

/// One use of the engine from the command line: options in, a run, files and an exit code out.
final class Session {
    private static final long IMPORT_MEMORY = 128L << 20;
    private static final long LARGEST_FILE = 1L << 30;
    private static final long DEFAULT_SEED = 7;
    private static final String LIMIT = "120s", NO_LIMIT = "100000m";
    /// No port.
    static final int NO_GDB = -1;

    private static final String READ_ONLY = ",ro", SNAPSHOT = ",snapshot";

    private final Io io;
    private final RunOptions options;
    private final Texts texts;
    private String limit = LIMIT;
    private boolean left;
    private List<Kept> kept = List.of();

    Session(Io io, RunOptions options) {
        this.io = io;
        this.options = options;
        this.texts = io.texts();
    }

    // ---- options to a bout ----------------------------------------------------------------------------------------

    /// @param guest gallery name, or null when there is a --kernel
    BoutSpec spec(@Nullable String guest, List<Iface> corners) throws Failure {
        refuseLater(corners);
        List<DriveSpec> drives = drives();
        if (guest == null && options.kernel == null && drives.isEmpty()) {
            throw bad("GUEST", "a gallery guest, --kernel FILE, --disk FILE or --cd FILE", "none of them", "guest");
        }
        if (guest != null && options.kernel != null) {
            throw bad("GUEST", "a gallery guest or --kernel FILE", "both", "guest");
        }
        Gallery.@Nullable Guest entry = null;
        if (guest != null) {
            Optional<Gallery.Guest> found = Gallery.find(guest);
            if (found.isEmpty()) throw bad("GUEST", "a gallery guest", "\"" + guest + "\"", "guest");
            entry = found.get();
        }
        long memory = memory(entry != null ? entry.memoryBytes() : IMPORT_MEMORY);
        int vcpus = vcpus(entry != null ? entry.vcpus() : 1);
        long seed = seed();
        byte[] kernel = options.kernel == null ? new byte[0] : bytes("--kernel", options.kernel);
        if (options.kernel != null && kernel.length == 0) {
            throw bad(options.kernel.toString(), "a kernel", "an empty file", "kernel");
        }
        byte[] initrd = options.initrd == null ? new byte[0] : bytes("--initrd", options.initrd);
        String name = guest != null ? guest : options.kernel != null ? fileName(options.kernel) : started(drives);
        return new BoutSpec(name, corners, vcpus, memory, seed, kernel, initrd, options.append, new byte[0], cpu())
                .withDrives(drives)
                .withNetwork(network())
                .withPc(options.pc(texts));
    }

    /// @param guest what else was named, which is refused
    BoutSpec firmware(Path file, @Nullable String guest, List<Iface> corners) throws Failure {
        refuseLater(corners);
        if (guest != null || options.kernel != null || options.initrd != null || !options.append.isEmpty()) {
            throw bad("--firmware", "no guest, --kernel, --initrd or --append beside it", "one of them", "firmware");
        }
        byte[] image = bytes("--firmware", file);
        if (image.length == 0) throw bad("--firmware " + file, "a ROM image", "an empty file", "firmware");
        byte[] none = new byte[0];
        return new BoutSpec(
                        fileName(file), corners, vcpus(1), memory(IMPORT_MEMORY), seed(), none, none, "", image, cpu())
                .withDrives(drives())
                .withNetwork(network())
                .withPc(options.pc(texts));
    }

    private @Nullable NetSpec network() {
        if (!options.net.equals("user")) return null;
        return new NetSpec(NameServer.ofHost(), options.pcap == null ? null : io.file(options.pcap));
    }

    /// The name of a bout that firmware starts from a drive; no gallery guest has one with a blank.
    private static String started(List<DriveSpec> drives) {
        return "from " + fileName(drives.getFirst().file());
    }

    private List<DriveSpec> drives() {
        List<DriveSpec> list = new ArrayList<>();
        for (String disk : options.disks) list.add(disk(disk));
        for (String cd : options.cds) {
            list.add(new DriveSpec("--cd " + cd, io.file(Path.of(cd)), DriveSpec.Kind.CD, DriveSpec.Access.READ_ONLY));
        }
        return list;
    }

    /// `FILE`, `FILE,ro` or `FILE,snapshot`. Any other comma belongs to the file's name.
    private DriveSpec disk(String text) {
        String name = text;
        DriveSpec.Access access = DriveSpec.Access.WRITE;
        if (text.endsWith(READ_ONLY)) {
            access = DriveSpec.Access.READ_ONLY;
            name = text.substring(0, text.length() - READ_ONLY.length());
        } else if (text.endsWith(SNAPSHOT)) {
            access = DriveSpec.Access.SNAPSHOT;
            name = text.substring(0, text.length() - SNAPSHOT.length());
        }
        return new DriveSpec("--disk " + name, io.file(Path.of(name)), DriveSpec.Kind.DISK, access);
    }

    private long memory(long otherwise) throws Failure {
        return options.memory != null ? Quantity.memory(texts, options.memory) : otherwise;
    }

    private int vcpus(int otherwise) throws Failure {
        return options.vcpus != null ? (int) whole("--vcpus", options.vcpus, "vcpus") : otherwise;
    }

    private String cpu() {
        return options.cpu != null ? options.cpu : Bouts.standardProcessor();
    }

    private long seed() throws Failure {
        return options.seed != null ? whole("--seed", options.seed, "other") : DEFAULT_SEED;
    }

    /// What only the VMI corner knows is not passed over where there is none.
    private void refuseVmiOptions(List<Iface> corners) throws Failure {
        String ring = options.vmiRing;
        if (ring != null && !ring.matches("[01]")) throw bad("--vmi-ring", "0 or 1", "\"" + ring + "\"", "other");
        if (corners.contains(Iface.VMI) || ring == null && !options.hooks) return;
        String found = String.join(", ", corners.stream().map(Iface::id).toList());
        throw bad(ring != null ? "--vmi-ring" : "--hooks", "the vmi corner", found, "corner");
    }

    void refuseLater(List<Iface> corners) throws Failure {
        if (corners.contains(Iface.HW)) throw Failure.later(texts, "hw", "hw");
        if (options.tier != null) {
            if (!options.tier.matches("[012]")) throw bad("--tier", "0, 1 or 2", "\"" + options.tier + "\"", "other");
        }
        refuseVmiOptions(corners);
        if (!options.net.equals("none") && !options.net.equals("user")) {
            throw bad("--net", "user or none", "\"" + options.net + "\"", "other");
        }
        if (options.pcap != null && !options.net.equals("user")) {
            throw bad("--pcap", "--net user beside it", "--net " + options.net, "net");
        }
    }

    Until until(String text) throws Failure {
        return switch (Until.parse(text)) {
            case Until.Parsed.Ok ok -> ok.until();
            case Until.Parsed.Wrong wrong -> throw Failure.of(texts, wrong.problem(), "until");
        };
    }

    CostProfile profile() throws Failure {
        String name = options.profile == null ? CostProfile.DEFAULT : options.profile;
        if (CostProfile.BUILT_IN.contains(name)) return CostProfile.builtIn(name);
        if (options.profile == null || !Files.exists(io.file(Path.of(name)))) {
            throw bad(
                    "--profile",
                    "a file or one of " + String.join(", ", CostProfile.BUILT_IN),
                    "\"" + name + "\"",
                    "file");
        }
        String text = new String(bytes("--profile", Path.of(name)), StandardCharsets.UTF_8);
        return switch (CostProfile.parse(text)) {
            case CostProfile.Parsed.Ok ok -> ok.profile();
            case CostProfile.Parsed.Wrong wrong ->
                throw Failure.of(texts, wrong.problems().getFirst(), "file");
        };
    }

    private List<Assertion> assertions() throws Failure {
        List<Assertion> list = new ArrayList<>();
        for (String text : options.assertions) {
            switch (Assertion.parse(text)) {
                case Assertion.Parsed.Ok ok -> list.add(ok.assertion());
                case Assertion.Parsed.Wrong wrong -> throw Failure.of(texts, wrong.problem(), "assert");
            }
        }
        return list;
    }

    // ---- the run --------------------------------------------------------------------------------------------------

    /// How the program is to behave around the run.
    ///
    /// @param console     where consoles go, or null
    /// @param interactive whether standard input is the console's
    /// @param tape        where the tale of the tape goes, or null
    /// @param gdb         port where GDB is waited for, or {@link #NO_GDB}
    record Manner(
            @Nullable PrintStream console,
            boolean interactive,
            @Nullable PrintStream tape,
            int gdb) {
        Manner(@Nullable PrintStream console, boolean interactive, @Nullable PrintStream tape) {
            this(console, interactive, tape, NO_GDB);
        }
    }

    /// The corners begin where a file has kept them.
    void resume(List<Kept> list) {
        kept = list;
    }

    /// Runs, writes what was asked for, and says how it ended.
    void play(BoutSpec spec, String untilText, Manner manner) throws Failure {
        play(List.of(spec), untilText, manner, _ -> {});
    }

    /// The same for corners that are not set up alike: a bout for each, otherwise equal.
    ///
    /// @param then gets the report when all is run and written, before corners that did not make it end the command
    void play(List<BoutSpec> specs, String untilText, Manner manner, Reading then) throws Failure {
        BoutSpec spec = specs.getFirst();
        Until until = until(untilText);
        Script script = script();
        CostProfile profile = profile();
        List<Assertion> assertions = assertions();
        List<Corner> corners = new ArrayList<>();
        try {
            for (BoutSpec each : specs) corners.addAll(open(each));
        } catch (Failure e) {
            corners.forEach(Corner::close);
            throw e;
        }
        BoutRun run = new BoutRun(corners, until, script);
        try {
            run(run, manner);
            if (options.save != null) save(options.save, spec, corners);
        } finally {
            corners.forEach(Corner::close);
        }
        BoutReport report = Reports.of(spec, untilText, run, profile);
        for (BoutReport.CornerReport c : report.corners()) say(c);
        if (manner.tape() != null) {
            manner.tape().print("\n" + TapeText.of(report.tape(), texts, Io.plain(manner.tape())));
            manner.tape().flush();
        }
        if (options.hooks) {
            for (BoutReport.CornerReport c : report.corners()) {
                String hooks = HooksText.of(c.hooks(), texts);
                io.say(hooks.isEmpty() ? texts.get("hooks.none", c.iface().id()) : hooks.stripTrailing());
            }
        }
        write(report);
        if (options.pcap != null) captured(corners, options.pcap);
        if (options.screenshot != null) screenshot(options.screenshot, run);
        then.read(report);
        judge(report, assertions);
    }

    private void captured(List<Corner> corners, Path file) throws Failure {
        for (Corner c : corners) {
            String why = c.captureFailure();
            if (why != null) {
                throw new Failure(Failure.BAD_INPUT, texts.get("cli.error.write", file.toString(), why));
            }
        }
        io.say(texts.get("cli.wrote", file.toString()));
    }

    private List<Corner> open(BoutSpec spec) throws Failure {
        if (options.save != null && spec.firmware().length > 0) throw Failure.later(texts, "--save", "save");
        return switch (Bouts.open(spec, kept)) {
            case Bouts.Opened.Ready ready -> {
                if (options.save != null) ready.corners().forEach(Corner::keepInputs);
                if (options.tier != null) ready.corners().forEach(c -> c.setTier(Integer.parseInt(options.tier)));
                yield ready.corners();
            }
            case Bouts.Opened.Wrong wrong -> {
                Problem first = wrong.problems().getFirst();
                throw Failure.of(texts, first, hint(first.field()));
            }
        };
    }

    private static String hint(String field) {
        String f = field.toLowerCase(Locale.ROOT);
        if (f.contains("firmware")) return "firmware";
        if (f.equals("cpu")) return "cpu";
        if (f.startsWith("state")) return "state";
        if (f.startsWith("--pcap") || f.startsWith("network")) return "net";
        if (f.startsWith("--disk") || f.startsWith("--cd") || f.equals("drives") || f.startsWith("disk"))
            return "drive";
        if (f.contains("memory")) return "memory";
        if (f.contains("vcpu")) return "vcpus";
        if (f.equals("steal")) return "steal";
        if (f.contains("corner") || f.contains("interface")) return "corner";
        if (f.contains("guest")) return "guest";
        return "kernel";
    }

    private Script script() throws Failure {
        return switch (Script.parse(options.typed)) {
            case Script.Parsed.Ok ok -> ok.script();
            case Script.Parsed.Wrong wrong -> throw Failure.of(texts, wrong.problem(), "type");
        };
    }

    private void run(BoutRun run, Manner manner) throws Failure {
        int corners = run.legs().size();
        try (HostTerminal terminal = manner.interactive() ? HostTerminal.of(io) : HostTerminal.none();
                TraceLines trace = options.trace == null ? null : TraceLines.open(io.file(options.trace));
                Phase phase = Phase.together(corners)) {
            limit = options.limit == null && terminal.raw() ? NO_LIMIT : options.limit == null ? LIMIT : options.limit;
            if (terminal.raw()) io.say(texts.get("cli.terminal"));
            Duration limit = Quantity.limit(texts, this.limit);
            Typist typist = manner.interactive() ? new Typist(io.in(), terminal.raw()) : null;
            BoutRunner runner =
                    new BoutRunner(run, limit, phase, manner.console(), io.err(), corners > 1, trace, typist);
            if (manner.gdb() == NO_GDB || debugged(run, runner, manner.gdb())) runner.run();
            left = typist != null && typist.left();
            if (trace != null && trace.lost() > 0) io.say(texts.get("cli.trace-lost", texts.number(trace.lost())));
        } catch (IOException e) {
            throw cannotWrite(options.trace, e);
        }
        if (options.trace != null) io.say(texts.get("cli.wrote", options.trace.toString()));
    }

    /// The bout, and where its corners stand. Who opens it goes on from there.
    private void save(Path file, BoutSpec spec, List<Corner> corners) throws Failure {
        List<Kept> list = new ArrayList<>();
        for (Corner c : corners) {
            Kept k = c.kept();
            if (k != null) list.add(k);
        }
        List<DriveRef> drives = new ArrayList<>();
        try {
            for (DriveSpec drive : spec.drives()) drives.add(DriveRef.of(drive));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
        String profile = options.profile == null ? "" : options.profile;
        BoutFile plain = BoutFile.of(spec, "exit", profile, drives);
        write(file, out -> new BoutArchive(plain, "", list).write(out));
    }

    /// Lets GDB move the corner until it lets go. @return whether the corner is to run on then
    private boolean debugged(BoutRun run, BoutRunner runner, int port) throws Failure {
        Corner corner = run.legs().getFirst().corner();
        String problem =
                corner.keepHistory(Math.min(History.BUDGET, Runtime.getRuntime().maxMemory() / 4));
        if (problem != null) io.say(texts.get("cli.gdb.no-history", problem));
        try (GdbServer server = new GdbServer(port)) {
            io.say(texts.get("cli.gdb.waits", Integer.toString(server.port())));
            GdbServer.Parting parting = server.serve(corner, () -> {
                try {
                    runner.follow();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            if (parting == GdbServer.Parting.DETACHED) return true;
        } catch (BindException e) {
            throw bad("--gdb " + port, "a free port", "one that is in use", "gdb");
        } catch (IOException | UncheckedIOException e) {
            io.say(texts.get("cli.gdb.gone", e.getMessage() == null ? e.toString() : e.getMessage()));
            return true;
        }
        left = true;
        run.legs().forEach(Leg::giveUp);
        return false;
    }

    private void say(BoutReport.CornerReport c) {
        String end = texts.get("outcome." + c.outcome());
        if (left && c.outcome().equals("limit")) end = texts.get("cli.left");
        if (c.exit() != null) end = texts.get("cli.ended", c.exit(), Integer.toString(c.status()));
        io.say(texts.get(
                "cli.corner-done",
                c.iface().id(),
                end,
                texts.number(c.total().ticks() / 1e6, 3),
                texts.number(c.total().instructions())));
    }

    // ---- what comes out -------------------------------------------------------------------------------------------

    private void write(BoutReport report) throws Failure {
        if (options.json != null) write(options.json, out -> JsonReport.write(report, out));
        if (options.csv != null) {
            StringBuilder text = new StringBuilder();
            write(options.csv, out -> {
                CsvReport.write(report, text);
                out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            });
        }
        if (options.html != null) {
            write(options.html, out -> out.write(HtmlReport.of(report, texts).getBytes(StandardCharsets.UTF_8)));
        }
    }

    /// The screen of the first corner that has one.
    private void screenshot(Path file, BoutRun run) throws Failure {
        for (Leg leg : run.legs()) {
            if (!leg.corner().hasScreen()) continue;
            ScreenView screen = leg.corner().screen(null);
            write(file, out -> PngFile.write(screen.width(), screen.height(), screen.pixels(), out));
            return;
        }
    }

    /// Something done with a finished report.
    interface Reading {
        void read(BoutReport report) throws Failure;
    }

    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    void write(Path file, Writing writing) throws Failure {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(io.file(file)))) {
            writing.to(out);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
        io.say(texts.get("cli.wrote", file.toString()));
    }

    private Failure cannotWrite(@Nullable Path file, IOException e) {
        String why = e instanceof NoSuchFileException
                ? "no such folder"
                : e.getClass().getSimpleName();
        return new Failure(Failure.BAD_INPUT, texts.get("cli.error.write", String.valueOf(file), why));
    }

    /// The exit code: a corner that did not make it first, then assertions.
    private void judge(BoutReport report, List<Assertion> assertions) throws Failure {
        for (BoutReport.CornerReport c : report.corners()) ended(c);
        for (Assertion assertion : assertions) {
            switch (assertion.check(Reports.numbers(report))) {
                case Assertion.Outcome.Held held ->
                    io.say(texts.get("cli.assert-held", assertion.text(), held.found()));
                case Assertion.Outcome.Failed failed ->
                    throw new Failure(
                            Failure.ASSERTION, texts.get("cli.error.assert", assertion.text(), failed.found()));
                case Assertion.Outcome.Unknown unknown -> throw Failure.of(texts, unknown.problem(), "assert");
            }
        }
    }

    private String limitText(BoutReport.CornerReport c, String corner) {
        long resets = c.total().events(EventKind.RESET);
        return resets == 0
                ? texts.get("cli.error.limit", corner, limit)
                : texts.get("cli.error.limit.resets", corner, limit, resets);
    }

    private void ended(BoutReport.CornerReport c) throws Failure {
        String corner = c.iface().id();
        if (c.outcome().equals("reached")) return; // a guest may halt for good right after what was waited for
        if (c.knockdown() != null) {
            throw new Failure(
                    Failure.KNOCKED_DOWN,
                    texts.get(
                            "cli.error.knocked-down",
                            corner,
                            texts.number(c.knockdown().tick() / 1e6, 3),
                            c.knockdown().what(),
                            c.knockdown().firstCause()));
        }
        if (left) return; // the person at the terminal had seen enough
        if (c.outcome().equals("limit")) {
            throw new Failure(Failure.KNOCKED_DOWN, limitText(c, corner));
        }
        if (c.outcome().equals("waiting-for-input")) {
            throw new Failure(Failure.KNOCKED_DOWN, texts.get("cli.error.waiting", corner));
        }
    }

    // ---- pieces ---------------------------------------------------------------------------------------------------

    byte[] bytes(String option, Path file) throws Failure {
        Path path = io.file(file);
        try {
            if (!Files.exists(path)) throw bad(option + " " + file, "a file", "nothing of that name", "file");
            if (Files.isDirectory(path)) throw bad(option + " " + file, "a file", "a folder", "file");
            if (Files.size(path) > LARGEST_FILE)
                throw bad(option + " " + file, "a file below 1 GB", "a larger one", "file");
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw bad(option + " " + file, "a readable file", e.getClass().getSimpleName(), "file");
        }
    }

    private long whole(String option, String text, String hint) throws Failure {
        if (text.matches("-?\\d{1,18}")) {
            long n = Long.parseLong(text);
            if (!option.equals("--vcpus") || n >= 1 && n <= 8) return n;
        }
        throw bad(option, option.equals("--vcpus") ? "1 to 8" : "a whole number", "\"" + text + "\"", hint);
    }

    private static String fileName(@Nullable Path file) {
        return file == null || file.getFileName() == null
                ? ""
                : file.getFileName().toString();
    }

    Failure bad(String field, String expected, String found, String hint) {
        return Failure.of(texts, new Problem(field, expected, found), hint);
    }
}
