// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import org.jspecify.annotations.Nullable;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.iface.xen.store.Store;
import ringside.vmm.mem.MachineMemory;

/// What a guest shares with the back ends of domain 0: pages it has granted, ports it has opened, and the store.
/// Everything is checked here each time; the guest may take anything back at any moment.
public interface GuestSide {
    int NONE = -1;

    MachineMemory memory();

    VirtualClock clock();

    Store store();

    /// The guest's number.
    int domain();

    // --- event channels

    /// The back end's end of an event channel. After the guest has closed its own nothing happens here any more.
    interface Port {
        int number();

        /// Whether the guest has not closed it.
        boolean open();

        /// Kicks the guest.
        void raise();

        /// The guest's end waits for domain 0 again.
        void unbind();
    }

    /// Makes a back end the far end of a port that the guest has opened for domain 0.
    ///
    /// @return null when it is not such a port
    @Nullable
    Port bind(int port, Runnable kicked);

    /// A port that is bound already, in a state that was loaded.
    Port bound(int port, Runnable kicked);

    // --- grants

    /// Keeps a granted page mapped, for reading and writing.
    ///
    /// @return its machine frame, or {@link #NONE}
    int map(int ref);

    /// Ends a {@link #map}.
    void unmap(int ref, int mfn);

    /// Copies out of a granted page. @return false when it is not granted, or not so much
    boolean read(int ref, int offset, byte[] to, int at, int length);

    /// Copies into a page that is granted for writing. @return false when it is not granted so, or not so much
    boolean write(int ref, int offset, byte[] from, int at, int length);

    // --- frames by number, for devices older than grants

    /// Keeps a page of the guest's in use, so that it stays an ordinary page. @return false when it is not one
    boolean hold(long mfn);

    /// Ends a {@link #hold}.
    void letGo(int mfn);

    /// Whether a frame is the guest's, so that it may be looked at.
    boolean owns(long mfn);
}
