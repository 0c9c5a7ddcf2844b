// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A local APIC's timer. Its input clock is guest time itself: 1 GHz before the divider.
///
/// It schedules events only while somebody listens, so that a masked timer never keeps an idle machine busy.
final class ApicTimer implements Stateful {
    private final VirtualClock clock;
    private final VirtualClock.Event event;
    private final Runnable fired;
    private int initial, divideBits;
    private boolean periodic, listening;
    private long start;

    ApicTimer(VirtualClock clock, String name, Runnable fired) {
        this.clock = clock;
        this.fired = fired;
        event = clock.event(name, this::expire);
    }

    private long divider() {
        int code = divideBits & 3 | divideBits >> 1 & 4;
        return code == 7 ? 1 : 2L << code;
    }

    private long period() {
        return Integer.toUnsignedLong(initial) * divider();
    }

    int initial() {
        return initial;
    }

    int divide() {
        return divideBits;
    }

    int current() {
        if (initial == 0) return 0;
        long done = (clock.shown() - start) / divider(), n = Integer.toUnsignedLong(initial);
        if (periodic) done %= n;
        return done >= n ? 0 : (int) (n - done);
    }

    void setInitial(int count) {
        initial = count;
        start = clock.shown();
        plan();
    }

    void setDivide(int bits) {
        int left = current();
        divideBits = bits & 0x0B;
        // The count goes on from where it is, at the new speed.
        if (initial != 0)
            start = clock.shown() - (Integer.toUnsignedLong(initial) - Integer.toUnsignedLong(left)) * divider();
        plan();
    }

    /// @param listens whether the LVT entry would deliver
    void mode(boolean repeats, boolean listens) {
        periodic = repeats;
        listening = listens;
        plan();
    }

    private void plan() {
        long period = period();
        long done = clock.shown() - start;
        if (period == 0 || !listening || (!periodic && done >= period)) clock.cancel(event);
        else clock.schedule(event, start + (periodic ? done / period + 1 : 1) * period);
    }

    private void expire() {
        fired.run();
        // An interrupt is one bit: periods that went by unseen are gone.
        if (periodic && !event.scheduled()) plan();
    }

    @Override
    public void state(StateVisitor v) {
        initial = v.i32("initial", initial);
        divideBits = v.u8("divide", divideBits);
        periodic = v.flag("periodic", periodic);
        listening = v.flag("listening", listening);
        start = v.i64("start", start);
        clock.state(v, event);
    }
}
