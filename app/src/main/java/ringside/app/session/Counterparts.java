// SPDX-License-Identifier: Apache-2.0
package ringside.app.session;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.TraceEvent;

/// Finds what another corner did for the same job: the n-th row of that job in the same round.
public final class Counterparts {
    private Counterparts() {}

    /// A row of another corner, and by which rule it was found.
    ///
    /// @param job   what both are for
    /// @param place n-th of that job in its round, from 1
    public record Match(LogRow row, String job, int place) {}

    /// What a row is for: the same word for the same work under both interfaces.
    public static String job(LogRow row) {
        return job(row.call(), row.event());
    }

    /// What an event is for. @param call its description when it is a call
    public static String job(@Nullable CallInfo call, TraceEvent event) {
        if (call == null) {
            return switch (event.kind()) {
                case FAULT, SOFTWARE_INTERRUPT, INTERRUPT -> event.kind().id() + " " + event.id();
                default -> event.kind().id();
            };
        }
        String name = call.name().toLowerCase(Locale.ROOT);
        if (name.contains("pxe") || name.equals("mmu_update") || name.equals("update_va_mapping")) return "page-table";
        if (name.contains("flush") || name.contains("inval") || name.equals("mmuext_op")) return "tlb";
        if (name.contains("kernelstack") || name.equals("stack_switch")) return "kernel-stack";
        if (name.contains("interrupt") || name.equals("iret")) return "interrupts";
        if (name.contains("halt") || name.startsWith("sched_op")) return "wait";
        if (name.contains("alarm") || name.equals("set_timer_op")) return "timer";
        if (name.contains("ldt") || name.contains("gdt") || name.contains("descriptor")) return "descriptors";
        return name;
    }

    /// The counterpart of a row on a corner, as far as the log still has it.
    public static Optional<Match> of(BoutSession bout, LogRow row, int corner) {
        String job = job(row);
        int place = 0;
        RowLog log = bout.log().calls();
        for (long at = log.first(); at < log.end(); at++) {
            LogRow other = log.get(at);
            if (other.corner() != row.corner() || other.round() != row.round()) continue;
            if (job(other).equals(job)) place++;
            if (other == row) break; // the very row, not one like it
        }
        int n = 0;
        for (long at = log.first(); at < log.end(); at++) {
            LogRow other = log.get(at);
            if (other.corner() != corner
                    || other.round() != row.round()
                    || !job(other).equals(job)) continue;
            if (++n == place) return Optional.of(new Match(other, job, place));
        }
        return Optional.empty();
    }
}
