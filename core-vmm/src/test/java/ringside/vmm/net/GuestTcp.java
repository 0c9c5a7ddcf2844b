// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One TCP connection as a plain guest has it: data in order, everything acknowledged at once.
final class GuestTcp {
    private static final int FIRST = 7_000_000;
    private static final int PIECE = 1000, PATIENCE = 3000;

    final GuestEnd guest;
    final int target, port, own;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    int window = 30_000;
    int next = FIRST + 1, expected, acknowledged = FIRST + 1;
    boolean open, ended, reset;

    GuestTcp(GuestEnd guest, int target, int port, int own) {
        this.guest = guest;
        this.target = target;
        this.port = port;
        this.own = own;
    }

    void send(int sequence, int flags, byte[] data) {
        byte[] s = GuestEnd.tcp(target, own, port, sequence, expected, flags, window, data);
        guest.send(target, Datagram.TCP, s);
    }

    void syn() {
        byte[] s = Arrays.copyOf(GuestEnd.tcp(target, own, port, FIRST, 0, Segment.SYN, window, new byte[0]), 24);
        s[12] = 0x60;
        Bytes.put32(s, 20, 0x0204_05B4);
        Bytes.put16(s, 16, 0);
        Bytes.put16(s, 16, Bytes.checksum(s, 0, s.length, Bytes.pseudo(Addresses.GUEST, target, 6, s.length)));
        guest.send(target, Datagram.TCP, s);
    }

    void acknowledge() {
        send(next, Segment.ACK, new byte[0]);
    }

    static @Nullable Segment segment(byte[] frame) {
        Datagram d = GuestEnd.datagram(frame);
        return d == null || d.protocol() != Datagram.TCP ? null : Segment.parse(d);
    }

    /// Takes in a frame as it comes. @return whether it was of this connection
    boolean take(byte[] frame) {
        Segment s = segment(frame);
        if (s == null || s.ends().port() != own) return false;
        if (s.has(Segment.RST)) {
            reset = true;
            return true;
        }
        if (s.has(Segment.ACK) && s.acknowledged() - acknowledged > 0) acknowledged = s.acknowledged();
        if (s.has(Segment.SYN)) {
            expected = s.sequence() + 1;
            open = true;
            acknowledge();
        } else if (s.length() > 0 || s.has(Segment.FIN)) {
            if (s.sequence() == expected && !ended) {
                received.write(s.payload(), s.at(), s.length());
                expected += s.length();
                if (s.has(Segment.FIN)) {
                    expected++;
                    ended = true;
                }
            }
            acknowledge();
        }
        return true;
    }

    /// Takes what comes until it holds; guest time goes on while nothing does.
    void until(BooleanSupplier done) {
        for (int i = 0; i < PATIENCE && !done.getAsBoolean(); i++) {
            boolean any = false;
            for (byte[] frame : guest.arrived()) any |= take(frame);
            if (done.getAsBoolean()) return;
            if (!any) guest.network.await(2_000_000);
            if (!any) guest.now += 300_000_000L;
        }
        if (!done.getAsBoolean()) throw new AssertionError("it did not come to that; " + received.size() + " bytes");
    }

    void connect() {
        syn();
        until(() -> open || reset);
    }

    /// Sends everything, again where it is not acknowledged, then the end.
    void upload(byte[] data) {
        int base = acknowledged;
        int tries = 0;
        while (acknowledged - base < data.length) {
            int at = acknowledged - base;
            for (int i = at; i < Math.min(data.length, at + 8 * PIECE); i += PIECE) {
                send(base + i, Segment.ACK, Arrays.copyOfRange(data, i, Math.min(data.length, i + PIECE)));
            }
            guest.now += 100_000_000L;
            for (byte[] frame : guest.arrived()) take(frame);
            if (acknowledged - base == at) guest.network.await(2_000_000);
            if (++tries > PATIENCE) throw new AssertionError("only " + at + " bytes were taken");
        }
        next = base + data.length;
    }

    void end() {
        send(next, Segment.FIN | Segment.ACK, new byte[0]);
        int end = ++next;
        until(() -> acknowledged == end);
    }
}
