// SPDX-License-Identifier: Apache-2.0
package ringside.app.view.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringside.vmm.probe.Inspection;
import ringside.vmm.probe.WalkView;

class ByteSearchTest {
    private static final int SIZE = 5 << 20;

    /// Five megabytes of zeroes with one word in them.
    private static Inspection machine(long at, String word) {
        return new Inspection() {
            @Override
            public short[] bytes(int vcpu, long address, int length, boolean virtual) {
                short[] out = new short[length];
                for (int i = 0; i < length; i++) {
                    long place = address + i;
                    out[i] = (short) (place >= SIZE ? -1 : 0);
                    if (place >= at && place < at + word.length()) out[i] = (short) word.charAt((int) (place - at));
                }
                return out;
            }
        };
    }

    @Test
    void aWordAcrossTwoStretchesIsFoundAndTheNextSearchGoesOn() {
        long at = (2 << 20) - 2;
        ByteSearch search = ByteSearch.of("needle", false, WalkView.Tables.CPU_NATIVE, -1);
        assertNotNull(search);
        ByteSearch.Found found = search.go(machine(at, "needle"), 0);
        while (!found.here() && !found.over()) found = search.go(machine(at, "needle"), 0);
        assertTrue(found.here());
        assertEquals(at, found.at());
        while (!found.over()) {
            found = search.go(machine(at, "needle"), 0);
            assertFalse(found.here());
        }
    }

    @Test
    void pairsOfDigitsAreBytesAndQuotesMakeThemCharacters() {
        assertArrayEquals(new byte[] {0x7F, 0x45, 0x4C}, ByteSearch.bytes("7f 45 4C"));
        assertArrayEquals(new byte[] {'7', 'f'}, ByteSearch.bytes("\"7f\""));
        assertArrayEquals(new byte[] {'7', 'f', '4'}, ByteSearch.bytes("7f4"));
    }
}
