// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// VMI calls that reading the sources of Linux 2.6.32 makes one expect for an operation, to be set beside what was
/// counted. Kept in `predicted-calls.tsv`, by the operations' names.
public final class PredictedCalls {
    private static final String PREFIX = "vmi.";
    /// Differences of rounding.
    private static final double NOTHING = 0.005;

    /// A call of an operation.
    ///
    /// @param predicted how often, or -1: nothing was said of it
    /// @param more      the prediction leaves more of it open: locks and allocators mask interrupts, too
    /// @param counted   how often it was
    /// @param once      what a call is worth that came once in the whole round: too little to be a part of the
    /// operation
    public record Line(String call, int predicted, boolean more, double counted, double once) {
        /// Counted beyond what was predicted (or less: below 0). A call of which nothing was said is all beyond it.
        public double difference() {
            return counted - Math.max(0, predicted);
        }

        /// Whether the count is what the prediction says.
        public boolean asPredicted() {
            double d = difference();
            return Math.abs(d) < once + NOTHING || more && d > 0;
        }
    }

    private record Expected(String call, int count, boolean more) {}

    private final Map<String, List<Expected>> byOperation;

    private PredictedCalls(Map<String, List<Expected>> byOperation) {
        this.byOperation = byOperation;
    }

    /// The predictions that come with the program.
    public static PredictedCalls builtIn() {
        try (InputStream in = PredictedCalls.class.getResourceAsStream("predicted-calls.tsv")) {
            if (in == null) throw new IllegalStateException("predicted-calls.tsv is not in this module");
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PredictedCalls parse(List<String> lines) {
        Map<String, List<Expected>> map = new LinkedHashMap<>();
        for (String line : lines) {
            if (line.startsWith("#") || line.isBlank()) continue;
            String[] f = line.split("\t", -1);
            if (f.length != 3) throw new IllegalArgumentException("not three fields: " + line);
            boolean more = f[2].endsWith("+");
            int count = Integer.parseInt(more ? f[2].substring(0, f[2].length() - 1) : f[2]);
            map.computeIfAbsent(f[0], key -> new ArrayList<>()).add(new Expected(PREFIX + f[1], count, more));
        }
        return new PredictedCalls(map);
    }

    /// Names of the operations that something is predicted for.
    public Set<String> operations() {
        return new LinkedHashSet<>(byOperation.keySet());
    }

    /// Names of the calls that are spoken of.
    public Set<String> calls() {
        Set<String> names = new LinkedHashSet<>();
        byOperation.values().forEach(list -> list.forEach(e -> names.add(e.call)));
        return names;
    }

    /// Entries of eight bytes have calls of their own, which do the same: a prediction is for both.
    private static String plain(String call) {
        return call.endsWith("PxELong") ? call.substring(0, call.length() - "Long".length()) : call;
    }

    /// Predicted and counted, in the order of the prediction, then what nobody had predicted. Empty without a
    /// prediction.
    public List<Line> beside(OperationCost cost) {
        List<Expected> expected = byOperation.get(cost.operation().name());
        if (expected == null) return List.of();
        int times = cost.operation().times();
        double once = times > 1 ? 1.0 / times : 0;
        Map<String, Double> counted = new LinkedHashMap<>();
        cost.calls().forEach((call, count) -> counted.merge(plain(call), count, Double::sum));
        List<Line> lines = new ArrayList<>();
        Set<String> named = new LinkedHashSet<>();
        for (Expected e : expected) {
            named.add(e.call);
            lines.add(new Line(e.call, e.count, e.more, counted.getOrDefault(e.call, 0.0), once));
        }
        counted.forEach((call, count) -> {
            if (!named.contains(call) && call.startsWith(PREFIX) && Math.abs(count) >= NOTHING) {
                lines.add(new Line(call, -1, false, count, once));
            }
        });
        return lines;
    }
}
