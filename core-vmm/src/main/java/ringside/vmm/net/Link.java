// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/// What the protocols see of the network that they are part of.
interface Link {
    /// Guest time in nanoseconds.
    long now();

    /// How many packets to the guest there is room for; what is sent beyond is lost.
    int room();

    /// A packet to the guest.
    void toGuest(int source, int target, int protocol, byte[] payload);

    /// Says that nobody is there, with ICMP's type 3. @param code 1: host, 3: port
    void unreachable(int from, Datagram about, int code);

    /// Has the host's system watch a socket.
    SelectionKey watch(SelectableChannel channel, int operations, HostFlow flow) throws IOException;

    Addresses addresses();
}
