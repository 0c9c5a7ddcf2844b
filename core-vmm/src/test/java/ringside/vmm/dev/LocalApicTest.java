// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.clock.VirtualClock;

class LocalApicTest {
    private static final int TPR = 0x80,
            EOI = 0xB0,
            SVR = 0xF0,
            ISR = 0x100,
            IRR = 0x200,
            ESR = 0x280,
            ICR = 0x300,
            ICR_HIGH = 0x310,
            LVT_TIMER = 0x320,
            LINT0 = 0x350,
            LINT1 = 0x360,
            INITIAL = 0x380,
            CURRENT = 0x390,
            DIVIDE = 0x3E0;
    private static final int BY_1 = 0x0B, PERIODIC = 0x20000;
    private final VirtualClock clock = new VirtualClock();
    private final List<String> pins = new ArrayList<>();
    private final ApicBus bus = new ApicBus(new ApicBus.Pins() {
        @Override
        public void nmi(int cpu) {
            pins.add("nmi " + cpu);
        }

        @Override
        public void init(int cpu) {
            pins.add("init " + cpu);
        }

        @Override
        public void startup(int cpu, int vector) {
            pins.add("startup " + cpu + " " + vector);
        }

        @Override
        public void sent(int from, int to, int vector) {
            pins.add("ipi " + from + " " + to + " " + vector);
        }
    });
    private final LocalApic a = new LocalApic(0, clock, bus, Line.OPEN);
    private final LocalApic b = new LocalApic(1, clock, bus, Line.OPEN);

    @BeforeEach
    void enable() {
        a.write(SVR, 0x1FF);
        b.write(SVR, 0x1FF);
    }

    private void run(long until) {
        while (clock.nextAt() <= until) {
            clock.advanceTo(clock.nextAt());
            clock.fireDue();
        }
        clock.advanceTo(until);
    }

    @Test
    void identityAndVersionAreThoseOfAnIntegratedApic() {
        assertEquals(0x01000000, b.read(0x20));
        assertEquals(0x00050014, b.read(0x30));
    }

    @Test
    void anAcceptedInterruptIsServedAndEnded() {
        a.accept(0x45, false);
        assertTrue(a.pending());
        assertEquals(1 << 5, a.read(IRR + 0x20));
        assertEquals(0x45, a.acknowledge());
        assertEquals(1 << 5, a.read(ISR + 0x20));
        a.write(EOI, 0);
        assertEquals(0, a.read(ISR + 0x20));
    }

    @Test
    void lowerAndEqualClassesWaitForTheServiceToEnd() {
        a.accept(0x51, false);
        a.acknowledge();
        a.accept(0x5F, false);
        assertFalse(a.pending());
        a.accept(0x60, false);
        assertEquals(0x60, a.acknowledge());
        a.write(EOI, 0);
        a.write(EOI, 0);
        assertEquals(0x5F, a.acknowledge());
    }

    @Test
    void theTaskPriorityHoldsItsClassBack() {
        a.write(TPR, 0x50);
        a.accept(0x5A, false);
        assertFalse(a.pending());
        a.write(TPR, 0x40);
        assertTrue(a.pending());
    }

    @Test
    void aSoftwareDisabledApicTakesNothing() {
        a.write(SVR, 0xFF);
        a.accept(0x45, false);
        assertFalse(a.pending());
        assertEquals(0x10000, a.read(LVT_TIMER));
    }

    @Test
    void aCommandReachesTheAddressedProcessor() {
        a.write(ICR_HIGH, 1 << 24);
        a.write(ICR, 0x40FD);
        assertEquals(0xFD, b.acknowledge());
        assertFalse(a.pending());
        assertEquals(List.of("ipi 0 1 253"), pins);
    }

    @Test
    void shorthandsReachSelfAllAndOthers() {
        b.write(ICR, 0x40050);
        b.write(ICR, 0x80051);
        b.write(ICR, 0xC0052);
        assertEquals("ipi 1 1 80, ipi 1 0 81, ipi 1 1 81, ipi 1 0 82", String.join(", ", pins));
    }

    @Test
    void logicalDestinationsMatchTheFlatModel() {
        a.write(0xD0, 0x01000000);
        b.write(0xD0, 0x02000000);
        a.write(ICR_HIGH, 0x02000000);
        a.write(ICR, 0x0833);
        assertEquals(List.of("ipi 0 1 51"), pins);
    }

    @Test
    void lowestPriorityTakesTheLessBusyOne() {
        a.write(TPR, 0x80);
        a.write(ICR_HIGH, 0xFF000000);
        a.write(ICR, 0x0144);
        assertEquals(List.of("ipi 0 1 68"), pins);
    }

    @Test
    void initAndStartupArePinsAndDeassertIsNothing() {
        a.write(ICR_HIGH, 1 << 24);
        a.write(ICR, 0xC500);
        a.write(ICR, 0x8500);
        a.write(ICR, 0x0608);
        a.write(ICR, 0x0400);
        assertEquals(List.of("init 1", "startup 1 8", "nmi 1"), pins);
    }

    @Test
    void anIllegalVectorIsAnErrorOfTheSender() {
        a.write(ICR, 0x40005);
        a.write(ESR, 0);
        assertEquals(0x20, a.read(ESR));
        a.write(ESR, 0);
        assertEquals(0, a.read(ESR));
    }

    @Test
    void aOneShotTimerFiresOnceAndStandsAtZero() {
        a.write(DIVIDE, BY_1);
        a.write(LVT_TIMER, 0x40);
        a.write(INITIAL, 1000);
        run(400);
        assertEquals(600, a.read(CURRENT));
        run(1000);
        assertEquals(0x40, a.acknowledge());
        run(5000);
        assertEquals(0, a.read(CURRENT));
        a.write(EOI, 0);
        assertFalse(a.pending());
    }

    @Test
    void aPeriodicTimerFiresAgainAndDividesItsClock() {
        a.write(DIVIDE, 0x03);
        a.write(LVT_TIMER, PERIODIC | 0x40);
        a.write(INITIAL, 100);
        int fired = 0;
        for (int t = 1600; t <= 16_000; t += 1600) {
            run(t);
            if (a.pending()) fired++;
            a.acknowledge();
            a.write(EOI, 0);
        }
        assertEquals(10, fired);
    }

    @Test
    void aMaskedTimerCountsButSchedulesNothing() {
        a.write(DIVIDE, BY_1);
        a.write(INITIAL, 1000);
        assertEquals(Long.MAX_VALUE, clock.nextAt());
        run(300);
        assertEquals(700, a.read(CURRENT));
    }

    @Test
    void lintZeroPassesTheEightyTwoFiftyNinesThroughOnlyInExtIntMode() {
        a.lint0(true);
        assertFalse(a.external());
        a.write(LINT0, 0x700);
        assertTrue(a.external());
        a.write(LINT0, 0x10700);
        assertFalse(a.external());
    }

    @Test
    void lintOneIsAnNmi() {
        a.write(LINT1, 0x400);
        a.lint1(true);
        assertEquals(List.of("nmi 0"), pins);
    }

    @Test
    void aDisabledApicDoesNotDecodeItsPage() {
        assertTrue(a.decodes(LocalApic.DEFAULT_BASE + 0x20));
        assertTrue(a.setBase(LocalApic.DEFAULT_BASE));
        assertFalse(a.decodes(LocalApic.DEFAULT_BASE + 0x20));
        assertFalse(a.setBase(0x1));
    }

    @Test
    void aLevelOnLint0AsksAgainAfterItsEnd() {
        a.write(LINT0, 0x8045);
        a.lint0(true);
        assertEquals(0x45, a.acknowledge());
        assertFalse(a.pending());
        a.write(EOI, 0);
        assertEquals(0x45, a.acknowledge());
        a.lint0(false);
        a.write(EOI, 0);
        assertFalse(a.pending());
    }

    @Test
    void anEdgeOnLint0AsksOnce() {
        a.write(LINT0, 0x45);
        a.lint0(true);
        assertEquals(0x45, a.acknowledge());
        a.write(EOI, 0);
        assertFalse(a.pending());
    }

    @Test
    void aLevelThatIsHighAsksWhenItIsUnmasked() {
        a.write(LINT0, 0x18045);
        a.lint0(true);
        assertFalse(a.pending());
        a.write(LINT0, 0x8045);
        assertTrue(a.pending());
    }
}
