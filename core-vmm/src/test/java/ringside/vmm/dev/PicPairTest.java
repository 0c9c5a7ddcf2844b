// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.history.RunHash;

class PicPairTest {
    private static final int EOI = 0x20, AUTO_EOI = 3, NORMAL = 1;
    private boolean intr;
    private final PicPair pics = new PicPair(high -> intr = high);

    @BeforeEach
    void setUp() {
        start(NORMAL);
    }

    private void start(int icw4) {
        write(pics.master(), 0x11, 0x20, 4, icw4);
        write(pics.slave(), 0x11, 0x28, 2, icw4);
        pics.master().write(1, 0);
        pics.slave().write(1, 0);
    }

    private static void write(PortDevice pic, int icw1, int icw2, int icw3, int icw4) {
        pic.write(0, icw1);
        pic.write(1, icw2);
        pic.write(1, icw3);
        pic.write(1, icw4);
    }

    private void pulse(int irq) {
        pics.irq(irq, false);
        pics.irq(irq, true);
    }

    @Test
    void aRisingEdgeAssertsTheOutputAndAcknowledgeGivesItsVector() {
        pulse(4);
        assertTrue(intr);
        assertEquals(0x24, pics.acknowledge());
        assertFalse(intr);
    }

    @Test
    void aHigherInputInterruptsALowerOneInServiceButNotTheOtherWay() {
        pulse(4);
        pics.acknowledge();
        pulse(5);
        assertFalse(intr);
        pulse(1);
        assertTrue(intr);
        assertEquals(0x21, pics.acknowledge());
    }

    @Test
    void endOfInterruptLetsTheNextOneThrough() {
        pulse(4);
        pulse(5);
        pics.acknowledge();
        pics.master().write(0, EOI);
        assertEquals(0x25, pics.acknowledge());
    }

    @Test
    void theSecondChipComesThroughInputTwo() {
        pulse(12);
        assertEquals(0x2C, pics.acknowledge());
        assertEquals(0x04, inService(pics.master()));
        assertEquals(0x10, inService(pics.slave()));
    }

    @Test
    void theSecondChipsNextRequestIsSeenAfterBothEnds() {
        pulse(12);
        pics.acknowledge();
        pulse(14);
        pics.slave().write(0, EOI);
        pics.master().write(0, EOI);
        assertEquals(0x2E, pics.acknowledge());
    }

    private static int inService(PortDevice pic) {
        pic.write(0, 0x0B);
        int isr = pic.read(0);
        pic.write(0, 0x0A);
        return isr;
    }

    @Test
    void aRequestThatWentAwayIsSpuriousSevenWithoutService() {
        pics.irq(3, true);
        pics.irq(3, false);
        assertEquals(0x27, pics.acknowledge());
        assertEquals(0, inService(pics.master()));
    }

    @Test
    void aRequestThatWentAwayOnTheSecondChipIsSpuriousFifteen() {
        Pic second = new Pic(high -> {});
        write(second, 0x11, 0x28, 2, NORMAL);
        second.write(1, 0);
        second.input(2, true);
        second.input(2, false);
        assertEquals(7, second.acknowledge());
        assertEquals(0, inService(second));
    }

    @Test
    void aMaskedInputWaitsAndComesWhenUnmasked() {
        pics.master().write(1, 0x10);
        pulse(4);
        assertFalse(intr);
        pics.master().write(1, 0);
        assertEquals(0x24, pics.acknowledge());
    }

    @Test
    void automaticEndKeepsNothingInService() {
        start(AUTO_EOI);
        pulse(4);
        pics.acknowledge();
        assertEquals(0, inService(pics.master()));
    }

    @Test
    void automaticEndShowsASecondRequestOfTheSecondChip() {
        start(AUTO_EOI);
        pulse(9);
        pulse(10);
        assertEquals(0x29, pics.acknowledge());
        assertEquals(0x2A, pics.acknowledge());
    }

    @Test
    void specialMaskLetsLowerInputsInterruptAMaskedOneInService() {
        pulse(1);
        pics.acknowledge();
        pulse(5);
        assertFalse(intr);
        pics.master().write(1, 0x02);
        pics.master().write(0, 0x68);
        assertEquals(0x25, pics.acknowledge());
    }

    @Test
    void pollReadsTheInputAndAcknowledgesIt() {
        pulse(6);
        pics.master().write(0, 0x0C);
        assertEquals(0x86, pics.master().read(0));
        assertEquals(0x40, inService(pics.master()));
    }

    @Test
    void rotationMakesTheEndedInputTheLowest() {
        pulse(0);
        pics.acknowledge();
        pics.master().write(0, 0xA0);
        pulse(0);
        pulse(7);
        assertEquals(0x27, pics.acknowledge());
    }

    @Test
    void aLevelInputAsksAgainWhileItIsHigh() {
        pics.elcr().write(0, 0x20);
        pics.irq(5, true);
        pics.acknowledge();
        pics.master().write(0, EOI);
        assertTrue(intr);
        pics.irq(5, false);
        assertFalse(intr);
    }

    @Test
    void anEdgeInputAsksOnceHoweverLongItIsHigh() {
        pics.irq(5, true);
        pics.acknowledge();
        pics.master().write(0, EOI);
        assertFalse(intr);
    }

    @Test
    void peekingAtAPolledChipAcknowledgesNothing() {
        pulse(6);
        pics.master().write(0, 0x0C);
        String before = RunHash.of(List.of(pics), 0);
        pics.master().peek(0);
        pics.master().peek(1);
        pics.slave().peek(0);
        assertEquals(before, RunHash.of(List.of(pics), 0));
    }
}
