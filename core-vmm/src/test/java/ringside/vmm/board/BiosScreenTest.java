// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// INT 10h and INT 16h of the PC's own firmware.
class BiosScreenTest {
    private static final String CLEAR = "b80300 cd10"; // mov ax, 3; int 10h

    @Test
    void charactersGoWhereTheCursorIsAndTheCursorGoesOn() {
        // mov ax, 0E41h; int 10h; mov al, 42h; int 10h; mov ah, 3; mov bh, 0; int 10h
        Machine m = BootRig.ran(CLEAR + "b8410e cd10 b042 cd10 b403 b700 cd10");
        assertEquals("AB", BootRig.row(m, 0));
        assertEquals(0x0002, BootRig.dx(m));
    }

    @Test
    void aLineFeedInTheLastRowScrolls() {
        // "A" in row 0; cursor to row 24; a line feed
        Machine m = BootRig.ran(CLEAR + "b8410e cd10 b402 b700 ba0118 cd10 b8420e cd10 b80a0e cd10 b403 cd10");
        assertEquals("", BootRig.row(m, 0));
        assertEquals(" B", BootRig.row(m, 23));
        assertEquals(0x1802, BootRig.dx(m));
    }

    @Test
    void aCharacterIsRepeatedWithItsColourAndReadBack() {
        // mov ax, 0958h; mov bx, 1Fh; mov cx, 3; int 10h; mov ah, 8; int 10h
        Machine m = BootRig.ran(CLEAR + "b85809 bb1f00 b90300 cd10 b408 cd10");
        assertEquals("XXX", BootRig.row(m, 0));
        assertEquals(0x1F58, BootRig.ax(m));
    }

    @Test
    void aWindowIsScrolledUpAndDown() {
        String letters = "b8410e cd10 b80d0e cd10 b80a0e cd10 b8420e cd10"; // A, new line, B
        // mov ax, 0601h; mov bh, 7; mov cx, 0; mov dx, 184Fh; int 10h
        Machine up = BootRig.ran(CLEAR + letters + "b80106 b707 b90000 ba4f18 cd10");
        assertEquals("B", BootRig.row(up, 0));
        assertEquals("", BootRig.row(up, 1));
        Machine down = BootRig.ran(CLEAR + letters + "b80107 b707 b90000 ba4f18 cd10");
        assertEquals("", BootRig.row(down, 0));
        assertEquals("A", BootRig.row(down, 1));
        assertEquals("B", BootRig.row(down, 2));
    }

    @Test
    void aStringIsWritten() {
        // mov ax, 1301h; mov bx, 2; mov cx, 3; mov dx, 0105h; mov bp, 7C40h; int 10h
        byte[] disk = BootRig.disk(CLEAR + "b80113 bb0200 b90300 ba0501 bd407c cd10");
        BootRig.put(disk, 0x40, "78797a");
        Machine m = BootRig.ran(new BootRig.Bytes(disk, true));
        assertEquals("     xyz", BootRig.row(m, 1));
        assertEquals(2, BootRig.byteAt(m, 0xB8000 + 160 + 11));
    }

    @Test
    void theModeIsTextOf80ColumnsOnAColourVga() {
        assertEquals(80 << 8 | 3, BootRig.ax(BootRig.ran("b40f cd10"))); // mov ah, 0Fh; int 10h
        Machine m = BootRig.ran("b8001a cd10"); // mov ax, 1A00h; int 10h
        assertEquals(0x1A, BootRig.ax(m) & 0xFF);
        assertEquals(8, BootRig.bx(m));
    }

    @Test
    void mode13hHasPixels() {
        // mov ax, 13h; int 10h; mov ax, 0C2Ah; mov cx, 10; mov dx, 2; int 10h; mov ah, 0Dh; mov al, 0; int 10h
        Machine m = BootRig.ran("b81300 cd10 b82a0c b90a00 ba0200 cd10 b40d b000 cd10");
        assertEquals(0x2A, BootRig.byteAt(m, 0xA0000 + 650));
        assertEquals(0x2A, BootRig.ax(m) & 0xFF);
    }

    // ---- modes with a linear frame buffer ---------------------------------------------------------------------------

    @Test
    void vesaModesAreListed() {
        Machine m = BootRig.ran("b8004f bf0010 cd10"); // mov ax, 4F00h; mov di, 1000h; int 10h
        assertEquals(0x004F, BootRig.ax(m));
        assertEquals(0x41534556, BootRig.dword(m, 0x1000));
        assertEquals(0x0101, BootRig.word(m, BootRig.word(m, 0x1000 + 14)));
    }

    @Test
    void aVesaModeTellsWhereItsMemoryIsAndHowItLooks() {
        Machine m = BootRig.ran("b8014f b91101 bf0010 cd10"); // mov ax, 4F01h; mov cx, 111h; mov di, 1000h; int 10h
        assertEquals(0x004F, BootRig.ax(m));
        assertEquals(1280, BootRig.word(m, 0x1010));
        assertEquals(640, BootRig.word(m, 0x1012));
        assertEquals(16, BootRig.byteAt(m, 0x1019));
        assertEquals(PcPci.WINDOWS, BootRig.dword(m, 0x1028) & 0xFFFF_FFFFL);
    }

    @Test
    void aVesaModeIsEnteredAndLeft() {
        String enter = "b8024f bb1541 cd10"; // mov ax, 4F02h; mov bx, 4115h; int 10h
        String ask = "b8034f cd10"; // mov ax, 4F03h; int 10h
        assertEquals(0x4115, BootRig.bx(BootRig.ran(enter + ask)));
        assertEquals(3, BootRig.bx(BootRig.ran(enter + CLEAR + ask)));
        Machine banks = BootRig.ran("b8024f bb1501 cd10"); // not without bit 14
        assertEquals(0x014F, BootRig.ax(banks));
    }

    // ---- keys -----------------------------------------------------------------------------------------------------

    private static final int KEY_A = 0x1E, LEFT_SHIFT = 0x2A, UP = 0xE048;

    private static Machine typed(String hex, int... keys) {
        Machine m = BootRig.machine(List.of(new BootRig.Bytes(BootRig.disk(hex), true)), List.of());
        m.run(BootRig.SECOND / 2, false);
        for (int key : keys) m.hands().key(Math.abs(key), key > 0);
        m.run(BootRig.SECOND, false);
        return m;
    }

    @Test
    void aProgramThatWaitsForAKeySleepsAndGetsIt() {
        Machine m = typed("b400 cd16", KEY_A); // mov ah, 0; int 16h
        assertEquals(0x1E61, BootRig.ax(m));
        assertEquals(true, m.retired() < 5_000, () -> "instructions: " + m.retired());
    }

    @Test
    void shiftMakesItACapital() {
        assertEquals(0x1E41, BootRig.ax(typed("b400 cd16", LEFT_SHIFT, KEY_A, -KEY_A, -LEFT_SHIFT)));
    }

    @Test
    void anArrowHasNoCharacterForOldProgramsAndE0ForNewOnes() {
        assertEquals(0x4800, BootRig.ax(typed("b400 cd16", UP)));
        assertEquals(0x48E0, BootRig.ax(typed("b410 cd16", UP)));
    }

    @Test
    void whoOnlyLooksLeavesTheKeyThere() {
        // l: mov ah, 1; int 16h; jz l; mov bx, ax; mov ah, 0; int 16h
        Machine m = typed("b401 cd16 74fa 89c3 b400 cd16", KEY_A);
        assertEquals(0x1E61, BootRig.bx(m));
        assertEquals(0x1E61, BootRig.ax(m));
    }

    @Test
    void whoLooksAgainAndAgainSleepsFromTickToTick() {
        // l: mov ah, 1; int 16h; mov ax, [46Ch]; cmp ax, 40; jb l
        Machine m = BootRig.ran("b401 cd16 a16c04 3d2800 72f4");
        assertEquals(true, m.tick() > 2 * BootRig.SECOND, () -> "ticks: " + m.tick());
        assertEquals(true, m.retired() < 100_000, () -> "instructions: " + m.retired());
    }

    @Test
    void aKeyCanBePutIntoTheBuffer() {
        // mov ax, 0500h; mov cx, 1234h; int 16h; mov ah, 10h; int 16h
        assertEquals(0x1234, BootRig.ax(BootRig.ran("b80005 b93412 cd16 b410 cd16")));
    }
}
