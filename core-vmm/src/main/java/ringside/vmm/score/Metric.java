// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.score;

import java.util.List;
import java.util.OptionalDouble;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;

/// Numbers that can be read off counts by name: what assertions and charts ask for. Counted ones only.
///
/// Plain names are the fields of the JSON (`crossings`, `pteUpdates`, `hiddenFaults`, `instructions`, `guestSeconds`,
/// `userTicks`, `kernelTicks`, `idleTicks`, `readyTicks`, `refusals`, `interrupts`, `faults`); `calls.NAME`,
/// `exits.CAUSE`,
/// `items.NAME`, `events.KIND` and `faults.VECTOR` reach into the maps. A name that is known but was not seen is 0.
public final class Metric {
    /// Plain names, for completion and error lines.
    public static final List<String> NAMES = List.of(
            "crossings",
            "pteUpdates",
            "hiddenFaults",
            "instructions",
            "ticks",
            "guestSeconds",
            "userTicks",
            "kernelTicks",
            "idleTicks",
            "readyTicks",
            "refusals",
            "interrupts",
            "faults",
            "calls",
            "exits",
            "items",
            "events",
            "rounds");

    private Metric() {}

    /// @param name as above
    /// @param table short name of the corner's call table, which may be left out in `calls.`: "xen", "vmi"
    public static OptionalDouble read(Counts c, String name, String table) {
        int dot = name.indexOf('.');
        if (dot < 0) return plain(c, name);
        String key = name.substring(dot + 1);
        return switch (name.substring(0, dot)) {
            case "calls" -> OptionalDouble.of((double) Math.max(c.calls(key), c.calls(table + "." + key)));
            case "items" ->
                OptionalDouble.of((double)
                        Math.max(c.items().getOrDefault(key, 0L), c.items().getOrDefault(table + "." + key, 0L)));
            case "exits" -> exits(c, key);
            case "events" -> events(c, key);
            case "faults" -> faults(c, key);
            default -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble plain(Counts c, String name) {
        return switch (name) {
            case "crossings" -> OptionalDouble.of(c.crossings());
            case "pteUpdates", "pte" -> OptionalDouble.of(c.pteUpdates());
            case "hiddenFaults" -> OptionalDouble.of(c.hiddenFaults());
            case "instructions" -> OptionalDouble.of(c.instructions());
            case "ticks" -> OptionalDouble.of(c.ticks());
            case "guestSeconds" -> OptionalDouble.of(c.ticks() / 1e9);
            case "userTicks" -> OptionalDouble.of(c.userTicks());
            case "kernelTicks" -> OptionalDouble.of(c.kernelTicks());
            case "idleTicks" -> OptionalDouble.of(c.idleTicks());
            case "readyTicks" -> OptionalDouble.of(c.readyTicks());
            case "refusals" -> OptionalDouble.of(c.events(EventKind.REFUSAL));
            case "interrupts" -> OptionalDouble.of(c.events(EventKind.INTERRUPT));
            case "faults" -> OptionalDouble.of(c.events(EventKind.FAULT));
            case "calls" ->
                OptionalDouble.of(c.calls().values().stream()
                        .mapToLong(Counts.CallCount::count)
                        .sum());
            case "exits" -> OptionalDouble.of(c.crossings());
            default -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble exits(Counts c, String key) {
        for (ExitCause cause : ExitCause.values()) {
            if (cause.id().equals(key.replace('_', '-'))) return OptionalDouble.of(c.exits(cause));
        }
        return OptionalDouble.empty();
    }

    private static OptionalDouble events(Counts c, String key) {
        for (EventKind kind : EventKind.values()) {
            if (kind.id().equals(key.replace('_', '-'))) return OptionalDouble.of(c.events(kind));
        }
        return OptionalDouble.empty();
    }

    private static OptionalDouble faults(Counts c, String key) {
        if (!key.matches("\\d{1,3}")) return OptionalDouble.empty();
        return OptionalDouble.of(c.faults().getOrDefault(Integer.parseInt(key), 0L));
    }
}
