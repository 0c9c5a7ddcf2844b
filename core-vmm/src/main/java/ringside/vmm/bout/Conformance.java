// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import ringside.vmm.board.VectorRun;

/// Compares the processor with vectors that were recorded on real hardware.
public final class Conformance {
    /// The groups that this processor claims. x87, MMX and SSE are not among them.
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
            "aligncheck");

    /// What came of one group.
    ///
    /// @param failures the first failures: name, differences, and the vector itself
    public record Group(String group, long passed, long failed, List<String> failures) {
        /// `alu 26,880 passed, 0 failed`
        public String line() {
            return String.format(Locale.ROOT, "%s %,d passed, %,d failed", group, passed, failed);
        }
    }

    private static final String SUFFIX = ".txt.gz";

    private Conformance() {}

    /// Groups that have a file in the folder but are not claimed, and so not run.
    public static List<String> unclaimed(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .filter(name -> !GROUPS.contains(name))
                    .sorted()
                    .toList();
        }
    }

    /// Runs the files `GROUP.txt.gz` of a folder; groups without a file are left out.
    ///
    /// @param only groups to run; empty: all of {@link #GROUPS}
    /// @param show failures to keep of each group
    /// @param each is given every result as soon as it is there
    public static List<Group> run(Path folder, Set<String> only, int show, Consumer<Group> each) throws IOException {
        List<Group> all = new ArrayList<>();
        for (String group : GROUPS) {
            Path file = folder.resolve(group + SUFFIX);
            if (!only.isEmpty() && !only.contains(group) || !Files.isRegularFile(file)) continue;
            try (InputStream in = Files.newInputStream(file)) {
                VectorRun.Result r = VectorRun.run(group, in, show, 1);
                Group g = new Group(group, r.passed(), r.failed(), r.failures());
                all.add(g);
                each.accept(g);
            }
        }
        return List.copyOf(all);
    }
}
