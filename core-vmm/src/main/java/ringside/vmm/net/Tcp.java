// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// TCP: the guest's connections end here, and go on through sockets of the host. (RFC 9293.)
///
/// Only the guest begins connections. At most {@link #MOST} at a time; one more is reset.
final class Tcp {
    static final int MOST = 128;
    private static final int SEQUENCE_STEP = 64_021;

    private final Link link;
    private final Map<Segment.Ends, TcpConnection> connections = new LinkedHashMap<>();
    private int nextSequence = 1;

    Tcp(Link link) {
        this.link = link;
    }

    int count() {
        return connections.size();
    }

    void input(Datagram d) {
        if (!Addresses.mayBeGuest(d.source())) return;
        Segment s = Segment.parse(d);
        if (s == null) return;
        TcpConnection c = connections.get(s.ends());
        if (c != null && c.lingers() && s.has(Segment.SYN)) {
            c.close();
            c = null;
        }
        if (c != null) c.input(s);
        else if (s.has(Segment.SYN) && !s.has(Segment.ACK) && !s.has(Segment.RST)) begin(s);
        else refuse(s);
    }

    private void begin(Segment s) {
        InetSocketAddress host =
                link.addresses().host(s.ends().target(), s.ends().port());
        if (host == null || s.ends().guestPort() == 0 || connections.size() >= MOST) {
            refuse(s);
            return;
        }
        nextSequence += SEQUENCE_STEP;
        TcpConnection c = new TcpConnection(link, s, nextSequence, () -> connections.remove(s.ends()));
        connections.put(s.ends(), c);
        try {
            c.connect(host);
        } catch (IOException e) {
            c.close();
            refuse(s);
        }
    }

    /// Resets what belongs to no connection.
    void refuse(Segment s) {
        if (s.has(Segment.RST)) return;
        int taken = s.length() + (s.has(Segment.SYN) ? 1 : 0) + (s.has(Segment.FIN) ? 1 : 0);
        if (s.has(Segment.ACK)) send(link, s.ends(), s.acknowledged(), 0, Segment.RST, 0, new byte[Segment.HEADER]);
        else send(link, s.ends(), 0, s.sequence() + taken, Segment.RST | Segment.ACK, 0, new byte[Segment.HEADER]);
    }

    /// @param segment room for the header, then options and data; the length of options is in byte 12 already
    static void send(Link link, Segment.Ends e, int sequence, int acknowledge, int flags, int window, byte[] segment) {
        Bytes.put16(segment, 0, e.port());
        Bytes.put16(segment, 2, e.guestPort());
        Bytes.put32(segment, 4, sequence);
        Bytes.put32(segment, 8, acknowledge);
        if (segment[12] == 0) segment[12] = 0x50;
        segment[13] = (byte) flags;
        Bytes.put16(segment, 14, window);
        int pseudo = Bytes.pseudo(e.target(), e.guest(), Datagram.TCP, segment.length);
        Bytes.put16(segment, 16, Bytes.checksum(segment, 0, segment.length, pseudo));
        link.toGuest(e.target(), e.guest(), Datagram.TCP, segment);
    }

    boolean waiting() {
        for (TcpConnection c : connections.values()) if (!c.lingers()) return true;
        return false;
    }

    /// What is to be done because time has passed, or because there is room again.
    void poll() {
        if (connections.isEmpty()) return;
        for (TcpConnection c : new ArrayList<>(connections.values())) c.poll();
    }

    void close() {
        for (TcpConnection c : new ArrayList<>(connections.values())) c.close();
    }
}
