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

class IoApicTest {
    private static final int SVR = 0xF0, EOI = 0xB0, TPR = 0x80, LDR = 0xD0, IRR = 0x200, TMR = 0x180;
    private static final int MASKED = 0x10000, LEVEL = 0x8000, REMOTE = 0x4000, LOW = 0x2000, LOGICAL = 0x800;
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
            pins.add("startup " + cpu);
        }

        @Override
        public void sent(int from, int to, int vector) {
            pins.add("sent " + from);
        }
    });
    private final LocalApic a = new LocalApic(0, clock, bus, Line.OPEN);
    private final LocalApic b = new LocalApic(1, clock, bus, Line.OPEN);
    private final IoApic io = new IoApic(bus);

    @BeforeEach
    void enable() {
        a.write(SVR, 0x1FF);
        b.write(SVR, 0x1FF);
    }

    private int get(int register) {
        io.write(IoApic.BASE, 4, register);
        return io.read(IoApic.BASE + 0x10, 4);
    }

    private void put(int register, int value) {
        io.write(IoApic.BASE, 4, register);
        io.write(IoApic.BASE + 0x10, 4, value);
    }

    private void entry(int n, int destination, int low) {
        put(0x11 + 2 * n, destination << 24);
        put(0x10 + 2 * n, low);
    }

    private int low(int n) {
        return get(0x10 + 2 * n);
    }

    private static boolean requested(LocalApic apic, int vector) {
        return (apic.read(IRR + 0x10 * (vector >> 5)) >>> vector & 1) != 0;
    }

    @Test
    void itHasTwentyFourMaskedEntriesAndVersion20() {
        assertEquals(0x0017_0020, get(1));
        for (int n = 0; n < IoApic.INPUTS; n++) assertEquals(MASKED, low(n));
        put(0, 0x0800_0000);
        assertEquals(0x0800_0000, get(0));
    }

    @Test
    void theReadOnlyBitsOfAnEntryStay() {
        entry(3, 0xFF, 0xFFFF_FFFF & ~MASKED);
        assertEquals(0, low(3) & 0xFFFE_5000 & ~MASKED);
        assertEquals(0xFF00_0000, get(0x11 + 6));
    }

    @Test
    void aRisingEdgeIsSentOnceToItsDestination() {
        entry(4, 1, 0x34);
        io.input(4, true);
        assertFalse(requested(a, 0x34));
        assertTrue(requested(b, 0x34));
        assertEquals(0x34, b.acknowledge());
        io.input(4, true);
        assertFalse(requested(b, 0x34));
        io.input(4, false);
        io.input(4, true);
        assertTrue(requested(b, 0x34));
    }

    @Test
    void anEdgeThatFindsItsEntryMaskedIsLost() {
        entry(4, 0, MASKED | 0x34);
        io.input(4, true);
        entry(4, 0, 0x34);
        assertFalse(requested(a, 0x34));
    }

    @Test
    void aLevelAsksAgainAfterTheEndOfItsInterruptAsLongAsItIsThere() {
        entry(16, 0, LEVEL | 0x51);
        io.input(16, true);
        assertEquals(REMOTE, low(16) & REMOTE);
        assertEquals(0x51, a.acknowledge());
        assertEquals(1 << 0x11, a.read(TMR + 0x20));
        assertFalse(requested(a, 0x51));
        a.write(EOI, 0);
        assertTrue(requested(a, 0x51));
        assertEquals(0x51, a.acknowledge());
        io.input(16, false);
        a.write(EOI, 0);
        assertFalse(requested(a, 0x51));
        assertEquals(0, low(16) & REMOTE);
    }

    @Test
    void theEndOfAnEdgeIsNotBroadcast() {
        entry(16, 0, LEVEL | 0x51);
        io.input(16, true);
        assertEquals(0x51, a.acknowledge());
        entry(4, 1, 0x51);
        io.input(4, true);
        assertEquals(0x51, b.acknowledge());
        b.write(EOI, 0);
        assertEquals(REMOTE, low(16) & REMOTE);
    }

    @Test
    void aLevelThatWasThereBeforeIsSentWhenItsEntryIsUnmasked() {
        io.input(17, true);
        entry(17, 0, LEVEL | MASKED | 0x61);
        assertFalse(requested(a, 0x61));
        entry(17, 0, LEVEL | 0x61);
        assertTrue(requested(a, 0x61));
    }

    @Test
    void lowPolarityAsksWhileTheInputIsDown() {
        io.input(17, true);
        entry(17, 0, LEVEL | LOW | 0x61);
        assertFalse(requested(a, 0x61));
        io.input(17, false);
        assertTrue(requested(a, 0x61));
    }

    @Test
    void lowestPriorityTakesOneOfSeveralWhoAreAddressed() {
        a.write(LDR, 0x0100_0000);
        b.write(LDR, 0x0200_0000);
        a.write(TPR, 0x20);
        entry(5, 3, LOGICAL | 0x100 | 0x71);
        io.input(5, true);
        assertFalse(requested(a, 0x71));
        assertTrue(requested(b, 0x71));
    }

    @Test
    void aLevelThatNobodyTakesIsSentWhenTheLocalApicIsSwitchedOn() {
        a.write(SVR, 0xFF);
        entry(18, 0, LEVEL | 0x41);
        io.input(18, true);
        assertEquals(0, low(18) & REMOTE);
        a.write(SVR, 0x1FF);
        assertTrue(requested(a, 0x41));
        assertEquals(REMOTE, low(18) & REMOTE);
    }

    @Test
    void nmiAndInitReachThePins() {
        entry(2, 1, 0x400);
        io.input(2, true);
        entry(3, 1, 0x500);
        io.input(3, true);
        assertEquals(List.of("nmi 1", "init 1"), pins);
    }

    @Test
    void anExternalInterruptIsPassedThroughWhileItLasts() {
        entry(0, 1, 0x700);
        assertFalse(b.external());
        io.input(0, true);
        assertTrue(b.external());
        assertFalse(a.external());
        io.input(0, false);
        assertFalse(b.external());
    }

    @Test
    void theEndRegisterAndTheTurnToEdgeBothForgetALevel() {
        entry(16, 0, LEVEL | 0x51);
        io.input(16, true);
        io.input(16, false);
        io.write(IoApic.BASE + 0x40, 4, 0x51);
        assertEquals(0, low(16) & REMOTE);
        io.input(16, true);
        assertEquals(REMOTE, low(16) & REMOTE);
        io.input(16, false);
        entry(16, 0, MASKED | 0x51);
        entry(16, 0, LEVEL | MASKED | 0x51);
        assertEquals(0, low(16) & REMOTE);
    }
}
