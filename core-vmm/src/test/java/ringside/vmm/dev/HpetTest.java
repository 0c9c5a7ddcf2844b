// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class HpetTest {
    private static final int CONFIG = 0x10, STATUS = 0x20, COUNTER = 0xF0, T0 = 0x100, T1 = 0x120, T2 = 0x140;
    private static final int LEVEL = 2, ENABLED = 4, PERIODIC = 8, SET_VALUE = 0x40, NARROW = 0x100;
    private final VirtualClock clock = new VirtualClock();
    private final List<String> edges = new ArrayList<>();
    private final boolean[] level = new boolean[24];
    private final Hpet hpet = new Hpet(clock, n -> high -> {
        if (high && !level[n]) edges.add(clock.now() + ":" + n);
        level[n] = high;
    });

    private void write(int at, int value) {
        hpet.write(Hpet.BASE + at, 4, value);
    }

    private int read(int at) {
        return hpet.read(Hpet.BASE + at, 4);
    }

    private void advance(long tick) {
        while (clock.nextAt() <= tick) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(tick);
    }

    @Test
    void itHasThreeComparatorsOf64BitsAndAPeriodOfTenNanoseconds() {
        assertEquals(Hpet.CAPABILITIES, read(0));
        assertEquals(10_000_000, read(4));
        assertEquals(0x30, read(T2) & 0x30);
        assertEquals(0x00F0_0000, read(T0 + 4));
    }

    @Test
    void theCounterStandsUntilItIsSwitchedOnAndCanBeSetWhileItStands() {
        advance(1000);
        assertEquals(0, read(COUNTER));
        write(COUNTER, 7);
        write(CONFIG, 1);
        advance(1500);
        assertEquals(57, read(COUNTER));
        write(COUNTER, 0);
        assertEquals(57, read(COUNTER));
        write(CONFIG, 0);
        advance(9000);
        assertEquals(57, read(COUNTER));
    }

    @Test
    void aComparatorInterruptsOnceAtItsRoute() {
        write(CONFIG, 1);
        write(T2, ENABLED | 21 << 9);
        write(T2 + 8, 100);
        write(T2 + 12, 0);
        advance(100_000);
        assertEquals(List.of("1000:21"), edges);
    }

    @Test
    void aPeriodicComparatorGoesOnWithItsPeriod() {
        write(T0, ENABLED | PERIODIC | SET_VALUE | NARROW | 20 << 9);
        write(T0 + 8, 50);
        write(T0 + 8, 100);
        write(CONFIG, 1);
        advance(3000);
        assertEquals(List.of("500:20", "1500:20", "2500:20"), edges);
        assertEquals(350, read(T0 + 8));
    }

    @Test
    void legacyReplacementTakesIrq0AndIrq8FromTheirChips() {
        List<Boolean> behind = new ArrayList<>();
        Line pit = hpet.behind(0, behind::add);
        pit.set(true);
        write(T0, ENABLED | NARROW);
        write(T0 + 8, 100);
        write(T1, ENABLED | NARROW);
        write(T1 + 8, 200);
        write(CONFIG, 3);
        pit.set(false);
        pit.set(true);
        assertEquals(List.of(true, false, false, false), behind);
        advance(5000);
        assertEquals(List.of("1000:0", "2000:8"), edges);
        write(CONFIG, 1);
        assertEquals(true, behind.getLast());
    }

    @Test
    void aLevelStaysUntilItsStatusIsCleared() {
        write(T1, ENABLED | LEVEL | NARROW | 22 << 9);
        write(T1 + 8, 10);
        write(CONFIG, 1);
        advance(100);
        assertEquals(true, level[22]);
        assertEquals(2, read(STATUS));
        write(STATUS, 2);
        assertEquals(false, level[22]);
        assertEquals(0, read(STATUS));
    }
}
