// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.history.RunHash;

class UartTest {
    private static final int DATA = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7;
    private boolean irq;
    private final Wire wire = new Wire();
    private final Uart uart = new Uart(wire, high -> irq = high);

    private static final class Wire implements ConsoleSink {
        final StringBuilder printed = new StringBuilder();
        final ArrayDeque<Integer> typed = new ArrayDeque<>();
        private Runnable listener = () -> {};

        @Override
        public void put(int b) {
            printed.append((char) b);
        }

        @Override
        public int take() {
            return typed.isEmpty() ? -1 : typed.poll();
        }

        @Override
        public boolean hasInput() {
            return !typed.isEmpty();
        }

        @Override
        public void onInput(Runnable r) {
            listener = r;
        }

        void type(String text) {
            text.chars().forEach(typed::add);
            listener.run();
        }
    }

    @Test
    void whatIsSentIsPrintedAndTheTransmitterIsAlwaysEmpty() {
        uart.write(DATA, 'A');
        assertEquals("A", wire.printed.toString());
        assertEquals(0x60, uart.read(LSR));
    }

    @Test
    void whatIsTypedIsReadInOrder() {
        wire.type("ok");
        assertEquals(0x61, uart.read(LSR));
        assertEquals('o', uart.read(DATA));
        assertEquals('k', uart.read(DATA));
        assertEquals(0x60, uart.read(LSR));
    }

    @Test
    void theDivisorLatchHidesDataAndEnable() {
        uart.write(LCR, 0x80);
        uart.write(DATA, 0x34);
        uart.write(IER, 0x12);
        assertEquals(0x34, uart.read(DATA));
        assertEquals(0x12, uart.read(IER));
        uart.write(LCR, 3);
        assertEquals(0, uart.read(IER));
        assertEquals("", wire.printed.toString());
    }

    @Test
    void receivedDataInterruptsWhenEnabledAndWired() {
        uart.write(IER, 1);
        wire.type("x");
        assertFalse(irq);
        uart.write(MCR, 8);
        assertTrue(irq);
        assertEquals(0x04, uart.read(IIR));
        uart.read(DATA);
        assertFalse(irq);
    }

    @Test
    void theEmptyTransmitterInterruptsOnceUntilSomethingIsSent() {
        uart.write(MCR, 8);
        uart.write(IER, 2);
        assertEquals(0x02, uart.read(IIR));
        assertFalse(irq);
        uart.write(DATA, 'a');
        assertTrue(irq);
    }

    @Test
    void belowItsTriggerTheFifoReportsATimeOut() {
        uart.write(FCR, 0xC1);
        uart.write(IER, 1);
        wire.type("a");
        assertEquals(0xCC, uart.read(IIR));
        wire.type("0123456789abcdef");
        assertEquals(0xC4, uart.read(IIR));
    }

    @Test
    void whatDoesNotFitTheFifoWaitsOutside() {
        uart.write(FCR, 0x01);
        wire.type("0123456789abcdefgh");
        assertEquals(2, wire.typed.size());
        uart.read(DATA);
        assertEquals(1, wire.typed.size());
    }

    @Test
    void loopbackReturnsDataAndModemLines() {
        uart.write(MCR, 0x1A);
        assertEquals(0x90, uart.read(MSR) & 0xF0);
        uart.write(DATA, 'z');
        assertEquals('z', uart.read(DATA));
        assertEquals("", wire.printed.toString());
    }

    @Test
    void theScratchRegisterKeepsWhatIsWritten() {
        uart.write(SCR, 0x5A);
        assertEquals(0x5A, uart.read(SCR));
    }

    @Test
    void peekingTakesNothingOut() {
        wire.type("ab");
        String before = RunHash.of(List.of(uart), 0);
        for (int i = 0; i < 8; i++) uart.peek(i);
        assertEquals(before, RunHash.of(List.of(uart), 0));
    }
}
