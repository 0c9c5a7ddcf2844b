// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A keyboard with 102 keys at the end of a PS/2 cable: scan-code sets 1 and 2, three lights.
///
/// Not done: repeating held keys (whoever types does it), set 3.
final class AtKeyboard implements Stateful {
    private static final int ACK = 0xFA, RESEND = 0xFE, PASSED = 0xAA, ECHO = 0xEE;
    private static final int SET_LIGHTS = 0xED, SCAN_SET = 0xF0, IDENTIFY = 0xF2, SET_RATE = 0xF3;
    private static final int ON = 0xF4, OFF = 0xF5, DEFAULTS = 0xF6, RESET = 0xFF;
    /// What a keyboard keeps of strokes that nobody takes.
    private static final int MOST = 16;

    final ByteQueue out = new ByteQueue("keyboardBytes");
    private int set = 2, lights, expects, last;
    private boolean on = true;

    /// Bit 0 scroll lock, 1 num lock, 2 caps lock.
    int lights() {
        return lights;
    }

    void key(int key, boolean down) {
        int[] bytes = set == 1 ? ScanCodes.set1(key, down) : ScanCodes.set2(key, down);
        if (on && out.size() + bytes.length <= MOST) out.add(bytes);
    }

    /// A byte comes down the cable.
    void write(int value) {
        int command = expects;
        expects = 0;
        if (command != 0 && value < 0xED) {
            argument(command, value);
            return;
        }
        switch (value) {
            case SET_LIGHTS, SCAN_SET, SET_RATE -> {
                expects = value;
                say(ACK);
            }
            case ECHO -> say(ECHO);
            case IDENTIFY -> say(ACK, 0xAB, 0x83);
            case ON -> {
                out.clear();
                on = true;
                say(ACK);
            }
            case OFF, DEFAULTS -> {
                defaults();
                on = value == DEFAULTS;
                say(ACK);
            }
            case RESEND -> out.add(last);
            case RESET -> {
                defaults();
                lights = 0;
                say(ACK, PASSED);
            }
            default -> say(value >= 0xF7 ? ACK : RESEND);
        }
    }

    private void argument(int command, int value) {
        switch (command) {
            case SET_LIGHTS -> {
                lights = value & 7;
                say(ACK);
            }
            case SCAN_SET -> {
                if (value == 0) say(ACK, set);
                else if (value > 2) say(RESEND);
                else {
                    set = value;
                    say(ACK);
                }
            }
            default -> say(ACK);
        }
    }

    private void defaults() {
        out.clear();
        set = 2;
        on = true;
        expects = 0;
    }

    private void say(int... bytes) {
        out.add(bytes);
        last = bytes[bytes.length - 1];
    }

    @Override
    public void state(StateVisitor v) {
        out.state(v);
        set = v.u8("scanSet", set);
        lights = v.u8("lights", lights);
        expects = v.u8("keyboardExpects", expects);
        last = v.u8("keyboardLast", last);
        on = v.flag("keyboardOn", on);
    }
}
