// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Intel 8254: three counters at 1,193,182 Hz, derived from guest time. Only counter 0 has a wired output;
/// counter 2's gate and output belong to port 0x61.
///
/// A counter's value and output are functions of the time since its count was loaded; only counter 0 needs events.
/// Not done: the one-clock delays between a write and the load, and the speaker.
public final class Pit implements PortDevice, Stateful {
    public static final long HZ = 1_193_182;
    private static final int CONTROL = 3; // W offset

    private final PitCounter[] counters = {new PitCounter("pit0"), new PitCounter("pit1"), new PitCounter("pit2")};
    private final VirtualClock clock;
    private final Line out0;
    private final VirtualClock.Event event;
    /// The PIT clock of the output change that the event stands for.
    private long due;
    private boolean level;

    /// @param out0 counter 0's output, IRQ 0 on a PC
    public Pit(VirtualClock clock, Line out0) {
        this.clock = clock;
        this.out0 = out0;
        event = clock.event("pit", this::transition);
        counters[2].gate(false, 0);
    }

    /// PIT clocks since tick 0.
    static long clocks(long ticks) {
        long s = ticks / VirtualClock.TICKS_PER_SECOND, rest = ticks % VirtualClock.TICKS_PER_SECOND;
        return s * HZ + rest * HZ / VirtualClock.TICKS_PER_SECOND;
    }

    /// First tick at which `clocks` PIT clocks have passed.
    static long ticks(long clocks) {
        long s = clocks / HZ, rest = clocks % HZ;
        return s * VirtualClock.TICKS_PER_SECOND + (rest * VirtualClock.TICKS_PER_SECOND + HZ - 1) / HZ;
    }

    private long now() {
        return clocks(clock.shown());
    }

    @Override
    public int read(int offset) {
        return offset == CONTROL ? 0xFF : counters[offset].read(clocks(clock.read()));
    }

    @Override
    public int peek(int offset) {
        return offset == CONTROL ? 0xFF : counters[offset].peek(now());
    }

    @Override
    public void write(int offset, int value) {
        long now = now();
        if (offset != CONTROL) {
            counters[offset].write(value, now);
            if (offset == 0) rewire(now);
            return;
        }
        int which = value >> 6;
        if (which == 3) readBack(value, now);
        else {
            counters[which].control(value, now);
            if (which == 0 && (value & 0x30) != 0) rewire(now);
        }
    }

    private void readBack(int value, long now) {
        for (int i = 0; i < 3; i++) {
            if ((value >> (i + 1) & 1) == 0) continue;
            if ((value & 0x20) == 0) counters[i].latchCount(now);
            if ((value & 0x10) == 0) counters[i].latchStatus(now);
        }
    }

    /// Counter 2's gate (port 0x61 bit 0).
    public void gate2(boolean high) {
        counters[2].gate(high, now());
    }

    /// Counter 2's output (port 0x61 bit 5).
    public boolean out2() {
        return counters[2].out(now());
    }

    /// Counter 1's output, the memory refresh of old (port 0x61 bit 4 toggles with it).
    boolean refresh() {
        return (now() / 18 & 1) != 0;
    }

    private void rewire(long now) {
        drive(counters[0].out(now));
        plan(now);
    }

    private void plan(long after) {
        due = counters[0].nextChange(after);
        if (due < 0) clock.cancel(event);
        else clock.schedule(event, ticks(due));
    }

    /// Changes the output as of its own time, also when the event comes late, so that no edge is lost.
    private void transition() {
        drive(counters[0].out(due));
        plan(due);
    }

    private void drive(boolean high) {
        if (level == high) return;
        level = high;
        out0.set(high);
    }

    @Override
    public void state(StateVisitor v) {
        for (PitCounter c : counters) c.state(v);
        due = v.i64("due", due);
        level = v.flag("level", level);
        clock.state(v, event);
    }
}
