// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

class BusMemoryTest {
    private final BusMemory memory = new BusMemory(0xFF00_0000L, 0x1000);

    @Test
    void itKeepsWhatIsWritten() {
        memory.write(0xFF00_0010L, 4, 0x12345678);
        assertEquals(0x3456, memory.read(0xFF00_0011L, 2));
    }

    @Test
    void beyondItsEndAreOnes() {
        memory.write(0xFF00_0FFEL, 4, 0);
        assertEquals(0xFFFF0000, memory.read(0xFF00_0FFEL, 4));
        assertFalse(memory.decodes(0xFF00_1000L));
    }
}
