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
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import ringside.vmm.bout.SingleSteps;
import ringside.vmm.word.Problem;

/// `conformance` over a folder of single-step cases: all files on all cores, one table.
final class SingleStepReport {
    private static final int SHOWN = 2;
    private static final String ROW = "%-48s %,11d%n";

    private final Io io;
    private final Path folder;

    SingleStepReport(Io io, Path folder) {
        this.io = io;
        this.folder = folder;
    }

    /// Runs and prints. Failures are told about as they come.
    SingleSteps.Result run(List<Path> files) throws Failure {
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), r -> {
            Thread t = new Thread(r, "single steps");
            t.setDaemon(true);
            return t;
        });
        SingleSteps.Result sum = SingleSteps.NOTHING;
        try {
            Map<String, Integer> masks = SingleSteps.masks(folder);
            List<Future<SingleSteps.Result>> started = new ArrayList<>();
            for (Path file : files) started.add(pool.submit(() -> SingleSteps.run(file, masks, SHOWN)));
            for (Future<SingleSteps.Result> f : started) {
                SingleSteps.Result one = f.get();
                one.failures().forEach(io::say);
                sum = sum.plus(one);
            }
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw unreadable(cause == null ? "something else" : String.valueOf(cause.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.KNOCKED_DOWN, io.texts().get("cli.conformance.cancelled"));
        } finally {
            pool.shutdownNow();
        }
        table(sum);
        return sum;
    }

    private Failure unreadable(String found) {
        return Failure.of(io.texts(), new Problem(folder.toString(), "MOO files that can be read", found), "vectors");
    }

    private void table(SingleSteps.Result r) {
        io.out().printf(Locale.ROOT, ROW, "cases", r.cases());
        io.out().printf(Locale.ROOT, ROW, "passed", r.passed());
        io.out().printf(Locale.ROOT, ROW, "failed", r.failed());
        r.differing().forEach((reason, n) -> io.out().printf(Locale.ROOT, ROW, "not run: " + reason, n));
        io.out().flush();
    }

    static String json(SingleSteps.Result r) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("cases", r.cases());
        root.put("passed", r.passed());
        root.put("failed", r.failed());
        ObjectNode differing = root.putObject("notRun");
        r.differing().forEach(differing::put);
        ArrayNode failures = root.putArray("failures");
        r.failures().forEach(failures::add);
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (IOException e) {
            throw new IllegalStateException("a tree of strings and numbers is JSON", e);
        }
    }
}
