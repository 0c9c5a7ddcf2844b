// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpTest {
    private static final int SIZE = 300_000;

    private final GuestEnd guest = new GuestEnd();

    @AfterEach
    void close() {
        guest.close();
    }

    private interface Talk {
        void with(Socket socket) throws IOException;
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
    }

    private static CompletableFuture<Void> serve(ServerSocket server, Talk talk) {
        return CompletableFuture.runAsync(() -> {
            try (Socket s = server.accept()) {
                talk.with(s);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static byte[] page() {
        byte[] bytes = new byte[SIZE];
        new Random(4).nextBytes(bytes);
        return bytes;
    }

    private GuestTcp connected(ServerSocket server) {
        GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, server.getLocalPort(), 40_000);
        tcp.connect();
        return tcp;
    }

    private static void sendPage(Socket s) throws IOException {
        OutputStream out = s.getOutputStream();
        out.write(page());
    }

    @Test
    void whatAServerOnTheHostsLoopbackSendsReachesTheGuestInOrder() throws IOException {
        try (ServerSocket server = listening()) {
            var served = serve(server, TcpTest::sendPage);
            GuestTcp tcp = connected(server);
            tcp.until(() -> tcp.ended);
            assertArrayEquals(page(), tcp.received.toByteArray());
            served.join();
            tcp.end();
            guest.now += 10_000_000_000L;
            guest.arrived();
            assertEquals(0, guest.network.flows());
        }
    }

    @Test
    void whereFramesAreLostTheyAreSentAgain() throws IOException {
        Random random = new Random(8);
        guest.lost = frame -> random.nextInt(7) == 0;
        try (ServerSocket server = listening()) {
            var served = serve(server, TcpTest::sendPage);
            GuestTcp tcp = connected(server);
            tcp.until(() -> tcp.ended);
            assertArrayEquals(page(), tcp.received.toByteArray());
            served.join();
        }
    }

    @Test
    void whatTheGuestSendsReachesTheServerAndAnEndGoesThroughOneWay() throws IOException {
        List<byte[]> got = new ArrayList<>();
        try (ServerSocket server = listening()) {
            var served = serve(server, s -> {
                got.add(s.getInputStream().readAllBytes());
                s.getOutputStream().write("thanks".getBytes());
            });
            GuestTcp tcp = connected(server);
            tcp.upload(page());
            tcp.end();
            tcp.until(() -> tcp.ended);
            served.join();
            assertArrayEquals(page(), got.getFirst());
            assertEquals("thanks", tcp.received.toString());
        }
    }

    @Test
    void aSegmentThatComesEarlyIsNotAcknowledged() throws IOException {
        List<byte[]> got = new ArrayList<>();
        try (ServerSocket server = listening()) {
            var served = serve(server, s -> got.add(s.getInputStream().readAllBytes()));
            GuestTcp tcp = connected(server);
            int at = tcp.next;
            tcp.send(at + 3, Segment.ACK, "def".getBytes());
            tcp.take(guest.awaited().getFirst());
            assertEquals(at, tcp.acknowledged);
            tcp.send(at, Segment.ACK, "abc".getBytes());
            tcp.send(at + 1, Segment.ACK, "bcdef".getBytes()); // what is known already is cut off
            tcp.next = at + 6;
            tcp.until(() -> tcp.acknowledged == at + 6);
            tcp.end();
            served.join();
            assertEquals("abcdef", new String(got.getFirst()));
        }
    }

    @Test
    void aClosedWindowIsTriedByteByByte() throws IOException {
        try (ServerSocket server = listening()) {
            var served = serve(server, TcpTest::sendPage);
            guest.lost = frame -> false;
            GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, server.getLocalPort(), 40_000);
            tcp.window = 0;
            tcp.connect();
            tcp.until(() -> tcp.received.size() >= 3);
            assertTrue(tcp.received.size() < 10);
            tcp.window = 30_000;
            tcp.acknowledge();
            tcp.until(() -> tcp.ended);
            assertArrayEquals(page(), tcp.received.toByteArray());
            served.join();
        }
    }

    @Test
    void aPortWhereNobodyListensIsRefused() throws IOException {
        int port;
        try (ServerSocket server = listening()) {
            port = server.getLocalPort();
        }
        GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, port, 40_000);
        tcp.connect();
        assertTrue(tcp.reset);
        assertEquals(0, guest.network.flows());
    }

    @Test
    void theGuestsResetIsTheServers() throws IOException {
        boolean[] failed = {false};
        try (ServerSocket server = listening()) {
            var served = serve(server, s -> {
                try {
                    failed[0] = s.getInputStream().read() < 0;
                } catch (IOException e) {
                    failed[0] = true;
                }
            });
            GuestTcp tcp = connected(server);
            tcp.send(tcp.next, Segment.RST, new byte[0]);
            guest.arrived(); // the socket is gone when the network has looked
            served.join();
            assertTrue(failed[0]);
            assertEquals(0, guest.network.flows());
        }
    }

    @Test
    void aServerThatResetsResetsTheGuest() throws IOException {
        try (ServerSocket server = listening()) {
            var served = serve(server, s -> s.setSoLinger(true, 0));
            GuestTcp tcp = connected(server);
            tcp.until(() -> tcp.reset);
            served.join();
            assertEquals(0, guest.network.flows());
        }
    }

    @Test
    void moreConnectionsThanTheLimitAreRefused() throws IOException {
        try (ServerSocket server = listening()) {
            for (int i = 0; i < Tcp.MOST; i++) {
                GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, server.getLocalPort(), 1000 + i);
                tcp.connect();
                assertFalse(tcp.reset);
            }
            GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, server.getLocalPort(), 5000);
            tcp.connect();
            assertTrue(tcp.reset);
            assertEquals(Tcp.MOST, guest.network.flows());
        }
    }

    @Test
    void aGuestThatDoesNotAnswerIsGivenUp() throws IOException {
        try (ServerSocket server = listening()) {
            GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, server.getLocalPort(), 1000);
            tcp.syn();
            for (int i = 0; i < 20; i++) {
                guest.awaited();
                guest.now += 400_000_000_000L;
                if (guest.network.flows() == 0) break;
            }
            assertEquals(0, guest.network.flows());
        }
    }

    @Test
    void whatBelongsToNoConnectionIsReset() {
        GuestTcp tcp = new GuestTcp(guest, Addresses.GATEWAY, 80, 1000);
        tcp.send(5, Segment.SYN | Segment.ACK, new byte[0]);
        tcp.until(() -> tcp.reset);
        assertEquals(0, guest.network.flows());
    }
}
