// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Runs the real-mode cases of the SingleStepTests for the 80286: each file holds those of one opcode.
public final class SingleStepRun {
    /// Defined flags where the metadata say nothing.
    public static final int ALL_FLAGS = 0xFFFF;

    private static final Pattern MEMBER = Pattern.compile("\"([^\"]+)\"\\s*:\\s*(\\{|\\d+|\"[^\"]*\")|\\}");

    /// What came of a file.
    ///
    /// @param differing cases in which a 386 rightly does something else, by reason; they are not run
    /// @param failures  the first failures: name, bytes, what differs
    public record Result(long passed, long failed, Map<String, Long> differing, List<String> failures) {}

    private SingleStepRun() {}

    /// Which flags each opcode defines, by file name: from the suite's metadata, `flags-mask` under an opcode or under
    /// one of its `reg` values.
    public static Map<String, Integer> masks(String metadata) {
        Map<String, Integer> masks = new HashMap<>();
        Deque<String> path = new ArrayDeque<>();
        Matcher m = MEMBER.matcher(metadata);
        while (m.find()) {
            if (m.group(1) == null) path.pollLast();
            else if (m.group(2).equals("{")) path.addLast(m.group(1));
            else if (m.group(1).equals("flags-mask")) masks.put(opcode(path), Integer.parseInt(m.group(2)));
        }
        return masks;
    }

    private static String opcode(Deque<String> path) {
        List<String> words = new ArrayList<>(path);
        words.removeIf(w -> w.equals("opcodes") || w.equals("reg"));
        return String.join(".", words);
    }

    /// Runs a file.
    ///
    /// @param in     as it is, or packed by gzip
    /// @param packed whether it is
    /// @param show   failures to keep
    /// @throws IllegalArgumentException when it is not a MOO file
    public static Result run(InputStream in, boolean packed, int flagsMask, int show) throws IOException {
        byte[] file = packed ? new GZIPInputStream(in, 1 << 16).readAllBytes() : in.readAllBytes();
        SingleStepRig rig = new SingleStepRig();
        long passed = 0;
        long failed = 0;
        Map<String, Long> differing = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        for (SingleStepCase c : SingleStepCase.readAll(file)) {
            String reason = SingleStepRules.exempts(c);
            String differences = reason == null ? rig.run(c, flagsMask) : null;
            if (reason != null) {
                differing.merge(reason, 1L, Long::sum);
            } else if (differences == null) {
                passed++;
            } else {
                failed++;
                if (failures.size() < show) {
                    failures.add(c.name + " (" + HexFormat.of().formatHex(c.bytes) + ")" + differences);
                }
            }
        }
        return new Result(passed, failed, Map.copyOf(differing), List.copyOf(failures));
    }
}
