// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

/// A socket of the host that belongs to something the guest began.
interface HostFlow {
    /// The host's system says that something can be done with the socket.
    void ready();
}
