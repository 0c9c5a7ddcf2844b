// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.medium.BlockMedium;
import ringside.vmm.word.Iface;

/// INT 13h and INT 19h of the PC's own firmware.
class BiosDiskTest {
    /// At offset 40h of the boot sector: a packet for 2 sectors from sector 5 to 0:0800.
    private static final String PACKET = "1000 0200 0008 0000 0500000000000000";

    private static Machine withPacket(String hex, String packet, boolean writable) {
        byte[] disk = BootRig.disk(hex);
        BootRig.put(disk, 0x40, packet);
        return BootRig.ran(new BootRig.Bytes(disk, writable));
    }

    @Test
    void aBootSectorRunsAt7C00WithTheDriveInDl() {
        Machine m = BootRig.ran("");
        assertEquals(0x80, BootRig.dx(m));
        assertEquals(0x7C02, m.vcpu(0).eip());
        assertEquals("Starting from hard disk 0", BootRig.row(m, 0));
    }

    @Test
    void sectorsAreReadByCylinder() {
        // mov ax, 0201h; mov cx, 0003h; mov dx, 0080h; mov bx, 800h; int 13h
        Machine m = BootRig.ran("b80102 b90300 ba8000 bb0008 cd13");
        assertFalse(BootRig.carry(m));
        assertEquals(0x0001, BootRig.ax(m));
        assertEquals(2, BootRig.byteAt(m, 0x800));
        assertEquals(2, BootRig.byteAt(m, 0x9FF));
    }

    @Test
    void theGeometryIsThatOfTheTranslation() {
        Machine m = BootRig.ran("b408 b280 cd13"); // mov ah, 8; mov dl, 80h; int 13h
        assertFalse(BootRig.carry(m));
        assertEquals(0x0F01, BootRig.dx(m)); // 16 heads, one disk
        assertEquals(0x013F, BootRig.cx(m)); // 2 cylinders of 63 sectors
    }

    @Test
    void sectorsAreReadByNumber() {
        Machine m =
                withPacket("b442 b280 be407c cd13", PACKET, true); // mov ah, 42h; mov dl, 80h; mov si, 7C40h; int 13h
        assertFalse(BootRig.carry(m));
        assertEquals(5, BootRig.byteAt(m, 0x800));
        assertEquals(6, BootRig.byteAt(m, 0xA00));
        assertEquals(0, BootRig.byteAt(m, 0xC00));
    }

    @Test
    void sectorsAreWritten() {
        byte[] disk = BootRig.disk("c6060008ee b80043 b280 be407c cd13"); // mov byte [800h], EEh; mov ax, 4300h; ...
        BootRig.put(disk, 0x40, PACKET);
        Machine m = BootRig.ran(new BootRig.Bytes(disk, true));
        assertFalse(BootRig.carry(m));
        assertEquals((byte) 0xEE, disk[5 * BootRig.SECTOR]);
        assertEquals(0, disk[5 * BootRig.SECTOR + 1]);
        assertEquals(7, disk[7 * BootRig.SECTOR]);
    }

    @Test
    void aProtectedDiskIsNotWritten() {
        Machine m = withPacket("b80043 b280 be407c cd13", PACKET, false);
        assertTrue(BootRig.carry(m));
        assertEquals(3, BootRig.ax(m) >> 8);
    }

    @Test
    void behindTheEndThereIsNothing() {
        String behind = "1000 0200 0008 0000 ff07000000000000"; // the second one would be sector 2,048
        Machine m = withPacket("b442 b280 be407c cd13", behind, true);
        assertTrue(BootRig.carry(m));
        assertEquals(4, BootRig.ax(m) >> 8);
        assertEquals(0, BootRig.byteAt(m, 0x800));
    }

    @Test
    void extensionsAreThereAndTellTheNumberOfSectors() {
        Machine there = BootRig.ran("b441 bbaa55 b280 cd13"); // mov ah, 41h; mov bx, 55AAh; mov dl, 80h; int 13h
        assertFalse(BootRig.carry(there));
        assertEquals(0xAA55, BootRig.bx(there));
        Machine m = withPacket("b448 b280 be407c cd13", "1a00", true);
        assertFalse(BootRig.carry(m));
        assertEquals(2048, BootRig.dword(m, 0x7C40 + 16));
        assertEquals(512, BootRig.word(m, 0x7C40 + 24));
    }

    @Test
    void thereIsNoFloppy() {
        // mov ax, 0201h; mov cx, 1; mov dx, 0; mov bx, 800h; int 13h
        assertTrue(BootRig.carry(BootRig.ran("b80102 b90100 ba0000 bb0008 cd13")));
        Machine m = BootRig.ran("b415 b200 cd13"); // mov ah, 15h; mov dl, 0; int 13h
        assertEquals(0, BootRig.ax(m) >> 8);
    }

    // ---- CD -------------------------------------------------------------------------------------------------------

    private static Machine cd(byte[] content) {
        Machine m = BootRig.machine(List.of(), List.of(new BootRig.Bytes(content, false)));
        m.run(BootRig.SECOND, false);
        return m;
    }

    @Test
    void aCdIsStartedByItsCatalog() {
        Machine m = cd(BootRig.cd(0, ""));
        assertEquals("Starting from CD 0", BootRig.row(m, 0));
        assertEquals(0xE0, BootRig.dx(m));
        assertEquals(0x7C02, m.vcpu(0).eip());
    }

    @Test
    void aCdHasSectorsOf2048Bytes() {
        byte[] content = BootRig.cd(0, "b442 be407c cd13"); // mov ah, 42h; mov si, 7C40h; int 13h
        BootRig.put(content, BootRig.CD_PROGRAM * BootRig.CD_SECTOR + 0x40, "1000 0200 0010 0000 1500000000000000");
        Machine m = cd(content);
        assertFalse(BootRig.carry(m));
        assertEquals(21, BootRig.byteAt(m, 0x1000));
        assertEquals(22, BootRig.byteAt(m, 0x1FFF));
    }

    @Test
    void aStartedCdTellsWhereItsImageIs() {
        Machine m = cd(BootRig.cd(0, "b8014b be0006 cd13")); // mov ax, 4B01h; mov si, 600h; int 13h
        assertFalse(BootRig.carry(m));
        assertEquals(0x13, BootRig.byteAt(m, 0x600));
        assertEquals(0xE0, BootRig.byteAt(m, 0x602));
        assertEquals(BootRig.CD_PROGRAM, BootRig.dword(m, 0x604));
    }

    @Test
    void aFloppyInsideACdIsDriveZero() {
        // mov ax, 0201h; mov cx, 5; mov dx, 0; mov bx, 800h; int 13h; mov ah, 8; int 13h
        Machine m = cd(BootRig.cd(2, "b80102 b90500 ba0000 bb0008 cd13 b408 cd13"));
        assertFalse(BootRig.carry(m));
        assertEquals(BootRig.CD_PROGRAM + 1, BootRig.byteAt(m, 0x800)); // four sectors of 512 on
        assertEquals(0x0101, BootRig.dx(m));
        assertEquals(18, BootRig.cx(m) & 0x3F);
    }

    @Test
    void aHardDiskInsideACdIsTheFirstAndPushesTheOthersUp() {
        // mov ax, 0201h; mov cx, 5; mov dx, 80h; mov bx, 800h; int 13h; mov ax, 0201h; mov cx, 5; mov dx, 81h;
        // mov bx, 0A00h; int 13h; mov ah, 8; mov dl, 80h; int 13h
        byte[] content =
                BootRig.cd(4, "b80102 b90500 ba8000 bb0008 cd13 b80102 b90500 ba8100 bb000a cd13 b408 b280 cd13");
        // a partition up to head 3, sector 17 of each cylinder: 63 sectors from 17 on
        BootRig.put(content, BootRig.CD_PROGRAM * BootRig.CD_SECTOR + 446, "80 01 01 00 06 03 11 00 11000000 3f000000");
        byte[] disk = new byte[BootRig.MB];
        java.util.Arrays.fill(disk, (byte) 0x5A);
        Machine m = BootRig.machine(List.of(new BootRig.Bytes(disk, true)), List.of(new BootRig.Bytes(content, false)));
        m.run(BootRig.SECOND, false);
        assertFalse(BootRig.carry(m));
        assertEquals(BootRig.CD_PROGRAM + 1, BootRig.byteAt(m, 0x800)); // four sectors of 512 on
        assertEquals(0x5A, BootRig.byteAt(m, 0xA00));
        assertEquals(0x0302, BootRig.dx(m)); // the last head, and how many disks
        assertEquals(17, BootRig.cx(m) & 0x3F);
        assertEquals(2, BootRig.byteAt(m, 0x475));
    }

    @Test
    void aHardDiskInsideACdNeedsAPartition() {
        Machine m = cd(BootRig.cd(4, ""));
        assertTrue(BootRig.row(m, 0).startsWith("Nothing to boot"), () -> BootRig.row(m, 0));
    }

    // ---- what is started --------------------------------------------------------------------------------------------

    @Test
    void aDiskIsStartedBeforeACd() {
        BlockMedium disk = new BootRig.Bytes(BootRig.disk(""), true);
        BlockMedium cd = new BootRig.Bytes(BootRig.cd(0, ""), false);
        Machine m = BootRig.machine(List.of(disk), List.of(cd));
        m.run(BootRig.SECOND, false);
        assertEquals(0x80, BootRig.dx(m));
    }

    @Test
    void aDiskWithoutABootSectorLeavesTheTurnToTheCd() {
        BlockMedium disk = new BootRig.Bytes(new byte[BootRig.MB], true);
        BlockMedium cd = new BootRig.Bytes(BootRig.cd(0, ""), false);
        Machine m = BootRig.machine(List.of(disk), List.of(cd));
        m.run(BootRig.SECOND, false);
        assertEquals(0xE0, BootRig.dx(m));
    }

    @Test
    void withNothingToStartTheMachineSaysSoAndStops() {
        Machine m = BootRig.machine(List.of(new BootRig.Bytes(new byte[BootRig.MB], true)), List.of());
        assertEquals(Stop.KNOCKED_DOWN, m.run(BootRig.SECOND, false));
        assertTrue(BootRig.row(m, 0).startsWith("Nothing to boot"), () -> BootRig.row(m, 0));
    }

    @Test
    void onlyTheNativeCornerStartsFromADisk() {
        List<BlockMedium> disks = List.of(new BootRig.Bytes(BootRig.disk(""), true));
        assertInstanceOf(Built.Wrong.class, BootRig.build(Iface.VMI, disks, List.of()));
        assertInstanceOf(Built.Wrong.class, BootRig.build(Iface.NATIVE, List.of(), List.of()));
    }
}
