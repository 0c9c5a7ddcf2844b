// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;

/// What a vCPU holds beside its general registers: a copy, safe on any thread.
///
/// @param segments ES, CS, SS, DS, FS, GS
/// @param crs      CR0, CR2, CR3, CR4 as the silicon has them
/// @param drs      DR0 to DR3, DR6, DR7
/// @param msrs     registers that the processor itself keeps
public record CpuView(
        List<Segment> segments,
        int gdtBase,
        int gdtLimit,
        int idtBase,
        int idtLimit,
        int ldtSelector,
        int trSelector,
        List<Integer> crs,
        List<Integer> drs,
        List<Msr> msrs) {
    /// Nothing is known.
    public static final CpuView NOTHING = new CpuView(List.of(), 0, 0, 0, 0, 0, 0, List.of(), List.of(), List.of());

    /// A segment register with its hidden part.
    public record Segment(String name, int selector, DescriptorView descriptor) {}

    /// A model-specific register.
    public record Msr(String name, int number, long value) {}
}
