// SPDX-License-Identifier: Apache-2.0
package ringside.app.export;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import ringside.vmm.trace.Counts;

/// The counts as one long table: corner, round (0 is the whole run), bell, metric, value. Metric names are those of
/// assertions.
public final class CsvReport {
    private CsvReport() {}

    public static void write(BoutReport report, Appendable to) throws IOException {
        to.append("corner,round,bell,metric,value\n");
        for (BoutReport.CornerReport corner : report.corners()) {
            String id = corner.iface().id();
            counts(to, id + ",0,", corner.total());
            for (BoutReport.RoundReport round : corner.rounds()) {
                counts(to, id + "," + round.number() + "," + round.bell(), round.counts());
            }
        }
    }

    private static void counts(Appendable to, String head, Counts c) throws IOException {
        row(to, head, "instructions", c.instructions());
        to.append(head)
                .append(",guestSeconds,")
                .append(String.format(Locale.ROOT, "%.9f", c.ticks() / 1e9))
                .append('\n');
        row(to, head, "crossings", c.crossings());
        perVcpu(to, head, "crossings", c.crossingsPerVcpu());
        perVcpu(to, head, "instructions", c.perVcpu());
        row(to, head, "pteUpdates", c.pteUpdates());
        row(to, head, "hiddenFaults", c.hiddenFaults());
        row(to, head, "userTicks", c.userTicks());
        row(to, head, "kernelTicks", c.kernelTicks());
        row(to, head, "idleTicks", c.idleTicks());
        row(to, head, "readyTicks", c.readyTicks());
        for (var call : c.calls().entrySet())
            row(to, head, "calls." + call.getKey(), call.getValue().count());
        for (var call : c.calls().entrySet()) {
            for (var kind : call.getValue().kinds().entrySet()) {
                row(to, head, "calls." + call.getKey() + "." + Names.of(kind.getKey()), kind.getValue());
            }
        }
        for (var item : c.items().entrySet()) row(to, head, "items." + item.getKey(), item.getValue());
        for (var exit : c.exits().entrySet())
            row(to, head, "exits." + exit.getKey().id(), exit.getValue());
        for (var fault : c.faults().entrySet()) row(to, head, "faults." + fault.getKey(), fault.getValue());
        for (var event : c.events().entrySet())
            row(to, head, "events." + event.getKey().id(), event.getValue());
    }

    private static void perVcpu(Appendable to, String head, String metric, List<Long> values) throws IOException {
        for (int v = 0; v < values.size(); v++) row(to, head, "vcpu" + v + "." + metric, values.get(v));
    }

    private static void row(Appendable to, String head, String metric, long value) throws IOException {
        to.append(head)
                .append(',')
                .append(metric)
                .append(',')
                .append(Long.toString(value))
                .append('\n');
    }
}
