// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

/// Numbers in network order, and the Internet checksum. (RFC 1071.)
final class Bytes {
    private Bytes() {}

    static int get8(byte[] from, int at) {
        return from[at] & 0xFF;
    }

    static int get16(byte[] from, int at) {
        return (from[at] & 0xFF) << 8 | from[at + 1] & 0xFF;
    }

    static int get32(byte[] from, int at) {
        return get16(from, at) << 16 | get16(from, at + 2);
    }

    static void put16(byte[] to, int at, int value) {
        to[at] = (byte) (value >> 8);
        to[at + 1] = (byte) value;
    }

    static void put32(byte[] to, int at, int value) {
        put16(to, at, value >>> 16);
        put16(to, at + 2, value);
    }

    /// The complement of the sum of 16-bit words; 0 over a range that holds its own checksum.
    ///
    /// @param before what has been summed up already
    static int checksum(byte[] from, int at, int length, int before) {
        long sum = before;
        int end = at + length;
        for (int i = at; i + 1 < end; i += 2) sum += get16(from, i);
        if ((length & 1) != 0) sum += get8(from, end - 1) << 8;
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (int) ~sum & 0xFFFF;
    }

    /// What the pseudo header of TCP and UDP adds to their checksum.
    static int pseudo(int source, int target, int protocol, int length) {
        return (source >>> 16) + (source & 0xFFFF) + (target >>> 16) + (target & 0xFFFF) + protocol + length;
    }
}
