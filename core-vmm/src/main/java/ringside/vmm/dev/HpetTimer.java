// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// One comparator of the HPET. Not done: a second match of a comparator that is not periodic, a turn of the counter
/// later.
final class HpetTimer implements Stateful {
    /// The IO-APIC's inputs that a comparator may use of its own.
    static final int FIRST_ROUTE = 20, ROUTES = 4;
    private static final int CONFIG = 0x00, COMPARATOR = 0x08;
    private static final int LEVEL = 0x0002, ENABLED = 0x0004, PERIODIC = 0x0008, SET_VALUE = 0x0040, NARROW = 0x0100;
    private static final int ROUTE = 9;
    private static final int CAPABILITIES = 0x0030; // periodic, 64 bits
    private static final int WRITABLE = 0x3F4E;
    private static final long ROUTES_POSSIBLE = (1L << ROUTES) - 1 << FIRST_ROUTE << 32;

    private final Hpet hpet;
    private final int number;
    private final VirtualClock clock;
    private final VirtualClock.Event match;
    private final Line legacy;
    private final Line[] routes;
    private int config;
    private long comparator = -1, period;
    /// The store to the lower half set the comparator: that to the upper half does too.
    private boolean upperToo;

    HpetTimer(Hpet hpet, int number, VirtualClock clock, Line legacy, Line[] routes) {
        this.hpet = hpet;
        this.number = number;
        this.clock = clock;
        this.legacy = legacy;
        this.routes = routes;
        match = clock.event("hpet " + number, this::matched);
    }

    private Line line() {
        if (hpet.legacy() && number < 2) return legacy;
        int route = (config >> ROUTE & 0x1F) - FIRST_ROUTE;
        return route < 0 || route >= ROUTES ? Line.OPEN : routes[route];
    }

    private boolean is(int bit) {
        return (config & bit) != 0;
    }

    private long mask() {
        return is(NARROW) ? 0xFFFF_FFFFL : -1L;
    }

    long register(int offset) {
        return switch (offset) {
            case CONFIG -> ROUTES_POSSIBLE | config | CAPABILITIES;
            case COMPARATOR -> current() & mask();
            default -> 0;
        };
    }

    /// A periodic comparator goes on while nobody is interrupted.
    private long current() {
        if (!is(PERIODIC) || period == 0 || !hpet.on()) return comparator;
        long behind = hpet.counter() - comparator & mask();
        if (match.scheduled() || behind >>> (is(NARROW) ? 31 : 63) != 0) return comparator;
        return comparator + (behind / period + 1) * period;
    }

    void write(int offset, boolean upper, int value) {
        if (offset == CONFIG && !upper) {
            comparator = current();
            release();
            config = value & WRITABLE;
        } else if (offset == COMPARATOR) {
            compare(upper, value);
        }
        plan();
    }

    /// A periodic comparator's stores go to its period, and to itself after software has asked for that.
    private void compare(boolean upper, int value) {
        boolean both = !is(PERIODIC) || is(SET_VALUE) || upper && upperToo;
        if (is(PERIODIC)) period = Hpet.half(period, upper, value) & mask();
        if (both) comparator = Hpet.half(comparator, upper, value) & mask();
        upperToo = !upper && is(SET_VALUE);
        config &= ~SET_VALUE;
    }

    /// Lets go of the wire it may hold.
    void release() {
        line().set(false);
        hpet.raised(number, false);
    }

    /// Clears the interrupts that the bits stand for.
    void acknowledge(int bits) {
        if ((bits >> number & 1) != 0 && hpet.raised(number)) release();
    }

    void plan() {
        if (!hpet.on() || !is(ENABLED)) {
            clock.cancel(match);
            return;
        }
        long ahead = current() - hpet.counter() & mask();
        long at = hpet.after(ahead);
        if (at == Long.MAX_VALUE) clock.cancel(match);
        else clock.schedule(match, at);
    }

    private void matched() {
        if (is(PERIODIC) && period != 0) comparator = comparator + period & mask();
        Line line = line();
        // An edge stays up to the next one: an 8259 forgets a request whose wire falls before it is acknowledged.
        if (!is(LEVEL)) line.set(false);
        else hpet.raised(number, true);
        line.set(true);
        if (is(PERIODIC) && period != 0) plan();
    }

    @Override
    public void state(StateVisitor v) {
        config = v.i32("config", config);
        comparator = v.i64("comparator", comparator);
        period = v.i64("period", period);
        upperToo = v.flag("upperToo", upperToo);
        clock.state(v, match);
    }
}
