// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ringside.vmm.bout.Conformance;
import ringside.vmm.word.Problem;

/// Compares the processor with recorded hardware, group by group.
@Command(name = "conformance", mixinStandardHelpOptions = true, description = "run recorded hardware vectors")
final class ConformanceCommand implements Callable<Integer> {
    private static final int SHOWN = 3;

    private final Io io;

    @Parameters(arity = "1", paramLabel = "DIR", description = "a folder of vectors")
    @Nullable
    Path folder;

    @Option(names = "--group", paramLabel = "G", split = ",", description = "only this group")
    List<String> groups = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "write the result as JSON")
    @Nullable
    Path json;

    ConformanceCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Failure {
        if (folder == null) throw problem("DIR", "a folder of vectors", "nothing", "vectors");
        Path path = io.file(folder);
        if (!Files.isDirectory(path)) throw problem(folder.toString(), "a folder of vectors", "no folder", "vectors");
        Set<String> only = new LinkedHashSet<>(groups);
        for (String group : only) {
            if (Conformance.GROUPS.contains(group)) continue;
            throw problem("--group", "one of " + String.join(" ", Conformance.GROUPS), "\"" + group + "\"", "vectors");
        }
        List<Conformance.Group> results = run(path, only);
        if (results.isEmpty()) {
            throw problem(folder.toString(), "files like alu.txt.gz", "none of those asked for", "vectors");
        }
        List<String> notRun = only.isEmpty() ? unclaimed(path) : List.of();
        if (!notRun.isEmpty()) io.say(io.texts().get("cli.conformance.not-run", String.join(" ", notRun)));
        write(results, notRun);
        for (Conformance.Group g : results) {
            if (g.failed() == 0) continue;
            throw new Failure(
                    Failure.ASSERTION,
                    io.texts().get("cli.error.vectors", g.group(), io.texts().number(g.failed())));
        }
        return 0;
    }

    private List<Conformance.Group> run(Path path, Set<String> only) throws Failure {
        try {
            return Conformance.run(path, only, SHOWN, group -> {
                io.out().println(group.line());
                io.out().flush();
                for (String failure : group.failures()) io.say("  " + failure.replace("\n", "\n  "));
            });
        } catch (IOException | IllegalArgumentException e) {
            throw problem(
                    path.toString(), "vectors as their README describes", String.valueOf(e.getMessage()), "vectors");
        }
    }

    private List<String> unclaimed(Path path) throws Failure {
        try {
            return Conformance.unclaimed(path);
        } catch (IOException e) {
            throw problem(path.toString(), "a folder that can be listed", String.valueOf(e.getMessage()), "vectors");
        }
    }

    private void write(List<Conformance.Group> results, List<String> notRun) throws Failure {
        if (json == null) return;
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode list = root.putArray("groups");
        for (Conformance.Group g : results) {
            ObjectNode node = list.addObject();
            node.put("group", g.group());
            node.put("passed", g.passed());
            node.put("failed", g.failed());
            ArrayNode failures = node.putArray("failures");
            g.failures().forEach(failures::add);
        }
        ArrayNode left = root.putArray("notRun");
        notRun.forEach(left::add);
        try {
            Files.writeString(
                    io.file(json), mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
        } catch (IOException e) {
            throw new Failure(
                    Failure.BAD_INPUT,
                    io.texts()
                            .get(
                                    "cli.error.write",
                                    json.toString(),
                                    e.getClass().getSimpleName()));
        }
        io.say(io.texts().get("cli.wrote", json.toString()));
    }

    private Failure problem(String field, String expected, String found, String hint) {
        return Failure.of(io.texts(), new Problem(field, expected, found), hint);
    }
}
