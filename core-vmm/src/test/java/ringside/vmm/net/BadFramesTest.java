// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BadFramesTest {
    private static final int FRAMES = 60_000;

    /// A frame that makes some sense, with anything changed but where it goes.
    private static byte[] spoiled(Random random, int port) {
        int[] protocols = {1, 6, 6, 6, 17, 2};
        int protocol = protocols[random.nextInt(protocols.length)];
        byte[] payload = new byte[random.nextInt(60)];
        random.nextBytes(payload);
        if (payload.length >= 20) {
            Bytes.put16(payload, 0, 2000 + random.nextInt(300));
            Bytes.put16(payload, 2, port);
            if (protocol == 17) Bytes.put16(payload, 4, payload.length + random.nextInt(3) - 1);
            if (protocol == 6) payload[12] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : 0x50);
            if (protocol == 6 && random.nextInt(3) == 0) payload[13] = Segment.SYN;
            int sum = Bytes.pseudo(Addresses.GUEST, Addresses.GATEWAY, protocol, payload.length);
            int at = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
            Bytes.put16(payload, at, 0);
            Bytes.put16(payload, at, Bytes.checksum(payload, 0, payload.length, protocol == 1 ? 0 : sum));
        }
        byte[] frame = GuestEnd.packet(Addresses.GUEST, Addresses.GATEWAY, protocol, payload);
        if (random.nextInt(3) == 0) {
            int at = random.nextInt(16);
            frame[14 + at] = (byte) random.nextInt();
            Bytes.put16(frame, 24, 0);
            Bytes.put16(frame, 24, Bytes.checksum(frame, 14, 20, 0));
        }
        if (random.nextInt(8) == 0) frame = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
        return frame;
    }

    @Test
    void noFrameDoesHarmAndNothingGrowsWithoutEnd() throws IOException {
        Random random = new Random(99);
        try (GuestEnd guest = new GuestEnd();
                ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            int port = server.getLocalPort();
            for (int i = 0; i < FRAMES; i++) {
                guest.network.send(spoiled(random, port));
                guest.now += random.nextInt(1_000_000);
                if (random.nextInt(50) == 0) guest.network.poll();
                if (random.nextInt(500) == 0) assertTrue(guest.arrived().size() <= UserNetwork.MOST);
                assertTrue(guest.network.flows() <= Tcp.MOST + Udp.MOST);
            }
        }
    }

    @Test
    void noiseDoesNoHarm() {
        Random random = new Random(5);
        try (GuestEnd guest = new GuestEnd()) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = new byte[random.nextInt(200)];
                random.nextBytes(frame);
                if (frame.length >= 16) {
                    System.arraycopy(Addresses.gatewayMac(), 0, frame, 0, 6);
                    Bytes.put16(frame, 12, random.nextBoolean() ? 0x0800 : 0x0806);
                }
                guest.network.send(frame);
            }
            assertTrue(guest.arrived().size() <= UserNetwork.MOST);
        }
    }
}
