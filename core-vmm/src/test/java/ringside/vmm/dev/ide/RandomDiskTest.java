// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.ide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.dev.medium.FileMedium;
import ringside.vmm.dev.medium.MemoryMedium;
import ringside.vmm.dev.medium.OverlayMedium;

/// Random operations through the registers, by PIO, in blocks and by DMA, against an array of bytes.
class RandomDiskTest {
    private static final int SECTORS = 1500, SECTOR = 512, OPERATIONS = 1000, MOST = 40;

    @TempDir
    Path folder = Path.of("");

    private final byte[] model = new byte[SECTORS * SECTOR];
    private final Seeded seeded = new Seeded(42);

    private void operation(IdeRig rig) {
        int count = 1 + seeded.nextInt(MOST);
        int lba = seeded.nextInt(SECTORS - count);
        byte[] old = Arrays.copyOfRange(model, lba * SECTOR, (lba + count) * SECTOR);
        boolean writes = seeded.nextInt(2) == 0;
        byte[] data = writes ? fresh(count) : old;
        switch (seeded.nextInt(6)) {
            case 0 -> piece(rig, writes, rig.command(writes ? 0x30 : 0x20, lba, count), data, SECTOR);
            case 1 -> piece(rig, writes, rig.command(writes ? 0xC5 : 0xC4, lba, count), data, 16 * SECTOR);
            case 2 -> piece(rig, writes, rig.wideCommand(writes ? 0x34 : 0x24, lba, count), data, SECTOR);
            case 3 -> piece(rig, writes, rig.wideCommand(writes ? 0x39 : 0x29, lba, count), data, 16 * SECTOR);
            case 4 -> dma(rig, writes, () -> rig.command(writes ? 0xCA : 0xC8, lba, count), data);
            default -> dma(rig, writes, () -> rig.wideCommand(writes ? 0x35 : 0x25, lba, count), data);
        }
        System.arraycopy(data, 0, model, lba * SECTOR, data.length);
    }

    private byte[] fresh(int sectors) {
        byte[] b = new byte[sectors * SECTOR];
        for (int i = 0; i < b.length; i++) b[i] = (byte) seeded.nextLong();
        return b;
    }

    private static void piece(IdeRig rig, boolean writes, int status, byte[] data, int piece) {
        if (writes) assertEquals(0x50, rig.giveAll(status, data, piece));
        else assertArrayEquals(data, rig.takeAll(status, data.length, piece));
    }

    private void dma(IdeRig rig, boolean writes, Runnable command, byte[] data) {
        int cut = 2 * (1 + seeded.nextInt(data.length / 2 - 1));
        int first = 0x20000 + 2 * seeded.nextInt(1000);
        int second = 0x40000 + 2 * seeded.nextInt(1000);
        rig.table(first, cut, second, data.length - cut);
        if (writes) {
            System.arraycopy(data, 0, rig.ram, first, cut);
            System.arraycopy(data, cut, rig.ram, second, data.length - cut);
        }
        command.run();
        assertEquals(0x0450, rig.dma(!writes));
        byte[] moved = new byte[data.length];
        System.arraycopy(rig.ram, first, moved, 0, cut);
        System.arraycopy(rig.ram, second, moved, cut, data.length - cut);
        assertArrayEquals(data, moved);
    }

    private static byte[] all(BlockMedium medium) {
        byte[] b = new byte[(int) medium.size()];
        medium.read(0, b, 0, b.length);
        return b;
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("disk.img"), content);
    }

    private static FileMedium open(Path file, boolean writable) throws IOException {
        FileMedium medium = FileMedium.open(file, writable);
        assertNotNull(medium);
        return medium;
    }

    @Test
    void aThousandOperationsLeaveWhatTheModelHas() {
        BlockMedium medium = new MemoryMedium(model.clone(), true);
        IdeRig rig = IdeRig.withDisk(medium);
        for (int i = 0; i < OPERATIONS; i++) operation(rig);
        assertArrayEquals(model, all(medium));
    }

    @Test
    void aThousandOperationsOnAFileLeaveWhatTheModelHas() throws IOException {
        Path file = file(model);
        try (FileMedium medium = open(file, true)) {
            IdeRig rig = IdeRig.withDisk(medium);
            for (int i = 0; i < OPERATIONS; i++) operation(rig);
            assertEquals(0x50, rig.command(0xE7, 0, 0));
        }
        assertArrayEquals(model, Files.readAllBytes(file));
    }

    @Test
    void aThousandOperationsOnASnapshotLeaveTheFileAlone() throws IOException {
        byte[] before = fresh(SECTORS);
        System.arraycopy(before, 0, model, 0, before.length);
        Path file = file(before);
        try (FileMedium below = open(file, false)) {
            OverlayMedium medium = new OverlayMedium(below);
            IdeRig rig = IdeRig.withDisk(medium);
            for (int i = 0; i < OPERATIONS; i++) operation(rig);
            assertArrayEquals(model, all(medium));
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    /// The process is gone between two events of a write: neither flushed nor closed, and another one opens the file.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 23, 100, 333})
    void afterAnAbruptEndEverySectorIsOldOrNew(int operations) throws IOException {
        Path file = file(model);
        byte[] data = fresh(MOST);
        int lba = 200;
        try (FileMedium medium = open(file, true)) {
            IdeRig rig = IdeRig.withDisk(medium);
            for (int i = 0; i < operations; i++) operation(rig);
            int status = rig.command(0x30, lba, MOST);
            int given = operations % MOST * SECTOR + 2 * (operations % 256);
            for (int at = 0; at < given; at += SECTOR) {
                for (int i = at; i < Math.min(at + SECTOR, given); i += 2) {
                    rig.word(data[i] & 0xFF | (data[i + 1] & 0xFF) << 8);
                }
                if (at + SECTOR < given) status = rig.settled();
            }
            assertEquals(0x58, status);
            byte[] now = Files.readAllBytes(file);
            for (int s = 0; s < SECTORS; s++) {
                byte[] found = Arrays.copyOfRange(now, s * SECTOR, (s + 1) * SECTOR);
                byte[] old = Arrays.copyOfRange(model, s * SECTOR, (s + 1) * SECTOR);
                boolean fresh = s >= lba && s < lba + operations % MOST;
                boolean isNew = fresh
                        && Arrays.equals(found, Arrays.copyOfRange(data, (s - lba) * SECTOR, (s - lba + 1) * SECTOR));
                if (!isNew) assertArrayEquals(old, found, "sector " + s);
            }
        }
    }
}
