// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An IPv4 packet. (RFC 791.) Options are skipped; fragments are not put together again.
///
/// @param head    its header and the first 8 bytes behind, as an error message quotes them
/// @param payload what is behind the header
record Datagram(int source, int target, int protocol, byte[] head, byte[] payload) {
    static final int ICMP = 1, TCP = 6, UDP = 17;
    static final int HEADER = 20;
    private static final int FRAGMENT = 0x3FFF;

    /// @return null when it is no whole packet of version 4 with a right checksum
    static @Nullable Datagram parse(byte[] from, int at) {
        int have = from.length - at;
        if (have < HEADER || Bytes.get8(from, at) >> 4 != 4) return null;
        int header = 4 * (Bytes.get8(from, at) & 0xF);
        int total = Bytes.get16(from, at + 2);
        if (header < HEADER || total < header || total > have) return null;
        if (Bytes.checksum(from, at, header, 0) != 0) return null;
        if ((Bytes.get16(from, at + 6) & FRAGMENT) != 0) return null;
        return new Datagram(
                Bytes.get32(from, at + 12),
                Bytes.get32(from, at + 16),
                Bytes.get8(from, at + 9),
                Arrays.copyOfRange(from, at, at + Math.min(total, header + 8)),
                Arrays.copyOfRange(from, at + header, at + total));
    }

    /// Whether the payload's checksum is right, which covers the addresses.
    boolean sound() {
        int pseudo = Bytes.pseudo(source, target, protocol, payload.length);
        return Bytes.checksum(payload, 0, payload.length, pseudo) == 0;
    }
}
