// SPDX-License-Identifier: Apache-2.0
package ringside.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import ringside.app.export.BoutReport;
import ringside.vmm.bout.BoutRun;
import ringside.vmm.bout.BoutSpec;
import ringside.vmm.bout.Corner;
import ringside.vmm.bout.Leg;
import ringside.vmm.probe.Snapshot;
import ringside.vmm.score.Assertion;
import ringside.vmm.score.CostProfile;
import ringside.vmm.score.Metric;
import ringside.vmm.trace.Counts;

/// From stopped corners to plain reports.
final class Reports {
    private static final int CONSOLE_KEPT = 64 << 10;

    private Reports() {}

    static BoutReport of(BoutSpec spec, String until, BoutRun run, CostProfile profile) {
        List<BoutReport.CornerReport> corners = new ArrayList<>();
        for (Leg leg : run.legs()) corners.add(corner(leg));
        return new BoutReport(
                spec.guest(),
                spec.vcpus(),
                spec.memoryBytes(),
                spec.seed(),
                spec.cpu(),
                until,
                List.copyOf(corners),
                profile,
                spec.network() == null ? null : "a user-mode network, where the host answers");
    }

    private static BoutReport.CornerReport corner(Leg leg) {
        Corner corner = leg.corner();
        Snapshot end = corner.snapshot(0);
        List<BoutReport.RoundReport> rounds = new ArrayList<>();
        for (Corner.Round round : corner.rounds()) {
            rounds.add(new BoutReport.RoundReport(rounds.size() + 1, round.bell(), round.tick(), round.counts()));
        }
        return new BoutReport.CornerReport(
                corner.iface(),
                end.total(),
                List.copyOf(rounds),
                leg.outcome().id(),
                end.exit(),
                end.status(),
                end.knockdown(),
                corner.postCodes(),
                corner.runHash(),
                corner.console().tail(CONSOLE_KEPT),
                corner.inspect().shares(),
                corner.hooks());
    }

    /// The report's numbers by name, for assertions.
    static Assertion.Source numbers(BoutReport report) {
        return new Assertion.Source() {
            @Override
            public boolean has(String corner) {
                return report.corners().stream().anyMatch(c -> c.iface().id().equals(corner));
            }

            @Override
            public OptionalDouble metric(String corner, int round, String name) {
                for (BoutReport.CornerReport c : report.corners()) {
                    if (c.iface().id().equals(corner)) return read(c, round, name);
                }
                return OptionalDouble.empty();
            }
        };
    }

    private static OptionalDouble read(BoutReport.CornerReport c, int round, String name) {
        if (name.equals("rounds")) return OptionalDouble.of(c.rounds().size());
        if (name.equals("status")) return OptionalDouble.of(c.status());
        if (round > c.rounds().size()) return OptionalDouble.empty();
        Counts counts = round == 0 ? c.total() : c.rounds().get(round - 1).counts();
        return Metric.read(counts, name, c.iface().id());
    }
}
