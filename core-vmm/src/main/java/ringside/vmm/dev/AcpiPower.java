// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The fixed hardware of ACPI: the PM1a event and control registers, the power management timer. (ACPI 2.0, section
/// 4.7.)
///
/// It is always in ACPI mode. Not done: general-purpose events, the sleep states but S5, the sleep button, wake-up.
public final class AcpiPower implements PortDevice, Stateful {
    /// Where the registers are, from the first port.
    public static final int EVENT = 0, CONTROL = 4, TIMER = 8, PORTS = 16;
    /// What S5 writes into SLP_TYP.
    public static final int S5 = 5;
    public static final long HZ = 3_579_545;

    private static final int ENABLE = 2;
    private static final int TIMER_STATUS = 0x0001, GLOBAL = 0x0020, POWER_BUTTON = 0x0100, CLOCK = 0x0400;
    /// The clock's event can be enabled and never happens.
    private static final int EVENTS = TIMER_STATUS | GLOBAL | POWER_BUTTON | CLOCK;
    private static final int SCI_ENABLED = 0x0001, SLEEP_TYPE = 10, SLEEP = 0x2000, CONTROL_KEPT = 0x1C02;
    /// The timer has 24 bits, and says so when the highest one changes.
    private static final int TIMER_BITS = 24;

    private final VirtualClock clock;
    private final Line sci;
    private final Runnable off;
    private final VirtualClock.Event carry;
    private int status, enable, control;
    /// The value of the timer's carry (how often its highest bit had changed) when the status was last cleared.
    private long seen;

    /// @param sci the system control interrupt, by level
    /// @param off what S5 does
    public AcpiPower(VirtualClock clock, Line sci, Runnable off) {
        this.clock = clock;
        this.sci = sci;
        this.off = off;
        carry = clock.event("acpi timer carry", this::settle);
    }

    /// Somebody presses the power button.
    public void pressPowerButton() {
        status |= POWER_BUTTON;
        settle();
    }

    private long ticks() {
        long now = clock.shown(), s = now / VirtualClock.TICKS_PER_SECOND, rest = now % VirtualClock.TICKS_PER_SECOND;
        return s * HZ + rest * HZ / VirtualClock.TICKS_PER_SECOND;
    }

    private long carries() {
        return ticks() >> TIMER_BITS - 1;
    }

    private int status() {
        return carries() != seen ? status | TIMER_STATUS : status;
    }

    private void settle() {
        sci.set((status() & enable & EVENTS) != 0);
        if ((enable & TIMER_STATUS) == 0 || (status() & TIMER_STATUS) != 0) {
            clock.cancel(carry);
            return;
        }
        long at = carries() + 1 << TIMER_BITS - 1;
        long s = at / HZ, rest = at % HZ;
        clock.schedule(carry, s * VirtualClock.TICKS_PER_SECOND + (rest * VirtualClock.TICKS_PER_SECOND + HZ - 1) / HZ);
    }

    @Override
    public int read(int offset) {
        if (offset >= TIMER) clock.read();
        return peek(offset);
    }

    @Override
    public int peek(int offset) {
        int value = switch (offset & ~1) {
            case EVENT -> status();
            case EVENT + ENABLE -> enable;
            case CONTROL -> control | SCI_ENABLED;
            case TIMER -> (int) ticks() & 0xFFFF;
            case TIMER + 2 -> (int) (ticks() >> 16) & 0xFF;
            default -> 0;
        };
        return value >> 8 * (offset & 1) & 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        int shift = 8 * (offset & 1), bits = value << shift, field = 0xFF << shift;
        switch (offset & ~1) {
            case EVENT -> clear(bits);
            case EVENT + ENABLE -> enable = enable & ~field | bits & EVENTS;
            case CONTROL -> control(control & ~field | bits);
            default -> {}
        }
        settle();
    }

    private void clear(int bits) {
        status &= ~bits;
        if ((bits & TIMER_STATUS) != 0) seen = carries();
    }

    private void control(int value) {
        control = value & CONTROL_KEPT;
        if ((value & SLEEP) != 0 && (value >> SLEEP_TYPE & 7) == S5) off.run();
    }

    @Override
    public void state(StateVisitor v) {
        status = v.u16("status", status);
        enable = v.u16("enable", enable);
        control = v.u16("control", control);
        seen = v.i64("seen", seen);
        clock.state(v, carry);
    }
}
