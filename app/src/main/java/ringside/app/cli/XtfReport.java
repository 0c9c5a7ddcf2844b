// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import ringside.vmm.bout.XtfSuite;
import ringside.vmm.word.Problem;

/// `conformance` over a built Xen Test Framework: every 32-bit PAE guest on a machine of its own, one table.
final class XtfReport {
    private static final String ROW = "%-24s %-16s %-10s %s%n";

    private final Io io;
    private final Path folder;

    XtfReport(Io io, Path folder) {
        this.io = io;
        this.folder = folder;
    }

    /// Runs the tests and prints the table.
    List<XtfSuite.Outcome> run(List<XtfSuite.Test> tests) throws Failure {
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), r -> {
            Thread t = new Thread(r, "xtf");
            t.setDaemon(true);
            return t;
        });
        List<XtfSuite.Outcome> outcomes = new ArrayList<>();
        try {
            List<Future<XtfSuite.Outcome>> started = new ArrayList<>();
            for (XtfSuite.Test test : tests) started.add(pool.submit(() -> XtfSuite.run(test)));
            io.out().printf(Locale.ROOT, ROW, "test", "Xen 4.17", "Ringside", "why");
            for (Future<XtfSuite.Outcome> f : started) {
                outcomes.add(f.get());
                row(outcomes.getLast());
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof IOException cause)) throw new IllegalStateException(e.getCause());
            String found = String.valueOf(cause.getMessage());
            throw Failure.of(io.texts(), new Problem(folder.toString(), "built tests that can be read", found), "xtf");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.KNOCKED_DOWN, io.texts().get("cli.conformance.cancelled"));
        } finally {
            pool.shutdownNow();
        }
        io.out().flush();
        return outcomes;
    }

    private void row(XtfSuite.Outcome o) {
        XtfSuite.Known known = XtfSuite.known(o.name());
        io.out().printf(Locale.ROOT, ROW, o.name(), known.xen(), o.verdict(), known.why());
    }

    /// Names of the tests whose verdict is not the one expected.
    static List<String> unexpected(List<XtfSuite.Outcome> outcomes) {
        return outcomes.stream()
                .filter(o -> !o.verdict().equals(XtfSuite.known(o.name()).expected()))
                .map(XtfSuite.Outcome::name)
                .toList();
    }

    static String json(List<XtfSuite.Outcome> outcomes) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode list = root.putArray("tests");
        for (XtfSuite.Outcome o : outcomes) {
            XtfSuite.Known known = XtfSuite.known(o.name());
            ObjectNode node = list.addObject();
            node.put("test", o.name());
            node.put("xen417", known.xen());
            node.put("verdict", o.verdict());
            node.put("expected", known.expected());
            node.put("why", known.why());
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (IOException e) {
            throw new IllegalStateException("a tree of strings is JSON", e);
        }
    }
}
