// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class VgaTest {
    private final VirtualClock clock = new VirtualClock();
    private final Vga vga = new Vga(clock);

    private void out(int port, int value) {
        vga.write(port - Vga.FIRST_PORT, value);
    }

    private int in(int port) {
        return vga.read(port - Vga.FIRST_PORT);
    }

    @Test
    void theColourScreenIsAt3D4AndTheMonochromeOneAt3B4() {
        out(0x3D4, 0x01);
        assertEquals(79, in(0x3D5));
        assertEquals(0xFF, in(0x3B5));
        out(0x3C2, 0x66);
        assertEquals(0xFF, in(0x3D5));
        assertEquals(79, in(0x3B5));
    }

    @Test
    void aWordSetsIndexAndData() {
        vga.writeWide(0x3D4 - Vga.FIRST_PORT, 2, 0x120E);
        assertEquals(0x12, vga.crtc(0x0E));
    }

    @Test
    void theFirstEightRegistersOfTheCrtcCanBeLocked() {
        out(0x3D4, 0x11);
        out(0x3D5, 0x8E);
        out(0x3D4, 0x01);
        out(0x3D5, 0x10);
        assertEquals(79, in(0x3D5));
        out(0x3D4, 0x07);
        out(0x3D5, 0xFF);
        assertEquals(0x1F, in(0x3D5));
    }

    @Test
    void theAttributeControllerTakesIndexAndDataInTurnsUntilStatusIsRead() {
        in(0x3DA);
        out(0x3C0, 0x10);
        out(0x3C0, 0x04);
        out(0x3C0, 0x12);
        in(0x3DA);
        out(0x3C0, 0x30);
        assertEquals(0x04, in(0x3C1));
        assertEquals(0x0F, vga.attribute(0x12));
        assertTrue(vga.on());
        out(0x3C0, 0);
        in(0x3DA);
        out(0x3C0, 0);
        assertFalse(vga.on());
    }

    @Test
    void aColourIsThreeStoresOfSixBits() {
        out(0x3C8, 200);
        for (int v : new int[] {63, 0, 32, 1, 2, 3}) out(0x3C9, v);
        assertEquals(0xFF0082, vga.colour(200, false));
        assertEquals(0x010203, vga.colour(201, true));
        out(0x3C7, 200);
        assertEquals(63, in(0x3C9));
        assertEquals(0, in(0x3C9));
        assertEquals(32, in(0x3C9));
        assertEquals(1, in(0x3C9));
        out(0x3C6, 0x0F);
        assertEquals(vga.colour(8, false), vga.colour(200, false));
    }

    @Test
    void retraceComesByGuestTime() {
        assertEquals(0, in(0x3DA) & 9);
        clock.advanceTo(13_100_000);
        assertEquals(9, in(0x3DA) & 9);
        clock.advanceTo(Vga.FRAME);
        assertEquals(0, in(0x3DA) & 9);
        clock.advanceTo(Vga.FRAME + 31_000);
        assertEquals(1, in(0x3DA) & 9);
    }

    @Test
    void mode13HasIbmsColours() {
        assertTrue(vga.setMode(0x13));
        assertEquals(0xAA5500, vga.colour(6, false));
        assertEquals(0xFFFFFF, vga.colour(31, false));
        assertEquals(0x0000FF, vga.colour(32, false));
        assertEquals(0xFF0000, vga.colour(40, false));
        assertEquals(0x00FF00, vga.colour(48, false));
        assertEquals(0, vga.colour(255, false));
        assertFalse(vga.setMode(0x42));
    }
}
