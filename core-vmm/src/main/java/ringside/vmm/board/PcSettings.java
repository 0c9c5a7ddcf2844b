// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

/// Jumpers of the PC of a native or VMI corner, and the host under any machine.
///
/// @param endsAtReset a reset ends the run, in place of starting the machine again
/// @param testDevices the ports and the memory that suites of processor tests expect are there
/// @param realMode    a Linux kernel is entered through its 16-bit setup code, with our firmware's services
/// @param vmiRing     where a kernel runs once it has called VMI_Init: 1, or 0
/// @param host        how busy the modelled host is
public record PcSettings(boolean endsAtReset, boolean testDevices, boolean realMode, int vmiRing, HostLoad host) {
    /// As a PC comes.
    public static final PcSettings USUAL = new PcSettings(false, false, false);

    /// On a host that has nothing else to do.
    public PcSettings(boolean endsAtReset, boolean testDevices, boolean realMode, int vmiRing) {
        this(endsAtReset, testDevices, realMode, vmiRing, HostLoad.NONE);
    }

    /// With the usual ring under VMI.
    public PcSettings(boolean endsAtReset, boolean testDevices, boolean realMode) {
        this(endsAtReset, testDevices, realMode, 1);
    }
}
