// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import java.util.List;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trap.Monitor;
import ringside.vmm.word.Problem;

/// An interface that plugs in: a monitor that can start a guest and describes its calls.
public interface Hypervisor extends Monitor, Stateful {
    /// Every call of the interface, in table order.
    List<CallInfo> calls();

    /// Loads the image and sets up vCPU 0. Nothing runs yet. @return empty when it can be started
    List<Problem> start(GuestImage image);

    /// Something changed for the vCPU's interrupt input (a device raised or dropped a line).
    default void interruptLine(int vcpu) {}

    /// A vCPU's INIT or STARTUP interrupt arrived from a local APIC.
    ///
    /// @return true when the interface starts the vCPU itself; false: as silicon does (real-mode trampoline)
    default boolean startup(int vcpu, boolean init, int vector) {
        return false;
    }
}
