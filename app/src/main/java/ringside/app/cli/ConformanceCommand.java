// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ringside.vmm.bout.Conformance;
import ringside.vmm.bout.ConformancePage;
import ringside.vmm.bout.SingleSteps;
import ringside.vmm.bout.XtfPage;
import ringside.vmm.bout.XtfSuite;
import ringside.vmm.word.Problem;

/// Compares the processor with recorded hardware, and the Xen corner with Xen's own tests, on all of the host's cores.
/// Groups are told about in their order as
/// soon as they are complete; a table comes at the end.
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = "run recorded hardware vectors or Xen's tests")
final class ConformanceCommand implements Callable<Integer> {
    private static final int SHOWN = 3;
    private static final String ROW = "%-12s %9s %9s %9s%n";

    private final Io io;

    @Parameters(arity = "1", paramLabel = "DIR", description = "a folder of vectors, SingleStepTests or XTF")
    @Nullable
    Path folder;

    @Option(names = "--group", paramLabel = "G", split = ",", description = "only this group")
    List<String> groups = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "write the result as JSON")
    @Nullable
    Path json;

    @Option(names = "--markdown", paramLabel = "FILE", description = "write the page of the documentation")
    @Nullable
    Path markdown;

    ConformanceCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (folder == null) throw problem("DIR", "a folder of vectors", "nothing", "vectors");
        Path path = io.file(folder);
        if (!Files.isDirectory(path)) throw problem(folder.toString(), "a folder of vectors", "no folder", "vectors");
        List<Path> singleSteps = singleSteps(path);
        if (!singleSteps.isEmpty()) return singleSteps(path, singleSteps);
        List<XtfSuite.Test> xtf = xtf(path);
        if (!xtf.isEmpty()) return xtf(path, xtf);
        Set<String> only = new LinkedHashSet<>(groups);
        List<Conformance.Part> parts = parts(path, only);
        List<Conformance.Outcome> outcomes = new ArrayList<>();
        List<Conformance.Group> results = run(parts, outcomes);
        table(results);
        write(results);
        if (markdown != null) write(markdown, ConformancePage.markdown(results, outcomes));
        for (Conformance.Group g : results) {
            if (g.failed() == 0) continue;
            throw new Failure(
                    Failure.ASSERTION,
                    io.texts().get("cli.error.vectors", g.group(), io.texts().number(g.failed())));
        }
        return 0;
    }

    private List<Path> singleSteps(Path path) throws Failure {
        try {
            return SingleSteps.files(SingleSteps.folder(path));
        } catch (IOException e) {
            throw problem(path.toString(), "a folder that can be listed", String.valueOf(e.getMessage()), "vectors");
        }
    }

    /// A folder of the SingleStepTests; its groups are opcodes.
    private int singleSteps(Path path, List<Path> there) throws Failure {
        List<Path> files = there.stream()
                .filter(f -> groups.isEmpty() || groups.contains(SingleSteps.opcode(f)))
                .toList();
        if (files.isEmpty()) throw problem("--group", "an opcode like 80.0", String.join(",", groups), "vectors");
        SingleSteps.Result result = new SingleStepReport(io, SingleSteps.folder(path)).run(files);
        if (json != null) write(json, SingleStepReport.json(result));
        if (result.failed() == 0) return 0;
        throw new Failure(
                Failure.ASSERTION,
                io.texts().get("cli.error.single-steps", io.texts().number(result.failed())));
    }

    private List<XtfSuite.Test> xtf(Path path) throws Failure {
        try {
            return XtfSuite.tests(path);
        } catch (IOException e) {
            throw problem(path.toString(), "a folder that can be listed", String.valueOf(e.getMessage()), "vectors");
        }
    }

    /// The Xen Test Framework; its groups are tests.
    private int xtf(Path path, List<XtfSuite.Test> there) throws Failure {
        List<XtfSuite.Test> tests = there.stream()
                .filter(t -> groups.isEmpty() || groups.contains(t.name()))
                .toList();
        if (tests.isEmpty()) throw problem("--group", "a test like xsa-122", String.join(",", groups), "xtf");
        List<XtfSuite.Outcome> outcomes = new XtfReport(io, path).run(tests);
        if (json != null) write(json, XtfReport.json(outcomes));
        if (markdown != null) write(markdown, XtfPage.markdown(outcomes));
        List<String> unexpected = XtfReport.unexpected(outcomes);
        if (unexpected.isEmpty()) return 0;
        throw new Failure(Failure.ASSERTION, io.texts().get("cli.error.xtf", String.join(" ", unexpected)));
    }

    private List<Conformance.Part> parts(Path path, Set<String> only) throws Failure {
        try {
            List<String> there = Conformance.groups(path);
            for (String group : only) {
                if (there.contains(group)) continue;
                boolean known = Conformance.GROUPS.contains(group);
                throw problem(
                        "--group",
                        "one of " + String.join(" ", Conformance.GROUPS),
                        "\"" + group + "\"" + (known ? ", which has no file there" : ""),
                        "vectors");
            }
            if (there.isEmpty()) {
                throw problem(String.valueOf(folder), "files like alu.txt.gz", "none", "vectors");
            }
            return Conformance.parts(path, only);
        } catch (IOException e) {
            throw problem(path.toString(), "a folder that can be listed", String.valueOf(e.getMessage()), "vectors");
        }
    }

    /// Runs all parts; parts that are still waiting are given up when one cannot be read.
    private List<Conformance.Group> run(List<Conformance.Part> parts, List<Conformance.Outcome> outcomes)
            throws Failure {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<Conformance.Group> results = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), r -> {
            Thread t = new Thread(r, "vectors");
            t.setDaemon(true);
            return t;
        });
        try {
            List<Future<Conformance.Outcome>> started = new ArrayList<>();
            for (Conformance.Part part : parts) {
                started.add(pool.submit(() -> Conformance.run(part, SHOWN, cancelled::get)));
            }
            for (int i = 0; i < parts.size(); i++) {
                outcomes.add(started.get(i).get());
                String group = parts.get(i).group();
                if (i + 1 < parts.size() && parts.get(i + 1).group().equals(group)) continue;
                Conformance.Group result = Conformance.sum(group, outcomes, SHOWN);
                results.add(result);
                tell(result);
            }
        } catch (ExecutionException e) {
            throw unreadable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.KNOCKED_DOWN, io.texts().get("cli.conformance.cancelled"));
        } finally {
            cancelled.set(true);
            pool.shutdownNow();
        }
        return results;
    }

    private Failure unreadable(ExecutionException e) {
        if (e.getCause() instanceof Conformance.Unreadable u) return Failure.of(io.texts(), u.problem(), "vectors");
        throw new IllegalStateException(e.getCause());
    }

    private void tell(Conformance.Group group) {
        io.say(io.texts()
                .get(
                        "cli.conformance.group",
                        group.group(),
                        io.texts().number(group.passed()),
                        io.texts().number(group.failed())));
        for (String failure : group.failures()) io.say("  " + failure.replace("\n", "\n  "));
    }

    private void table(List<Conformance.Group> results) {
        io.out().printf(Locale.ROOT, ROW, "group", "vectors", "passed", "failed");
        long passed = 0;
        long failed = 0;
        for (Conformance.Group g : results) {
            row(g.group(), g.passed(), g.failed());
            passed += g.passed();
            failed += g.failed();
        }
        row("total", passed, failed);
        io.out().flush();
    }

    private void row(String name, long passed, long failed) {
        io.out().printf(Locale.ROOT, ROW, name, grouped(passed + failed), grouped(passed), grouped(failed));
    }

    private static String grouped(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private void write(List<Conformance.Group> results) throws Failure {
        if (json == null) return;
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode list = root.putArray("groups");
        for (Conformance.Group g : results) {
            ObjectNode node = list.addObject();
            node.put("group", g.group());
            node.put("vectors", g.vectors());
            node.put("passed", g.passed());
            node.put("failed", g.failed());
            ArrayNode failures = node.putArray("failures");
            g.failures().forEach(failures::add);
        }
        try {
            write(json, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
        } catch (IOException e) {
            throw new IllegalStateException("a tree of strings and numbers is JSON", e);
        }
    }

    private void write(Path file, String text) throws Failure {
        try {
            Files.writeString(io.file(file), text);
        } catch (IOException e) {
            throw new Failure(
                    Failure.BAD_INPUT,
                    io.texts()
                            .get(
                                    "cli.error.write",
                                    file.toString(),
                                    e.getClass().getSimpleName()));
        }
        io.say(io.texts().get("cli.wrote", file.toString()));
    }

    private Failure problem(String field, String expected, String found, String hint) {
        return Failure.of(io.texts(), new Problem(field, expected, found), hint);
    }
}
