// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.calls;

import java.util.List;
import java.util.Map;
import ringside.app.session.LogRow;
import ringside.vmm.score.Bill;
import ringside.vmm.score.CostProfile;
import ringside.vmm.trace.CallClass;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.EventKind;
import ringside.vmm.trace.ExitCause;
import ringside.vmm.trace.TraceEvent;

/// What one row of the log would have cost: the same model as the whole bill, over the counts of this row alone.
final class CallCost {
    private static final ExitCause[] CAUSES = ExitCause.values();

    private CallCost() {}

    /// The bill of a row; its instructions are the guest's own and not in it.
    static Bill of(LogRow row, CostProfile profile) {
        TraceEvent e = row.event();
        return switch (e.kind()) {
            case CALL -> call(row, e, profile);
            case EXIT ->
                bill(row, profile, Map.of(), Map.of(CAUSES[Math.floorMod(e.id(), CAUSES.length)], 1L), Map.of());
            case FAULT -> bill(row, profile, Map.of(), Map.of(), Map.of(e.id(), 1L));
            default -> new Bill(List.of());
        };
    }

    private static Bill call(LogRow row, TraceEvent e, CostProfile profile) {
        if (row.call() == null) return new Bill(List.of());
        Map<String, Counts.CallCount> calls = Map.of(row.call().key(), new Counts.CallCount(1, e.callClass()));
        Map<ExitCause, Long> exits = e.callClass() == CallClass.CROSSING ? Map.of(ExitCause.CALL, 1L) : Map.of();
        return bill(row, profile, calls, exits, Map.of());
    }

    private static Bill bill(
            LogRow row,
            CostProfile profile,
            Map<String, Counts.CallCount> calls,
            Map<ExitCause, Long> exits,
            Map<Integer, Long> faults) {
        // A multicall's items are whole calls; those of other calls are not.
        boolean multicall = row.call() != null && row.call().name().equals("multicall");
        long items = row.items().size() + row.droppedItems();
        Counts counts = new Counts(
                0,
                0,
                List.of(),
                0,
                List.of(),
                calls,
                exits,
                row.entries(),
                0,
                0,
                0,
                0,
                0,
                multicall && items > 0 ? Map.of("xen.multicall", items) : Map.of(),
                faults,
                row.event().kind() == EventKind.INTERRUPT ? Map.of(EventKind.INTERRUPT, 1L) : Map.of());
        return Bill.of(row.iface(), counts, profile);
    }
}
