// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import ringside.vmm.board.SingleStepRun;

/// Compares the processor with a folder of the SingleStepTests for the 80286: one file an opcode, and
/// `metadata.json`, which says what flags it defines.
public final class SingleSteps {
    private static final String PACKED = ".MOO.gz", PLAIN = ".MOO";

    /// What came of some files.
    ///
    /// @param differing cases that a 386 rightly does otherwise, by reason
    public record Result(long passed, long failed, Map<String, Long> differing, List<String> failures) {
        /// Together with others.
        public Result plus(Result other) {
            Map<String, Long> sum = new TreeMap<>(differing);
            other.differing.forEach((reason, n) -> sum.merge(reason, n, Long::sum));
            List<String> all = new ArrayList<>(failures);
            all.addAll(other.failures);
            return new Result(passed + other.passed, failed + other.failed, sum, all);
        }

        public long cases() {
            return passed
                    + failed
                    + differing.values().stream().mapToLong(n -> n).sum();
        }
    }

    public static final Result NOTHING = new Result(0, 0, Map.of(), List.of());

    private SingleSteps() {}

    /// The folder of the cases: the one given, or its `v1_real_mode`, as in the suite's repository.
    public static Path folder(Path given) {
        Path inside = given.resolve("v1_real_mode");
        return Files.isDirectory(inside) ? inside : given;
    }

    /// The files of a folder, in order; empty when it holds something else.
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> name(f).endsWith(PACKED) || name(f).endsWith(PLAIN))
                    .sorted()
                    .toList();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /// The opcode that a file is about, like `80.0`.
    public static String opcode(Path file) {
        return name(file).replace(PACKED, "").replace(PLAIN, "");
    }

    /// Defined flags by opcode; empty without `metadata.json`.
    public static Map<String, Integer> masks(Path folder) throws IOException {
        Path metadata = folder.resolve("metadata.json");
        return Files.isRegularFile(metadata) ? SingleStepRun.masks(Files.readString(metadata)) : Map.of();
    }

    /// Runs a file. Files share nothing.
    ///
    /// @param show failures to keep
    /// @throws IllegalArgumentException when it is not what its name says
    public static Result run(Path file, Map<String, Integer> masks, int show) throws IOException {
        String opcode = opcode(file);
        int mask = masks.getOrDefault(opcode, SingleStepRun.ALL_FLAGS);
        try (InputStream in = Files.newInputStream(file)) {
            SingleStepRun.Result r = SingleStepRun.run(in, name(file).endsWith(PACKED), mask, show);
            List<String> failures =
                    r.failures().stream().map(f -> opcode + ": " + f).toList();
            return new Result(r.passed(), r.failed(), r.differing(), failures);
        }
    }
}
