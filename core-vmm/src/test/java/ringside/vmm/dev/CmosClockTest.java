// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.history.RunHash;

class CmosClockTest {
    private static final long SECOND = VirtualClock.TICKS_PER_SECOND;
    private final VirtualClock clock = new VirtualClock();
    private boolean irq;
    private final CmosClock cmos = new CmosClock(clock, high -> irq = high, new byte[128]);

    private int get(int register) {
        cmos.write(0, register);
        return cmos.read(1);
    }

    private void set(int register, int value) {
        cmos.write(0, register);
        cmos.write(1, value);
    }

    private void run(long until) {
        while (clock.nextAt() <= until) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(until);
    }

    @Test
    void theCalendarStartsAtTheEpochAndFollowsGuestTime() {
        run(SECOND * 3661 + 5);
        assertEquals(
                "20 07 01 01 2 01 01 01",
                String.format(
                        "%02x %02x %02x %02x %d %02x %02x %02x",
                        get(0x32), get(9), get(8), get(7), get(6), get(4), get(2), get(0)));
    }

    @Test
    void binaryAndTwelveHoursAreShownAsAsked() {
        run(SECOND * 3600 * 13);
        set(0x0B, 0x04);
        assertEquals(0x81, get(4));
    }

    @Test
    void aCalendarThatIsSetGoesOnFromThere() {
        set(0x0B, 0x82);
        set(9, 0x25);
        set(8, 0x12);
        set(7, 0x31);
        set(4, 0x23);
        set(2, 0x59);
        set(0, 0x58);
        run(SECOND * 10);
        set(0x0B, 0x02);
        run(SECOND * 12);
        assertEquals(
                "26 01 01 00 00 00",
                String.format("%02x %02x %02x %02x %02x %02x", get(9), get(8), get(7), get(4), get(2), get(0)));
    }

    @Test
    void theUpdateBitIsUpBeforeTheSecondTurns() {
        run(SECOND - 1_000_000);
        assertEquals(0x80, get(0x0A) & 0x80);
        run(SECOND);
        assertEquals(0, get(0x0A) & 0x80);
    }

    @Test
    void periodicInterruptsComeAtTheirRateAndEndWhenRegisterCIsRead() {
        set(0x0B, 0x42);
        run(SECOND / 1024 + 1);
        assertTrue(irq);
        assertEquals(0xC0, get(0x0C));
        assertFalse(irq);
        assertEquals(0, get(0x0C));
    }

    @Test
    void theAlarmRingsWhenItsTimeComes() {
        set(1, 0x05);
        set(3, 0xFF);
        set(5, 0xFF);
        set(0x0B, 0x22);
        run(SECOND * 4 + 1);
        assertFalse(irq);
        run(SECOND * 5 + 1);
        assertTrue(irq);
        assertEquals(0xB0, get(0x0C) & 0xB0);
    }

    @Test
    void impossibleDatesAreIgnored() {
        set(8, 0x55);
        assertEquals(0x01, get(8));
    }

    @Test
    void peekingEndsNoInterrupt() {
        set(0x0B, 0x42);
        run(SECOND);
        cmos.write(0, 0x0C);
        String before = RunHash.of(List.of(cmos), 0);
        cmos.peek(0);
        cmos.peek(1);
        assertEquals(before, RunHash.of(List.of(cmos), 0));
        assertTrue(irq);
    }
}
