// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.medium.MemoryMedium;
import ringside.vmm.mem.MachineMemory;

class BlockBackEndTest {
    private static final int READ = 0, WRITE = 1, BARRIER = 2, FLUSH = 3, DISCARD = 5;
    private static final int RING = 1, DATA = 8, PORT = 5, SECTORS = 256;

    private final FakeGuest guest = new FakeGuest();
    private final MachineMemory m = guest.memory();
    private final byte[] content = new byte[SECTORS * 512];
    private BlockBackEnd disk = new BlockBackEnd(guest, 0, new MemoryMedium(content, true), false);
    private FrontRing ring = new FrontRing(guest, RING, 108);
    private boolean wide;

    BlockBackEndTest() {
        new Random(5).nextBytes(content);
    }

    private void connect() {
        disk.publish();
        guest.front(disk, "ring-ref", FakeGuest.ref(RING));
        guest.front(disk, "event-channel", PORT);
        guest.front(disk, "protocol", wide ? "x86_64-abi" : "x86_32-abi");
        guest.front(disk, "state", 3);
    }

    /// One request of segments, each of a page of its own from page 8 on. @param sectors first and last of each
    private void request(int operation, long id, long sector, int... sectors) {
        int at = ring.next();
        m.write8(at, operation);
        m.write8(at + 1, sectors.length / 2);
        m.write16(at + 2, 0);
        m.write64(at + (wide ? 8 : 4), id);
        m.write64(at + (wide ? 16 : 12), sector);
        int segment = at + (wide ? 24 : 20);
        for (int i = 0; i < sectors.length; i += 2) {
            m.write32(segment + 4 * i, FakeGuest.ref(DATA + i / 2));
            m.write8(segment + 4 * i + 4, sectors[i]);
            m.write8(segment + 4 * i + 5, sectors[i + 1]);
        }
        if (ring.push()) guest.kick(PORT);
    }

    /// The status of the next answer, which must be of this request.
    private int status(long id) {
        int at = ring.answer();
        assertEquals(id, m.read64(at));
        return (short) m.read16(at + 10);
    }

    private byte[] page(int n, int from, int bytes) {
        return Arrays.copyOfRange(m.bytes(), FakeGuest.at(n) + from, FakeGuest.at(n) + from + bytes);
    }

    @Test
    void itIsThereBeforeTheGuestAndConnectsWhenTheGuestIsReady() {
        disk.publish();
        assertEquals("2", guest.back(disk, "state"));
        assertEquals("256", guest.back(disk, "sectors"));
        assertEquals("xvda", guest.back(disk, "dev"));
        connect();
        assertEquals("4", guest.back(disk, "state"));
    }

    @Test
    void aReadFillsTheGrantedSectorsWhenItsTimeHasPassed() {
        connect();
        request(READ, 77, 16, 2, 7, 0, 1);
        assertEquals(0, ring.answers());
        guest.settle();
        assertEquals(0, status(77));
        assertArrayEquals(Arrays.copyOfRange(content, 16 * 512, 22 * 512), page(DATA, 1024, 6 * 512));
        assertArrayEquals(Arrays.copyOfRange(content, 22 * 512, 24 * 512), page(DATA + 1, 0, 1024));
        assertEquals(1, guest.kicks);
    }

    @Test
    void requestsEndInTheirOrderAndALargerOneLater() {
        connect();
        request(READ, 1, 0, 0, 0);
        long small = guest.clock().nextAt();
        request(READ, 2, 0, 0, 7);
        guest.clock().advanceTo(small);
        guest.clock().fireDue();
        assertEquals(1, ring.answers());
        assertTrue(guest.clock().nextAt() - small > small);
        guest.settle();
        assertEquals(0, status(1));
        assertEquals(0, status(2));
    }

    @Test
    void aWriteAndABarrierReachTheMedium() {
        connect();
        for (int i = 0; i < 4096; i++) m.write8(FakeGuest.at(DATA) + i, i * 7);
        request(WRITE, 1, 8, 0, 7);
        request(BARRIER, 2, 100, 1, 1);
        request(FLUSH, 3, 0);
        guest.settle();
        for (long id = 1; id <= 3; id++) assertEquals(0, status(id));
        assertArrayEquals(page(DATA, 0, 4096), Arrays.copyOfRange(content, 8 * 512, 16 * 512));
        assertArrayEquals(page(DATA, 512, 512), Arrays.copyOfRange(content, 100 * 512, 101 * 512));
    }

    @Test
    void theLayoutOf64BitGuestsIsReadWhereTheySayIt() {
        wide = true;
        ring = new FrontRing(guest, RING, 112);
        connect();
        request(READ, 0x1122334455667788L, 3, 0, 0);
        guest.settle();
        assertEquals(0, status(0x1122334455667788L));
        assertArrayEquals(Arrays.copyOfRange(content, 3 * 512, 4 * 512), page(DATA, 0, 512));
    }

    @Test
    void whatMakesNoSenseFailsAloneAndChangesNothing() {
        byte[] before = content.clone();
        connect();
        request(WRITE, 1, SECTORS - 1, 0, 1);
        request(WRITE, 2, -8, 0, 7);
        request(WRITE, 3, Long.MAX_VALUE, 0, 0);
        request(WRITE, 4, 0, 5, 4);
        request(WRITE, 5, 0, 0, 8);
        request(WRITE, 6, 0, 0, 255);
        request(WRITE, 7, 0);
        request(WRITE, 8, 0, new int[24]);
        guest.grants.remove(FakeGuest.ref(DATA + 1));
        request(WRITE, 9, 0, 0, 0, 0, 0);
        guest.settle();
        for (long id = 1; id <= 9; id++) assertEquals(-1, status(id), "request " + id);
        assertArrayEquals(before, content);
        request(READ, 10, 0, 0, 0);
        guest.settle();
        assertEquals(0, status(10));
    }

    @Test
    void aPageGrantedForReadingIsNotReadInto() {
        connect();
        guest.readOnly.put(FakeGuest.ref(DATA), true);
        request(READ, 1, 0, 0, 0);
        request(WRITE, 2, 0, 0, 0);
        guest.settle();
        assertEquals(-1, status(1));
        assertEquals(0, status(2));
    }

    @Test
    void operationsThatAreNotOfferedAreSaidToBeSo() {
        connect();
        request(DISCARD, 1, 0);
        request(6, 2, 0);
        request(200, 3, 0);
        guest.settle();
        for (long id = 1; id <= 3; id++) assertEquals(-2, status(id));
    }

    @Test
    void aDiskThatMustNotBeWrittenFailsWrites() {
        disk = new BlockBackEnd(guest, 1, new MemoryMedium(content, false), false);
        connect();
        assertEquals("r", guest.back(disk, "mode"));
        assertEquals("4", guest.back(disk, "info"));
        request(WRITE, 1, 0, 0, 0);
        guest.settle();
        assertEquals(-1, status(1));
    }

    @Test
    void aRingWhoseIndexRunsAwayIsLeftAlone() {
        connect();
        ring.produced(33);
        guest.kick(PORT);
        guest.settle();
        assertEquals(0, ring.answers());
        ring.produced(1);
        guest.kick(PORT);
        guest.settle();
        assertEquals(0, ring.answers());
    }

    @Test
    void aFullRingIsAnsweredWhole() {
        connect();
        for (int i = 0; i < ring.size(); i++) request(READ, i, i, 0, 0);
        guest.settle();
        for (int i = 0; i < ring.size(); i++) assertEquals(0, status(i));
    }

    @Test
    void theNextKernelFindsTheDiskAsTheFirstOneDid() {
        connect();
        request(READ, 1, 0, 0, 0);
        guest.front(disk, "state", 6);
        assertEquals("6", guest.back(disk, "state"));
        guest.settle();
        assertEquals(0, ring.answers());
        assertEquals(0, guest.mapped);
        assertTrue(guest.ports.isEmpty());
        guest.front(disk, "state", 1);
        assertEquals("2", guest.back(disk, "state"));
        m.write64(FakeGuest.at(RING), 0);
        ring = new FrontRing(guest, RING, 108);
        connect();
        request(READ, 2, 0, 0, 0);
        guest.settle();
        assertEquals(0, status(2));
    }

    @Test
    void nodesThatMakeNoSenseEndInAnErrorThatNamesThem() {
        disk.publish();
        guest.front(disk, "ring-ref", "77777777777777777");
        guest.front(disk, "event-channel", PORT);
        guest.front(disk, "state", 3);
        assertEquals("5", guest.back(disk, "state"));
        assertEquals(
                "22 ring-ref is \"77777777777777777\"",
                guest.store().read("/local/domain/1/error/device/vbd/51712/error"));
        guest.front(disk, "state", 6);
        guest.front(disk, "state", 1);
        guest.front(disk, "event-channel", 4000);
        guest.front(disk, "ring-ref", FakeGuest.ref(RING));
        guest.front(disk, "state", 4);
        assertEquals("5", guest.back(disk, "state"));
        assertEquals(0, guest.mapped);
    }
}
