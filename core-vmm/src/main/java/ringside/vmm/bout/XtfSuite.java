// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import ringside.vmm.word.Iface;

/// The Xen Test Framework: a folder of small kernels, each of which prints its own verdict. The 32-bit PAE ones are
/// run, each on a machine of its own, as their `.cfg` files ask.
public final class XtfSuite {
    private static final String PREFIX = "test-pv32pae-";
    private static final String SUFFIX = ".cfg";
    private static final Pattern SETTING = Pattern.compile("(?m)^\\s*(\\w+)\\s*=\\s*\"?([^\"\\n]*?)\"?\\s*$");
    private static final Pattern VERDICT = Pattern.compile("Test result: (\\w+)");
    /// Guest time for one test. They take well under a second.
    private static final long TICKS = 20_000_000_000L;
    private static final long SEED = 1;

    /// One test. @param name without its environment; a variation follows `~`
    public record Test(String name, Path kernel, int megabytes, int vcpus, String command) {}

    /// What a test said of itself (SUCCESS, SKIP, ERROR, FAILURE), or how it ended without saying anything.
    public record Outcome(String name, String verdict) {}

    /// What is known about a test.
    ///
    /// @param xen      verdict of Xen 4.17
    /// @param expected verdict here
    /// @param why      of a difference, or of a verdict that is no success; may be empty
    public record Known(String name, String xen, String expected, String why) {}

    private XtfSuite() {}

    /// The tests of a folder: XTF's own, its `tests`, or one where they are installed. Empty when it holds others.
    public static List<Test> tests(Path given) throws IOException {
        Path inside = given.resolve("tests");
        List<Test> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Files.isDirectory(inside) ? inside : given, 2)) {
            for (Path file : files.sorted().toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) tests.add(test(file, name));
            }
        }
        tests.sort(Comparator.comparing(Test::name));
        return tests;
    }

    /// A configuration names its kernel by an absolute path of where it was built; the kernel lies beside it.
    private static Test test(Path file, String name) throws IOException {
        String plain = name.substring(0, name.length() - SUFFIX.length());
        Path kernel = file.resolveSibling(plain.replaceFirst("~.*", ""));
        int megabytes = 128;
        int vcpus = 1;
        String command = "";
        Matcher m = SETTING.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (m.find()) {
            switch (m.group(1)) {
                case "memory" -> megabytes = number(m.group(2), megabytes);
                case "vcpus" -> vcpus = number(m.group(2), vcpus);
                case "cmdline", "extra" -> command = m.group(2);
                default -> {} // names, the loader
            }
        }
        return new Test(plain.substring(PREFIX.length()), kernel, megabytes, vcpus, command);
    }

    private static int number(String text, int otherwise) {
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : otherwise;
    }

    /// Runs one test to its end.
    public static Outcome run(Test test) throws IOException {
        BoutSpec spec = new BoutSpec(
                test.name(),
                List.of(Iface.XEN),
                test.vcpus(),
                (long) test.megabytes() << 20,
                SEED,
                Files.readAllBytes(test.kernel()),
                new byte[0],
                test.command());
        return switch (Bouts.open(spec)) {
            case Bouts.Opened.Wrong wrong ->
                new Outcome(test.name(), "refused: " + wrong.problems().get(0));
            case Bouts.Opened.Ready ready -> run(test, ready.corners().get(0));
        };
    }

    private static Outcome run(Test test, Corner corner) {
        try {
            Corner.Stop stop = corner.run(TICKS, false);
            Matcher m = VERDICT.matcher(corner.console().tail(1 << 16)
                    + new String(corner.console().logSince(0), StandardCharsets.ISO_8859_1));
            String verdict = m.find() ? m.group(1) : stop == Corner.Stop.KNOCKED_DOWN ? "CRASH" : "no verdict";
            return new Outcome(test.name(), verdict);
        } finally {
            corner.close();
        }
    }

    /// What is known, by name of the test.
    public static List<Known> known() {
        try (InputStream in = XtfSuite.class.getResourceAsStream("xtf.tsv")) {
            if (in == null) throw new IllegalStateException("xtf.tsv is not in this module");
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return lines.lines()
                    .filter(l -> !l.startsWith("#"))
                    .map(l -> l.split("\t", -1))
                    .map(f -> new Known(f[0], f[1], f[2], f[3]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is known about one test; a test nobody has looked at is expected to succeed.
    public static Known known(String name) {
        return known().stream()
                .filter(k -> k.name().equals(name))
                .findFirst()
                .orElseGet(() -> new Known(name, "SUCCESS", "SUCCESS", ""));
    }
}
