// SPDX-License-Identifier: Apache-2.0
package ringside.test.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Runs random programs for as long as one likes: arguments are the first seed, the number of programs, and the folder
/// for failures; `floating` behind them makes programs of the x87 and of SSE.
final class Fuzz {
    private static final int ENOUGH = 10;

    private Fuzz() {}

    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        int programs = Integer.parseInt(arguments[1]);
        LongFunction<Program> maker =
                arguments.length > 3 && arguments[3].equals("floating") ? ProgramMaker::floating : ProgramMaker::make;
        List<String> failures = run(maker, seed, programs, Path.of(arguments[2]), System.out::println);
        failures.forEach(System.out::println);
        System.out.println(failures.isEmpty() ? "no difference" : failures.size() + " differences");
    }

    /// @return a line for each program that failed; at most a few
    static List<String> run(LongFunction<Program> maker, long seed, int programs, Path cases, Consumer<String> progress)
            throws IOException {
        Contest contest = new Contest(Way.ALL);
        List<String> failures = new ArrayList<>();
        for (long s = seed; s < seed + programs && failures.size() < ENOUGH; s++) {
            Program p = maker.apply(s);
            @Nullable String differs = contest.differs(p);
            if (differs != null) {
                Program small = contest.shrink(p);
                Path file = cases.resolve("seed-" + s + ".txt");
                String what = contest.differs(small);
                Files.writeString(file, "# seed " + s + "\n# " + what + "\n" + small.text());
                failures.add("seed " + s + ": " + differs + "; made small: " + what + ", saved as " + file);
            }
            if ((s - seed) % 10_000 == 9_999) progress.accept(s - seed + 1 + " programs");
        }
        StringBuilder reached = new StringBuilder("delivered:");
        long[] vectors = contest.vectors();
        for (int v = 0; v < 256; v++) {
            if (vectors[v] > 0 && v < 32)
                reached.append(' ').append(v).append(" x ").append(vectors[v]);
        }
        progress.accept(reached.toString());
        return failures;
    }
}
