// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import ringside.vmm.board.BadVector;
import ringside.vmm.board.RowTally;
import ringside.vmm.board.VectorRun;
import ringside.vmm.word.Problem;

/// Compares the processor with vectors that were recorded on real hardware.
///
/// A folder is cut into parts that have nothing to do with each other, so that a caller may run them on as many
/// threads as it likes; what comes of them is put together in the order of the groups, whoever was first.
public final class Conformance {
    /// The groups that this processor claims, in the order of reports.
    public static final List<String> GROUPS = List.of(
            "alu",
            "shift",
            "muldiv",
            "bit",
            "bcd",
            "mov",
            "stack",
            "string",
            "branch",
            "far",
            "seg",
            "pagefault",
            "priv",
            "singlestep",
            "aligncheck",
            "x87",
            "x87trans",
            "mmx",
            "sse",
            "sse2",
            "fxstate");

    private static final String SUFFIX = ".txt.gz";
    /// Bytes of a packed file from which on it is cut in two, in three...
    private static final long PART = 1 << 20;

    /// Some vectors of one group.
    public record Part(String group, Path file, int which, int of) {}

    /// What came of a part.
    public record Outcome(Part part, VectorRun.Result result) {}

    /// What came of one group.
    ///
    /// @param failures the first failures: name, differences, and the vector itself
    public record Group(String group, long passed, long failed, List<String> failures) {
        public long vectors() {
            return passed + failed;
        }
    }

    /// A file that cannot be read as vectors: which, where, what stands there.
    public static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unreadable(Problem problem) {
            super(problem.field(), null, false, false);
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }

    private Conformance() {}

    /// The groups that have a file `GROUP.txt.gz` in the folder: those of {@link #GROUPS} in their order, then others.
    public static List<String> groups(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted(Comparator.comparingInt(Conformance::place).thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    private static int place(String group) {
        int known = GROUPS.indexOf(group);
        return known >= 0 ? known : GROUPS.size();
    }

    /// The work of a folder.
    ///
    /// @param only groups to run; empty: all that are there
    public static List<Part> parts(Path folder, Set<String> only) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (String group : groups(folder)) {
            if (!only.isEmpty() && !only.contains(group)) continue;
            Path file = folder.resolve(group + SUFFIX);
            int of = (int) (Files.size(file) / PART) + 1;
            for (int which = 0; which < of; which++) parts.add(new Part(group, file, which, of));
        }
        return parts;
    }

    /// Runs one part. Parts share nothing.
    ///
    /// @param show      failures to keep
    /// @param cancelled asked now and then; true ends the part early
    public static Outcome run(Part part, int show, BooleanSupplier cancelled) throws Unreadable {
        String name = part.file().getFileName().toString();
        try (InputStream in = Files.newInputStream(part.file())) {
            VectorRun.Slice slice = new VectorRun.Slice(part.which(), part.of());
            return new Outcome(part, VectorRun.run(part.group(), in, show, slice, cancelled));
        } catch (BadVector bad) {
            throw new Unreadable(new Problem(
                    name + " line " + bad.line(), "vectors as their README describes", "\"" + bad.token() + "\""));
        } catch (IOException broken) {
            throw new Unreadable(new Problem(name, "vectors packed by gzip", String.valueOf(broken.getMessage())));
        }
    }

    /// The parts of one group together.
    ///
    /// @param show failures to keep
    public static Group sum(String group, List<Outcome> outcomes, int show) {
        long passed = 0;
        long failed = 0;
        List<VectorRun.Failing> failing = new ArrayList<>();
        for (Outcome o : outcomes) {
            if (!o.part().group().equals(group)) continue;
            passed += o.result().passed();
            failed += o.result().failed();
            failing.addAll(o.result().failing());
        }
        List<String> first = failing.stream()
                .sorted(Comparator.comparingLong(VectorRun.Failing::number))
                .limit(show)
                .map(VectorRun.Failing::text)
                .toList();
        return new Group(group, passed, failed, first);
    }

    /// Vectors by instruction, over all groups.
    public static RowTally rows(List<Outcome> outcomes) {
        RowTally all = new RowTally();
        for (Outcome o : outcomes) all.add(o.result().rows());
        return all;
    }
}
