// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class TestLinesTest {
    private final VirtualClock clock = new VirtualClock();
    private final List<String> seen = new ArrayList<>();
    private final List<String> direct = new ArrayList<>();
    private final TestLines lines = new TestLines(clock, into(seen), into(direct));

    private static TestLines.Inputs into(List<String> list) {
        return (n, high) -> list.add(n + (high ? " high" : " low"));
    }

    private void pass(long ticks) {
        clock.advanceTo(clock.now() + ticks);
        clock.fireDue();
    }

    @Test
    void aPulseLastsAMicrosecondAtLeast() {
        lines.write(11, 1);
        lines.write(11, 0);
        pass(999);
        assertEquals(List.of("11 high"), seen);
        pass(1);
        assertEquals(List.of("11 high", "11 low"), seen);
    }

    @Test
    void theIoApicSeesAPulseAsItIs() {
        lines.write(14, 1);
        lines.write(14, 0);
        assertEquals(List.of("14 high", "14 low"), direct);
    }

    @Test
    void aNewPulseIsANewEdge() {
        lines.write(3, 1);
        lines.write(3, 0);
        lines.write(3, 1);
        pass(5_000);
        assertEquals(List.of("3 high", "3 low", "3 high"), seen);
        assertEquals(1, lines.read(3));
    }

    @Test
    void aWideStoreMeansOneInput() {
        lines.writeWide(4, 4, 1);
        assertEquals(List.of("4 high"), seen);
    }
}
