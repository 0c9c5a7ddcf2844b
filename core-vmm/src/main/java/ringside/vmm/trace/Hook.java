// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.trace;

import java.util.List;

/// One call of an interface that a guest hooks up by itself, as far as the guest has shown it.
///
/// @param call    name, as in the counts
/// @param answer  what the guest was told: "none" (keep the instruction), "call", "jump" or "nop"
/// @param address linear address of the call's code, 0 when there is none
/// @param asked   how often the guest asked where the call is
/// @param sites   where the call came from, in order of address
public record Hook(String call, String answer, long address, long asked, List<Site> sites) {
    /// A place that called.
    ///
    /// @param address linear address of the patched instruction, or, through a pointer, of the one behind it; 0 for
    ///                all that no place was left for
    /// @param direct  a CALL patched into the guest's code, in place of one through a pointer
    /// @param hits    calls from there
    public record Site(long address, boolean direct, long hits) {}

    public Hook {
        sites = List.copyOf(sites);
    }

    /// Calls from everywhere.
    public long hits() {
        long sum = 0;
        for (Site s : sites) sum += s.hits();
        return sum;
    }
}
