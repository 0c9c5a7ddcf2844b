// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// UDP through sockets of the host, one for each pair of ends. (RFC 768.)
///
/// Not done: answers of more than 1,472 bytes, which would have to be sent in fragments; they are lost.
final class Udp {
    static final int MOST = 64;
    /// Guest time after which a silent flow is forgotten, and how long an answer is waited for.
    static final long IDLE = 60_000_000_000L, ANSWER = 5_000_000_000L;
    private static final int HEADER = 8, LARGEST = 1500 - Datagram.HEADER - HEADER;

    private record Ends(int guest, int guestPort, int target, int port) {}

    private final Link link;
    /// The one that has been silent longest comes first.
    private final Map<Ends, Flow> flows = new LinkedHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    Udp(Link link) {
        this.link = link;
    }

    int count() {
        return flows.size();
    }

    void input(Datagram d) {
        byte[] p = d.payload();
        if (p.length < HEADER) return;
        int length = Bytes.get16(p, 4);
        if (length < HEADER || length > p.length || Bytes.get16(p, 6) != 0 && !d.sound()) return;
        int from = Bytes.get16(p, 0);
        int to = Bytes.get16(p, 2);
        if (to == Dhcp.SERVER_PORT && (d.target() == -1 || d.target() == Addresses.GATEWAY)) {
            dhcp(p, length);
            return;
        }
        if (!Addresses.mayBeGuest(d.source()) || from == 0) return;
        InetSocketAddress host = link.addresses().host(d.target(), to);
        if (host == null) {
            boolean known = d.target() == Addresses.GATEWAY || d.target() == Addresses.NAMES;
            if (known) link.unreachable(d.target(), d, 3);
            return;
        }
        relay(new Ends(d.source(), from, d.target(), to), host, d, length);
    }

    private void dhcp(byte[] p, int length) {
        byte[] request = Arrays.copyOfRange(p, HEADER, length);
        byte[] answer = Dhcp.answer(request, link.addresses().resolver() != null);
        if (answer == null) return;
        send(Addresses.GATEWAY, Dhcp.SERVER_PORT, -1, Dhcp.CLIENT_PORT, answer, answer.length);
    }

    private void relay(Ends ends, InetSocketAddress host, Datagram d, int length) {
        Flow flow = flows.remove(ends);
        try {
            if (flow == null) {
                if (flows.size() >= MOST) flows.values().iterator().next().close();
                flow = new Flow(ends, host);
            }
            flows.put(ends, flow);
            flow.lastUse = link.now();
            flow.asked = true;
            flow.last = d;
            flow.channel.write(ByteBuffer.wrap(d.payload(), HEADER, length - HEADER));
        } catch (PortUnreachableException e) {
            link.unreachable(d.target(), d, 3);
        } catch (IOException e) {
            link.unreachable(d.target(), d, 1);
            if (flow != null) flow.close();
        }
    }

    private void send(int source, int port, int target, int targetPort, byte[] data, int length) {
        byte[] p = new byte[HEADER + length];
        Bytes.put16(p, 0, port);
        Bytes.put16(p, 2, targetPort);
        Bytes.put16(p, 4, p.length);
        System.arraycopy(data, 0, p, HEADER, length);
        int sum = Bytes.checksum(p, 0, p.length, Bytes.pseudo(source, target, Datagram.UDP, p.length));
        Bytes.put16(p, 6, sum == 0 ? 0xFFFF : sum);
        link.toGuest(source, target, Datagram.UDP, p);
    }

    /// Whether somebody has been asked and may still answer.
    boolean waiting() {
        for (Flow f : flows.values()) if (f.asked && link.now() - f.lastUse < ANSWER) return true;
        return false;
    }

    /// Forgets who has been silent for long.
    void poll() {
        while (!flows.isEmpty()) {
            Flow eldest = flows.values().iterator().next();
            if (link.now() - eldest.lastUse < IDLE) return;
            eldest.close();
        }
    }

    void close() {
        for (Flow f : new ArrayList<>(flows.values())) f.close();
    }

    private final class Flow implements HostFlow {
        final Ends ends;
        final DatagramChannel channel;
        long lastUse;
        boolean asked;

        @Nullable
        Datagram last;

        Flow(Ends ends, InetSocketAddress host) throws IOException {
            this.ends = ends;
            channel = DatagramChannel.open();
            try {
                channel.configureBlocking(false);
                channel.connect(host);
                link.watch(channel, SelectionKey.OP_READ, this);
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public void ready() {
            try {
                while (link.room() > 0) {
                    buffer.clear();
                    int n = channel.read(buffer);
                    if (n <= 0) return;
                    asked = false;
                    lastUse = link.now();
                    if (n <= LARGEST) {
                        send(ends.target, ends.port, ends.guest, ends.guestPort, buffer.array(), n);
                    }
                }
            } catch (PortUnreachableException e) {
                asked = false;
                if (last != null) link.unreachable(ends.target, last, 3);
            } catch (IOException e) {
                close();
            }
        }

        void close() {
            flows.remove(ends, this);
            try {
                channel.close();
            } catch (IOException e) {
                asked = false; // the socket is gone either way
            }
        }
    }
}
