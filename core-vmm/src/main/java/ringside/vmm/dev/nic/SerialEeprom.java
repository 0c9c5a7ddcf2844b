// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.nic;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// A 93C46 behind four wires: 64 words of 16 bits, read by the bit. (Atmel AT93C46, "Synchronous Data Timing".)
///
/// Not done: writing and erasing. The commands are taken and change nothing.
final class SerialEeprom implements Stateful {
    static final int WORDS = 64;
    private static final int ADDRESS_BITS = 6, COMMAND_BITS = 2 + ADDRESS_BITS, READ = 2;

    private final int[] words = new int[WORDS];
    private boolean selected, clock, started;
    /// Bits of the command that are in, then of the word that are out.
    private int bits;
    private int command, shift;
    /// A word is on its way out.
    private boolean reading;
    private boolean out;

    void word(int at, int value) {
        words[at] = value & 0xFFFF;
    }

    int word(int at) {
        return words[at];
    }

    /// The data output; high while nothing is being read, as a chip that is ready.
    boolean output() {
        return !reading || out;
    }

    /// What the wires carry now.
    void wires(boolean select, boolean clockHigh, boolean data) {
        boolean rises = clockHigh && !clock;
        clock = clockHigh;
        if (!select || !selected) {
            selected = select;
            started = reading = false;
            bits = command = 0;
            if (!select) return;
        }
        if (rises) rising(data);
    }

    private void rising(boolean data) {
        if (reading) {
            out = (shift & 0x8000) != 0;
            shift <<= 1;
            if (++bits % 16 == 0) next(); // goes on with the word behind, as long as it is clocked
            return;
        }
        if (!started) {
            started = data; // zeros before the start bit do not count
            return;
        }
        command = command << 1 | (data ? 1 : 0);
        if (++bits < COMMAND_BITS) return;
        started = false;
        bits = 0;
        if (command >> ADDRESS_BITS == READ) {
            reading = true;
            out = false; // a zero goes before the word
            shift = words[command & WORDS - 1];
        } else {
            command = 0;
        }
    }

    private void next() {
        command = command & ~(WORDS - 1) | command + 1 & WORDS - 1;
        shift = words[command & WORDS - 1];
    }

    @Override
    public void state(StateVisitor v) {
        v.ints("eeprom", words);
        selected = v.flag("eeprom.selected", selected);
        clock = v.flag("eeprom.clock", clock);
        started = v.flag("eeprom.started", started);
        reading = v.flag("eeprom.reading", reading);
        out = v.flag("eeprom.out", out);
        bits = v.i32("eeprom.bits", bits);
        command = v.i32("eeprom.command", command);
        shift = v.i32("eeprom.shift", shift);
    }
}
