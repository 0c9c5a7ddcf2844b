// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class Keyboard8042Test {
    private static final int A = 0x1E, F7 = 0x41, RIGHT = 0xE04D;
    private final VirtualClock clock = new VirtualClock();
    private final boolean[] wires = new boolean[3];
    private final Keyboard8042 chip = new Keyboard8042(clock, h -> wires[0] = h, h -> wires[1] = h, h -> wires[2] |= h);

    private void command(int value) {
        chip.write(4, value);
    }

    private void data(int value) {
        chip.write(0, value);
    }

    private void config(int value) {
        command(0x60);
        data(value);
    }

    private void toMouse(int value) {
        command(0xD4);
        data(value);
    }

    /// Everything that arrives, as hex.
    private String bytes() {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            if ((chip.peek(4) & 1) == 0) {
                if (clock.nextAt() == Long.MAX_VALUE) break;
                clock.advanceTo(clock.nextAt());
                clock.fireDue();
                continue;
            }
            out.add(String.format("%02x", chip.read(0)));
        }
        return String.join(" ", out);
    }

    @Test
    void aKeyIsTranslatedToSet1() {
        chip.key(A, true);
        chip.key(A, false);
        assertEquals("1e 9e", bytes());
        chip.key(RIGHT, true);
        chip.key(RIGHT, false);
        assertEquals("e0 4d e0 cd", bytes());
        chip.key(F7, true);
        chip.key(ScanCodes.PAUSE, true);
        assertEquals("41 e1 1d 45 e1 9d c5", bytes());
        chip.key(ScanCodes.PRINT_SCREEN, true);
        chip.key(ScanCodes.PRINT_SCREEN, false);
        assertEquals("e0 2a e0 37 e0 b7 e0 aa", bytes());
    }

    @Test
    void everyKeyOfSet1ComesBackThroughTheTranslation() {
        for (int key = 1; key < 0x80; key++) {
            chip.key(key, true);
            assertEquals(String.format("%02x", key), bytes());
            chip.key(key, false);
            assertEquals(String.format("%02x", key | 0x80), bytes());
        }
    }

    @Test
    void withoutTranslationItIsSet2() {
        config(0x05);
        chip.key(A, true);
        chip.key(A, false);
        chip.key(F7, true);
        assertEquals("1c f0 1c 83", bytes());
        data(0xF0);
        data(1);
        chip.key(A, true);
        assertEquals("fa fa 1e", bytes());
    }

    @Test
    void aByteRaisesItsInterruptUntilItIsRead() {
        chip.key(A, true);
        assertFalse(wires[0]);
        clock.advanceTo(300_000);
        clock.fireDue();
        assertTrue(wires[0]);
        assertEquals(0x1E, chip.peek(0));
        assertTrue(wires[0]);
        assertEquals(0x1E, chip.read(0));
        assertFalse(wires[0]);
        assertEquals(0x1E, chip.read(0));
    }

    @Test
    void theControllerTestsItself() {
        command(0xAA);
        assertEquals("55", bytes());
        command(0xAB);
        assertEquals("00", bytes());
        command(0xA9);
        assertEquals("00", bytes());
        command(0x20);
        assertEquals("74", bytes());
        config(0x47);
        command(0x20);
        assertEquals("47", bytes());
    }

    @Test
    void aByteLoopsThroughTheMousePort() {
        config(0x47);
        command(0xD3);
        data(0x5A);
        assertEquals(0x21, chip.peek(4) & 0x21);
        assertTrue(wires[1]);
        assertFalse(wires[0]);
        assertEquals("5a", bytes());
        assertFalse(wires[1]);
    }

    @Test
    void theKeyboardAnswers() {
        data(0xF2);
        assertEquals("fa ab 41", bytes());
        data(0xED);
        data(0x02);
        assertEquals("fa fa", bytes());
        assertEquals(2, chip.lights());
        data(0xFF);
        assertEquals("fa aa", bytes());
        data(0xEE);
        assertEquals("ee", bytes());
        data(0xF5);
        chip.key(A, true);
        assertEquals("fa", bytes());
    }

    @Test
    void theMouseSaysHowFarItWent() {
        toMouse(0xF4);
        assertEquals("fa", bytes());
        chip.mouse(5, -3, 1, 1);
        assertEquals("29 05 fd", bytes());
        chip.mouse(0, 0, 0, 0);
        assertEquals("08 00 00", bytes());
        chip.mouse(300, 0, 0, 0);
        assertEquals("08 ff 00 08 2d 00", bytes());
    }

    @Test
    void threeRatesMakeAWheel() {
        for (int b : new int[] {0xF3, 200, 0xF3, 100, 0xF3, 80, 0xF2, 0xF4}) toMouse(b);
        assertEquals("fa fa fa fa fa fa fa 03 fa", bytes());
        chip.mouse(0, 0, -1, 4);
        assertEquals("0c 00 00 ff", bytes());
        toMouse(0xFF);
        assertEquals("fa aa 00", bytes());
        toMouse(0xF2);
        assertEquals("fa 00", bytes());
    }

    @Test
    void aDisabledDeviceHoldsItsBytes() {
        command(0xAD);
        chip.key(A, true);
        assertEquals("", bytes());
        command(0xAE);
        assertEquals("1e", bytes());
    }

    @Test
    void theResetLineIsPulled() {
        command(0xD1);
        data(0xDF);
        assertFalse(wires[2]);
        command(0xFE);
        assertTrue(wires[2]);
    }

    @Test
    void nobodyListensBeforeTheGuestHasSaidSo() {
        assertFalse(chip.listening());
        config(0x47);
        assertTrue(chip.listening());
        command(0xAD);
        assertFalse(chip.listening());
    }
}
