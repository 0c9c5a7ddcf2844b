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
        long idleTicks) {
    /// How often, and by which way it mostly came.
    public record CallCount(long count, CallClass kind) {}

    public static final Counts ZERO =
            new Counts(0, 0, List.of(), 0, List.of(), Map.of(), Map.of(), 0, 0, 0, 0, 0);
}
