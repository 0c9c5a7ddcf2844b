// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A PS/2 mouse with three buttons; with a wheel, once the host has set the rates 200, 100, 80 one after the other.
///
/// Movement that finds the cable busy adds up and goes with the next packet; a button's change never gets lost in it.
final class Ps2Mouse implements Stateful {
    private static final int ACK = 0xFA, RESEND = 0xFE, NACK = 0xFC;
    private static final int SCALE_1 = 0xE6, SCALE_2 = 0xE7, RESOLUTION = 0xE8, STATUS = 0xE9, STREAM = 0xEA;
    private static final int READ = 0xEB, UNWRAP = 0xEC, WRAP = 0xEE, REMOTE = 0xF0, IDENTIFY = 0xF2, RATE = 0xF3;
    private static final int ON = 0xF4, OFF = 0xF5, DEFAULTS = 0xF6, RESET = 0xFF;
    private static final int WHEEL = 3;
    private static final int MOST = 128;

    final ByteQueue out = new ByteQueue("mouseBytes");
    private int dx, dy, wheel, buttons, id;
    private int resolution = 2, rate = 100, rates, expects, last;
    private boolean on, remote, wraps, doubled;

    /// @param right   counts to the right
    /// @param up      counts away from the person
    /// @param turn    notches towards the person
    /// @param pressed bit 0 left, 1 right, 2 middle
    void move(int right, int up, int turn, int pressed) {
        if (pressed != buttons) flush();
        dx = Math.clamp(dx + (long) right, -4096, 4096);
        dy = Math.clamp(dy + (long) up, -4096, 4096);
        wheel = Math.clamp(wheel + (long) turn, -128, 127);
        boolean changed = pressed != buttons;
        buttons = pressed & 7;
        if (changed) report();
        else flush();
    }

    /// The cable is free again: what has added up goes.
    void flush() {
        if (out.isEmpty() && (dx != 0 || dy != 0 || wheel != 0)) report();
    }

    private void report() {
        if (on && !remote && !wraps && out.size() + 4 <= MOST) packet();
    }

    private void packet() {
        int x = Math.clamp(dx, -255, 255), y = Math.clamp(dy, -255, 255), z = Math.clamp(wheel, -8, 7);
        out.add(buttons | 8 | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0), x & 0xFF, y & 0xFF);
        if (id == WHEEL) out.add(z & 0xFF);
        dx -= x;
        dy -= y;
        wheel = id == WHEEL ? wheel - z : 0;
    }

    /// A byte comes down the cable.
    void write(int value) {
        if (wraps && value != RESET && value != UNWRAP) {
            out.add(value);
            return;
        }
        int command = expects;
        expects = 0;
        if (command != 0) argument(command, value);
        else command(value);
    }

    private void argument(int command, int value) {
        if (command == RESOLUTION && value > 3) {
            say(NACK);
            return;
        }
        if (command == RESOLUTION) resolution = value;
        else {
            rate = value;
            rates = (rates << 8 | value) & 0xFF_FFFF;
            if (rates == (200 << 16 | 100 << 8 | 80)) id = WHEEL;
        }
        say(ACK);
    }

    private void command(int value) {
        switch (value) {
            case SCALE_1, SCALE_2 -> {
                doubled = value == SCALE_2;
                say(ACK);
            }
            case RESOLUTION, RATE -> {
                expects = value;
                say(ACK);
            }
            case STATUS -> say(ACK, status(), resolution, rate);
            case STREAM, REMOTE -> {
                remote = value == REMOTE;
                say(ACK);
            }
            case READ -> {
                say(ACK);
                packet();
            }
            case UNWRAP, WRAP -> {
                wraps = value == WRAP;
                say(ACK);
            }
            case IDENTIFY -> say(ACK, id);
            case ON, OFF -> {
                on = value == ON;
                forget();
                say(ACK);
            }
            case DEFAULTS -> {
                defaults();
                say(ACK);
            }
            case RESEND -> out.add(last);
            case RESET -> {
                defaults();
                id = 0;
                say(ACK, 0xAA, 0);
            }
            default -> say(RESEND);
        }
    }

    private int status() {
        int pressed = (buttons & 1) << 2 | buttons >> 1 & 1 | (buttons & 4) >> 1;
        return pressed | (doubled ? 0x10 : 0) | (on ? 0x20 : 0) | (remote ? 0x40 : 0);
    }

    private void defaults() {
        out.clear();
        forget();
        resolution = 2;
        rate = 100;
        rates = 0;
        on = remote = wraps = doubled = false;
    }

    private void forget() {
        dx = dy = wheel = 0;
    }

    private void say(int... bytes) {
        out.add(bytes);
        last = bytes[bytes.length - 1];
    }

    @Override
    public void state(StateVisitor v) {
        out.state(v);
        dx = v.i32("mouseX", dx);
        dy = v.i32("mouseY", dy);
        wheel = v.i32("mouseWheel", wheel);
        buttons = v.u8("mouseButtons", buttons);
        id = v.u8("mouseId", id);
        resolution = v.u8("mouseResolution", resolution);
        rate = v.u8("mouseRate", rate);
        rates = v.i32("mouseRates", rates);
        expects = v.u8("mouseExpects", expects);
        last = v.u8("mouseLast", last);
        on = v.flag("mouseOn", on);
        remote = v.flag("mouseRemote", remote);
        wraps = v.flag("mouseWraps", wraps);
        doubled = v.flag("mouseDoubled", doubled);
    }
}
