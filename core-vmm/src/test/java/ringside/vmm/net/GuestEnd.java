// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A guest's end of a user-mode network, with guest time in its hand.
final class GuestEnd implements AutoCloseable {
    static final byte[] MAC = {2, 1, 2, 3, 4, 5};
    private static final int PATIENCE = 400;
    private static final long LOOK = 20_000_000;

    final UserNetwork network;
    long now;
    /// Which frames to the guest get lost.
    Predicate<byte[]> lost = frame -> false;

    GuestEnd() {
        this(new UserNetwork(null));
    }

    GuestEnd(UserNetwork network) {
        this.network = network;
        network.clock(() -> now);
    }

    static byte[] frame(byte[] target, int type, byte[] payload) {
        byte[] f = new byte[14 + payload.length];
        System.arraycopy(target, 0, f, 0, 6);
        System.arraycopy(MAC, 0, f, 6, 6);
        Bytes.put16(f, 12, type);
        System.arraycopy(payload, 0, f, 14, payload.length);
        return f;
    }

    static byte[] packet(int source, int target, int protocol, byte[] payload) {
        byte[] p = Arrays.copyOf(new byte[] {0x45}, 20 + payload.length);
        Bytes.put16(p, 2, p.length);
        p[8] = 64;
        p[9] = (byte) protocol;
        Bytes.put32(p, 12, source);
        Bytes.put32(p, 16, target);
        Bytes.put16(p, 10, Bytes.checksum(p, 0, 20, 0));
        System.arraycopy(payload, 0, p, 20, payload.length);
        return frame(Addresses.gatewayMac(), 0x0800, p);
    }

    void send(int target, int protocol, byte[] payload) {
        network.send(packet(Addresses.GUEST, target, protocol, payload));
    }

    static byte[] udp(int from, int to, byte[] data) {
        byte[] p = new byte[8 + data.length];
        Bytes.put16(p, 0, from);
        Bytes.put16(p, 2, to);
        Bytes.put16(p, 4, p.length);
        System.arraycopy(data, 0, p, 8, data.length);
        return p;
    }

    static byte[] tcp(int target, int from, int to, int sequence, int acknowledge, int flags, int window, byte[] data) {
        byte[] p = new byte[20 + data.length];
        Bytes.put16(p, 0, from);
        Bytes.put16(p, 2, to);
        Bytes.put32(p, 4, sequence);
        Bytes.put32(p, 8, acknowledge);
        p[12] = 0x50;
        p[13] = (byte) flags;
        Bytes.put16(p, 14, window);
        System.arraycopy(data, 0, p, 20, data.length);
        int pseudo = Bytes.pseudo(Addresses.GUEST, target, 6, p.length);
        Bytes.put16(p, 16, Bytes.checksum(p, 0, p.length, pseudo));
        return p;
    }

    /// The frames that are there now.
    List<byte[]> arrived() {
        network.poll();
        List<byte[]> list = new ArrayList<>();
        for (byte[] f = network.take(); f != null; f = network.take()) if (!lost.test(f)) list.add(f);
        return list;
    }

    /// The frames that come next, with the host given time to send them; empty when it does not.
    List<byte[]> awaited() {
        for (int i = 0; i < PATIENCE; i++) {
            List<byte[]> list = arrived();
            if (!list.isEmpty()) return list;
            network.await(LOOK);
        }
        return List.of();
    }

    static @Nullable Datagram datagram(byte[] frame) {
        return Bytes.get16(frame, 12) == 0x0800 ? Datagram.parse(frame, 14) : null;
    }

    /// The one packet that comes next.
    Datagram answer() {
        List<byte[]> list = awaited();
        Datagram d = list.size() == 1 ? datagram(list.getFirst()) : null;
        if (d == null) throw new AssertionError("one packet expected, found " + list.size() + " frames");
        return d;
    }

    @Override
    public void close() {
        network.close();
    }
}
