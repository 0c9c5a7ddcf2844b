// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// Who is who on the user-mode network, and what a guest's addresses mean on the host.
///
/// @param resolver the host's name server, or null when it has none
record Addresses(@Nullable InetAddress resolver) {
    static final int NETWORK = 0x0A00_0200, MASK = 0xFFFF_FF00;
    static final int GATEWAY = NETWORK | 2, NAMES = NETWORK | 3, GUEST = NETWORK | 15, BROADCAST = NETWORK | 255;
    private static final int DOMAIN = 53;
    private static final byte[] GATEWAY_MAC = {0x52, 0x55, 0x0A, 0x00, 0x02, 0x02};

    static byte[] gatewayMac() {
        return GATEWAY_MAC.clone();
    }

    static boolean inside(int address) {
        return (address & MASK) == NETWORK;
    }

    /// Whether a guest may call itself that: any address of the network that is nobody's.
    static boolean mayBeGuest(int address) {
        return inside(address) && address != GATEWAY && address != NAMES && address != BROADCAST && address != NETWORK;
    }

    /// Where the host sends what the guest sends there. The gateway is the host's own loopback.
    ///
    /// @return null when nobody is there, or when it is no address of one host
    @Nullable
    InetSocketAddress host(int address, int port) {
        if (port == 0) return null;
        if (address == GATEWAY) return at(0x7F00_0001, port);
        if (address == NAMES) return port == DOMAIN && resolver != null ? new InetSocketAddress(resolver, port) : null;
        int first = address >>> 24;
        if (inside(address) || first == 0 || first == 127 || first >= 224) return null;
        return at(address, port);
    }

    private static InetSocketAddress at(int address, int port) {
        byte[] bytes = new byte[4];
        Bytes.put32(bytes, 0, address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
