// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringside.vmm.dev.ide.IdeRig.COUNT;
import static ringside.vmm.dev.ide.IdeRig.DEVICE;
import static ringside.vmm.dev.ide.IdeRig.ERROR;
import static ringside.vmm.dev.ide.IdeRig.HIGH;
import static ringside.vmm.dev.ide.IdeRig.LOW;
import static ringside.vmm.dev.ide.IdeRig.MID;
import static ringside.vmm.dev.ide.IdeRig.STATUS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.MemoryMedium;
import ringside.vmm.history.RunHash;

class AtaDiskTest {
    private static final int SECTORS = 4096, SECTOR = 512;
    private static final int READY = 0x50, ABRT = 0x04, IDNF = 0x10, UNC = 0x40;

    private final byte[] content = random(1, SECTORS * SECTOR);
    private final IdeRig rig = IdeRig.withDisk(new MemoryMedium(content, true));

    private static byte[] random(long seed, int bytes) {
        Seeded s = new Seeded(seed);
        byte[] b = new byte[bytes];
        for (int i = 0; i < bytes; i++) b[i] = (byte) s.nextLong();
        return b;
    }

    private byte[] sectors(int lba, int count) {
        return Arrays.copyOfRange(content, lba * SECTOR, (lba + count) * SECTOR);
    }

    private int[] identify() {
        byte[] b = rig.takeAll(rig.command(0xEC, 0, 0), SECTOR, SECTOR);
        int[] words = new int[256];
        for (int i = 0; i < 256; i++) words[i] = b[2 * i] & 0xFF | (b[2 * i + 1] & 0xFF) << 8;
        return words;
    }

    // ---- reading and writing ----------------------------------------------------------------------------------------

    @Test
    void identifySaysSizeNameAndModes() {
        int[] w = identify();
        StringBuilder name = new StringBuilder();
        for (int i = 27; i < 47; i++) name.append((char) (w[i] >> 8)).append((char) (w[i] & 0xFF));

        assertEquals("RINGSIDE DISK", name.toString().strip());
        assertEquals(List.of(SECTORS, SECTORS), List.of(w[60] | w[61] << 16, w[100] | w[101] << 16));
        assertEquals(List.of(0x0407, 0x003F), List.of(w[63], w[88]));
        assertEquals(List.of(4, 16, 63), List.of(w[1], w[3], w[6]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x20, 0x21})
    void readSectorsGivesOneSectorAnInterrupt(int code) {
        rig.out(DEVICE, 0xE0);
        rig.out(COUNT, 2);
        rig.out(LOW, 7);
        rig.out(MID, 0);
        rig.out(HIGH, 0);
        rig.out(STATUS, code);
        assertFalse(rig.irq[0]);
        rig.pass(100_000);
        assertTrue(rig.irq[0]);
        assertArrayEquals(sectors(7, 2), rig.takeAll(rig.in(STATUS), 2 * SECTOR, SECTOR));
        assertFalse(rig.irq[0]);
        assertEquals(READY, rig.alternate());
    }

    @Test
    void aCountOfZeroIsTwoHundredAndFiftySix() {
        assertArrayEquals(sectors(100, 256), rig.takeAll(rig.command(0x20, 100, 0), 256 * SECTOR, SECTOR));
    }

    @Test
    void readMultipleGivesBlocks() {
        assertEquals(READY, rig.command(0xC6, 0, 8));
        assertArrayEquals(sectors(3, 19), rig.takeAll(rig.command(0xC4, 3, 19), 19 * SECTOR, 8 * SECTOR));
    }

    @Test
    void multipleIsRefusedWhenNoBlockIsSet() {
        assertEquals(READY, rig.command(0xC6, 0, 0));
        assertEquals(READY | 1, rig.command(0xC4, 0, 1));
        assertEquals(ABRT, rig.in(ERROR));
        assertEquals(0, identify()[59]);
    }

    @Test
    void aBlockIsAPowerOfTwoAndAtMostSixteen() {
        assertEquals(READY | 1, rig.command(0xC6, 0, 3));
        assertEquals(READY | 1, rig.command(0xC6, 0, 32));
        assertEquals(READY, rig.command(0xC6, 0, 16));
    }

    @Test
    void wideReadsTakeTheHighHalfFirst() {
        assertArrayEquals(sectors(0x0201, 3), rig.takeAll(rig.wideCommand(0x24, 0x0201, 3), 3 * SECTOR, SECTOR));
        assertArrayEquals(sectors(9, 300), rig.takeAll(rig.wideCommand(0x29, 9, 300), 300 * SECTOR, 16 * SECTOR));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x30, 0x31, 0x3C})
    void writeSectorsReachesTheMedium(int code) {
        byte[] data = random(2, 3 * SECTOR);
        int status = rig.command(code, 50, 3);
        assertFalse(rig.irq[0], "the first block is asked for without an interrupt");
        assertEquals(READY, rig.giveAll(status, data, SECTOR));
        assertArrayEquals(data, sectors(50, 3));
    }

    @Test
    void writeMultipleReachesTheMedium() {
        byte[] data = random(3, 21 * SECTOR);
        assertEquals(READY, rig.giveAll(rig.command(0xC5, 70, 21), data, 16 * SECTOR));
        assertArrayEquals(data, sectors(70, 21));
        byte[] more = random(4, 5 * SECTOR);
        assertEquals(READY, rig.giveAll(rig.wideCommand(0x39, 700, 5), more, 16 * SECTOR));
        assertArrayEquals(more, sectors(700, 5));
    }

    @Test
    void cylindersHeadsAndSectorsAreTranslated() {
        rig.out(DEVICE, 0xA0 | 7); // 8 heads
        rig.out(COUNT, 32);
        rig.out(STATUS, 0x91);
        assertEquals(READY, rig.settled());
        rig.out(DEVICE, 0xA0 | 5);
        rig.out(COUNT, 1);
        rig.out(LOW, 9);
        rig.out(MID, 3);
        rig.out(HIGH, 0);
        rig.out(STATUS, 0x20);
        int lba = (3 * 8 + 5) * 32 + 8;
        assertArrayEquals(sectors(lba, 1), rig.takeAll(rig.settled(), SECTOR, SECTOR));
        assertEquals(List.of(8, 32), List.of(identify()[55], identify()[56]));
    }

    @Test
    void sectorZeroIsNowhere() {
        rig.out(DEVICE, 0xA0);
        rig.out(COUNT, 1);
        rig.out(LOW, 0);
        rig.out(STATUS, 0x20);
        assertEquals(READY | 1, rig.settled());
        assertEquals(IDNF, rig.in(ERROR));
    }

    @Test
    void theBufferCanBeWrittenAndRead() {
        byte[] data = random(5, SECTOR);
        assertEquals(READY, rig.giveAll(rig.command(0xE8, 0, 0), data, SECTOR));
        assertArrayEquals(data, rig.takeAll(rig.command(0xE4, 0, 0), SECTOR, SECTOR));
    }

    // ---- DMA --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dmaReadsThroughATableOfRows(boolean wide) {
        rig.table(0x20000, 1000, 0x30002, 24, 0x40000, 120 * SECTOR - 1024);
        if (wide) rig.wideCommand(0x25, 11, 120);
        else rig.command(0xC8, 11, 120);
        int end = rig.dma(true);
        assertEquals(READY | 0x0400, end, "interrupt, no longer active, no error");
        byte[] got = new byte[120 * SECTOR];
        System.arraycopy(rig.ram, 0x20000, got, 0, 1000);
        System.arraycopy(rig.ram, 0x30002, got, 1000, 24);
        System.arraycopy(rig.ram, 0x40000, got, 1024, 120 * SECTOR - 1024);
        assertArrayEquals(sectors(11, 120), got);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dmaWritesReachTheMedium(boolean wide) {
        byte[] data = random(6, 130 * SECTOR);
        System.arraycopy(data, 0, rig.ram, 0x20000, data.length);
        rig.table(0x20000, 0, 0x30000, data.length - 0x10000);
        if (wide) rig.wideCommand(0x35, 1000, 130);
        else rig.command(0xCA, 1000, 130);
        assertEquals(READY | 0x0400, rig.dma(false));
        assertArrayEquals(data, sectors(1000, 130));
    }

    @Test
    void aTableThatIsLongerStaysActive() {
        rig.table(0x20000, 2048);
        rig.command(0xC8, 0, 1);
        assertEquals(READY | 0x0500, rig.dma(true));
    }

    @Test
    void aTableThatIsShorterEndsWithoutAnInterrupt() {
        rig.table(0x20000, 512);
        rig.command(0xC8, 0, 2);
        int end = rig.dma(true);
        assertEquals(0x0000, end & 0xFF00);
        assertEquals(IdeRig.DRQ, end & IdeRig.DRQ);
        assertFalse(rig.irq[0]);
    }

    @Test
    void aTableOutsideRamIsAnError() {
        rig.table(0x7FFF0000, 512);
        rig.command(0xC8, 0, 1);
        assertEquals(0x0200, rig.dma(true) & 0xFF00);
        rig.control(4);
        rig.control(0);
        assertEquals(READY, rig.settled());
    }

    @Test
    void nothingMovesAgainstTheDirection() {
        byte[] before = content.clone();
        rig.table(0x20000, 512);
        rig.command(0xCA, 0, 1);
        assertEquals(0x0200, rig.dma(true) & 0xFF00);
        assertArrayEquals(before, content);
    }

    @Test
    void nothingMovesUntilTheFunctionMayMasterTheBus() {
        rig.config(0x04, 1);
        rig.table(0x20000, 512);
        rig.command(0xC8, 5, 1);
        rig.master(0, 9);
        rig.pass(1_000_000);
        assertEquals(1, rig.master(2));
        rig.config(0x04, 5);
        rig.pass(1_000_000);
        assertEquals(4, rig.master(2));
        assertArrayEquals(sectors(5, 1), Arrays.copyOfRange(rig.ram, 0x20000, 0x20000 + SECTOR));
    }

    // ---- errors -----------------------------------------------------------------------------------------------------

    @Test
    void whatIsThereComesBeforeTheErrorBeyondTheEnd() {
        int status = rig.command(0x20, SECTORS - 2, 5);
        rig.takeAll(status, 2 * SECTOR, SECTOR);
        assertEquals(READY | 1, rig.alternate());
        assertEquals(IDNF, rig.in(ERROR));
        assertEquals(SECTORS, rig.in(LOW) | rig.in(MID) << 8 | rig.in(HIGH) << 16);
    }

    @Test
    void beyondTheEndIsNotFound() {
        for (int code : new int[] {0x20, 0x30, 0xC4, 0xC5, 0xC8, 0xCA, 0x40, 0x70}) {
            assertEquals(READY | 1, rig.command(code, SECTORS, 1), Integer.toHexString(code));
            assertEquals(IDNF, rig.in(ERROR), Integer.toHexString(code));
        }
        for (int code : new int[] {0x24, 0x25, 0x29, 0x34, 0x35, 0x39, 0x42}) {
            assertEquals(READY | 1, rig.wideCommand(code, 1L << 40, 1), Integer.toHexString(code));
            assertEquals(IDNF, rig.in(ERROR), Integer.toHexString(code));
        }
    }

    @Test
    void verifyLooksAtTheWholeRange() {
        assertEquals(READY, rig.command(0x40, SECTORS - 4, 4));
        assertEquals(READY | 1, rig.command(0x40, SECTORS - 4, 5));
        assertEquals(IDNF, rig.in(ERROR));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x08, 0xA0, 0xA1, 0xB0, 0xF5, 0xFF})
    void anUnknownCommandIsAborted(int code) {
        assertEquals(READY | 1, rig.command(code, 0, 0));
        assertEquals(ABRT, rig.in(ERROR));
    }

    @Test
    void aDiskThatMayNotBeWrittenAbortsWrites() {
        IdeRig fixed = IdeRig.withDisk(new MemoryMedium(content.clone(), false));
        for (int code : new int[] {0x30, 0xC5, 0xCA}) {
            assertEquals(READY | 1, fixed.command(code, 0, 1));
            assertEquals(ABRT, fixed.in(ERROR));
        }
        assertEquals(0x58, fixed.command(0x20, 0, 1));
    }

    @Test
    void whatTheHostCannotDoTheGuestIsTold() {
        IdeRig broken = IdeRig.withDisk(new Broken());
        assertEquals(READY | 1, broken.command(0x20, 0, 1));
        assertEquals(UNC, broken.in(ERROR));
        assertEquals(READY | 0x21, broken.giveAll(broken.command(0x30, 0, 1), new byte[SECTOR], SECTOR));
        assertEquals(READY | 0x21, broken.command(0xE7, 0, 0));
    }

    private static final class Broken implements BlockMedium {
        @Override
        public long size() {
            return 1 << 20;
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void read(long at, byte[] to, int offset, int length) {
            throw new UncheckedIOException(new IOException("broken"));
        }

        @Override
        public void write(long at, byte[] from, int offset, int length) {
            throw new UncheckedIOException(new IOException("broken"));
        }

        @Override
        public void flush() {
            throw new UncheckedIOException(new IOException("broken"));
        }
    }

    // ---- the rest ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0xE7, 0xEA, 0xE0, 0xE1, 0xE2, 0xE3, 0xE6, 0x94, 0x97, 0x10, 0x1F, 0x70})
    void commandsWithoutDataEndWithAnInterrupt(int code) {
        rig.out(DEVICE, 0xE0);
        rig.out(LOW, 1);
        rig.out(STATUS, code);
        rig.pass(100_000);
        assertTrue(rig.irq[0]);
        assertEquals(READY, rig.in(STATUS));
        assertFalse(rig.irq[0]);
    }

    @Test
    void powerModesAreTold() {
        rig.command(0xE5, 0, 0);
        assertEquals(0xFF, rig.in(COUNT));
        rig.command(0xE0, 0, 0);
        rig.command(0xE5, 0, 0);
        assertEquals(0x00, rig.in(COUNT));
        rig.takeAll(rig.command(0x20, 0, 1), SECTOR, SECTOR);
        rig.command(0xE5, 0, 0);
        assertEquals(0xFF, rig.in(COUNT));
    }

    @Test
    void featuresAreSetAndShown() {
        rig.out(ERROR, 0x03);
        assertEquals(READY, rig.command(0xEF, 0, 0x42));
        assertEquals(List.of(0x0007, 0x043F), List.of(identify()[63], identify()[88]));
        rig.out(ERROR, 0x82);
        assertEquals(READY, rig.command(0xEF, 0, 0));
        assertEquals(0, identify()[85] & 0x20);
        rig.out(ERROR, 0x03);
        assertEquals(READY | 1, rig.command(0xEF, 0, 0x47));
        rig.out(ERROR, 0x99);
        assertEquals(READY | 1, rig.command(0xEF, 0, 0));
    }

    @Test
    void theLargestAddressIsTold() {
        rig.command(0xF8, 0, 0);
        assertEquals(SECTORS - 1, rig.in(LOW) | rig.in(MID) << 8 | rig.in(HIGH) << 16);
        rig.wideCommand(0x27, 0, 0);
        assertEquals(SECTORS - 1, rig.in(LOW) | rig.in(MID) << 8 | rig.in(HIGH) << 16);
        rig.control(0x80);
        assertEquals(0, rig.in(LOW) | rig.in(MID) | rig.in(HIGH));
    }

    @Test
    void interruptsThatAreOffAreSeenWhenTheyAreOnAgain() {
        rig.control(2);
        rig.out(DEVICE, 0xE0);
        rig.out(STATUS, 0xE7);
        rig.pass(100_000);
        assertFalse(rig.irq[0]);
        assertEquals(READY, rig.alternate());
        rig.control(0);
        assertTrue(rig.irq[0]);
    }

    @Test
    void aResetEndsEverything() {
        rig.out(DEVICE, 0xE0);
        rig.out(STATUS, 0x20);
        rig.control(4);
        assertEquals(0x80, rig.alternate() & 0x80);
        rig.pass(10_000_000);
        assertFalse(rig.irq[0]);
        rig.control(0);
        assertEquals(READY, rig.settled());
        assertEquals(
                List.of(1, 1, 1, 0, 0), List.of(rig.in(ERROR), rig.in(COUNT), rig.in(LOW), rig.in(MID), rig.in(HIGH)));
    }

    @Test
    void theDiagnosticAnswersForBoth() {
        rig.out(STATUS, 0x90);
        rig.pass(10_000_000);
        assertTrue(rig.irq[0]);
        assertEquals(READY, rig.in(STATUS));
        assertEquals(1, rig.in(ERROR));
    }

    @Test
    void aDriveThatIsNotThereReadsAsZeros() {
        rig.out(DEVICE, 0xF0);
        rig.out(COUNT, 0x55);
        assertEquals(0, rig.in(COUNT));
        assertEquals(0, rig.in(STATUS));
        rig.out(STATUS, 0xEC);
        rig.pass(10_000_000);
        assertEquals(0, rig.in(STATUS));
        assertFalse(rig.irq[0]);
    }

    @Test
    void aCableWithoutDrivesFloats() {
        rig.channel(1);
        assertEquals(0x7F, rig.in(STATUS));
        rig.out(COUNT, 0x55);
        assertEquals(0x7F, rig.in(COUNT));
    }

    @Test
    void lookingChangesNothing() {
        rig.command(0x20, 0, 1);
        String before = hash();
        for (int i = 0; i < 8; i++) rig.controller.commandBlock(0).peek(i);
        assertEquals(before, hash());
        rig.word();
        assertNotEquals(before, hash());
    }

    private String hash() {
        return RunHash.of(List.of(rig.controller), 0);
    }
}
