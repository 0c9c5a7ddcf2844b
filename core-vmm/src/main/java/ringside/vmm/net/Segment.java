// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import org.jspecify.annotations.Nullable;

/// A TCP segment as it came from the guest. (RFC 9293, section 3.1.)
///
/// @param payload with the header; the data begin at `at`
/// @param mss     the largest segment that the sender takes
record Segment(Ends ends, int sequence, int acknowledged, int flags, int window, int mss, byte[] payload, int at) {
    static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16;
    static final int HEADER = 20;
    /// What is supposed when the other side says nothing.
    private static final int SUPPOSED = 536;

    private static final int SMALLEST = 64;

    /// The two ends of a connection.
    record Ends(int guest, int guestPort, int target, int port) {}

    /// @return null when it is too short or its checksum is wrong
    static @Nullable Segment parse(Datagram d) {
        byte[] p = d.payload();
        if (p.length < HEADER || !d.sound()) return null;
        int header = 4 * (Bytes.get8(p, 12) >> 4);
        if (header < HEADER || header > p.length) return null;
        Ends ends = new Ends(d.source(), Bytes.get16(p, 0), d.target(), Bytes.get16(p, 2));
        return new Segment(
                ends,
                Bytes.get32(p, 4),
                Bytes.get32(p, 8),
                Bytes.get8(p, 13),
                Bytes.get16(p, 14),
                mss(p, header),
                p,
                header);
    }

    private static int mss(byte[] p, int header) {
        int at = HEADER;
        while (at + 1 < header && p[at] != 0) {
            if (p[at] == 1) {
                at++;
                continue;
            }
            int n = Bytes.get8(p, at + 1);
            if (n < 2 || at + n > header) break;
            if (p[at] == 2 && n == 4) return Math.max(SMALLEST, Bytes.get16(p, at + 2));
            at += n;
        }
        return SUPPOSED;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Bytes of data.
    int length() {
        return payload.length - at;
    }
}
