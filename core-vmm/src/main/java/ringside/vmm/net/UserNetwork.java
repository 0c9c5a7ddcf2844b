// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.medium.Wire;

/// A network that needs no rights on the host: what the guest sends ends here, and goes on through ordinary sockets.
///
/// | address | who |
/// |---|---|
/// | 10.0.2.2 | gateway, DHCP server; connections to it reach the host's loopback |
/// | 10.0.2.3 | name server: port 53 goes to the host's resolver |
/// | 10.0.2.15 | what DHCP gives to the guest |
///
/// Nothing outside can begin a connection to the guest. Frames, flows, connections and their buffers are limited, so
/// a guest takes at most some 20 MB of the host's memory. A frame that makes no sense is dropped. Nobody is told
/// anything between two calls of {@link #poll}; what the host does is why a run with it cannot be repeated.
///
/// Not done: IPv6, fragments, echo beyond the gateway.
public final class UserNetwork implements Wire, Link, AutoCloseable {
    /// Frames that wait for the guest, at most.
    static final int MOST = 256;
    private static final int ETHERNET = 14, MTU = 1500;
    private static final int TYPE_IP = 0x0800, TYPE_ARP = 0x0806;
    private static final int ECHO = 8, ECHO_REPLY = 0, UNREACHABLE = 3;
    private static final long MILLISECOND = 1_000_000, LONGEST_WAIT = 100;

    private static final byte[] ALL = {-1, -1, -1, -1, -1, -1};

    private final Addresses addresses;
    private final Udp udp = new Udp(this);
    private final Tcp tcp = new Tcp(this);
    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private final byte[] gatewayMac = Addresses.gatewayMac();
    private final byte[] guestMac = new byte[6];
    private Runnable listener = () -> {};
    private LongSupplier time = () -> 0;
    private @Nullable Selector selector;
    private long owed;
    private int identification;

    /// @param resolver the host's name server, or null
    public UserNetwork(@Nullable InetAddress resolver) {
        addresses = new Addresses(resolver);
        Arrays.fill(guestMac, (byte) -1);
    }

    // ---- the cable ------------------------------------------------------------------------------------------------

    @Override
    public void send(byte[] frame) {
        if (frame.length < ETHERNET || frame.length > ETHERNET + MTU) return;
        if ((frame[6] & 1) != 0) return; // nobody sends from a group's address
        boolean toAll = Arrays.equals(frame, 0, 6, ALL, 0, 6);
        if (!toAll && !Arrays.equals(frame, 0, 6, gatewayMac, 0, 6)) return;
        System.arraycopy(frame, 6, guestMac, 0, 6);
        switch (Bytes.get16(frame, 12)) {
            case TYPE_ARP -> arp(frame);
            case TYPE_IP -> {
                Datagram d = Datagram.parse(frame, ETHERNET);
                if (d != null) input(d);
            }
            default -> {} // another protocol
        }
    }

    @Override
    public byte @Nullable [] take() {
        return arrived.poll();
    }

    @Override
    public void onFrame(Runnable r) {
        listener = r;
    }

    @Override
    public void clock(LongSupplier nanoseconds) {
        time = nanoseconds;
    }

    @Override
    public void poll() {
        Selector s = selector;
        if (s != null && s.isOpen() && !s.keys().isEmpty()) hostSockets(s);
        udp.poll();
        tcp.poll();
        if (!arrived.isEmpty()) listener.run();
    }

    private static void hostSockets(Selector s) {
        try {
            s.selectNow();
        } catch (IOException e) {
            return; // the sockets say themselves what is wrong with them
        }
        for (SelectionKey key : s.selectedKeys().toArray(new SelectionKey[0])) {
            if (key.isValid() && key.attachment() instanceof HostFlow flow) flow.ready();
        }
        s.selectedKeys().clear();
    }

    @Override
    public boolean waiting() {
        return tcp.waiting() || udp.waiting();
    }

    /// Idle guest time passes as slowly as the host's while an answer may come.
    @Override
    public void await(long nanoseconds) {
        Selector s = selector;
        if (s == null || !arrived.isEmpty()) return;
        owed += Math.min(nanoseconds, LONGEST_WAIT * MILLISECOND);
        long wait = Math.min(owed / MILLISECOND, LONGEST_WAIT);
        if (wait == 0) return;
        owed -= wait * MILLISECOND;
        try {
            s.select(wait);
        } catch (IOException e) {
            owed = 0;
        }
    }

    @Override
    public void close() {
        udp.close();
        tcp.close();
        try {
            if (selector != null) selector.close();
        } catch (IOException e) {
            arrived.clear(); // nothing more comes
        }
    }

    // ---- what the protocols need ----------------------------------------------------------------------------------

    @Override
    public long now() {
        return time.getAsLong();
    }

    @Override
    public int room() {
        return MOST - arrived.size();
    }

    @Override
    public Addresses addresses() {
        return addresses;
    }

    @Override
    public SelectionKey watch(SelectableChannel channel, int operations, HostFlow flow) throws IOException {
        if (selector == null) selector = Selector.open();
        return channel.register(selector, operations, flow);
    }

    @Override
    public void toGuest(int source, int target, int protocol, byte[] payload) {
        byte[] frame = frame(TYPE_IP, Datagram.HEADER + payload.length);
        frame[ETHERNET] = 0x45;
        Bytes.put16(frame, ETHERNET + 2, Datagram.HEADER + payload.length);
        Bytes.put16(frame, ETHERNET + 4, ++identification);
        Bytes.put16(frame, ETHERNET + 6, 0x4000); // not to be fragmented
        frame[ETHERNET + 8] = 64;
        frame[ETHERNET + 9] = (byte) protocol;
        Bytes.put32(frame, ETHERNET + 12, source);
        Bytes.put32(frame, ETHERNET + 16, target);
        Bytes.put16(frame, ETHERNET + 10, Bytes.checksum(frame, ETHERNET, Datagram.HEADER, 0));
        System.arraycopy(payload, 0, frame, ETHERNET + Datagram.HEADER, payload.length);
        if (target == -1) Arrays.fill(frame, 0, 6, (byte) -1);
        deliver(frame);
    }

    private byte[] frame(int type, int length) {
        byte[] frame = new byte[ETHERNET + length];
        System.arraycopy(guestMac, 0, frame, 0, 6);
        System.arraycopy(gatewayMac, 0, frame, 6, 6);
        Bytes.put16(frame, 12, type);
        return frame;
    }

    private void deliver(byte[] frame) {
        if (arrived.size() < MOST) arrived.add(frame);
    }

    // ---- ARP, IP, ICMP --------------------------------------------------------------------------------------------

    /// Answers for the gateway and the name server. (RFC 826.)
    private void arp(byte[] f) {
        if (f.length < ETHERNET + 28) return;
        boolean request = Bytes.get32(f, 14) == 0x0001_0800 && Bytes.get32(f, 18) == 0x0604_0001;
        int target = Bytes.get32(f, 38);
        if (!request || target != Addresses.GATEWAY && target != Addresses.NAMES) return;
        byte[] r = frame(TYPE_ARP, 28);
        Bytes.put32(r, 14, 0x0001_0800);
        Bytes.put32(r, 18, 0x0604_0002);
        System.arraycopy(gatewayMac, 0, r, 22, 6);
        Bytes.put32(r, 28, target);
        System.arraycopy(f, 22, r, 32, 10);
        deliver(r);
    }

    private void input(Datagram d) {
        switch (d.protocol()) {
            case Datagram.ICMP -> icmp(d);
            case Datagram.TCP -> tcp.input(d);
            case Datagram.UDP -> udp.input(d);
            default -> {} // nobody there speaks it
        }
    }

    /// Echoes for the gateway and the name server; others cannot be asked without rights. (RFC 792.)
    private void icmp(Datagram d) {
        byte[] p = d.payload();
        if (p.length < 8 || p[0] != ECHO || Bytes.checksum(p, 0, p.length, 0) != 0) return;
        if (!Addresses.mayBeGuest(d.source())) return;
        int to = d.target();
        if (to != Addresses.GATEWAY && to != Addresses.NAMES) {
            if (addresses.host(to, 1) != null) unreachable(Addresses.GATEWAY, d, 1);
            return;
        }
        byte[] r = p.clone();
        r[0] = ECHO_REPLY;
        Bytes.put16(r, 2, 0);
        Bytes.put16(r, 2, Bytes.checksum(r, 0, r.length, 0));
        toGuest(to, d.source(), Datagram.ICMP, r);
    }

    @Override
    public void unreachable(int from, Datagram about, int code) {
        byte[] r = Arrays.copyOf(new byte[] {UNREACHABLE, (byte) code}, 8 + about.head().length);
        System.arraycopy(about.head(), 0, r, 8, about.head().length);
        Bytes.put16(r, 2, Bytes.checksum(r, 0, r.length, 0));
        toGuest(from, about.source(), Datagram.ICMP, r);
    }

    /// Flows of UDP and connections of TCP at present.
    int flows() {
        return udp.count() + tcp.count();
    }
}
