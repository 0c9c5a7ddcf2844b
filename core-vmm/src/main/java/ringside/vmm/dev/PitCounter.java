// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// One counter of the 8254. All times are PIT clocks, given by the caller.
final class PitCounter implements Stateful {
    private static final int LATCH = 0, LSB = 1, MSB = 2, WORD = 3;

    private final String name;
    private int mode, access = WORD, written, lowByte;
    private boolean bcd, gate = true, highNext, writeHighNext;
    /// Whether a count was loaded since the mode was set.
    private boolean loaded;
    /// Modes 1 and 5: whether the gate has started it.
    private boolean triggered;
    private long count = 0x10000;
    /// When the running count began; while the gate holds a counter, the clocks it had done are in `held`.
    private long start, held = -1;
    /// A count that takes over at the end of the present period (modes 2 and 3); 0 for none.
    private long nextCount, switchAt;
    private int latchedCount = -1, latchedStatus = -1;

    PitCounter(String name) {
        this.name = name;
    }

    /// The control word, without its counter number.
    void control(int value, long now) {
        if ((value >> 4 & 3) == LATCH) {
            latchCount(now);
            return;
        }
        access = value >> 4 & 3;
        int m = value >> 1 & 7;
        mode = m > 5 ? m - 4 : m;
        bcd = (value & 1) != 0;
        loaded = triggered = highNext = writeHighNext = false;
        latchedCount = latchedStatus = -1;
        nextCount = 0;
        held = gate ? -1 : 0;
        start = now;
    }

    void write(int value, long now) {
        if (access == WORD && !writeHighNext) {
            lowByte = value;
            writeHighNext = true;
            // Mode 0 stops at the first byte.
            if (mode == 0) loaded = false;
            return;
        }
        writeHighNext = false;
        written = access == MSB ? value << 8 : access == LSB ? value : value << 8 | lowByte;
        load(now);
    }

    private void load(long now) {
        long n = bcd ? fromBcd(written) : written;
        if (n == 0) n = bcd ? 10_000 : 0x10000;
        settle(now);
        boolean running = loaded && held < 0;
        if ((mode == 2 || mode == 3) && running) {
            nextCount = n;
            switchAt = start + ((now - start) / count + 1) * count;
            return;
        }
        boolean waitsForGate = mode == 1 || mode == 5;
        // A one-shot that runs keeps its count until the next trigger.
        if (waitsForGate && triggered && now - start < count) nextCount = n;
        else count = n;
        if (!waitsForGate) start = now;
        if (held >= 0) held = 0;
        loaded = true;
    }

    private static long fromBcd(int v) {
        return (v >> 12 & 15) * 1000L + (v >> 8 & 15) * 100L + (v >> 4 & 15) * 10L + (v & 15);
    }

    private static int toBcd(int v) {
        return v / 1000 % 10 << 12 | v / 100 % 10 << 8 | v / 10 % 10 << 4 | v % 10;
    }

    void gate(boolean high, long now) {
        settle(now);
        if (gate == high) return;
        gate = high;
        if (mode == 1 || mode == 5) {
            if (high) trigger(now);
        } else if (high) {
            start = mode == 2 || mode == 3 ? now : now - Math.max(held, 0);
            held = -1;
        } else {
            held = mode == 2 || mode == 3 ? 0 : now - start;
        }
    }

    private void trigger(long now) {
        if (nextCount != 0) count = nextCount;
        nextCount = 0;
        triggered = true;
        start = now;
        held = -1;
    }

    /// Lets a waiting count take over when its time has come.
    private void settle(long now) {
        if (nextCount == 0 || (mode != 2 && mode != 3) || now < switchAt) return;
        start = switchAt;
        count = nextCount;
        nextCount = 0;
    }

    private long done(long now) {
        return held >= 0 ? held : Math.max(now - start, 0);
    }

    boolean out(long now) {
        settle(now);
        if (!loaded) return mode != 0;
        long d = done(now);
        return switch (mode) {
            case 0 -> d >= count;
            case 1 -> !triggered || d >= count;
            case 2 -> held >= 0 || d % count != count - 1;
            case 3 -> held >= 0 || d % count < (count + 1) / 2;
            case 4 -> d != count;
            default -> !triggered || d != count;
        };
    }

    /// The first change of the output after `after`, or -1.
    long nextChange(long after) {
        settle(after);
        if (!loaded || held >= 0) return -1;
        long d = after - start;
        return switch (mode) {
            case 0 -> d < count ? start + count : -1;
            case 1 -> triggered && d < count ? start + count : -1;
            case 2 -> periodic(after, count - 1);
            case 3 -> periodic(after, (count + 1) / 2);
            case 4 -> strobe(d);
            default -> triggered ? strobe(d) : -1;
        };
    }

    private long strobe(long d) {
        if (d < count) return start + count;
        return d == count ? start + count + 1 : -1;
    }

    private long periodic(long after, long change) {
        if (count == 1) return nextCount == 0 ? -1 : switchAt;
        long d = after - start;
        long period = start + d / count * count;
        return d % count < change ? period + change : period + count;
    }

    private int value(long now) {
        settle(now);
        long d = done(now);
        long v;
        if (!loaded) v = count;
        else if (mode == 2) v = count - d % count;
        else if (mode == 3) v = count - 2 * d % count;
        else if ((mode == 1 || mode == 5) && !triggered) v = count;
        else v = count - d;
        return bcd ? toBcd((int) Math.floorMod(v, 10_000L)) : (int) (v & 0xFFFF);
    }

    void latchCount(long now) {
        if (latchedCount < 0) latchedCount = value(now);
    }

    void latchStatus(long now) {
        if (latchedStatus < 0) latchedStatus = status(now);
    }

    private int status(long now) {
        return (out(now) ? 0x80 : 0) | (loaded ? 0 : 0x40) | access << 4 | mode << 1 | (bcd ? 1 : 0);
    }

    int peek(long now) {
        if (latchedStatus >= 0) return latchedStatus;
        int v = latchedCount >= 0 ? latchedCount : value(now);
        boolean high = access == MSB || (access == WORD && highNext);
        return (high ? v >> 8 : v) & 0xFF;
    }

    int read(long now) {
        int result = peek(now);
        if (latchedStatus >= 0) {
            latchedStatus = -1;
            return result;
        }
        if (access == WORD) highNext = !highNext;
        if (!highNext) latchedCount = -1;
        return result;
    }

    @Override
    public void state(StateVisitor v) {
        mode = v.u8(name + ".mode", mode);
        access = v.u8("access", access);
        written = v.u16("written", written);
        lowByte = v.u8("lowByte", lowByte);
        bcd = v.flag("bcd", bcd);
        gate = v.flag("gate", gate);
        highNext = v.flag("highNext", highNext);
        writeHighNext = v.flag("writeHighNext", writeHighNext);
        loaded = v.flag("loaded", loaded);
        triggered = v.flag("triggered", triggered);
        count = v.i64("count", count);
        start = v.i64("start", start);
        held = v.i64("held", held);
        nextCount = v.i64("nextCount", nextCount);
        switchAt = v.i64("switchAt", switchAt);
        latchedCount = v.i32("latchedCount", latchedCount);
        latchedStatus = v.i32("latchedStatus", latchedStatus);
    }
}
