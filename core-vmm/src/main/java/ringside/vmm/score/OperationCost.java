// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;

/// What one operation costs on one corner: counts of a round divided by how often the round does it.
///
/// Of several rounds the one with the median number of instructions is taken as a whole, so that the numbers belong
/// together and a timer interrupt in one of them does not count. All but the cycles is counted.
///
/// @param rounds       how many there were
/// @param fewest       instructions each in the cheapest round, before anything is taken off
/// @param most         the same in the dearest
/// @param calls        by name
/// @param classes      calls by the way they came
/// @param items        things behind calls' pointers, by name of the sub-operation
/// @param exits        crossings by cause
/// @param events       every kind of event
/// @param cycles       what it would have taken at the prices of a profile
public record OperationCost(
        Operation operation,
        int rounds,
        double fewest,
        double most,
        double instructions,
        double crossings,
        double pteUpdates,
        double hiddenFaults,
        Map<String, Double> calls,
        Map<CallClass, Double> classes,
        Map<String, Double> items,
        Map<ExitCause, Double> exits,
        Map<EventKind, Double> events,
        Modelled cycles) {
    /// A finished round.
    public record Round(int bell, Counts counts) {}

    /// The costs of those operations that have rounds. @param price of a round
    public static List<OperationCost> of(
            List<Operation> operations, List<Round> rounds, Function<Counts, Modelled> price) {
        List<OperationCost> list = new ArrayList<>();
        for (Operation o : operations) of(o, operations, rounds, price).ifPresent(list::add);
        return List.copyOf(list);
    }

    private static Optional<OperationCost> of(
            Operation o, List<Operation> all, List<Round> rounds, Function<Counts, Modelled> price) {
        Optional<OperationCost> gross = gross(o, rounds, price);
        if (o.less() == 0 || gross.isEmpty()) return gross;
        return all.stream()
                .filter(other -> other.bell() == o.less() && other.bell() != o.bell())
                .findFirst()
                .flatMap(other -> gross(other, rounds, price))
                .map(other -> gross.get().minus(other));
    }

    private static Optional<OperationCost> gross(Operation o, List<Round> rounds, Function<Counts, Modelled> price) {
        List<Counts> own = rounds.stream()
                .filter(r -> r.bell() == o.bell() && times(o, r.counts()) > 0)
                .map(Round::counts)
                .sorted(Comparator.comparingDouble(c -> (double) c.instructions() / times(o, c)))
                .toList();
        if (own.isEmpty()) return Optional.empty();
        Counts c = own.get(own.size() / 2);
        double n = times(o, c);
        Map<String, Double> calls = new LinkedHashMap<>();
        c.calls().forEach((name, call) -> calls.put(name, call.count() / n));
        Map<CallClass, Double> classes = new EnumMap<>(CallClass.class);
        for (CallClass kind : CallClass.values()) classes.put(kind, c.calls(kind) / n);
        return Optional.of(new OperationCost(
                o,
                own.size(),
                (double) own.getFirst().instructions() / times(o, own.getFirst()),
                (double) own.getLast().instructions() / times(o, own.getLast()),
                c.instructions() / n,
                c.crossings() / n,
                c.pteUpdates() / n,
                c.hiddenFaults() / n,
                Collections.unmodifiableMap(calls),
                Collections.unmodifiableMap(classes),
                divided(c.items(), n),
                divided(c.exits(), n),
                divided(c.events(), n),
                new Modelled(price.apply(c).value() / n)));
    }

    private static long times(Operation o, Counts c) {
        return o.times() > 0 ? o.times() : c.events(EventKind.INTERRUPT);
    }

    private static <K> Map<K, Double> divided(Map<K, Long> counts, double n) {
        Map<K, Double> map = new LinkedHashMap<>();
        counts.forEach((key, count) -> map.put(key, count / n));
        return Collections.unmodifiableMap(map);
    }

    private OperationCost minus(OperationCost base) {
        return new OperationCost(
                operation,
                rounds,
                fewest,
                most,
                instructions - base.instructions,
                crossings - base.crossings,
                pteUpdates - base.pteUpdates,
                hiddenFaults - base.hiddenFaults,
                minus(calls, base.calls),
                minus(classes, base.classes),
                minus(items, base.items),
                minus(exits, base.exits),
                minus(events, base.events),
                new Modelled(cycles.value() - base.cycles.value()));
    }

    private static <K> Map<K, Double> minus(Map<K, Double> a, Map<K, Double> b) {
        Map<K, Double> map = new LinkedHashMap<>(a);
        b.forEach((key, value) -> map.merge(key, -value, Double::sum));
        return Collections.unmodifiableMap(map);
    }

    /// Calls that came by one way.
    public double calls(CallClass kind) {
        return classes.getOrDefault(kind, 0.0);
    }

    /// All calls.
    public double allCalls() {
        return calls.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
