// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

/// Closes the checksum of a TCP or UDP packet over IPv4 whose field holds the sum of the pseudo header only, as a guest
/// leaves it to a card. (RFC 1071.)
final class Checksum {
    private static final int ETHERNET = 14, TYPE_IP = 0x0800, TCP = 6, UDP = 17, LEAST_IP = 20;

    private Checksum() {}

    /// Frames that it makes no sense for stay as they are.
    static void close(byte[] frame) {
        if (frame.length < ETHERNET + LEAST_IP || get16(frame, 12) != TYPE_IP || frame[ETHERNET] >> 4 != 4) return;
        int header = (frame[ETHERNET] & 15) * 4;
        int start = ETHERNET + header;
        int end = ETHERNET + get16(frame, ETHERNET + 2);
        int protocol = frame[ETHERNET + 9];
        int field = start + (protocol == TCP ? 16 : 6);
        boolean fragment = (get16(frame, ETHERNET + 6) & 0x3FFF) != 0;
        boolean fits = header >= LEAST_IP && end <= frame.length && field + 2 <= end;
        if (protocol != TCP && protocol != UDP || fragment || !fits) return;
        int sum = 0;
        for (int i = start; i + 1 < end; i += 2) sum += get16(frame, i);
        if ((end - start & 1) != 0) sum += (frame[end - 1] & 0xFF) << 8;
        while (sum >>> 16 != 0) sum = (sum & 0xFFFF) + (sum >>> 16);
        int value = ~sum & 0xFFFF;
        if (value == 0 && protocol == UDP) value = 0xFFFF; // 0 would mean: none
        frame[field] = (byte) (value >> 8);
        frame[field + 1] = (byte) value;
    }

    private static int get16(byte[] from, int at) {
        return (from[at] & 0xFF) << 8 | from[at + 1] & 0xFF;
    }
}
