// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.clock.VirtualClock;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The keyboard controller at ports 60 and 64 as in a PS/2, with a keyboard and a mouse: IRQ 1 and IRQ 12, the output
/// port (A20 is always on) and the reset line. (IBM PS/2 Hardware Interface Technical Reference, Keyboard and
/// auxiliary device controller.)
///
/// The controller's own answers are there at once. A device's byte takes 300 us of guest time down its cable, so that
/// software which reads the data register twice sees the same byte. Line and parity errors do not happen.
public final class Keyboard8042 implements PortDevice, Stateful {
    private static final int DATA = 0, COMMAND = 4; // offsets from 60
    private static final int FULL = 0x01, SYSTEM = 0x04, WAS_COMMAND = 0x08, UNLOCKED = 0x10, FROM_MOUSE = 0x20;
    private static final int KEY_IRQ = 0x01, MOUSE_IRQ = 0x02, KEYS_OFF = 0x10, MOUSE_OFF = 0x20, TRANSLATES = 0x40;
    private static final int READ_RAM = 0x20, WRITE_RAM = 0x60, DISABLE_MOUSE = 0xA7, ENABLE_MOUSE = 0xA8;
    private static final int TRY_MOUSE = 0xA9, TRY_SELF = 0xAA, TRY_KEYS = 0xAB, DISABLE_KEYS = 0xAD;
    private static final int ENABLE_KEYS = 0xAE, READ_INPUT_PORT = 0xC0, READ_OUTPUT_PORT = 0xD0;
    private static final int WRITE_OUTPUT_PORT = 0xD1, AS_KEYS = 0xD2, AS_MOUSE = 0xD3, TO_MOUSE = 0xD4;
    private static final int READ_TEST_INPUTS = 0xE0, PULSE = 0xF0;
    private static final long CABLE = 300_000;

    private final VirtualClock clock;
    private final Line keyIrq, mouseIrq, reset;
    private final AtKeyboard keyboard = new AtKeyboard();
    private final Ps2Mouse mouse = new Ps2Mouse();
    private final VirtualClock.Event arrival;
    private final byte[] ram = new byte[32];
    private int outputPort = 0xDF;
    private int data, expects;
    private boolean full, fromMouse, wasCommand, released, wanted;

    public Keyboard8042(VirtualClock clock, Line keyIrq, Line mouseIrq, Line reset) {
        this.clock = clock;
        this.keyIrq = keyIrq;
        this.mouseIrq = mouseIrq;
        this.reset = reset;
        arrival = clock.event("keyboardByte", this::arrive);
        ram[0] = (byte) (TRANSLATES | SYSTEM | KEY_IRQ);
    }

    // ---- the person's side -----------------------------------------------------------------------------------------

    /// A key goes down or up. @param key as in {@link ScanCodes}
    public void key(int key, boolean down) {
        keyboard.key(key, down);
        expectByte();
    }

    /// @param right   counts to the right
    /// @param up      counts away from the person
    /// @param turn    notches of the wheel towards the person
    /// @param pressed bit 0 left, 1 right, 2 middle
    public void mouse(int right, int up, int turn, int pressed) {
        mouse.move(right, up, turn, pressed);
        expectByte();
    }

    /// The keyboard's lights: bit 0 scroll lock, 1 num lock, 2 caps lock.
    public int lights() {
        return keyboard.lights();
    }

    /// Whether the guest has set the controller up so that a key would interrupt it.
    public boolean listening() {
        return wanted && may(KEY_IRQ) && !may(KEYS_OFF);
    }

    // ---- bytes on their way ----------------------------------------------------------------------------------------

    private boolean may(int bit) {
        return (ram[0] & bit) != 0;
    }

    private boolean waiting() {
        return !keyboard.out.isEmpty() && !may(KEYS_OFF) || !mouse.out.isEmpty() && !may(MOUSE_OFF);
    }

    private void expectByte() {
        if (!full && !arrival.scheduled() && waiting()) clock.schedule(arrival, clock.now() + CABLE);
    }

    private void arrive() {
        if (full) return;
        if (!keyboard.out.isEmpty() && !may(KEYS_OFF)) arriveFromKeyboard();
        else if (!mouse.out.isEmpty() && !may(MOUSE_OFF)) {
            fill(mouse.out.take(), true);
            mouse.flush();
        }
        expectByte();
    }

    /// The prefix of a release is not passed on while the controller translates.
    private void arriveFromKeyboard() {
        int b = keyboard.out.take();
        if (!may(TRANSLATES)) fill(b, false);
        else if (b == 0xF0) released = true;
        else {
            fill(ScanCodes.translated(b) | (released ? 0x80 : 0), false);
            released = false;
        }
    }

    private void fill(int b, boolean ofMouse) {
        data = b;
        full = true;
        fromMouse = ofMouse;
        drive();
    }

    private void drive() {
        keyIrq.set(full && !fromMouse && may(KEY_IRQ));
        mouseIrq.set(full && fromMouse && may(MOUSE_IRQ));
    }

    // ---- ports -----------------------------------------------------------------------------------------------------

    @Override
    public int read(int offset) {
        int result = peek(offset);
        if (offset == DATA && full) {
            full = false;
            drive();
            expectByte();
        }
        return result;
    }

    @Override
    public int peek(int offset) {
        if (offset == DATA) return data;
        if (offset != COMMAND) return 0xFF;
        return UNLOCKED
                | ram[0] & SYSTEM
                | (wasCommand ? WAS_COMMAND : 0)
                | (full ? FULL : 0)
                | (full && fromMouse ? FROM_MOUSE : 0);
    }

    @Override
    public void write(int offset, int value) {
        if (offset == COMMAND) {
            wasCommand = true;
            command(value);
        } else if (offset == DATA) {
            wasCommand = false;
            data(value);
        }
        expectByte();
    }

    private void command(int value) {
        expects = 0;
        if (value >= READ_RAM && value < READ_RAM + 32) fill(ram[value & 31] & 0xFF, false);
        else if (value >= WRITE_RAM && value < WRITE_RAM + 32) expects = value;
        else if (value >= PULSE) pulse(value);
        else {
            switch (value) {
                case DISABLE_MOUSE -> ram[0] |= MOUSE_OFF;
                case ENABLE_MOUSE -> ram[0] &= ~MOUSE_OFF;
                case TRY_MOUSE, TRY_KEYS -> fill(0, false);
                case TRY_SELF -> {
                    ram[0] = (byte) (TRANSLATES | SYSTEM | KEYS_OFF | MOUSE_OFF);
                    fill(0x55, false);
                }
                case DISABLE_KEYS -> ram[0] |= KEYS_OFF;
                case ENABLE_KEYS -> ram[0] &= ~KEYS_OFF;
                case READ_INPUT_PORT -> fill(0x80, false);
                case READ_OUTPUT_PORT -> fill(outputPort(), false);
                case WRITE_OUTPUT_PORT, AS_KEYS, AS_MOUSE, TO_MOUSE -> expects = value;
                case READ_TEST_INPUTS -> fill(0, false);
                default -> {}
            }
        }
    }

    /// Outputs whose bit is clear go low for a moment; bit 0 is the reset line.
    private void pulse(int value) {
        if ((value & 1) == 0) reset.set(true);
    }

    private int outputPort() {
        return outputPort & 0x0F | (full && !fromMouse ? 0x10 : 0) | (full && fromMouse ? 0x20 : 0) | 0xC0;
    }

    private void data(int value) {
        int command = expects;
        expects = 0;
        if (command >= WRITE_RAM && command < WRITE_RAM + 32) {
            ram[command & 31] = (byte) value;
            wanted = true;
            drive();
            return;
        }
        switch (command) {
            case WRITE_OUTPUT_PORT -> {
                outputPort = value;
                if ((value & 1) == 0) reset.set(true);
            }
            case AS_KEYS -> fill(value, false);
            case AS_MOUSE -> fill(value, true);
            case TO_MOUSE -> {
                ram[0] &= ~MOUSE_OFF;
                mouse.write(value);
            }
            default -> {
                ram[0] &= ~KEYS_OFF;
                keyboard.write(value);
            }
        }
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("controllerRam", ram);
        outputPort = v.u8("outputPort", outputPort);
        data = v.u8("keyboardData", data);
        expects = v.u8("controllerExpects", expects);
        full = v.flag("full", full);
        fromMouse = v.flag("fromMouse", fromMouse);
        wasCommand = v.flag("wasCommand", wasCommand);
        released = v.flag("released", released);
        wanted = v.flag("keyboardWanted", wanted);
        keyboard.state(v);
        mouse.state(v);
        clock.state(v, arrival);
    }
}
