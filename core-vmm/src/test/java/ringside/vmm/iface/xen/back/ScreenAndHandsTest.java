// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen.back;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.probe.FrameBufferProbe;
import ringside.vmm.probe.ScreenView;

class ScreenAndHandsTest {
    private static final int PAGE = 1, DIRECTORY = 2, PIXELS = 10, PORT = 5;

    private final FakeGuest guest = new FakeGuest();
    private final MachineMemory m = guest.memory();
    private final FrameBufferBackEnd screen = new FrameBufferBackEnd(guest);
    private final KeyboardBackEnd keyboard = new KeyboardBackEnd(guest);

    /// A picture of 100 by 60 pixels: 6 pages from page 10 on, the last one first.
    private void paint(int width, int height, int pitch, int depth) {
        int at = FakeGuest.at(PAGE);
        m.write32(at + 16, width);
        m.write32(at + 20, height);
        m.write32(at + 24, pitch);
        m.write32(at + 28, 6 * 4096);
        m.write8(at + 32, depth);
        m.write32(at + 36, DIRECTORY);
        for (int i = 0; i < 6; i++) m.write32(FakeGuest.at(DIRECTORY) + 4 * i, PIXELS + 5 - i);
        connect(screen);
    }

    private void connect(BackEnd b) {
        b.publish();
        guest.front(b, "page-ref", PAGE);
        guest.front(b, "event-channel", PORT);
        guest.front(b, "protocol", "x86_32-abi");
        guest.front(b, "state", 3);
    }

    private ScreenView look() {
        return new FrameBufferProbe(screen, m).look(0, null);
    }

    @Test
    void thePictureIsReadThroughTheGuestsPages() {
        paint(100, 60, 400, 32);
        assertEquals("4", guest.back(screen, "state"));
        m.write32(FakeGuest.at(PIXELS + 5), 0x11AABBCC);
        m.write32(FakeGuest.at(PIXELS + 4) + 4, 0x00010203); // byte 4100: line 10, pixel 25
        ScreenView v = look();
        assertEquals(100, v.width());
        assertEquals(60, v.height());
        assertEquals(0xFFAABBCC, v.pixels()[0]);
        assertEquals(0xFF010203, v.pixels()[10 * 100 + 25]);
    }

    @Test
    void otherDepthsHaveTheirColours() {
        paint(100, 60, 200, 16);
        m.write16(FakeGuest.at(PIXELS + 5) + 2, 0xF81F);
        assertEquals(0xFFFF00FF, look().pixels()[1]);
        guest.front(screen, "state", 6);
        guest.front(screen, "state", 1);
        paint(100, 60, 100, 8);
        m.write8(FakeGuest.at(PIXELS + 5), 0xE3);
        assertEquals(0xFFFF00FF, look().pixels()[0]);
    }

    @Test
    void pagesThatAreNotTheGuestsAreBlack() {
        paint(100, 60, 400, 32);
        m.write32(FakeGuest.at(DIRECTORY), 9999);
        m.write32(FakeGuest.at(DIRECTORY) + 4, -1);
        assertEquals(0xFF000000, look().pixels()[0]);
        m.write32(FakeGuest.at(PAGE) + 36, 0x7FFFFFFF);
        assertEquals(0xFF000000, look().pixels()[3000]);
    }

    @Test
    void aShapeThatDoesNotFitIsRefused() {
        int[][] bad = {
            {100, 62, 400, 32},
            {100, 60, 399, 32},
            {0, 60, 400, 32},
            {-1, 60, 400, 32},
            {100, 60, 400, 7},
            {1 << 30, 1 << 30, 400, 32},
            {100, -60, 400, 32},
            {100, 1 << 30, 1 << 30, 8},
        };
        for (int[] b : bad) {
            paint(b[0], b[1], b[2], b[3]);
            assertEquals("5", guest.back(screen, "state"));
            assertFalse(screen.on());
            assertEquals(0, guest.held);
            guest.front(screen, "state", 6);
            guest.front(screen, "state", 1);
        }
    }

    @Test
    void theGuestChangesTheSizeByAnEvent() {
        paint(100, 60, 400, 32);
        int event = FakeGuest.at(PAGE) + 2048;
        m.write8(event, 3);
        int[] shape = {50, 20, 200, 32, 4096};
        for (int i = 0; i < shape.length; i++) m.write32(event + 4 + 4 * i, shape[i]);
        m.write32(FakeGuest.at(PAGE) + 12, 1);
        guest.kick(PORT);
        m.write32(FakeGuest.at(PIXELS + 4), 0x00123456);
        assertEquals(50, look().width());
        assertEquals(0xFF123456, look().pixels()[0]);
        assertEquals(1, m.read32(FakeGuest.at(PAGE) + 8));
    }

    @Test
    void keysAndButtonsAreTheOnesLinuxKnows() {
        connect(keyboard);
        keyboard.key(0x1E, true);
        keyboard.key(0xE048, false);
        keyboard.mouse(3, 4, 1, 1);
        int at = FakeGuest.at(PAGE);
        assertEquals(4, m.read32(at + 4));
        assertEvent(0, 3 | 1 << 8, 30, 0, 0);
        assertEvent(1, 3, 103, 0, 0);
        assertEvent(2, 1, 3, -4, -1);
        assertEvent(3, 3 | 1 << 8, 0x110, 0, 0);
        assertTrue(guest.kicks >= 3);
    }

    private void assertEvent(int n, int... words) {
        for (int i = 0; i < words.length; i++) {
            assertEquals(words[i], m.read32(FakeGuest.at(PAGE) + 1024 + 40 * n + 4 * i), "event " + n + " word " + i);
        }
    }

    @Test
    void whatDoesNotFitComesWhenTheGuestHasTakenSome() {
        connect(keyboard);
        for (int i = 0; i < 60; i++) keyboard.key(0x10, i % 2 == 0);
        int at = FakeGuest.at(PAGE);
        assertEquals(51, m.read32(at + 4));
        m.write32(at, 51);
        guest.kick(PORT);
        assertEquals(60, m.read32(at + 4));
        assertEvent(8, 3, 0x10);
    }

    @Test
    void thePowerButtonIsAnEntryInTheStore() {
        connect(keyboard);
        keyboard.powerButton();
        assertEquals("poweroff", guest.store().read("/local/domain/1/control/shutdown"));
    }
}
