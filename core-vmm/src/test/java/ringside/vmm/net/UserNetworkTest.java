// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserNetworkTest {
    private static final byte[] ALL = {-1, -1, -1, -1, -1, -1};

    private final GuestEnd guest = new GuestEnd();

    @AfterEach
    void close() {
        guest.close();
    }

    private static byte[] whoHas(int address) {
        byte[] p = new byte[28];
        Bytes.put32(p, 0, 0x0001_0800);
        Bytes.put32(p, 4, 0x0604_0001);
        System.arraycopy(GuestEnd.MAC, 0, p, 8, 6);
        Bytes.put32(p, 14, Addresses.GUEST);
        Bytes.put32(p, 24, address);
        return GuestEnd.frame(ALL, 0x0806, p);
    }

    @Test
    void theGatewayTellsItsHardwareAddress() {
        guest.network.send(whoHas(Addresses.GATEWAY));
        byte[] answer = guest.arrived().getFirst();
        assertArrayEquals(GuestEnd.MAC, Arrays.copyOf(answer, 6));
        assertEquals(0x0604_0002, Bytes.get32(answer, 18));
        assertArrayEquals(Addresses.gatewayMac(), Arrays.copyOfRange(answer, 22, 28));
        assertEquals(Addresses.GATEWAY, Bytes.get32(answer, 28));
        assertEquals(Addresses.GUEST, Bytes.get32(answer, 38));
    }

    @Test
    void nobodyAnswersForTheGuestsOwnAddress() {
        guest.network.send(whoHas(Addresses.GUEST));
        assertEquals(List.of(), guest.arrived());
    }

    private static byte[] echo() {
        byte[] p = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g', '!'};
        Bytes.put16(p, 2, Bytes.checksum(p, 0, p.length, 0));
        return p;
    }

    @Test
    void theGatewayEchoes() {
        guest.send(Addresses.GATEWAY, Datagram.ICMP, echo());
        Datagram d = guest.answer();
        byte[] want = echo();
        want[0] = 0;
        Bytes.put16(want, 2, 0);
        Bytes.put16(want, 2, Bytes.checksum(want, 0, want.length, 0));
        assertEquals(Addresses.GATEWAY, d.source());
        assertArrayEquals(want, d.payload());
    }

    @Test
    void anEchoBeyondTheGatewayReachesNobody() {
        guest.send(0xC000_0201, Datagram.ICMP, echo());
        byte[] p = guest.answer().payload();
        assertEquals(0x0301, Bytes.get16(p, 0));
        assertEquals(0xC000_0201, Bytes.get32(p, 8 + 16));
    }

    // ---- DHCP -----------------------------------------------------------------------------------------------------

    private static byte[] dhcp(int... options) {
        byte[] p = new byte[300];
        p[0] = p[1] = 1;
        p[2] = 6;
        Bytes.put32(p, 4, 0x1234_5678);
        System.arraycopy(GuestEnd.MAC, 0, p, 28, 6);
        Bytes.put32(p, 236, 0x6382_5363);
        for (int i = 0; i < options.length; i++) p[240 + i] = (byte) options[i];
        p[240 + options.length] = -1;
        byte[] udp = GuestEnd.udp(68, 67, p);
        byte[] f = GuestEnd.packet(0, -1, Datagram.UDP, udp);
        System.arraycopy(ALL, 0, f, 0, 6);
        return f;
    }

    private Datagram lease(int... options) {
        guest.network.send(dhcp(options));
        return guest.answer();
    }

    private static String options(Datagram d) {
        StringBuilder text = new StringBuilder();
        byte[] p = d.payload();
        for (int at = 8 + 240; p[at] != -1; at += 2 + p[at + 1]) {
            text.append(p[at]).append('=');
            for (int i = 0; i < p[at + 1]; i++) text.append(i > 0 ? "." : "").append(p[at + 2 + i] & 0xFF);
            text.append(' ');
        }
        return text.toString().strip();
    }

    @Test
    void dhcpOffersTheOneAddress() {
        Datagram d = lease(53, 1, 1);
        assertEquals(68, Bytes.get16(d.payload(), 2));
        assertEquals(0x1234_5678, Bytes.get32(d.payload(), 8 + 4));
        assertEquals(Addresses.GUEST, Bytes.get32(d.payload(), 8 + 16));
        assertEquals("53=2 54=10.0.2.2 51=0.1.81.128 1=255.255.255.0 3=10.0.2.2", options(d));
    }

    @Test
    void dhcpAcknowledgesTheOneAddressAndNoOther() {
        assertTrue(options(lease(53, 1, 3, 50, 4, 10, 0, 2, 15)).startsWith("53=5 "));
        assertEquals("53=6 54=10.0.2.2", options(lease(53, 1, 3, 50, 4, 192, 168, 1, 1)));
    }

    @Test
    void aHostWithANameServerHasOneInTheLease() throws IOException {
        try (GuestEnd other = new GuestEnd(new UserNetwork(InetAddress.getLoopbackAddress()))) {
            other.network.send(dhcp(53, 1, 1));
            assertTrue(options(other.answer()).endsWith(" 6=10.0.2.3"));
        }
    }

    // ---- UDP ------------------------------------------------------------------------------------------------------

    private static DatagramSocket echoServer() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        Thread server = new Thread(() -> {
            byte[] buffer = new byte[2000];
            try {
                while (true) {
                    DatagramPacket p = new DatagramPacket(buffer, buffer.length);
                    socket.receive(p);
                    for (int i = 0; i < p.getLength(); i++) buffer[i] = (byte) Character.toUpperCase(buffer[i]);
                    socket.send(new DatagramPacket(buffer, p.getLength(), p.getSocketAddress()));
                }
            } catch (IOException e) {
                return; // closed at the end
            }
        });
        server.setDaemon(true);
        server.start();
        return socket;
    }

    @Test
    void aDatagramToTheGatewayReachesTheHostsLoopbackAndTheAnswerComesBack() throws IOException {
        try (DatagramSocket server = echoServer()) {
            guest.send(Addresses.GATEWAY, Datagram.UDP, GuestEnd.udp(4000, server.getLocalPort(), "hello".getBytes()));
            assertTrue(guest.network.waiting());
            Datagram d = guest.answer();
            assertTrue(d.sound());
            assertEquals(Addresses.GATEWAY, d.source());
            assertEquals(4000, Bytes.get16(d.payload(), 2));
            assertEquals("HELLO", new String(d.payload(), 8, 5));
            assertFalse(guest.network.waiting());
        }
    }

    @Test
    void aSilentFlowIsForgotten() throws IOException {
        try (DatagramSocket server = echoServer()) {
            guest.send(Addresses.GATEWAY, Datagram.UDP, GuestEnd.udp(4000, server.getLocalPort(), "hello".getBytes()));
            guest.answer();
            guest.now += Udp.IDLE;
            guest.arrived();
            assertEquals(0, guest.network.flows());
        }
    }

    @Test
    void thereAreNeverMoreFlowsThanTheLimit() throws IOException {
        try (DatagramSocket server = echoServer()) {
            for (int port = 1000; port < 1000 + 2 * Udp.MOST; port++) {
                guest.send(Addresses.GATEWAY, Datagram.UDP, GuestEnd.udp(port, server.getLocalPort(), new byte[1]));
            }
            assertEquals(Udp.MOST, guest.network.flows());
        }
    }

    @Test
    void withoutANameServerItsPortIsUnreachable() {
        guest.send(Addresses.NAMES, Datagram.UDP, GuestEnd.udp(4000, 53, new byte[12]));
        assertEquals(0x0303, Bytes.get16(guest.answer().payload(), 0));
    }

    @Test
    void aNameServerIsNoOtherServer() throws IOException {
        try (GuestEnd other = new GuestEnd(new UserNetwork(InetAddress.getLoopbackAddress()))) {
            other.send(Addresses.NAMES, Datagram.UDP, GuestEnd.udp(4000, 54, new byte[12]));
            assertEquals(0x0303, Bytes.get16(other.answer().payload(), 0));
        }
    }

    @Test
    void addressesOfTheHostItselfAreNobodys() {
        for (int target : new int[] {0x7F00_0001, 0x0000_0000, 0xE000_0001, -1, Addresses.BROADCAST, 0x0A00_0204}) {
            guest.send(target, Datagram.UDP, GuestEnd.udp(4000, 9, new byte[1]));
        }
        assertEquals(0, guest.network.flows());
    }
}
