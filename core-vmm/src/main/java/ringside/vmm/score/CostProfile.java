// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ringside.vmm.word.Problem;

/// What events cost on one machine of the past, in cycles. A readable table of tab-separated text; copies may be
/// edited.
///
/// @param id      short name, as in a bout file
/// @param title   as people call it: "2006 server"
/// @param machine the machine it was put together for
/// @param mhz     clock that turns cycles into time
/// @param prices  by event, in table order
public record CostProfile(String id, String title, String machine, int mhz, Map<String, Price> prices) {
    /// Ids of the built-in profiles, oldest first.
    public static final List<String> BUILT_IN =
            List.of("p4-2004", "opteron-2006", "core2-2007", "nehalem-2009", "server-2020s");

    /// The profile in use when nobody chose one.
    public static final String DEFAULT = "opteron-2006";

    /// Where a price comes from.
    public enum Basis {
        /// A published measurement as it stands.
        M,
        /// Arithmetic on a published measurement.
        D,
        /// An estimate.
        E,
        /// The user's own number.
        U,
        /// The machine has no such event.
        NONE
    }

    /// @param cycles 0 when the machine has no such event
    /// @param low    smallest believable price
    /// @param high   largest believable price
    /// @param source short references into the table of sources, or ""
    public record Price(double cycles, double low, double high, Basis basis, String source) {}

    /// A profile, or what is wrong with the text.
    public sealed interface Parsed {
        record Ok(CostProfile profile) implements Parsed {}

        record Wrong(List<Problem> problems) implements Parsed {}
    }

    /// A built-in profile.
    public static CostProfile builtIn(String id) {
        try (InputStream in = CostProfile.class.getResourceAsStream("/ringside/vmm/score/" + id + ".tsv")) {
            if (in == null) throw new IllegalStateException("no built-in cost profile " + id);
            return switch (parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
                case Parsed.Ok ok -> ok.profile();
                case Parsed.Wrong wrong -> throw new IllegalStateException(id + " does not parse: " + wrong.problems());
            };
        } catch (IOException e) {
            throw new IllegalStateException("a built-in cost profile cannot be read: " + id, e);
        }
    }

    /// Reads the text form.
    public static Parsed parse(String text) {
        List<Problem> problems = new ArrayList<>();
        Map<String, String> head = new LinkedHashMap<>();
        Map<String, Price> prices = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.split("\\R")) {
            number++;
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] cells = line.split("\t", -1);
            if (cells.length == 2) head.put(cells[0], cells[1]);
            else price(cells, number, prices, problems);
        }
        int mhz = mhz(head.getOrDefault("mhz", ""), problems);
        String id = head.getOrDefault("profile", "");
        if (id.isBlank()) problems.add(new Problem("profile", "a line \"profile\" with a short name", "none"));
        if (!problems.isEmpty()) return new Parsed.Wrong(List.copyOf(problems));
        return new Parsed.Ok(new CostProfile(
                id,
                head.getOrDefault("title", id),
                head.getOrDefault("machine", ""),
                mhz,
                Collections.unmodifiableMap(prices)));
    }

    private static void price(String[] cells, int line, Map<String, Price> prices, List<Problem> problems) {
        if (cells.length < 5) {
            problems.add(new Problem("line " + line, "event, cycles, low, high, basis", cells.length + " cells"));
            return;
        }
        String source = cells.length > 5 ? cells[5] : "";
        if (cells[1].equals("-")) {
            prices.put(cells[0], new Price(0, 0, 0, Basis.NONE, source));
            return;
        }
        try {
            double cycles = Double.parseDouble(cells[1]);
            Price price = new Price(
                    cycles,
                    Double.parseDouble(cells[2]),
                    Double.parseDouble(cells[3]),
                    Basis.valueOf(cells[4]),
                    source);
            if (!(cycles >= 0) || Double.isInfinite(cycles)) throw new NumberFormatException(cells[1]);
            prices.put(cells[0], price);
        } catch (IllegalArgumentException e) {
            problems.add(new Problem("line " + line, "numbers of cycles and one of M D E U", String.join(" ", cells)));
        }
    }

    private static int mhz(String text, List<Problem> problems) {
        try {
            int mhz = Integer.parseInt(text);
            if (mhz > 0) return mhz;
        } catch (NumberFormatException e) {
            // reported below
        }
        problems.add(new Problem("mhz", "a line \"mhz\" with the clock in MHz", text.isEmpty() ? "none" : text));
        return 1;
    }

    /// Price of one event in cycles; 0 for an event without a price.
    public double cycles(String event) {
        Price p = prices.get(event);
        return p == null ? 0 : p.cycles();
    }

    /// A copy with one price changed, marked as the user's.
    public CostProfile with(String event, double cycles) {
        Map<String, Price> copy = new LinkedHashMap<>(prices);
        copy.put(event, new Price(cycles, cycles, cycles, Basis.U, ""));
        return new CostProfile(id, title, machine, mhz, Collections.unmodifiableMap(copy));
    }

    /// The text form; {@link #parse} reads it back.
    public String text() {
        StringBuilder s = new StringBuilder();
        s.append("profile\t")
                .append(id)
                .append("\ntitle\t")
                .append(title)
                .append("\nmachine\t")
                .append(machine);
        s.append("\nmhz\t").append(mhz).append("\n# event\tcycles\tlow\thigh\tbasis\tsource\n");
        prices.forEach((event, p) -> {
            s.append(event).append('\t');
            if (p.basis() == Basis.NONE) s.append("-\t-\t-\t-");
            else s.append(p.cycles() + "\t" + p.low() + "\t" + p.high() + "\t" + p.basis());
            s.append('\t').append(p.source()).append('\n');
        });
        return s.toString();
    }

    /// Cycles as seconds on this machine.
    public Modelled seconds(Modelled cycles) {
        return new Modelled(cycles.value() / (mhz * 1e6));
    }
}
