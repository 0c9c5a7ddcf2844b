// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.mem.MachineMemory;

class NetBackEndTest {
    private static final int TX = 1, RX = 2, DATA = 8, PORT = 5;
    private static final int BLANK = 1, MORE = 4, EXTRA = 8;

    private final FakeGuest guest = new FakeGuest();
    private final MachineMemory m = guest.memory();
    private final List<byte[]> sent = new ArrayList<>();
    private final Deque<byte[]> outside = new ArrayDeque<>();
    private Runnable arrived = () -> {};
    private final NetBackEnd net = new NetBackEnd(guest, 0, new Wire() {
        @Override
        public void send(byte[] frame) {
            sent.add(frame);
        }

        @Override
        public byte @Nullable [] take() {
            return outside.poll();
        }

        @Override
        public void onFrame(Runnable r) {
            arrived = r;
        }
    });
    private final FrontRing tx = new FrontRing(guest, TX, 12), rx = new FrontRing(guest, RX, 8);

    private void connect() {
        net.publish();
        guest.front(net, "tx-ring-ref", FakeGuest.ref(TX));
        guest.front(net, "rx-ring-ref", FakeGuest.ref(RX));
        guest.front(net, "event-channel", PORT);
        guest.front(net, "request-rx-copy", 1);
        guest.front(net, "state", 4);
    }

    private void slot(int page, int offset, int flags, int id, int size) {
        int at = tx.next();
        m.write32(at, FakeGuest.ref(page));
        m.write16(at + 4, offset);
        m.write16(at + 6, flags);
        m.write16(at + 8, id);
        m.write16(at + 10, size);
    }

    private void push() {
        if (tx.push()) guest.kick(PORT);
    }

    private void answered(int id, int status) {
        int at = tx.answer();
        assertEquals(id, m.read16(at));
        assertEquals(status, (short) m.read16(at + 2));
    }

    private void fill(int page, int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, m.bytes(), FakeGuest.at(page) + offset, bytes.length);
    }

    private static byte[] frame(int bytes, int seed) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) frame[i] = (byte) (i * 31 + seed);
        return frame;
    }

    private void post(int page, int id) {
        int at = rx.next();
        m.write16(at, id);
        m.write32(at + 4, FakeGuest.ref(page));
    }

    @Test
    void theGuestFindsItsAddressAndConnects() {
        connect();
        assertEquals("00:16:3e:52:49:01", guest.store().read(net.front + "/mac"));
        assertEquals("4", guest.back(net, "state"));
    }

    @Test
    void aGuestThatWantsItsPagesFlippedIsNotServed() {
        net.publish();
        guest.front(net, "state", 4);
        assertEquals("5", guest.back(net, "state"));
    }

    @Test
    void aFrameOfOnePieceGoesOut() {
        connect();
        byte[] frame = frame(100, 3);
        fill(DATA, 50, frame);
        slot(DATA, 50, 0, 9, 100);
        push();
        assertArrayEquals(frame, sent.getFirst());
        answered(9, 0);
        assertEquals(1, guest.kicks);
    }

    @Test
    void piecesAreOneFrameOfWhichTheFirstHasTheRest() {
        connect();
        byte[] frame = frame(1500, 4);
        fill(DATA, 4000, Arrays.copyOfRange(frame, 0, 96));
        fill(DATA + 1, 0, Arrays.copyOfRange(frame, 96, 1400));
        fill(DATA + 2, 7, Arrays.copyOfRange(frame, 1400, 1500));
        slot(DATA, 4000, MORE, 1, 1500);
        slot(DATA + 1, 0, MORE, 2, 1304);
        slot(DATA + 2, 7, 0, 3, 100);
        push();
        assertArrayEquals(frame, sent.getFirst());
        for (int id = 1; id <= 3; id++) answered(id, 0);
    }

    @Test
    void anExtraSlotIsAnsweredAndMeansNothing() {
        connect();
        slot(DATA, 0, EXTRA, 1, 60);
        m.write64(tx.next(), 0x0001); // type 1, no more
        push();
        assertEquals(1, sent.size());
        answered(0, 1);
        answered(1, 0);
    }

    @Test
    void anOpenChecksumIsClosed() {
        connect();
        // Ethernet, IPv4 10.0.2.15 to 10.0.2.2, UDP 1000 to 53 with two bytes; the pseudo header's sum is 1421 + 21.
        String udp = "525500001234" + "020202020202" + "0800" + "4500001e" + "00000000" + "40110000" + "0a00020f"
                + "0a000202" + "03e80035000a" + "182c" + "6869";
        byte[] open = HexFormat.of().parseHex(udp);
        fill(DATA, 0, open);
        slot(DATA, 0, BLANK, 1, open.length);
        push();
        byte[] out = sent.getFirst();
        int sum = 0;
        // RFC 768: over pseudo header, header and data the sum is all ones.
        for (int i = 26; i < 34; i += 2) sum += word(out, i);
        sum += 17 + 10;
        for (int i = 34; i < 44; i += 2) sum += word(out, i);
        assertEquals(0xFFFF, (sum & 0xFFFF) + (sum >>> 16));
    }

    private static int word(byte[] from, int at) {
        return (from[at] & 0xFF) << 8 | from[at + 1] & 0xFF;
    }

    @Test
    void whatMakesNoSenseIsNotSentAndIsAnswered() {
        connect();
        slot(DATA, 4090, 0, 1, 60); // beyond the page
        slot(DATA, 0, 0, 2, 5); // no Ethernet header
        slot(DATA, 0, MORE, 3, 60);
        slot(DATA, 0, 0, 4, 61); // more than the whole
        slot(63 + 5, 0, 0, 5, 60); // not granted
        for (int i = 0; i < 20; i++) slot(DATA, 0, i < 19 ? MORE : 0, 6, 60); // too many pieces
        slot(DATA, 0, 0, 7, 60);
        push();
        assertEquals(1, sent.size());
        for (int i = 0; i < 25; i++) assertEquals(-1, (short) m.read16(tx.answer() + 2));
        answered(7, 0);
    }

    @Test
    void whatArrivesFillsTheBuffersInTheirOrder() {
        connect();
        post(DATA, 40);
        post(DATA + 1, 41);
        rx.push();
        guest.kick(PORT);
        outside.add(frame(60, 1));
        outside.add(frame(1514, 2));
        arrived.run();
        for (int i = 0; i < 2; i++) {
            int at = rx.answer();
            assertEquals(40 + i, m.read16(at));
            assertEquals(i == 0 ? 60 : 1514, m.read16(at + 6));
        }
        byte[] got = Arrays.copyOfRange(m.bytes(), FakeGuest.at(DATA + 1), FakeGuest.at(DATA + 1) + 1514);
        assertArrayEquals(frame(1514, 2), got);
    }

    @Test
    void aFrameWaitsInTheCableForABuffer() {
        connect();
        outside.add(frame(60, 1));
        arrived.run();
        assertEquals(1, outside.size());
        post(DATA, 40);
        if (rx.push()) guest.kick(PORT);
        assertEquals(60, m.read16(rx.answer() + 6));
    }

    @Test
    void aBufferThatIsNotGrantedIsAnErrorOfItsOwn() {
        connect();
        post(63 + 5, 1);
        post(DATA, 2);
        rx.push();
        outside.add(frame(60, 1));
        outside.add(frame(60, 2));
        arrived.run();
        assertEquals(-1, (short) m.read16(rx.answer() + 6));
        assertEquals(60, m.read16(rx.answer() + 6));
    }

    @Test
    void aGuestThatIsNotConnectedLosesWhatArrives() {
        net.publish();
        outside.add(frame(60, 1));
        arrived.run();
        assertEquals(0, outside.size());
    }
}
