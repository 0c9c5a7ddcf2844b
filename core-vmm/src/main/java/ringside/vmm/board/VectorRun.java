// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Runs the vectors of one group, a line at a time.
public final class VectorRun {
    /// What came of a group.
    ///
    /// @param failures the first failures, each with what differs and the vector's own line
    public record Result(String group, long passed, long failed, List<String> failures) {}

    private VectorRun() {}

    /// @param in   the gzip'd file
    /// @param show how many failures to keep
    /// @param step every how many vectors one is run, by its number
    public static Result run(String group, InputStream in, int show, int step) throws IOException {
        long passed = 0;
        long failed = 0;
        List<String> failures = new ArrayList<>();
        VectorEnvironment environment = new VectorEnvironment();
        @Nullable VectorRig rig = null;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in, 1 << 16), StandardCharsets.US_ASCII), 1 << 16)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() || line.charAt(0) == '#') continue;
                if (line.charAt(0) == '@') {
                    environment.header(line);
                    continue;
                }
                VectorCase v = VectorCase.parse(line);
                if (v.number % step != 0) continue;
                if (rig == null) rig = new VectorRig(environment);
                String differences = rig.run(v);
                if (differences == null) {
                    passed++;
                } else {
                    failed++;
                    if (failures.size() < show) failures.add(v.name + differences + "\n    " + line);
                }
            }
        }
        return new Result(group, passed, failed, List.copyOf(failures));
    }
}
