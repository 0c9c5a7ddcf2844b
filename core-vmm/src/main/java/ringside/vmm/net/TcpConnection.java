// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One connection: a TCP endpoint towards the guest, a socket towards the host. (RFC 9293, sections 3.4 to 3.10.)
///
/// The guest's SYN is answered when the host is connected, so a refusal reaches the guest as one. Data from the guest
/// are taken in order only; what comes early is left to be sent again. Sequence numbers are compared by the sign of
/// their difference.
///
/// Not done: window scaling, selective acknowledgement, congestion control; nothing is lost on this network unless the
/// guest loses it.
final class TcpConnection implements HostFlow {
    static final int BUFFER = 64 << 10;
    static final int MSS = 1460;
    private static final int WINDOW_MAX = 0xFFFF;
    private static final long SECOND = 1_000_000_000L;
    private static final long RETRY_FIRST = SECOND, RETRY_LONGEST = 60 * SECOND;
    private static final long LINGER = 2 * SECOND, IDLE = 3600 * SECOND;
    private static final int RETRIES = 8, DUPLICATES = 3;

    private enum State {
        /// The host's socket is on its way.
        CONNECTING,
        /// SYN and ACK are sent and not acknowledged.
        SYN_RECEIVED,
        OPEN,
        /// Both sides are done; a late FIN is still acknowledged.
        LINGERS,
        GONE
    }

    private final Link link;
    private final Segment.Ends ends;
    private final Runnable forget;
    private final ByteRing toGuest = new ByteRing(BUFFER), toHost = new ByteRing(BUFFER);
    private final int mss, initial;
    private State state = State.CONNECTING;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;

    /// What has been sent: acknowledged up to, next to be sent, the farthest ever.
    private int acknowledged, next, farthest;
    private int guestWindow, duplicates, retries;
    private long retryAt = Long.MAX_VALUE, lastUse;
    /// What has been received, and the window last told.
    private int received, told;
    private boolean hostEnded, endAcknowledged, guestEnded, outputShut;

    /// @param syn    what the guest began with
    /// @param forget takes it out of the list
    TcpConnection(Link link, Segment syn, int initial, Runnable forget) {
        this.link = link;
        this.forget = forget;
        ends = syn.ends();
        mss = Math.min(MSS, syn.mss());
        this.initial = initial;
        acknowledged = initial;
        next = farthest = initial + 1;
        received = syn.sequence() + 1;
        guestWindow = syn.window();
        lastUse = link.now();
    }

    void connect(InetSocketAddress host) throws IOException {
        SocketChannel c = SocketChannel.open();
        channel = c;
        c.configureBlocking(false);
        c.setOption(StandardSocketOptions.TCP_NODELAY, true);
        boolean at = c.connect(host);
        key = link.watch(c, at ? 0 : SelectionKey.OP_CONNECT, this);
        if (at) connected();
    }

    boolean lingers() {
        return state == State.LINGERS;
    }

    private void connected() {
        state = State.SYN_RECEIVED;
        sendSyn();
        settle();
    }

    // ---- the host's side ------------------------------------------------------------------------------------------

    @Override
    public void ready() {
        SocketChannel c = channel;
        if (c == null) return;
        try {
            if (state == State.CONNECTING) {
                if (c.finishConnect()) connected();
                return;
            }
            take(c);
            give(c);
        } catch (IOException e) {
            reset();
            return;
        }
        output();
        settle();
    }

    private void take(SocketChannel c) throws IOException {
        while (!hostEnded && toGuest.room() > 0) {
            int n = toGuest.readFrom(c);
            if (n < 0) hostEnded = true;
            if (n <= 0) return;
            lastUse = link.now();
        }
    }

    private void give(SocketChannel c) throws IOException {
        while (toHost.size() > 0 && toHost.writeTo(c) > 0) lastUse = link.now();
        if (guestEnded && toHost.size() == 0 && !outputShut) {
            outputShut = true;
            c.shutdownOutput();
        }
        if (told < mss && toHost.room() >= 2 * mss && !guestEnded) acknowledge();
    }

    /// Says what the host's system is to watch for, and ends what has ended.
    private void settle() {
        if (state == State.OPEN && endAcknowledged && guestEnded && toHost.size() == 0) {
            closeSocket(false);
            state = State.LINGERS;
            retryAt = link.now() + LINGER;
        }
        if (key == null || !key.isValid()) return;
        int ops = state == State.CONNECTING ? SelectionKey.OP_CONNECT : 0;
        if (state != State.CONNECTING && !hostEnded && toGuest.room() > 0) ops |= SelectionKey.OP_READ;
        if (toHost.size() > 0) ops |= SelectionKey.OP_WRITE;
        if (key.interestOps() != ops) key.interestOps(ops);
    }

    private void closeSocket(boolean hard) {
        SocketChannel c = channel;
        channel = null;
        key = null;
        if (c == null) return;
        try {
            if (hard) c.setOption(StandardSocketOptions.SO_LINGER, 0);
            c.close();
        } catch (IOException e) {
            state = State.GONE; // it was going anyway
        }
    }

    /// Ends it on the host's side at once.
    void close() {
        closeSocket(true);
        state = State.GONE;
        forget.run();
    }

    /// Ends it on both sides at once.
    private void reset() {
        send(state == State.CONNECTING ? initial : next, Segment.RST | Segment.ACK, new byte[Segment.HEADER]);
        close();
    }

    // ---- towards the guest ----------------------------------------------------------------------------------------

    private void send(int sequence, int flags, byte[] segment) {
        told = Math.min(WINDOW_MAX, toHost.room());
        Tcp.send(link, ends, sequence, received, flags, told, segment);
    }

    private void acknowledge() {
        send(next, Segment.ACK, new byte[Segment.HEADER]);
    }

    private void sendSyn() {
        byte[] s = new byte[Segment.HEADER + 4];
        s[12] = 0x60;
        s[20] = 2;
        s[21] = 4;
        Bytes.put16(s, 22, MSS);
        send(initial, Segment.SYN | Segment.ACK, s);
        arm();
    }

    private void arm() {
        retryAt = link.now() + Math.min(RETRY_LONGEST, RETRY_FIRST << Math.min(retries, RETRIES));
    }

    /// Where the data end that are held.
    private int end() {
        return acknowledged + toGuest.size();
    }

    /// Sends data at a sequence number, which lie in what is held. @return how many
    private int sendData(int sequence, int most) {
        int n = Math.min(Math.min(mss, most), end() - sequence);
        byte[] s = new byte[Segment.HEADER + n];
        toGuest.copy(sequence - acknowledged, s, Segment.HEADER, n);
        int push = sequence + n == end() ? Segment.PSH : 0;
        send(sequence, Segment.ACK | push, s);
        return n;
    }

    private void sent(int n) {
        next += n;
        if (next - farthest > 0) farthest = next;
        if (retryAt == Long.MAX_VALUE) arm();
    }

    /// Sends what the guest's window and the room on the way allow, then the end.
    private void output() {
        if (state != State.OPEN || endAcknowledged) return;
        while (link.room() > 0) {
            int left = end() - next;
            int window = acknowledged + guestWindow - next;
            if (left > 0 && window > 0) {
                sent(sendData(next, window));
            } else if (left == 0 && hostEnded) {
                send(next, Segment.FIN | Segment.ACK, new byte[Segment.HEADER]);
                sent(1);
                return;
            } else {
                if (left > 0 && retryAt == Long.MAX_VALUE) arm(); // to try a closed window later
                return;
            }
        }
    }

    /// Sends again from the first byte that is not acknowledged.
    private void again() {
        next = acknowledged;
        if (end() - next > 0) sent(sendData(next, Math.max(1, guestWindow)));
        else if (hostEnded) {
            send(next, Segment.FIN | Segment.ACK, new byte[Segment.HEADER]);
            sent(1);
        }
    }

    void poll() {
        long now = link.now();
        if (state == State.LINGERS && now >= retryAt) {
            close();
            return;
        }
        if (state == State.LINGERS || state == State.CONNECTING || state == State.GONE) return;
        if (now - lastUse > IDLE) {
            reset();
            return;
        }
        if (now >= retryAt && link.room() > 0) {
            boolean closed = state == State.OPEN && guestWindow == 0;
            if (++retries > RETRIES && !closed) {
                reset();
                return;
            }
            arm();
            if (state == State.SYN_RECEIVED) sendSyn();
            else again();
        }
        output();
    }

    // ---- from the guest -------------------------------------------------------------------------------------------

    void input(Segment s) {
        lastUse = link.now();
        if (s.has(Segment.RST)) {
            if (state == State.CONNECTING || inWindow(s)) close();
            return;
        }
        if (state == State.CONNECTING) return; // a SYN again; the answer comes when there is one
        if (s.has(Segment.SYN)) {
            if (state == State.SYN_RECEIVED) sendSyn();
            else acknowledge();
            return;
        }
        if (!s.has(Segment.ACK)) return;
        if (state == State.LINGERS) {
            if (s.has(Segment.FIN)) acknowledge();
            return;
        }
        if (s.acknowledged() - farthest > 0) {
            acknowledge();
            return;
        }
        acknowledgement(s);
        data(s);
        pass();
    }

    private boolean inWindow(Segment s) {
        int at = s.sequence() - received;
        return at == 0 || at > 0 && at < toHost.room();
    }

    private void acknowledgement(Segment s) {
        int n = s.acknowledged() - acknowledged;
        if (n < 0) return;
        boolean repeated = n == 0 && s.length() == 0 && !s.has(Segment.FIN) && s.window() == guestWindow;
        guestWindow = s.window();
        if (n == 0) {
            if (repeated && farthest != acknowledged && ++duplicates == DUPLICATES) again();
            return;
        }
        if (state == State.SYN_RECEIVED) {
            state = State.OPEN;
            acknowledged++;
            n--;
        }
        int held = Math.min(n, toGuest.size());
        toGuest.drop(held);
        if (n > held) endAcknowledged = true;
        acknowledged = s.acknowledged();
        if (next - acknowledged < 0) next = acknowledged;
        duplicates = retries = 0;
        retryAt = Long.MAX_VALUE;
        if (farthest != acknowledged) arm();
    }

    private void data(Segment s) {
        int length = s.length();
        boolean fin = s.has(Segment.FIN);
        if (length == 0 && !fin) return;
        int skip = received - s.sequence();
        if (skip >= 0 && skip <= length && !guestEnded && state == State.OPEN) {
            int taken = toHost.put(s.payload(), s.at() + skip, length - skip);
            received += taken;
            if (fin && taken == length - skip) {
                received++;
                guestEnded = true;
            }
        }
        acknowledge();
    }

    /// Passes on in both directions what can be.
    private void pass() {
        SocketChannel c = channel;
        if (c == null || state == State.GONE) return;
        try {
            give(c);
        } catch (IOException e) {
            reset();
            return;
        }
        output();
        settle();
    }
}
