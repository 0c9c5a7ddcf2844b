// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.mem.MachineMemory;

class StoreRingTest {
    private static final int PAGE = 4096, RSP = PAGE + 1024;
    private static final int REQ_CONS = PAGE + 2048, REQ_PROD = PAGE + 2052, RSP_CONS = PAGE + 2056;
    private static final int RSP_PROD = PAGE + 2060;

    private final MachineMemory m = new MachineMemory(3 * 4096);
    private final Store store = new Store();
    private final StoreRing ring = new StoreRing(m, store, 1);
    private int kicks;

    @BeforeEach
    void aPage() {
        store.readable("/local/domain/1", 0, 1);
        store.give("/local/domain/1/data", "", 1);
        ring.notifies(() -> kicks++);
        ring.at(PAGE);
    }

    private void send(byte[] bytes) {
        int at = m.read32(REQ_PROD);
        for (byte b : bytes) m.write8(PAGE + (at++ & 1023), b);
        m.write32(REQ_PROD, at);
    }

    private static byte[] message(int type, int transaction, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int word : new int[] {type, 7, transaction, payload.length}) {
            for (int i = 0; i < 4; i++) out.write(word >> 8 * i);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /// Takes what is in the answers' ring.
    private byte[] take() {
        int from = m.read32(RSP_CONS);
        byte[] got = new byte[m.read32(RSP_PROD) - from];
        for (int i = 0; i < got.length; i++) got[i] = (byte) m.read8(RSP + (from + i & 1023));
        m.write32(RSP_CONS, from + got.length);
        return got;
    }

    @Test
    void messagesLongerThanTheRingGoThroughInBothDirections() {
        byte[] value = new byte[2000];
        Arrays.fill(value, (byte) 'v');
        ByteArrayOutputStream write = new ByteArrayOutputStream();
        write.writeBytes(Store.bytes("data/x\0"));
        write.writeBytes(value);
        byte[] all = message(Message.WRITE, 0, write.toByteArray());
        for (int from = 0; from < all.length; from += 1000) {
            send(Arrays.copyOfRange(all, from, Math.min(all.length, from + 1000)));
            ring.pump();
        }
        assertEquals("OK\0", Store.string(take()).substring(16));
        send(message(Message.READ, 0, Store.bytes("data/x\0")));
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            ring.pump();
            answer.writeBytes(take());
        }
        assertEquals(16 + 2000, answer.size());
    }

    @Test
    void anEventOfABackEndGoesOutByItself() {
        send(message(Message.WATCH, 0, Store.bytes("data\0t\0")));
        ring.pump();
        take();
        kicks = 0;
        store.write("/local/domain/1/data/x", "1");
        assertEquals(1, kicks);
        assertEquals("data/x\0t\0", Store.string(take()).substring(16));
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnection() {
        send(message(Message.READ, 0, new byte[0]));
        m.write32(PAGE + 12, 4097);
        ring.pump();
        send(message(Message.READ, 0, Store.bytes("data\0")));
        ring.pump();
        assertEquals(0, take().length);
    }

    @Test
    void indicesThatAreTooFarApartAreLeftAlone() {
        m.write32(REQ_PROD, 1025);
        ring.pump();
        assertEquals(0, m.read32(REQ_CONS));
        assertEquals(0, kicks);
    }

    @Test
    void aGuestThatDoesNotReadIsNotServedUntilItDoes() {
        for (int i = 0; i < 100; i++) {
            send(message(Message.WATCH, 0, Store.bytes("data\0" + i + "\0")));
            ring.pump();
            take();
        }
        byte[] write = message(Message.WRITE, 0, Store.bytes("data/" + "x".repeat(900) + "\0"));
        send(write);
        ring.pump();
        send(write);
        ring.pump();
        int standing = m.read32(REQ_PROD) - m.read32(REQ_CONS);
        assertEquals(write.length, standing);
        for (int i = 0; i < 300; i++) {
            take();
            ring.pump();
        }
        assertEquals(m.read32(REQ_PROD), m.read32(REQ_CONS));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anythingMayBeInTheRing(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(6)) {
                case 0 -> m.write32(PAGE + 2048 + 4 * random.nextInt(6), random.nextInt(3000));
                case 1 -> m.write32(PAGE + 4 * random.nextInt(1024), random.nextInt());
                case 2 -> m.write32(REQ_CONS, m.read32(REQ_PROD));
                default -> {
                    m.write32(REQ_CONS, m.read32(REQ_PROD));
                    m.write32(RSP_CONS, m.read32(RSP_PROD));
                    String[] words = {"data", "/", "data/x", "t", "T", "n1", "1", "@releaseDomain", "/local/domain/0"};
                    StringBuilder payload = new StringBuilder();
                    for (int w = random.nextInt(4); w >= 0; w--) {
                        payload.append(words[random.nextInt(words.length)]).append('\0');
                    }
                    send(message(random.nextInt(25), random.nextInt(4), Store.bytes(payload.toString())));
                }
            }
            ring.pump();
        }
        assertTrue(store.nodes().size() < 3000);
    }
}
