// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import ringside.vmm.trap.GuestState;

/// Looks over a processor's shoulder. What it does must not reach the guest.
public interface Debugger {
    /// An instruction is about to be executed. @return whether the vCPU is to stop in front of it
    boolean before(GuestState g, int linear);

    /// The guest's instruction has read or written memory; it is not over yet.
    void touched(GuestState g, int linear, int size, boolean write);
}
