// SPDX-License-Identifier: Apache-2.0
package ringside.app.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RingsideTest {
    @Test
    void argumentsInOnePropertySplitAsAShellSplits() {
        assertEquals(List.of(), Ringside.split("  "));
        assertEquals(
                List.of("bout", "fork-storm", "--assert", "vmi.crossings <= 3", ""),
                Ringside.split("bout fork-storm --assert \"vmi.crossings <= 3\" ''"));
    }
}
