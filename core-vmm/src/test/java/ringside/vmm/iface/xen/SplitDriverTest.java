// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.medium.MemoryMedium;
import ringside.vmm.history.MachineState;
import ringside.vmm.mem.MachineMemory;

/// A disk driver that speaks with hypercalls, the store's ring and a granted ring, as a kernel does.
class SplitDriverTest {
    private static final int GRANT_OP = 20, EVENT_OP = 32, SETUP = 2, CLOSE = 3, SEND = 4, ALLOC_UNBOUND = 6;
    private static final int TABLE = 0x2F0000, LIST = XenFixture.SCRATCH + 0x400;
    private static final int RING = 0x310000, DATA = 0x311000, RING_REF = 8, DATA_REF = 9;
    private static final int STORE_READ = 2, STORE_WRITE = 11;
    private static final String DEVICE = "device/vbd/51712/", BACK = "/local/domain/0/backend/vbd/1/51712/";

    private final byte[] content = new byte[64 * 512];
    private final XenFixture f = XenFixture.started(XenFixture.hello(), 1, new MemoryMedium(content, true));
    private final MachineMemory m = f.memory();
    private int port;
    private int requests;

    @BeforeEach
    void grantsAndAPort() {
        new Random(3).nextBytes(content);
        f.put(XenFixture.SCRATCH, XenFixture.SELF, 1, 0, LIST);
        assertEquals(0, f.call(GRANT_OP, SETUP, XenFixture.SCRATCH, 1));
        assertEquals(0, f.updateVaMapping(TABLE, XenFixture.writable(f.read(LIST), true)));
        f.put(TABLE + RING_REF * 8, 1, f.mfn(RING >>> 12));
        f.put(TABLE + DATA_REF * 8, 1, f.mfn(DATA >>> 12));
        f.put(XenFixture.SCRATCH, XenFixture.SELF, 0);
        assertEquals(0, f.call(EVENT_OP, ALLOC_UNBOUND, XenFixture.SCRATCH));
        port = f.read(XenFixture.SCRATCH + 4);
        f.put(RING, 0, 1, 0, 1);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals(List.of(), f.xen().check());
    }

    // --- the driver ------------------------------------------------------------------------------------------------

    private int send(int to) {
        f.put(XenFixture.SCRATCH, to);
        return f.call(EVENT_OP, SEND, XenFixture.SCRATCH);
    }

    /// One message through the store's page. @return the reply's payload
    private String store(int type, String payload) {
        int page = f.read(XenFixture.START_INFO + 44) << 12;
        byte[] body = payload.getBytes(StandardCharsets.ISO_8859_1);
        int at = m.read32(page + 2052);
        int[] header = {type, 1, 0, body.length};
        for (int word : header) for (int i = 0; i < 4; i++) m.write8(page + (at++ & 1023), word >> 8 * i);
        for (byte b : body) m.write8(page + (at++ & 1023), b);
        m.write32(page + 2052, at);
        send(f.read(XenFixture.START_INFO + 48));
        int from = m.read32(page + 2056);
        int length = 0;
        for (int i = 0; i < 4; i++) length |= m.read8(page + 1024 + (from + 12 + i & 1023)) << 8 * i;
        StringBuilder reply = new StringBuilder();
        for (int i = 0; i < length; i++) reply.append((char) m.read8(page + 1024 + (from + 16 + i & 1023)));
        m.write32(page + 2056, from + 16 + length);
        return reply.toString();
    }

    private void connect() {
        store(STORE_WRITE, DEVICE + "ring-ref\0" + RING_REF);
        store(STORE_WRITE, DEVICE + "event-channel\0" + port);
        store(STORE_WRITE, DEVICE + "protocol\0x86_32-abi");
        assertEquals("OK\0", store(STORE_WRITE, DEVICE + "state\0" + "3"));
        assertEquals("4", store(STORE_READ, BACK + "state\0"));
    }

    /// Reads sector `n` into the data page.
    private void request(int sector) {
        int at = RING + 64 + (requests & 31) * 108;
        f.put(at, 1 << 8, 77, 0, sector, 0, DATA_REF, 0);
        f.put(RING, ++requests);
        assertEquals(0, send(port));
    }

    private int status(int n) {
        f.advance(1_000_000);
        assertEquals(n + 1, f.read(RING + 8), "answered");
        return (short) (f.read(RING + 64 + (n & 31) * 108 + 8) >>> 16);
    }

    private int firstWord(int sector) {
        int word = 0;
        for (int i = 3; i >= 0; i--) word = word << 8 | content[sector * 512 + i] & 0xFF;
        return word;
    }

    // --- what is true of it ------------------------------------------------------------------------------------------

    @Test
    void aSectorComesThroughTheGrant() {
        connect();
        request(5);
        assertEquals(0, status(0));
        assertEquals(firstWord(5), f.read(DATA));
    }

    @Test
    void theRingStaysInUseUntilTheDriverCloses() {
        connect();
        assertEquals(1 | 8 | 16, f.read(TABLE + RING_REF * 8) & 0xFFFF, "reading and writing");
        f.updateVaMapping(RING, 0);
        assertEquals(-22, f.mmuExtended(0, f.mfn(RING >>> 12), 0), "no page table while it is a ring");
        store(STORE_WRITE, DEVICE + "state\0" + "6");
        assertEquals("6", store(STORE_READ, BACK + "state\0"));
        assertEquals(1, f.read(TABLE + RING_REF * 8) & 0xFFFF);
        m.write64(f.mfn(RING >>> 12) << 12, 0);
        m.write64((f.mfn(RING >>> 12) << 12) + 8, 0);
        assertEquals(0, f.mmuExtended(0, f.mfn(RING >>> 12), 0));
    }

    @Test
    void aPageThatHasBecomeATableIsNotReadInto() {
        connect();
        request(5);
        f.updateVaMapping(DATA, 0);
        assertEquals(0, f.mmuExtended(0, f.mfn(DATA >>> 12), 0), "an empty page is a table");
        assertEquals(-1, status(0));
        assertEquals(0, m.read32(f.mfn(DATA >>> 12) << 12));
    }

    @Test
    void aGrantThatIsTakenBackFailsItsRequest() {
        connect();
        request(5);
        f.put(TABLE + DATA_REF * 8, 0);
        assertEquals(-1, status(0));
        f.put(TABLE + DATA_REF * 8, 1 | 1 << 16);
        request(6);
        assertEquals(-1, status(1), "granted to somebody else");
        f.put(TABLE + DATA_REF * 8, 1 | 4);
        request(7);
        assertEquals(-1, status(2), "granted for reading only");
    }

    @Test
    void aDriverThatClosesItsPortHearsNothingAndHarmsNobody() {
        connect();
        request(5);
        f.put(XenFixture.SCRATCH, port);
        assertEquals(0, f.call(EVENT_OP, CLOSE, XenFixture.SCRATCH));
        assertEquals(0, status(0));
        store(STORE_WRITE, DEVICE + "state\0" + "6");
        assertEquals("6", store(STORE_READ, BACK + "state\0"));
    }

    @Test
    void aStateInTheMiddleOfARequestGoesOnAsItDid() {
        connect();
        request(5);
        MachineState domain = MachineState.of(f.xen(), null);
        MachineState ram = MachineState.of(m, null);
        MachineState clock = MachineState.of(f.clock(), null);
        store(STORE_WRITE, DEVICE + "state\0" + "6");
        store(STORE_WRITE, DEVICE + "state\0" + "1");
        clock.into(f.clock());
        ram.into(m);
        domain.into(f.xen());
        assertEquals("4", store(STORE_READ, BACK + "state\0"));
        assertEquals(0, status(0));
        assertEquals(firstWord(5), f.read(DATA));
        request(6);
        assertEquals(0, status(1), "the port is bound again");
        assertTrue(f.xen().check().isEmpty());
    }
}
