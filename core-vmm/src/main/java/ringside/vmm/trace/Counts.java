// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.List;
import java.util.Map;

/// Exact counts over a stretch of a run: the whole, or one round. Immutable.
///
/// @param ticks        guest time in ticks
/// @param instructions retired, all vCPUs
/// @param perVcpu      instructions by vCPU
/// @param crossings    guest to hypervisor and back
/// @param crossingsPerVcpu the same by vCPU
/// @param calls        by name ("xen.mmu_update"), in table order; only those seen
/// @param exits        by cause, only those seen
/// @param pteUpdates   page-table entries changed through the interface
/// @param hiddenFaults faults that the guest never saw
/// @param userTicks    ticks at CPL 3, all vCPUs
/// @param kernelTicks  ticks below CPL 3
/// @param idleTicks    ticks asleep
/// @param readyTicks   ticks that could have been run, without a physical CPU: stolen by the host
/// @param items        things behind calls' pointers and in queues by name of the sub-operation, in table order
/// @param faults       exceptions that silicon delivered through the IDT, by vector
/// @param events       every kind of event, only those seen
public record Counts(
        long ticks,
        long instructions,
        List<Long> perVcpu,
        long crossings,
        List<Long> crossingsPerVcpu,
        Map<String, CallCount> calls,
        Map<ExitCause, Long> exits,
        long pteUpdates,
        long hiddenFaults,
        long userTicks,
        long kernelTicks,
        long idleTicks,
        long readyTicks,
        Map<String, Long> items,
        Map<Integer, Long> faults,
        Map<EventKind, Long> events) {
    /// How often, and by which way.
    ///
    /// @param kind  the way it mostly came
    /// @param kinds every way it came, with its count
    public record CallCount(long count, CallClass kind, Map<CallClass, Long> kinds) {
        /// A call that came one way only.
        public CallCount(long count, CallClass kind) {
            this(count, kind, Map.of(kind, count));
        }
    }

    public static final Counts ZERO = new Counts(
            0, 0, List.of(), 0, List.of(), Map.of(), Map.of(), 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), Map.of());

    /// Count of an exit cause.
    public long exits(ExitCause cause) {
        return exits.getOrDefault(cause, 0L);
    }

    /// Count of a kind of event.
    public long events(EventKind kind) {
        return events.getOrDefault(kind, 0L);
    }

    /// Count of a call by its name.
    public long calls(String name) {
        CallCount c = calls.get(name);
        return c == null ? 0 : c.count();
    }

    /// All calls that came by one way.
    public long calls(CallClass kind) {
        long sum = 0;
        for (CallCount c : calls.values()) sum += c.kinds().getOrDefault(kind, 0L);
        return sum;
    }
}
