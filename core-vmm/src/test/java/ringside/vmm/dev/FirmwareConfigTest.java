// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FirmwareConfigTest {
    private final FirmwareConfig config = new FirmwareConfig(128L << 20, 3);

    private long item(int selector) {
        config.writeWide(0, 2, selector);
        long value = 0;
        for (int i = 0; i < 8; i++) value |= (long) config.read(1) << 8 * i;
        return value;
    }

    @Test
    void itKnowsProcessorsAndMemory() {
        assertEquals(3, item(5));
        assertEquals(128L << 20, item(3));
    }

    @Test
    void whatItDoesNotKnowIsZero() {
        assertEquals(0, item(0x11));
        assertEquals(0, item(0x19));
    }

    @Test
    void bytesBehindAnItemAreZero() {
        item(3);
        assertEquals(0, config.read(1));
    }
}
