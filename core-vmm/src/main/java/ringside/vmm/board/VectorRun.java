// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import ringside.vmm.isa.Decoder;
import ringside.vmm.isa.Insn;

/// Runs the vectors of one group, a line at a time.
public final class VectorRun {
    /// A vector that failed.
    ///
    /// @param number its place in the file
    /// @param text   what differs, and the vector's own line
    public record Failing(long number, String text) {}

    /// What came of a group, or of a slice of it.
    ///
    /// @param failing the first failures
    public record Result(String group, long passed, long failed, List<Failing> failing, RowTally rows) {
        public List<String> failures() {
            return failing.stream().map(Failing::text).toList();
        }
    }

    /// Every `of`th vector, beginning with number `which`.
    public record Slice(int which, int of) {
        public static final Slice ALL = new Slice(0, 1);
    }

    /// Vectors between two questions whether to stop.
    private static final int PATIENCE = 256;

    private final String group;
    private final int show;
    private final VectorEnvironment environment = new VectorEnvironment();
    private final List<Failing> failing = new ArrayList<>();
    private final RowTally rows = new RowTally();
    private final Insn insn = new Insn();
    private final byte[] code = new byte[Decoder.MAX_LENGTH];
    private @Nullable VectorRig rig;
    private long passed;
    private long failed;

    private VectorRun(String group, int show) {
        this.group = group;
        this.show = show;
    }

    /// @param in   the gzip'd file
    /// @param show how many failures to keep
    /// @param step every how many vectors one is run
    public static Result run(String group, InputStream in, int show, int step) throws IOException, BadVector {
        return run(group, in, show, new Slice(0, step), () -> false);
    }

    /// @param cancelled asked now and then; true ends the run early
    public static Result run(String group, InputStream in, int show, Slice slice, BooleanSupplier cancelled)
            throws IOException, BadVector {
        VectorRun run = new VectorRun(group, show);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in, 1 << 16), StandardCharsets.US_ASCII), 1 << 16)) {
            int at = 0;
            long vectors = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                at++;
                if (line.isEmpty() || line.charAt(0) == '#') continue;
                if (line.charAt(0) == '@') {
                    run.environment.header(line, at);
                } else if (vectors++ % slice.of() == slice.which()) {
                    run.vector(VectorCase.parse(line, at));
                    if ((run.passed + run.failed) % PATIENCE == 0 && cancelled.getAsBoolean()) break;
                }
            }
        }
        return new Result(group, run.passed, run.failed, List.copyOf(run.failing), run.rows);
    }

    private void vector(VectorCase v) {
        if (rig == null) rig = new VectorRig(environment);
        String differences;
        try {
            differences = rig.run(v);
        } catch (RuntimeException broken) {
            // The engine may not break off at any guest; to a vector it is a failure like others.
            differences = " " + broken;
            rig = null;
        }
        rows.count(row(v), differences == null);
        if (differences == null) {
            passed++;
        } else {
            failed++;
            if (failing.size() < show) failing.add(new Failing(v.number, v.name + differences + "\n    " + v.line));
        }
    }

    /// Row of the first instruction; behind what the vector names lie HLTs.
    private int row(VectorCase v) {
        Arrays.fill(code, (byte) 0xF4);
        System.arraycopy(v.code, 0, code, 0, Math.min(v.code.length, code.length));
        boolean code32 = (environment.descriptor(v.selectors[1]) >>> 54 & 1) != 0;
        return Decoder.decode(code, 0, code.length, code32, insn) > 0 ? insn.row : 0;
    }
}
