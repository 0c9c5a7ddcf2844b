// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringside.vmm.dev.ide.IdeRig.COUNT;
import static ringside.vmm.dev.ide.IdeRig.DEVICE;
import static ringside.vmm.dev.ide.IdeRig.DRQ;
import static ringside.vmm.dev.ide.IdeRig.ERROR;
import static ringside.vmm.dev.ide.IdeRig.HIGH;
import static ringside.vmm.dev.ide.IdeRig.LOW;
import static ringside.vmm.dev.ide.IdeRig.MID;
import static ringside.vmm.dev.ide.IdeRig.STATUS;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.dev.medium.MemoryMedium;

class AtapiCdTest {
    private static final int SECTORS = 500, SECTOR = 2048;
    private static final int READY = 0x50, FAILED = 0x51;

    private final byte[] content = content();
    private final IdeRig rig = IdeRig.withCd(new MemoryMedium(content, false));

    private static byte[] content() {
        Seeded s = new Seeded(9);
        byte[] b = new byte[SECTORS * SECTOR];
        for (int i = 0; i < b.length; i++) b[i] = (byte) s.nextLong();
        return b;
    }

    @BeforeEach
    void select() {
        rig.out(DEVICE, 0xA0);
    }

    /// Sends a packet, given in hex and filled up with zeros. @return the status after it
    private int packet(String hex, int limit, boolean dma) {
        byte[] p = Arrays.copyOf(HexFormat.of().parseHex(hex.replace(" ", "")), 12);
        rig.out(ERROR, dma ? 1 : 0);
        rig.out(MID, limit & 0xFF);
        rig.out(HIGH, limit >> 8);
        rig.out(STATUS, 0xA0);
        int status = rig.settled();
        assertEquals(DRQ, status & 0x89);
        assertEquals(1, rig.in(COUNT) & 3);
        for (int i = 0; i < 12; i += 2) rig.word(p[i] & 0xFF | (p[i + 1] & 0xFF) << 8);
        return dma ? 0 : rig.settled();
    }

    private int packet(String hex) {
        return packet(hex, 0xFFFE, false);
    }

    /// Everything that a packet answers. Pieces are never longer than the limit.
    private byte[] answer(String hex, int limit) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int status = packet(hex, limit, false);
        while ((status & DRQ) != 0) {
            assertEquals(2, rig.in(COUNT) & 3);
            int piece = rig.in(MID) | rig.in(HIGH) << 8;
            assertTrue(piece <= Math.max(limit, 2), "a piece of " + piece);
            for (int i = 0; i < piece; i += 2) {
                int w = rig.word();
                all.write(w);
                if (i + 1 < piece) all.write(w >> 8);
            }
            status = rig.settled();
        }
        assertEquals(READY, status | 0x10);
        assertEquals(3, rig.in(COUNT) & 3);
        return all.toByteArray();
    }

    private byte[] answer(String hex) {
        return answer(hex, 0xFFFE);
    }

    private String sense() {
        byte[] b = answer("03 00 00 00 12");
        return String.format("%x/%02x/%02x", b[2], b[12], b[13]);
    }

    private byte[] sectors(int lba, int count) {
        return Arrays.copyOfRange(content, lba * SECTOR, (lba + count) * SECTOR);
    }

    // ---- what it is -------------------------------------------------------------------------------------------------

    @Test
    void theSignatureIsThatOfAPacketDevice() {
        assertEquals(List.of(1, 1, 0x14, 0xEB), signature());
        assertEquals(0, rig.in(STATUS));
        rig.control(4);
        rig.control(0);
        assertEquals(List.of(1, 1, 0x14, 0xEB), signature());
    }

    private List<Integer> signature() {
        return List.of(rig.in(COUNT), rig.in(LOW), rig.in(MID), rig.in(HIGH));
    }

    @Test
    void aHostThatExpectsADiskIsToldOtherwise() {
        rig.out(STATUS, 0xEC);
        assertEquals(0x41, rig.settled() & 0xEF);
        assertEquals(4, rig.in(ERROR));
        assertEquals(List.of(1, 1, 0x14, 0xEB), signature());
    }

    @Test
    void identifyPacketDeviceNamesIt() {
        rig.out(STATUS, 0xA1);
        byte[] b = rig.takeAll(rig.settled(), 512, 512);
        assertEquals(0x85C0, b[0] & 0xFF | (b[1] & 0xFF) << 8);
        assertEquals("IRGNISEDC  D", new String(b, 54, 12, StandardCharsets.US_ASCII));
    }

    @Test
    void inquiryNamesIt() {
        byte[] b = answer("12 00 00 00 24");
        assertEquals(36, b.length);
        assertEquals(List.of(5, 0x80), List.of((int) b[0], b[1] & 0xFF));
        assertEquals("RINGSIDECD", new String(b, 8, 10, StandardCharsets.US_ASCII));
    }

    @Test
    void deviceResetEndsACommand() {
        rig.out(STATUS, 0xA0);
        rig.out(STATUS, 0x08);
        assertEquals(0, rig.settled());
        assertEquals(List.of(1, 1, 0x14, 0xEB), signature());
        rig.pass(1_000_000);
        assertFalse(rig.irq[1]);
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2048, 1", "65534, 40", "4096, 9", "1000, 3", "512, 2", "0, 5"})
    void readGivesPiecesWithinTheLimit(int limit, int count) {
        String hex = String.format("28 00 00 00 00 21 00 00 %02x", count);
        assertArrayEquals(sectors(0x21, count), answer(hex, limit == 0 ? 0xFFFE : limit));
    }

    @Test
    void readTwelveAndReadCdGiveTheSame() {
        assertArrayEquals(sectors(5, 3), answer("A8 00 00 00 00 05 00 00 00 03"));
        assertArrayEquals(sectors(5, 3), answer("BE 00 00 00 00 05 00 00 03 10"));
    }

    @Test
    void nothingIsReadWhenNothingIsAskedFor() {
        assertEquals(0, answer("28 00 00 00 00 05 00 00 00").length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 90})
    void readsByDma(int count) {
        rig.table(0x20000, 2048, 0x30000, 0, 0x40000, 0, 0x50000, 0);
        packet(String.format("28 00 00 00 00 0a 00 00 %02x", count), 0, true);
        int end = rig.dma(true);
        assertEquals(READY, end & 0xFF);
        assertEquals(4, end >> 8 & 6);
        byte[] got = new byte[count * SECTOR];
        System.arraycopy(rig.ram, 0x20000, got, 0, 2048);
        System.arraycopy(rig.ram, 0x30000, got, 2048, got.length - 2048);
        assertArrayEquals(sectors(10, count), got);
    }

    @Test
    void beyondTheEndIsOutOfRange() {
        assertEquals(FAILED, packet("28 00 00 00 01 F3 00 00 02"));
        assertEquals(0x54, rig.in(ERROR));
        assertEquals("5/21/00", sense());
        assertEquals(FAILED, packet("28 00 FF FF FF FF 00 00 01"));
        assertEquals("5/21/00", sense());
    }

    @Test
    void capacityIsTheLastSectorAndItsSize() {
        assertArrayEquals(HexFormat.of().parseHex("000001f300000800"), answer("25"));
    }

    // ---- the rest ---------------------------------------------------------------------------------------------------

    @Test
    void anUnknownPacketIsIllegal() {
        assertEquals(FAILED, packet("FE"));
        assertEquals("5/20/00", sense());
        assertEquals("0/00/00", sense());
    }

    @Test
    void theTableOfContentsHasOneDataTrack() {
        assertEquals(
                "0012010100140100000000000014aa00000001f4",
                HexFormat.of().formatHex(answer("43 00 00 00 00 00 00 00 FF")));
        assertEquals(
                "0012010100140100000002000014aa0000000832",
                HexFormat.of().formatHex(answer("43 02 00 00 00 00 00 00 FF")));
        assertEquals("000a01010014010000000000", HexFormat.of().formatHex(answer("43 00 01 00 00 00 00 00 FF")));
        assertEquals(4 + 4 * 11, answer("43 02 02 00 00 00 00 00 FF").length);
        assertEquals(4, answer("43 00 00 00 00 00 00 00 04").length);
    }

    @Test
    void modeSenseHasTheCapabilitiesPage() {
        byte[] b = answer("5A 00 2A 00 00 00 00 00 FF");
        assertEquals(28, b.length);
        assertEquals(List.of(26, 0x2A, 18), List.of((int) b[1], (int) b[8], (int) b[9]));
        assertEquals(FAILED, packet("5A 00 15 00 00 00 00 00 FF"));
        assertEquals("5/24/00", sense());
    }

    @Test
    void theTrayOpensAndClosesAgain() {
        assertEquals(READY, packet("00"));
        assertEquals(READY, packet("1B 00 00 00 02"));
        assertEquals(FAILED, packet("00"));
        assertEquals("2/3a/02", sense());
        assertEquals("0006041000010000", HexFormat.of().formatHex(answer("4A 01 00 00 10 00 00 00 08")));
        assertEquals(READY, packet("1B 00 00 00 03"));
        assertEquals("0006041002020000", HexFormat.of().formatHex(answer("4A 01 00 00 10 00 00 00 08")));
        assertEquals(FAILED, packet("00"));
        assertEquals("6/28/00", sense());
        assertEquals(READY, packet("00"));
    }

    @Test
    void aLockedTrayStaysClosed() {
        assertEquals(READY, packet("1E 00 00 00 01"));
        assertEquals(FAILED, packet("1B 00 00 00 02"));
        assertEquals("5/53/02", sense());
        assertEquals(READY, packet("1E 00 00 00 00"));
        assertEquals(READY, packet("1B 00 00 00 02"));
    }

    @Test
    void configurationListsItsFeatures() {
        byte[] b = answer("46 00 00 00 00 00 00 00 FF");
        assertEquals(b.length - 4, b[3]);
        assertEquals(8, b[7]);
        assertEquals(8 + 12, answer("46 02 00 10 00 00 00 00 FF").length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2B 00 00 00 00 05", "BB", "1B", "1E"})
    void commandsWithoutDataEndWell(String hex) {
        assertEquals(READY, packet(hex));
    }

    @ParameterizedTest
    @CsvSource({"51 00 00 00 00 00 00 00 FF, 34", "52 01 00 00 00 01 00 00 FF, 36", "BD 00 00 00 00 00 00 00 00 FF, 8"})
    void informationHasItsLength(String hex, int length) {
        assertEquals(length, answer(hex).length);
    }
}
