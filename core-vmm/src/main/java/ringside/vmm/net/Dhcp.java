// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The address server of the network: it has one address to give. (RFC 2131, RFC 2132.)
final class Dhcp {
    static final int SERVER_PORT = 67, CLIENT_PORT = 68;
    private static final int DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6, INFORM = 8;
    private static final int FIXED = 240, LENGTH = 300;
    private static final int COOKIE = 0x6382_5363;
    private static final int LEASE_SECONDS = 86_400;
    private static final int O_MASK = 1, O_ROUTER = 3, O_NAMES = 6, O_REQUESTED = 50, O_LEASE = 51, O_TYPE = 53;
    private static final int O_SERVER = 54, O_END = 255;

    private Dhcp() {}

    /// @param names whether there is a name server
    /// @return the answer, or null when there is none
    static byte @Nullable [] answer(byte[] request, boolean names) {
        boolean asks = request.length >= FIXED && request[0] == 1 && request[1] == 1 && request[2] == 6;
        if (!asks || Bytes.get32(request, 236) != COOKIE) return null;
        int type = option(request, O_TYPE, 1);
        if (type == DISCOVER) return reply(request, OFFER, names);
        if (type == INFORM) return reply(request, ACK, names);
        if (type != REQUEST) return null;
        int server = option(request, O_SERVER, 4);
        if (server != 0 && server != Addresses.GATEWAY) return null; // it took another one's offer
        int wanted = option(request, O_REQUESTED, 4);
        if (wanted == 0) wanted = Bytes.get32(request, 12);
        return reply(request, wanted == Addresses.GUEST ? ACK : NAK, names);
    }

    /// An option's value, or 0 when it is not there in that length.
    private static int option(byte[] request, int code, int length) {
        int at = FIXED;
        while (at + 1 < request.length) {
            int c = Bytes.get8(request, at);
            if (c == O_END) return 0;
            if (c == 0) {
                at++;
                continue;
            }
            int n = Bytes.get8(request, at + 1);
            if (at + 2 + n > request.length) return 0;
            if (c == code && n == length) return length == 1 ? request[at + 2] : Bytes.get32(request, at + 2);
            at += 2 + n;
        }
        return 0;
    }

    private static byte[] reply(byte[] request, int type, boolean names) {
        byte[] r = Arrays.copyOf(request, FIXED);
        r[0] = 2;
        r[3] = 0;
        Arrays.fill(r, 44, 236, (byte) 0);
        boolean inform = option(request, O_TYPE, 1) == INFORM;
        if (type == NAK) Bytes.put32(r, 12, 0);
        Bytes.put32(r, 16, type == NAK || inform ? 0 : Addresses.GUEST);
        Bytes.put32(r, 20, 0);
        r = Arrays.copyOf(r, LENGTH);
        int at = put(r, FIXED, O_TYPE, 1, type);
        at = put(r, at, O_SERVER, 4, Addresses.GATEWAY);
        if (type != NAK) {
            if (!inform) at = put(r, at, O_LEASE, 4, LEASE_SECONDS);
            at = put(r, at, O_MASK, 4, Addresses.MASK);
            at = put(r, at, O_ROUTER, 4, Addresses.GATEWAY);
            if (names) at = put(r, at, O_NAMES, 4, Addresses.NAMES);
        }
        r[at] = (byte) O_END;
        return r;
    }

    private static int put(byte[] to, int at, int code, int length, int value) {
        to[at] = (byte) code;
        to[at + 1] = (byte) length;
        if (length == 1) to[at + 2] = (byte) value;
        else Bytes.put32(to, at + 2, value);
        return at + 2 + length;
    }
}
