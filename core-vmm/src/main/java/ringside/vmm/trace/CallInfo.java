// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.List;

/// One call of an interface, described by itself.
///
/// @param table  short name of the table it belongs to ("xen", "xen.mmuext", "vmi")
/// @param number in that table
/// @param name   as in the ABI header
/// @param kind   how it normally reaches the hypervisor
/// @param era    the interface revision it came with
/// @param args   in order
/// @param tour   the tour stop that explains it, like "6.40", or ""
public record CallInfo(
        String table, int number, String name, CallClass kind, String era, List<ArgInfo> args, String tour) {
    /// The name in counts, filters and JSON: "xen.mmu_update".
    public String key() {
        return table + "." + name;
    }
}
