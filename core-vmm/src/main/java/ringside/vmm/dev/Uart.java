// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// National 16550A: one serial port with the console at the other end of the wire.
///
/// Not done: baud timing. A byte sent is gone at once, a byte typed is there at once, and the receive time-out is
/// reported as soon as the FIFO holds less than its trigger level.
public final class Uart implements PortDevice, Stateful {
    private static final int DATA = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7; // offsets
    private static final int IER_RDA = 1, IER_THRE = 2, IER_LINE = 4, IER_MODEM = 8;
    private static final int LCR_DLAB = 0x80;
    private static final int MCR_OUT2 = 0x08, MCR_LOOP = 0x10;
    private static final int LSR_DR = 0x01, LSR_OE = 0x02, LSR_THRE = 0x20, LSR_TEMT = 0x40;
    private static final int IIR_NONE = 0x01,
            IIR_MODEM = 0x00,
            IIR_THRE = 0x02,
            IIR_RDA = 0x04,
            IIR_LINE = 0x06,
            IIR_TIMEOUT = 0x0C,
            IIR_FIFOS = 0xC0;
    private static final int FIFO = 16;
    private static final int[] TRIGGER = {1, 4, 8, 14};

    private final ConsoleSink console;
    private final Line irq;
    private final byte[] received = new byte[FIFO];
    private int head, held;
    private int ier, lcr, mcr, fcr, scratch, divisor = 12, modemDelta;
    private boolean overrun, thrEmptied, asserted;

    public Uart(ConsoleSink console, Line irq) {
        this.console = console;
        this.irq = irq;
        console.onInput(this::refill);
    }

    /// Whether a typed byte would interrupt the guest.
    public boolean listening() {
        return (ier & IER_RDA) != 0 && (mcr & MCR_OUT2) != 0;
    }

    private boolean loop() {
        return (mcr & MCR_LOOP) != 0;
    }

    private int room() {
        return ((fcr & 1) != 0 ? FIFO : 1) - held;
    }

    /// Takes typed bytes while there is room.
    private void refill() {
        while (!loop() && room() > 0 && console.hasInput()) push(console.take());
        settle();
    }

    private void push(int b) {
        if (room() <= 0) {
            overrun = true;
            return;
        }
        received[(head + held++) % FIFO] = (byte) b;
    }

    private int modemLines() {
        if (!loop()) return 0xB0; // carrier, data set ready, clear to send
        return (mcr & 2) << 3 | (mcr & 1) << 5 | (mcr & 4) << 4 | (mcr & 8) << 4;
    }

    private int lineStatus() {
        return LSR_THRE | LSR_TEMT | (held > 0 ? LSR_DR : 0) | (overrun ? LSR_OE : 0);
    }

    private int cause() {
        if ((ier & IER_LINE) != 0 && overrun) return IIR_LINE;
        if ((ier & IER_RDA) != 0 && held > 0) {
            boolean fifos = (fcr & 1) != 0;
            return !fifos || held >= TRIGGER[fcr >> 6] ? IIR_RDA : IIR_TIMEOUT;
        }
        if ((ier & IER_THRE) != 0 && thrEmptied) return IIR_THRE;
        return (ier & IER_MODEM) != 0 && modemDelta != 0 ? IIR_MODEM : IIR_NONE;
    }

    private void settle() {
        boolean now = cause() != IIR_NONE && (mcr & MCR_OUT2) != 0 && !loop();
        if (now == asserted) return;
        asserted = now;
        irq.set(now);
    }

    @Override
    public int read(int offset) {
        int result = peek(offset);
        switch (offset) {
            case DATA -> {
                if ((lcr & LCR_DLAB) == 0 && held > 0) {
                    head = (head + 1) % FIFO;
                    held--;
                    // Without FIFOs the request ends here; a byte that waits outside is a new edge.
                    settle();
                    refill();
                }
            }
            case IIR_FCR -> {
                if ((result & 0x0F) == IIR_THRE) thrEmptied = false;
            }
            case LSR -> overrun = false;
            case MSR -> modemDelta = 0;
            default -> {}
        }
        settle();
        return result;
    }

    @Override
    public int peek(int offset) {
        boolean latch = (lcr & LCR_DLAB) != 0;
        return switch (offset) {
            case DATA -> latch ? divisor & 0xFF : held > 0 ? received[head] & 0xFF : 0;
            case IER -> latch ? divisor >> 8 : ier;
            case IIR_FCR -> cause() | ((fcr & 1) != 0 ? IIR_FIFOS : 0);
            case LCR -> lcr;
            case MCR -> mcr;
            case LSR -> lineStatus();
            case MSR -> modemLines() | modemDelta;
            default -> scratch;
        };
    }

    @Override
    public void write(int offset, int value) {
        boolean latch = (lcr & LCR_DLAB) != 0;
        switch (offset) {
            case DATA -> {
                if (latch) divisor = divisor & 0xFF00 | value;
                else send(value);
            }
            case IER -> {
                if (latch) divisor = divisor & 0xFF | value << 8;
                else enable(value & 0x0F);
            }
            case IIR_FCR -> fifoControl(value);
            case LCR -> lcr = value;
            case MCR -> modemControl(value & 0x1F);
            case SCR -> scratch = value;
            default -> {}
        }
        settle();
    }

    private void send(int b) {
        if (loop()) push(b);
        else console.put(b);
        thrEmptied = true;
    }

    private void enable(int value) {
        // Enabling the interrupt while the register is empty requests one at once.
        if ((value & ~ier & IER_THRE) != 0) thrEmptied = true;
        ier = value;
    }

    private void fifoControl(int value) {
        if (((value ^ fcr) & 1) != 0 || (value & 2) != 0) held = 0;
        fcr = (value & 1) != 0 ? value & 0xC9 : 0;
        refill();
    }

    private void modemControl(int value) {
        int before = modemLines();
        mcr = value;
        int after = modemLines();
        modemDelta |= (before ^ after) >> 4 & 0x0B;
        if ((before & ~after & 0x40) != 0) modemDelta |= 0x04; // trailing edge of ring
        refill();
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("received", received);
        head = v.u8("head", head);
        held = v.u8("held", held);
        ier = v.u8("ier", ier);
        lcr = v.u8("lcr", lcr);
        mcr = v.u8("mcr", mcr);
        fcr = v.u8("fcr", fcr);
        scratch = v.u8("scratch", scratch);
        divisor = v.u16("divisor", divisor);
        modemDelta = v.u8("modemDelta", modemDelta);
        overrun = v.flag("overrun", overrun);
        thrEmptied = v.flag("thrEmptied", thrEmptied);
        asserted = v.flag("asserted", asserted);
    }
}
