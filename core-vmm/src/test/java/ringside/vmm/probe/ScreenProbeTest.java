// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.BochsDisplay;
import ringside.vmm.dev.Vga;
import ringside.vmm.mem.MachineMemory;

class ScreenProbeTest {
    private static final int TEXT = 0xB8000, BYTES = 0xA0000;
    private static final long DARK = 8 * Vga.FRAME;
    private final Vga vga = new Vga(new VirtualClock());
    private final BochsDisplay display = new BochsDisplay();
    private final MachineMemory memory = new MachineMemory(1 << 20);
    private final ScreenProbe probe = new ScreenProbe(vga, display, memory, frame -> frame);

    private void print(int at, String text, int attribute) {
        for (int i = 0; i < text.length(); i++) memory.write16(TEXT + 2 * (at + i), attribute << 8 | text.charAt(i));
    }

    private void crtc(int register, int value) {
        vga.write(0x24, register);
        vga.write(0x25, value);
    }

    private void display(int index, int value) {
        display.writeWide(0, 2, index);
        display.writeWide(1, 2, value);
    }

    @Test
    void textIsReadFromRam() {
        print(82, "Hello\u0001\u00DB", 0x1E);
        ScreenView s = probe.look(DARK, null);
        assertEquals(ScreenView.Kind.TEXT, s.kind());
        assertEquals(720, s.width());
        assertEquals(400, s.height());
        assertEquals("  Hello☺█", s.text().lines().toList().get(1));
        // The full block's colour is yellow, and its ninth column too; behind it blue.
        assertEquals(0xFFFFFF55, s.pixels()[20 * 720 + 9 * 8 + 8]);
        assertEquals(0xFF0000AA, s.pixels()[16 * 720 + 9 * 3]);
    }

    @Test
    void anUnchangedScreenIsTheSameView() {
        ScreenView first = probe.look(DARK, null);
        assertSame(first, probe.look(DARK + 1, first));
        print(0, "x", 7);
        assertNotSame(first, probe.look(DARK, first));
    }

    @Test
    void theCursorBlinksByGuestTime() {
        crtc(0x0F, 81);
        int at = 30 * 720 + 9;
        print(80, "  ", 0x0F);
        assertEquals(81, probe.look(0, null).cursor());
        assertEquals(0xFFFFFFFF, probe.look(0, null).pixels()[at]);
        assertEquals(0xFF000000, probe.look(DARK, null).pixels()[at]);
        crtc(0x0A, 0x20);
        assertEquals(-1, probe.look(0, null).cursor());
    }

    @Test
    void aBlinkingCharacterComesAndGoes() {
        print(0, "\u00DB", 0x8C);
        assertEquals(0xFFFF5555, probe.look(0, null).pixels()[721 * 9 - 8]);
        assertEquals(0xFF000000, probe.look(16 * Vga.FRAME, null).pixels()[721 * 9 - 8]);
    }

    @Test
    void theStartAddressScrolls() {
        print(80, "second", 7);
        crtc(0x0D, 80);
        assertEquals("second", probe.look(0, null).text().lines().findFirst().orElseThrow());
        print(0, "top", 7);
        crtc(0x0C, 0x40);
        crtc(0x0D, 0);
        assertEquals("top", probe.look(0, null).text().lines().findFirst().orElseThrow());
    }

    @Test
    void fortyColumnsAreWider() {
        vga.setMode(1);
        ScreenView s = probe.look(0, null);
        assertEquals(40, s.columns());
        assertEquals(25, s.rows());
    }

    @Test
    void mode13ShowsBytes() {
        vga.setMode(0x13);
        memory.write8(BYTES + 320 * 199 + 319, 40);
        ScreenView s = probe.look(0, null);
        assertEquals(ScreenView.Kind.GRAPHICS, s.kind());
        assertEquals(320, s.width());
        assertEquals(200, s.height());
        assertEquals(0xFFFF0000, s.pixels()[320 * 200 - 1]);
    }

    @Test
    void planesAreNotShown() {
        vga.setMode(0x12);
        ScreenView s = probe.look(0, null);
        assertEquals(ScreenView.Kind.NOT_SHOWN, s.kind());
        assertEquals(640, s.width());
        assertEquals(480, s.height());
    }

    @Test
    void aScreenThatIsOffIsBlack() {
        print(0, "x", 7);
        vga.write(0x14, 1);
        vga.write(0x15, 0x20);
        assertEquals(ScreenView.Kind.OFF, probe.look(0, null).kind());
    }

    @Test
    void theLinearFrameBufferComesBeforeTheVga() {
        display(1, 640);
        display(2, 480);
        display(3, 16);
        display(4, 0x41);
        display.writeMemory(640 * 2 + 2, 2, 0xF800);
        ScreenView s = probe.look(0, null);
        assertEquals(640, s.width());
        assertEquals(480, s.height());
        assertEquals(0xFFFF0000, s.pixels()[641]);
        display(9, 1);
        assertEquals(0xFFFF0000, probe.look(0, null).pixels()[1]);
    }

    @Test
    void everyVisibleCharacterHasAShape() {
        ScreenFont font = new ScreenFont();
        for (int code = 33; code < 255; code++) {
            int all = 0;
            for (int y = 0; y < ScreenFont.HEIGHT; y++) all |= font.row(code, y);
            assertNotEquals(0, all, "character " + code);
        }
    }
}
