// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;
import ringside.vmm.state.Stateful;

class RunHashTest {
    @Test
    void oneChangedByteOfRamChangesTheHash() {
        MachineMemory a = new MachineMemory(8192);
        MachineMemory b = new MachineMemory(8192);
        assertEquals(RunHash.of(List.of(a), 1), RunHash.of(List.of(b), 1));

        b.write8(8191, 1);

        assertNotEquals(RunHash.of(List.of(a), 1), RunHash.of(List.of(b), 1));
    }

    @Test
    void theTraceBelongsToTheRun() {
        assertNotEquals(RunHash.of(List.of(), 1), RunHash.of(List.of(), 2));
    }

    @Test
    void namesAndOrderCount() {
        assertNotEquals(hash("a", 1, "b", 2), hash("a", 1, "c", 2));
        assertNotEquals(hash("a", 1, "a", 2), hash("a", 2, "a", 1));
    }

    private static String hash(String name, int value, String next, int nextValue) {
        Stateful part = v -> {
            v.i32(name, value);
            v.i32(next, nextValue);
        };
        return RunHash.of(List.of(part), 0);
    }
}
