// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.probe.SharesView;
import ringside.vmm.score.CostProfile;
import ringside.vmm.score.OperationCost;
import ringside.vmm.score.OperationTable;
import ringside.vmm.score.Tape;
import ringside.vmm.trace.Counts;
import ringside.vmm.trace.Hook;
import ringside.vmm.word.Iface;
import ringside.vmm.word.Knockdown;

/// A finished (or stopped) bout as plain data: what every export is made from.
///
/// @param cpu   model of the processors
/// @param until the condition, as typed
/// @param outside what from outside the machine reached the guest, so that the run cannot be repeated, or null
public record BoutReport(
        String guest,
        int vcpus,
        long memoryBytes,
        long seed,
        String cpu,
        String until,
        List<CornerReport> corners,
        CostProfile profile,
        @Nullable String outside) {
    /// One corner.
    ///
    /// @param outcome how it ended up, as in the JSON
    /// @param exit    how the guest ended itself, or null
    /// @param post    the newest POST codes, oldest first
    /// @param console the newest part of the console
    /// @param shares  what a Xen guest shares with its back ends
    /// @param hooks   calls that the guest hooked up by itself (VMI)
    public record CornerReport(
            Iface iface,
            Counts total,
            List<RoundReport> rounds,
            String outcome,
            @Nullable String exit,
            int status,
            @Nullable Knockdown knockdown,
            List<Integer> post,
            String runHash,
            String console,
            SharesView shares,
            List<Hook> hooks) {}

    /// One round. @param bell the bell that closed it
    public record RoundReport(int number, int bell, long tick, Counts counts) {}

    /// The tale of the tape over the whole bout.
    public Tape tape() {
        return Tape.of(
                corners.stream().map(c -> new Tape.Entry(c.iface(), c.total())).toList(), profile);
    }

    /// Costs of the operations that the guest declared on its console; empty when it declared none.
    public OperationTable operations() {
        List<OperationTable.Source> sources = corners.stream()
                .map(c -> new OperationTable.Source(
                        c.iface(),
                        c.console(),
                        c.rounds().stream()
                                .map(r -> new OperationCost.Round(r.bell(), r.counts()))
                                .toList()))
                .toList();
        return OperationTable.of(sources, profile);
    }
}
