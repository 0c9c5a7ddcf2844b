// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.medium.Wire;
import ringside.vmm.dev.pci.PciFunction;

class Rtl8139Test {
    private static final byte[] MAC = {2, 0x52, 0x49, 0x4E, 0x47, 1};
    private static final int RING = 0x1000, BUFFER = 0x20_000;

    private final byte[] ram = new byte[1 << 18];
    private final Deque<byte[]> incoming = new ArrayDeque<>();
    private final List<byte[]> sent = new ArrayList<>();
    private Runnable arrived = () -> {};
    private final Rtl8139 card = new Rtl8139(new Ram(), new Cable(), new VirtualClock(), MAC);

    private final class Ram implements DmaMemory {
        @Override
        public boolean read(long address, byte[] to, int offset, int length) {
            if (address + length > ram.length) return false;
            System.arraycopy(ram, (int) address, to, offset, length);
            return true;
        }

        @Override
        public boolean write(long address, byte[] from, int offset, int length) {
            if (address + length > ram.length) return false;
            System.arraycopy(from, offset, ram, (int) address, length);
            return true;
        }
    }

    private final class Cable implements Wire {
        @Override
        public void send(byte[] frame) {
            sent.add(frame);
        }

        @Override
        public byte @Nullable [] take() {
            return incoming.poll();
        }

        @Override
        public void onFrame(Runnable r) {
            arrived = r;
        }
    }

    private void started() {
        card.function().set(PciFunction.COMMAND, 2, PciFunction.BUS_MASTER | PciFunction.IO_SPACE);
        card.write(Rtl8139.CR, 1, Rtl8139.CR_RECEIVE | Rtl8139.CR_TRANSMIT);
        card.write(Rtl8139.RBSTART, 4, RING);
        card.write(Rtl8139.RCR, 4, 0x0A);
        card.write(Rtl8139.IMR, 2, 0xFFFF);
    }

    private boolean interrupts() {
        return (card.function().get(PciFunction.STATUS, 2) & 8) != 0;
    }

    private static byte[] frame(int length) {
        byte[] f = new byte[length];
        for (int i = 0; i < length; i++) f[i] = (byte) (i * 7);
        System.arraycopy(MAC, 0, f, 0, 6);
        return f;
    }

    private void comes(byte[] frame) {
        incoming.add(frame);
        arrived.run();
    }

    private int eeprom(int word) {
        int command = 6 << 6 | word;
        card.write(Rtl8139.EEPROM, 1, 0x80);
        card.write(Rtl8139.EEPROM, 1, 0x88);
        for (int i = 10; i >= 0; i--) {
            int data = 0x88 | (command >> i & 1) << 1;
            card.write(Rtl8139.EEPROM, 1, data);
            card.write(Rtl8139.EEPROM, 1, data | 4);
        }
        card.write(Rtl8139.EEPROM, 1, 0x88);
        int value = 0;
        for (int i = 0; i < 16; i++) {
            card.write(Rtl8139.EEPROM, 1, 0x8C);
            value = value << 1 | card.read(Rtl8139.EEPROM, 1) & 1;
            card.write(Rtl8139.EEPROM, 1, 0x88);
        }
        card.write(Rtl8139.EEPROM, 1, 0);
        return value;
    }

    @Test
    void theEepromHasItsMarkAndTheAddress() {
        assertEquals(0x8129, eeprom(0));
        assertEquals(0x5202, eeprom(7));
        assertEquals(0x4E49, eeprom(8));
        assertEquals(0x0147, eeprom(9));
    }

    @Test
    void theAddressIsInTheFirstRegisters() {
        assertEquals(0x4E49_5202, card.read(0, 4));
        assertEquals(0x0147, card.read(4, 2));
    }

    @Test
    void driversSeeAnRtl8139c() {
        assertEquals(0x8139_10EC, card.function().get(0, 4));
        assertEquals(0x10, card.function().get(8, 1));
        assertEquals(0x7400_0000, card.read(Rtl8139.TCR, 4) & 0x7CC0_0000);
    }

    @Test
    void theRegistersOfItsSuccessorsAreNotThere() {
        card.write(0xDA, 2, 0x1FFF); // the longest frame of an RTL8169
        card.write(0xE0, 2, 0x0003); // C+ mode
        assertEquals(0, card.read(0xDA, 2));
        assertEquals(0, card.read(0xE0, 2));
    }

    /// A driver may leave frames in the ring and clear the interrupt: the next frame tells it again, room or not.
    @Test
    void aFrameThatFindsNoRoomIsAnOverflowAndWaits() {
        started();
        for (int i = 0; i < 5; i++) comes(frame(1500));
        card.write(Rtl8139.ISR, 2, 0xFFFF);
        assertFalse(interrupts());
        comes(frame(1500));
        assertEquals(Rtl8139.ISR_OVERFLOW, card.read(Rtl8139.ISR, 2));
        assertTrue(interrupts());
        assertEquals(1, incoming.size());
        card.write(Rtl8139.CAPR, 2, card.read(Rtl8139.CBR, 2) - 16);
        arrived.run();
        assertEquals(0, incoming.size());
    }

    @Test
    void theLinkIsUpAndAgreed() {
        assertEquals(0x24, card.read(Rtl8139.BMSR, 2) & 0x24);
        assertEquals(0, card.read(Rtl8139.MSR, 1) & 4);
        assertEquals(0x45E1, card.read(Rtl8139.ANLPAR, 2));
    }

    @Test
    void aResetEndsAtOnceAndKeepsTheAddress() {
        started();
        card.write(0, 4, 0x1234_5678);
        card.write(Rtl8139.CR, 1, Rtl8139.CR_RESET);
        assertEquals(Rtl8139.CR_EMPTY, card.read(Rtl8139.CR, 1));
        assertEquals(0x1234_5678, card.read(0, 4));
        assertEquals(0xFFF0, card.read(Rtl8139.CAPR, 2));
        assertEquals(0, card.read(Rtl8139.IMR, 2));
    }

    @Test
    void aFrameGoesOutAndItsDescriptorIsDone() {
        started();
        byte[] f = frame(100);
        System.arraycopy(f, 0, ram, BUFFER, 100);
        card.write(Rtl8139.TSAD + 4, 4, BUFFER);
        card.write(Rtl8139.TSD + 4, 4, 100);
        assertArrayEquals(f, sent.getFirst());
        assertEquals(Rtl8139.TSD_OWN | Rtl8139.TSD_OK | 100, card.read(Rtl8139.TSD + 4, 4));
        assertEquals(Rtl8139.ISR_SENT, card.read(Rtl8139.ISR, 2));
        assertEquals(0x200F, card.read(Rtl8139.SUMMARY, 2));
        assertTrue(interrupts());
        card.write(Rtl8139.ISR, 2, Rtl8139.ISR_SENT);
        assertFalse(interrupts());
    }

    @Test
    void aFrameThatIsNotInRamIsAborted() {
        started();
        card.write(Rtl8139.TSAD, 4, 0xFFFF_FF00);
        card.write(Rtl8139.TSD, 4, 100);
        assertEquals(List.of(), sent);
        assertNotEquals(0, card.read(Rtl8139.TSD, 4) & Rtl8139.TSD_ABORTED);
        assertEquals(Rtl8139.ISR_SYSTEM_ERROR | Rtl8139.ISR_SENT_BADLY, card.read(Rtl8139.ISR, 2));
    }

    @Test
    void withoutTheRightToMasterTheBusNothingMoves() {
        started();
        card.function().set(PciFunction.COMMAND, 2, PciFunction.IO_SPACE);
        card.write(Rtl8139.TSAD, 4, BUFFER);
        card.write(Rtl8139.TSD, 4, 100);
        comes(frame(100));
        assertEquals(List.of(), sent);
        assertEquals(Rtl8139.CR_EMPTY, card.read(Rtl8139.CR, 1) & Rtl8139.CR_EMPTY);
    }

    @Test
    void aFrameThatComesStandsBehindItsHeaderWithItsChecksum() {
        started();
        byte[] f = frame(101);
        comes(f);
        assertEquals(ReceiveRing.OK | ReceiveRing.PHYSICAL, card16(RING));
        assertEquals(105, card16(RING + 2));
        assertArrayEquals(f, Arrays.copyOfRange(ram, RING + 4, RING + 105));
        CRC32 sum = new CRC32();
        sum.update(f);
        assertEquals((int) sum.getValue(), card16(RING + 105) | card16(RING + 107) << 16);
        assertEquals(112, card.read(Rtl8139.CBR, 2));
        assertEquals(0, card.read(Rtl8139.CR, 1) & Rtl8139.CR_EMPTY);
        assertEquals(Rtl8139.ISR_RECEIVED, card.read(Rtl8139.ISR, 2));
        card.write(Rtl8139.CAPR, 2, 112 - 16);
        assertEquals(Rtl8139.CR_EMPTY, card.read(Rtl8139.CR, 1) & Rtl8139.CR_EMPTY);
    }

    private int card16(int at) {
        return ram[at] & 0xFF | (ram[at + 1] & 0xFF) << 8;
    }

    @Test
    void aShortFrameIsFilledUp() {
        started();
        comes(frame(42));
        assertEquals(64, card16(RING + 2));
    }

    @Test
    void framesThatDoNotFitWaitInTheCable() {
        started();
        for (int i = 0; i < 10; i++) incoming.add(frame(1500));
        arrived.run();
        int waiting = incoming.size();
        assertTrue(waiting > 0 && waiting < 10);
        card.write(Rtl8139.CAPR, 2, 1508 - 16);
        arrived.run();
        assertEquals(waiting - 1, incoming.size());
    }

    @Test
    void aFrameGoesOnAtTheRingsBeginningUnlessItIsToldNotTo() {
        for (int wrap : new int[] {0, 0x80}) {
            card.write(Rtl8139.CR, 1, Rtl8139.CR_RESET);
            started();
            card.write(Rtl8139.RCR, 4, 0x0A | wrap);
            for (int i = 0; i < 6; i++) {
                comes(frame(1500));
                card.write(Rtl8139.CAPR, 2, card.read(Rtl8139.CBR, 2) - 16);
            }
            int end = RING + 8192;
            byte expected = frame(1500)[8192 - 5 * 1508 - 4];
            assertEquals(expected, wrap == 0 ? ram[RING] : ram[end]);
            assertEquals(6 * 1508 - 8192, card.read(Rtl8139.CBR, 2));
        }
    }

    @Test
    void onlyFramesForTheCardAreTaken() {
        started();
        byte[] other = frame(60);
        other[5] = 9;
        comes(other);
        assertEquals(0, card.read(Rtl8139.CBR, 2));
        Arrays.fill(other, 0, 6, (byte) -1);
        comes(other);
        assertEquals(ReceiveRing.OK | ReceiveRing.BROADCAST, card16(RING));
    }

    @Test
    void aGroupsAddressPassesTheFilterByItsHash() {
        started();
        card.write(Rtl8139.RCR, 4, 0x0E);
        byte[] f = frame(60);
        System.arraycopy(new byte[] {1, 0, 0x5E, 0, 0, 1}, 0, f, 0, 6);
        comes(f);
        assertEquals(0, card.read(Rtl8139.CBR, 2));
        card.write(Rtl8139.MAR, 4, -1);
        card.write(Rtl8139.MAR + 4, 4, -1);
        comes(f);
        assertEquals(ReceiveRing.OK | ReceiveRing.MULTICAST, card16(RING));
    }

    @Test
    void inLoopbackAFrameComesBack() {
        started();
        card.write(Rtl8139.TCR, 4, 3 << 17);
        System.arraycopy(frame(64), 0, ram, BUFFER, 64);
        card.write(Rtl8139.TSAD, 4, BUFFER);
        card.write(Rtl8139.TSD, 4, 64);
        assertEquals(List.of(), sent);
        assertEquals(Rtl8139.ISR_SENT | Rtl8139.ISR_RECEIVED, card.read(Rtl8139.ISR, 2));
    }

    @Test
    void readingChangesNothing() {
        started();
        comes(frame(100));
        for (int at = 0; at < 256; at++) {
            int before = card.peek(at, 1);
            assertEquals(before, card.read(at, 1));
        }
        assertTrue(interrupts());
    }
}
