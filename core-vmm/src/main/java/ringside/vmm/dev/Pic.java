// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Intel 8259A, one chip: edge or level (ELCR) inputs, rotation, special mask, poll, automatic end of interrupt.
///
/// Knows its output line and its eight inputs. Does not know a CPU, a machine or a clock.
/// Not done: MCS-80 mode, the special fully nested mode's cascade subtleties, buffered mode.
public final class Pic implements PortDevice, Stateful {
    private static final int CMD = 0, DATA = 1; // R/W offsets
    private static final int ICW1 = 0x10, ICW1_NEED_ICW4 = 0x01, ICW1_SINGLE = 0x02, ICW1_LEVEL = 0x08;
    private static final int ICW4_AUTO_EOI = 0x02, ICW4_SPECIAL_NESTED = 0x10;
    private static final int OCW3 = 0x08, OCW3_POLL = 0x04;
    /// What a spurious acknowledge gives: the lowest input's vector.
    private static final int SPURIOUS = 7;

    private final Line intr;
    private int inputs, irr, isr, imr, base, elcr, lowest = 7;
    /// Next initialisation word expected: 0 none, 2, 3, 4.
    private int step;
    private boolean needIcw4, single, allLevel, autoEoi, rotateOnAutoEoi, specialMask, specialNested, poll, readIsr;
    private boolean output;

    /// @param intr the chip's INT output
    public Pic(Line intr) {
        this.intr = intr;
    }

    /// An input changes. A falling edge takes an unacknowledged request away.
    public void input(int n, boolean high) {
        int bit = 1 << n;
        boolean was = (inputs & bit) != 0;
        if (high == was) return;
        inputs ^= bit;
        if (high) irr |= bit;
        else irr &= ~bit;
        settle();
    }

    /// Whether INT is asserted.
    public boolean requesting() {
        return output;
    }

    /// The input that an acknowledge would now take, or -1.
    public int candidate() {
        int requests = irr & ~imr;
        if (requests == 0) return -1;
        int hidden = specialMask ? isr & ~imr : isr;
        for (int i = 1; i <= 8; i++) {
            int n = (lowest + i) & 7;
            int bit = 1 << n;
            // Special fully nested: a slave may interrupt its own request in service.
            if ((hidden & bit) != 0 && !(specialNested && (requests & bit) != 0)) return -1;
            if ((requests & bit) != 0) return n;
        }
        return -1;
    }

    /// The acknowledge cycle. @return the input taken, or 7 without a bit in service when the request went away
    public int acknowledge() {
        int n = candidate();
        if (n < 0) return SPURIOUS;
        int bit = 1 << n;
        if (!level(n)) irr &= ~bit;
        if (!autoEoi) isr |= bit;
        else if (rotateOnAutoEoi) lowest = n;
        settle();
        return n;
    }

    /// First vector, a multiple of 8.
    public int base() {
        return base;
    }

    /// The edge/level register. Inputs with a one are level triggered.
    public int elcr() {
        return elcr;
    }

    public void setElcr(int value) {
        elcr = value;
        settle();
    }

    @Override
    public int read(int offset) {
        if (poll) {
            poll = false;
            int n = candidate();
            return n < 0 ? 0 : 0x80 | acknowledge();
        }
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        if (poll) return candidate() < 0 ? 0 : 0x80 | candidate();
        if (offset == DATA) return imr;
        return readIsr ? isr : irr;
    }

    @Override
    public void write(int offset, int value) {
        if (offset == DATA) writeData(value);
        else if ((value & ICW1) != 0) begin(value);
        else if ((value & OCW3) != 0) ocw3(value);
        else ocw2(value);
        settle();
    }

    private void begin(int icw1) {
        irr = isr = imr = 0;
        lowest = 7;
        specialMask = readIsr = poll = autoEoi = rotateOnAutoEoi = specialNested = false;
        needIcw4 = (icw1 & ICW1_NEED_ICW4) != 0;
        single = (icw1 & ICW1_SINGLE) != 0;
        allLevel = (icw1 & ICW1_LEVEL) != 0;
        step = 2;
    }

    private void writeData(int value) {
        switch (step) {
            case 2 -> {
                base = value & 0xF8;
                step = single ? (needIcw4 ? 4 : 0) : 3;
            }
            case 3 -> step = needIcw4 ? 4 : 0; // cascade wiring is the board's
            case 4 -> {
                autoEoi = (value & ICW4_AUTO_EOI) != 0;
                specialNested = (value & ICW4_SPECIAL_NESTED) != 0;
                step = 0;
            }
            default -> imr = value;
        }
    }

    private void ocw3(int value) {
        if ((value & OCW3_POLL) != 0) poll = true;
        if ((value & 0x02) != 0) readIsr = (value & 0x01) != 0;
        if ((value & 0x40) != 0) specialMask = (value & 0x20) != 0;
    }

    private void ocw2(int value) {
        int n = value & 7;
        switch (value >> 5) {
            case 0 -> rotateOnAutoEoi = false;
            case 1 -> endHighest();
            case 3 -> isr &= ~(1 << n);
            case 4 -> rotateOnAutoEoi = true;
            case 5 -> {
                int ended = endHighest();
                if (ended >= 0) lowest = ended;
            }
            case 6 -> lowest = n;
            case 7 -> {
                isr &= ~(1 << n);
                lowest = n;
            }
            default -> {}
        }
    }

    /// Ends the request in service with the highest priority. @return which, or -1
    private int endHighest() {
        for (int i = 1; i <= 8; i++) {
            int n = (lowest + i) & 7;
            int bit = 1 << n;
            if ((isr & bit) == 0 || (specialMask && (imr & bit) != 0)) continue;
            isr &= ~bit;
            return n;
        }
        return -1;
    }

    private boolean level(int n) {
        return allLevel || (elcr >> n & 1) != 0;
    }

    private void settle() {
        for (int n = 0; n < 8; n++) if (level(n) && (inputs >> n & 1) != 0) irr |= 1 << n;
        boolean now = step == 0 && candidate() >= 0;
        if (now == output) return;
        output = now;
        intr.set(now);
    }

    @Override
    public void state(StateVisitor v) {
        inputs = v.u8("inputs", inputs);
        irr = v.u8("irr", irr);
        isr = v.u8("isr", isr);
        imr = v.u8("imr", imr);
        base = v.u8("base", base);
        elcr = v.u8("elcr", elcr);
        lowest = v.u8("lowest", lowest);
        step = v.u8("step", step);
        needIcw4 = v.flag("needIcw4", needIcw4);
        single = v.flag("single", single);
        allLevel = v.flag("allLevel", allLevel);
        autoEoi = v.flag("autoEoi", autoEoi);
        rotateOnAutoEoi = v.flag("rotateOnAutoEoi", rotateOnAutoEoi);
        specialMask = v.flag("specialMask", specialMask);
        specialNested = v.flag("specialNested", specialNested);
        poll = v.flag("poll", poll);
        readIsr = v.flag("readIsr", readIsr);
        output = v.flag("output", output);
    }
}
