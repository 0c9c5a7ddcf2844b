// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The high precision event timer: a counter of 64 bits at 100 MHz, three comparators, all of them periodic if asked.
/// (IA-PC HPET specification 1.0a.)
///
/// With legacy replacement on, comparator 0 has IRQ 0 and comparator 1 IRQ 8, and the chips that had them are cut off:
/// their wires go through {@link #behind}. Not done: interrupts as messages.
public final class Hpet implements MmioDevice, Stateful {
    public static final long BASE = 0xFED0_0000L;
    /// What the low half of the first register says: revision 1, three comparators, 64 bits, legacy replacement.
    public static final int CAPABILITIES = 0x8086_A201;
    static final int TICKS_PER_COUNT = 10;

    private static final int FEMTOSECONDS = TICKS_PER_COUNT * 1_000_000;
    private static final int BYTES = 0x400;
    private static final int CONFIG = 0x010, STATUS = 0x020, COUNTER = 0x0F0, TIMERS = 0x100;
    private static final int ON = 1, LEGACY = 2;

    private final VirtualClock clock;
    private final HpetTimer[] timers = new HpetTimer[3];
    private final Gate[] gates = new Gate[2];
    private int config, status;
    /// The counter while it stands; else its value at tick 0.
    private long count;

    /// Where the comparators' interrupts go.
    @FunctionalInterface
    public interface Inputs {
        /// A new wire to an IRQ or a higher input of the IO-APIC.
        Line irq(int input);
    }

    public Hpet(VirtualClock clock, Inputs inputs) {
        this.clock = clock;
        for (int n = 0; n < timers.length; n++) {
            Line legacy = n < 2 ? inputs.irq(8 * n) : Line.OPEN;
            Line[] routes = new Line[HpetTimer.ROUTES];
            for (int i = 0; i < routes.length; i++) routes[i] = inputs.irq(HpetTimer.FIRST_ROUTE + i);
            timers[n] = new HpetTimer(this, n, clock, legacy, routes);
        }
    }

    /// The wire of the chip that has an IRQ while legacy replacement is off.
    ///
    /// @param n 0: the 8254, IRQ 0; 1: the CMOS clock, IRQ 8
    public Line behind(int n, Line irq) {
        gates[n] = new Gate(irq);
        return gates[n];
    }

    private final class Gate implements Line {
        private final Line irq;
        private boolean level;

        Gate(Line irq) {
            this.irq = irq;
        }

        @Override
        public void set(boolean high) {
            level = high;
            irq.set(high && !legacy());
        }
    }

    boolean on() {
        return (config & ON) != 0;
    }

    boolean legacy() {
        return (config & LEGACY) != 0;
    }

    long counter() {
        return on() ? count + clock.shown() / TICKS_PER_COUNT : count;
    }

    /// The tick at which the running counter has gone `counts` further; `Long.MAX_VALUE` when that is out of reach.
    long after(long counts) {
        long now = clock.shown() / TICKS_PER_COUNT;
        if (counts < 0 || counts > Long.MAX_VALUE / TICKS_PER_COUNT - now) return Long.MAX_VALUE;
        return (now + counts) * TICKS_PER_COUNT;
    }

    /// The bits of the interrupt status register, which only levels have.
    void raised(int n, boolean asserted) {
        if (asserted) status |= 1 << n;
        else status &= ~(1 << n);
    }

    boolean raised(int n) {
        return (status >> n & 1) != 0;
    }

    @Override
    public boolean decodes(long maddr) {
        return maddr >= BASE && maddr < BASE + BYTES;
    }

    @Override
    public int read(long maddr, int size) {
        if (on()) clock.read();
        return peek(maddr, size);
    }

    @Override
    public int peek(long maddr, int size) {
        int at = (int) (maddr - BASE);
        return (int) (register(at & ~7) >>> 8 * (at & 7));
    }

    private long register(int at) {
        if (at >= TIMERS) {
            int n = at - TIMERS >> 5;
            return n < timers.length ? timers[n].register(at & 0x1F) : 0;
        }
        return switch (at) {
            case 0 -> (long) FEMTOSECONDS << 32 | CAPABILITIES & 0xFFFF_FFFFL;
            case CONFIG -> config;
            case STATUS -> status;
            case COUNTER -> counter();
            default -> 0;
        };
    }

    /// Stores of double words only, as the specification wants.
    @Override
    public void write(long maddr, int size, int value) {
        int at = (int) (maddr - BASE);
        if (size != 4 || (at & 3) != 0) return;
        boolean upper = (at & 4) != 0;
        int register = at & ~7;
        if (register >= TIMERS) {
            int n = register - TIMERS >> 5;
            if (n < timers.length) timers[n].write(register & 0x1F, upper, value);
        } else if (register == COUNTER) {
            if (!on()) count = half(count, upper, value);
        } else if (!upper && register == CONFIG) {
            configure(value & (ON | LEGACY));
        } else if (!upper && register == STATUS) {
            for (HpetTimer t : timers) t.acknowledge(value);
        }
    }

    static long half(long old, boolean upper, int value) {
        return upper ? old & 0xFFFF_FFFFL | (long) value << 32 : old & ~0xFFFF_FFFFL | value & 0xFFFF_FFFFL;
    }

    private void configure(int value) {
        long now = counter();
        boolean starts = (value & ~config & ON) != 0, stops = (~value & config & ON) != 0;
        boolean moves = ((value ^ config) & LEGACY) != 0;
        if (moves) for (HpetTimer t : timers) t.release();
        config = value;
        if (starts) count = now - clock.shown() / TICKS_PER_COUNT;
        if (stops) count = now;
        for (HpetTimer t : timers) t.plan();
        if (moves) for (Gate g : gates) if (g != null) g.set(g.level);
    }

    @Override
    public void state(StateVisitor v) {
        config = v.u8("hpet config", config);
        status = v.u8("hpet status", status);
        count = v.i64("hpet count", count);
        for (Gate g : gates) if (g != null) g.level = v.flag("behind hpet", g.level);
        for (HpetTimer t : timers) t.state(v);
    }
}
