// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;

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
}
