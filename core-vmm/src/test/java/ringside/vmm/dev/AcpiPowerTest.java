// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class AcpiPowerTest {
    private final VirtualClock clock = new VirtualClock();
    private final List<String> log = new ArrayList<>();
    private boolean sci;
    private final AcpiPower power = new AcpiPower(clock, high -> sci = high, () -> log.add("off"));

    private int read(int at, int size) {
        return power.readWide(at, size);
    }

    private void advance(long tick) {
        while (clock.nextAt() <= tick) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(tick);
    }

    @Test
    void theTimerCountsAt3579545HertzIn24Bits() {
        assertEquals(0, read(AcpiPower.TIMER, 4));
        advance(VirtualClock.TICKS_PER_SECOND);
        assertEquals(3_579_545, read(AcpiPower.TIMER, 4));
        advance(5 * VirtualClock.TICKS_PER_SECOND);
        assertEquals(5 * 3_579_545 & 0xFFFFFF, read(AcpiPower.TIMER, 4));
    }

    @Test
    void itIsAlwaysInAcpiMode() {
        power.writeWide(AcpiPower.CONTROL, 2, 0);
        assertEquals(1, read(AcpiPower.CONTROL, 2));
    }

    @Test
    void onlySleepTypeFiveSwitchesOff() {
        power.writeWide(AcpiPower.CONTROL, 2, 1 << 10 | 0x2000);
        power.writeWide(AcpiPower.CONTROL, 2, AcpiPower.S5 << 10);
        assertEquals(List.of(), log);
        power.writeWide(AcpiPower.CONTROL, 2, AcpiPower.S5 << 10 | 0x2000);
        assertEquals(List.of("off"), log);
    }

    @Test
    void thePowerButtonInterruptsUntilItsStatusIsCleared() {
        power.pressPowerButton();
        assertEquals(false, sci);
        power.writeWide(AcpiPower.EVENT + 2, 2, 0x0100);
        assertEquals(true, sci);
        assertEquals(0x0100, read(AcpiPower.EVENT, 2));
        power.writeWide(AcpiPower.EVENT, 2, 0x0100);
        assertEquals(false, sci);
        assertEquals(0, read(AcpiPower.EVENT, 2));
    }

    @Test
    void theTimersHighestBitInterruptsWhenItChanges() {
        power.writeWide(AcpiPower.EVENT + 2, 2, 0x0001);
        advance(2_343_000_000L);
        assertEquals(false, sci);
        advance(2_344_000_000L);
        assertEquals(true, sci);
        power.writeWide(AcpiPower.EVENT, 2, 0x0001);
        assertEquals(false, sci);
        advance(4_687_000_000L);
        assertEquals(true, sci);
    }
}
