// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class StateHasherTest {
    @Test
    void oneBitAnywhereInAnArrayChangesTheHash() {
        byte[] ram = new byte[37];
        long before = StateHasher.of(v -> v.bytes("ram", ram));
        for (int i = 0; i < ram.length; i++) {
            ram[i] ^= 1;
            assertNotEquals(before, StateHasher.of(v -> v.bytes("ram", ram)), "byte " + i);
            ram[i] ^= 1;
        }
        assertEquals(before, StateHasher.of(v -> v.bytes("ram", ram)));
    }

    @Test
    void namesAndOrderCount() {
        assertNotEquals(StateHasher.of(v -> v.i32("a", 1)), StateHasher.of(v -> v.i32("b", 1)));
        assertNotEquals(
                StateHasher.of(v -> {
                    v.i32("a", 1);
                    v.i32("a", 2);
                }),
                StateHasher.of(v -> {
                    v.i32("a", 2);
                    v.i32("a", 1);
                }));
    }
}
