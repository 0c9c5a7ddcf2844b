// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.frames.P2m;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.CallInfo;
import ringside.vmm.trace.Hook;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Monitor;
import ringside.vmm.word.Problem;

/// An interface that plugs in: a monitor that can start a guest and describes its calls.
public interface Hypervisor extends Monitor, Stateful {
    /// Every call of the interface, in table order.
    List<CallInfo> calls();

    /// Loads the image and sets up vCPU 0. Nothing runs yet. @return empty when it can be started
    List<Problem> start(GuestImage image);

    /// The machine starts again: forgets the guest. {@link #start} follows.
    default void restart() {}

    /// Something changed for the vCPU's interrupt input (a device raised or dropped a line).
    default void interruptLine(int vcpu) {}

    /// A vCPU's INIT or STARTUP interrupt arrived from a local APIC.
    ///
    /// @return true when the interface starts the vCPU itself; false: as silicon does (real-mode trampoline)
    default boolean startup(int vcpu, boolean init, int vector) {
        return false;
    }

    /// The host took the physical CPU from a vCPU that could run, or such a vCPU came to want one that is away.
    default void preempted(int vcpu) {}

    /// That is over. What {@link Platform#stolen} says holds until the next time.
    default void resumed(int vcpu) {}

    /// The screen that the interface brings itself, or null.
    default @Nullable FrameBuffer frameBuffer() {
        return null;
    }

    /// Keyboard, mouse and power button of an interface that brings them itself, or null.
    default @Nullable Controls controls() {
        return null;
    }

    /// Which machine frame holds which guest frame; null where there is no difference (native). For probes.
    default @Nullable P2m p2m() {
        return null;
    }

    /// Root of the guest's own tables (guest-physical, as the guest loaded it) where the processor walks others,
    /// or -1 where it walks the guest's. For probes.
    default long guestRoot(int vcpu) {
        return -1;
    }

    /// CR4 by which the guest's own tables are to be read, where the silicon's differs. For probes.
    default int guestCr4(GuestState g) {
        return g.cr(4);
    }

    /// Shows what the guest shares with its back ends. Reading changes nothing.
    default void show(Shares to) {}

    /// The calls that the guest hooked up by itself, and where it makes them; empty where there is no such thing.
    default List<Hook> hooks() {
        return List.of();
    }

    /// What is known of a machine frame, in symbols ("L1, 3 refs"), or "". For probes.
    default String frameNote(int mfn) {
        return "";
    }
}
