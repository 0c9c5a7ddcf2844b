// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.word.Iface;

/// The tale of the tape: a few rows, one column a corner, counted rows first.
///
/// @param rows    in order
/// @param profile the prices behind the modelled rows
public record Tape(List<Iface> corners, List<Row> rows, CostProfile profile) {
    /// How a row's numbers are written.
    public enum Unit {
        COUNT,
        RATIO,
        PER_CENT,
        MILLISECONDS
    }

    /// @param key      text key, like `tape.crossings`
    /// @param modelled whether a ≈ belongs to it
    /// @param values   one a corner; empty where the row does not apply
    public record Row(String key, Unit unit, boolean modelled, List<OptionalDouble> values) {
        /// First corner over second, when there are exactly two and both have a number.
        public OptionalDouble ratio() {
            if (values.size() != 2) return OptionalDouble.empty();
            OptionalDouble a = values.get(0);
            OptionalDouble b = values.get(1);
            if (a.isEmpty() || b.isEmpty() || b.getAsDouble() == 0) return OptionalDouble.empty();
            return OptionalDouble.of(a.getAsDouble() / b.getAsDouble());
        }
    }

    /// What one corner counted.
    public record Entry(Iface iface, Counts counts) {}

    /// Compares corners over the same stretch of work.
    public static Tape of(List<Entry> entries, CostProfile profile) {
        List<Row> rows = new ArrayList<>();
        rows.add(count(entries, "tape.crossings", Counts::crossings));
        rows.add(count(entries, "tape.pte-updates", Counts::pteUpdates));
        rows.add(row(entries, "tape.crossings-per-pte", Unit.RATIO, false, e -> perPte(e.counts())));
        rows.add(count(entries, "tape.hidden-faults", Counts::hiddenFaults));
        rows.add(count(
                entries,
                "tape.calls",
                c -> c.calls().values().stream()
                        .mapToLong(Counts.CallCount::count)
                        .sum()));
        rows.add(count(entries, "tape.refusals", c -> c.events(EventKind.REFUSAL)));
        rows.add(count(entries, "tape.instructions", Counts::instructions));
        rows.add(row(entries, "tape.hypervisor-share", Unit.PER_CENT, true, e -> {
            Bill bill = Bill.of(e.iface(), e.counts(), profile);
            return OptionalDouble.of(bill.hypervisor().shareOf(bill.total()).value() * 100);
        }));
        rows.add(row(entries, "tape.modelled-time", Unit.MILLISECONDS, true, e -> {
            Bill bill = Bill.of(e.iface(), e.counts(), profile);
            return OptionalDouble.of(profile.seconds(bill.total()).value() * 1000);
        }));
        return new Tape(entries.stream().map(Entry::iface).toList(), List.copyOf(rows), profile);
    }

    private static OptionalDouble perPte(Counts c) {
        return c.pteUpdates() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) c.crossings() / c.pteUpdates());
    }

    private static Row count(List<Entry> entries, String key, ToDoubleFunction<Counts> f) {
        return row(entries, key, Unit.COUNT, false, e -> OptionalDouble.of(f.applyAsDouble(e.counts())));
    }

    private static Row row(
            List<Entry> entries, String key, Unit unit, boolean modelled, Function<Entry, OptionalDouble> f) {
        return new Row(key, unit, modelled, entries.stream().map(f).toList());
    }
}
