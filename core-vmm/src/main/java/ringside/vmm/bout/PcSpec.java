// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import ringside.vmm.board.PcSettings;

/// Jumpers of each corner's PC, as plain data.
///
/// @param endsAtReset a reset ends the run, in place of starting the machine again
/// @param testDevices the ports and the memory that suites of processor tests expect are there
/// @param realMode    a Linux kernel is entered through its 16-bit setup code, with our firmware's services
/// @param vmiRing     where a kernel runs once it has called VMI_Init: 1, or 0
public record PcSpec(boolean endsAtReset, boolean testDevices, boolean realMode, int vmiRing) {
    /// As a PC comes.
    public static final PcSpec USUAL = new PcSpec(false, false, false, 1);

    PcSettings settings() {
        return new PcSettings(endsAtReset, testDevices, realMode, vmiRing);
    }
}
