// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.bout;

import ringside.vmm.board.HostLoad;
import ringside.vmm.board.PcSettings;

/// Jumpers of each corner's PC, and how busy the host under each corner is, as plain data.
///
/// @param endsAtReset a reset ends the run, in place of starting the machine again
/// @param testDevices the ports and the memory that suites of processor tests expect are there
/// @param realMode    a Linux kernel is entered through its 16-bit setup code, with our firmware's services
/// @param vmiRing     where a kernel runs once it has called VMI_Init: 1, or 0
/// @param steal       percent of each physical CPU's time that the host takes away
/// @param stealPeriod in every so many ticks
public record PcSpec(
        boolean endsAtReset, boolean testDevices, boolean realMode, int vmiRing, int steal, long stealPeriod) {
    /// As a PC comes.
    public static final PcSpec USUAL = new PcSpec(false, false, false, 1);

    /// On a host that has nothing else to do.
    public PcSpec(boolean endsAtReset, boolean testDevices, boolean realMode, int vmiRing) {
        this(endsAtReset, testDevices, realMode, vmiRing, 0, HostLoad.USUAL_PERIOD);
    }

    /// The same, with so much of each physical CPU taken away in every `period` ticks; 0: the usual period.
    public PcSpec withSteal(int percent, long period) {
        long ticks = period == 0 ? HostLoad.USUAL_PERIOD : period;
        return new PcSpec(endsAtReset, testDevices, realMode, vmiRing, percent, ticks);
    }

    PcSettings settings() {
        return new PcSettings(endsAtReset, testDevices, realMode, vmiRing, new HostLoad(steal, stealPeriod));
    }
}
