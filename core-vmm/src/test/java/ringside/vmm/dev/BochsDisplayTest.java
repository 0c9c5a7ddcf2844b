// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BochsDisplayTest {
    private final BochsDisplay display = new BochsDisplay();

    private void set(int index, int value) {
        display.writeWide(0, 2, index);
        display.writeWide(1, 2, value);
    }

    private int get(int index) {
        display.writeWide(0, 2, index);
        return display.readWide(1, 2) & 0xFFFF;
    }

    private void mode(int width, int height, int depth) {
        set(1, width);
        set(2, height);
        set(3, depth);
        set(4, 0x41);
    }

    @Test
    void itSaysWhatItIsAndWhatItCan() {
        assertEquals(0xB0C5, get(0));
        assertEquals(64, get(10));
        set(4, 2);
        assertEquals(1024, get(1));
        assertEquals(768, get(2));
        assertEquals(32, get(3));
    }

    @Test
    void aModeIsSetWhileItIsOff() {
        mode(800, 600, 32);
        assertTrue(display.on());
        assertEquals(3200, display.pitch());
        set(1, 640);
        assertEquals(800, display.width());
        assertEquals(1310, get(7));
    }

    @Test
    void whatDoesNotFitIsNotTaken() {
        mode(1600, 1200, 32);
        assertFalse(display.on());
        mode(1024, 768, 32);
        assertTrue(display.on());
        set(6, 2048);
        assertEquals(1024, get(6));
        set(9, 768);
        assertEquals(0, get(9));
    }

    @Test
    void theMemoryIsClearedUnlessItIsToBeKept() {
        display.writeMemory(0, 4, 0x123456);
        set(1, 640);
        set(2, 480);
        set(3, 32);
        set(4, 0xC1);
        assertEquals(0x123456, display.readMemory(0, 4));
        set(4, 0);
        set(4, 0x41);
        assertEquals(0, display.readMemory(0, 4));
    }

    @Test
    void nothingIsBehindTheEnd() {
        display.writeMemory(BochsDisplay.MEMORY - 2, 4, 1);
        assertEquals(-1, display.readMemory(BochsDisplay.MEMORY - 2, 4));
        assertEquals(0, display.readMemory(BochsDisplay.MEMORY - 2, 2));
    }
}
