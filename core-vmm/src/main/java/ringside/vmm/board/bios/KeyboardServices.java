// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;
import ringside.vmm.trap.Ports;

/// INT 16h, and IRQ 1: scan codes become key words in the buffer at 40:1E.
///
/// A program that asks for a key and there is none sleeps until an interrupt. So does one that only looks, when it
/// has looked {@link #PATIENCE} times within one timer tick: it spins, and its time passes faster so.
final class KeyboardServices implements Stateful {
    private static final int DATA = 0x60, STATUS = 0x64, RESET = 0xFE;
    private static final int STATUS_FULL = 0x01, STATUS_MOUSE = 0x20;
    private static final int BASE = 0x400, PATIENCE = 32, GREY = 0xE0;

    private final Ports ports;
    private int looks, lookedAt;

    KeyboardServices(Ports ports) {
        this.ports = ports;
    }

    // ---- services -------------------------------------------------------------------------------------------------

    void serve(Asker a) throws GuestFault {
        switch (a.ah()) {
            case 0x00, 0x10 -> get(a, a.ah() == 0x10);
            case 0x01, 0x11 -> look(a, a.ah() == 0x11);
            case 0x02 -> a.setAl(a.read8(DataArea.SHIFTS));
            case 0x03, 0x0A -> {} // how fast keys repeat is the keyboard's affair
            case 0x05 -> a.setAl(put(a, a.reg(GuestState.ECX)) ? 0 : 1);
            case 0x09 -> a.setAl(0x20); // AH=10h to 12h are there
            case 0x12 -> {
                a.setAl(a.read8(DataArea.SHIFTS));
                a.setAh(a.read8(DataArea.SHIFTS_2) & 0x73 | a.read8(DataArea.SHIFTS_3) & 0x0C);
            }
            default -> a.refuse(Bios.NOT_THERE);
        }
    }

    private void get(Asker a, boolean enhanced) throws GuestFault {
        boolean none = !skipForeign(a, enhanced);
        a.sleep(none);
        if (none) return;
        int key = a.read16(BASE + a.read16(DataArea.KEY_HEAD));
        take(a);
        a.setAx(shown(key, enhanced));
    }

    private void look(Asker a, boolean enhanced) throws GuestFault {
        boolean none = !skipForeign(a, enhanced);
        boolean tired = none && !a.again() && a.flag(Asker.INTERRUPTS) && spins(a);
        a.sleep(tired);
        if (tired) return;
        a.setFlag(Asker.ZERO, none);
        if (!none) a.setAx(shown(a.read16(BASE + a.read16(DataArea.KEY_HEAD)), enhanced));
    }

    private boolean spins(Asker a) throws GuestFault {
        int now = a.read32(DataArea.TICKS);
        if (now != lookedAt) looks = 0;
        lookedAt = now;
        return ++looks > PATIENCE;
    }

    /// Programs of old do not hear of the keys that came later. @return whether a key is at the head now
    private static boolean skipForeign(Asker a, boolean enhanced) throws GuestFault {
        while (a.read16(DataArea.KEY_HEAD) != a.read16(DataArea.KEY_TAIL)) {
            int key = a.read16(BASE + a.read16(DataArea.KEY_HEAD));
            if (enhanced || shown(key, false) != 0) return true;
            take(a);
        }
        return false;
    }

    /// A key word as the older or newer functions give it; 0: not at all.
    private static int shown(int key, boolean enhanced) {
        int scan = key >> 8;
        if (enhanced) return key;
        if (scan == GREY) return (key & 0xFF) == '/' ? 0x3500 | '/' : 0x1C00 | key & 0xFF;
        if (scan > 0x84) return 0;
        return (key & 0xFF) == GREY && scan != 0 ? key & 0xFF00 : key;
    }

    // ---- the buffer -----------------------------------------------------------------------------------------------

    private static int after(Asker a, int at) throws GuestFault {
        return at + 2 >= a.read16(DataArea.KEY_END) ? a.read16(DataArea.KEY_FIRST) : at + 2;
    }

    private static void take(Asker a) throws GuestFault {
        a.write16(DataArea.KEY_HEAD, after(a, a.read16(DataArea.KEY_HEAD)));
    }

    private static boolean put(Asker a, int key) throws GuestFault {
        int at = a.read16(DataArea.KEY_TAIL);
        int next = after(a, at);
        if (next == a.read16(DataArea.KEY_HEAD)) return false;
        a.write16(BASE + at, key);
        a.write16(DataArea.KEY_TAIL, next);
        return true;
    }

    // ---- IRQ 1 ----------------------------------------------------------------------------------------------------

    void interrupt(Asker a) throws GuestFault {
        int status = ports.in(0, STATUS, 1);
        if ((status & STATUS_FULL) == 0 || (status & STATUS_MOUSE) != 0) return;
        int code = ports.in(0, DATA, 1);
        int more = a.read8(DataArea.SHIFTS_3);
        if (code == 0xE0 || code == 0xE1) {
            a.write8(DataArea.SHIFTS_3, more | (code == 0xE0 ? 2 : 1));
            return;
        }
        boolean grey = (more & 2) != 0;
        if ((more & 1) != 0) { // Pause: E1 1D 45 and the same released
            if ((code & 0x7F) == 0x45) a.write8(DataArea.SHIFTS_3, more & ~1);
            return;
        }
        a.write8(DataArea.SHIFTS_3, more & ~2);
        if (code < 0x80 || Keys.isShift(code & 0x7F)) pressed(a, code, grey);
    }

    private void pressed(Asker a, int code, boolean grey) throws GuestFault {
        boolean down = code < 0x80;
        int scan = code & 0x7F;
        int shifts = a.read8(DataArea.SHIFTS);
        if (Keys.isShift(scan)) {
            if (!(grey && (scan == Keys.LEFT_SHIFT || scan == Keys.RIGHT_SHIFT))) shift(a, scan, down, grey, shifts);
            return;
        }
        if (scan == Keys.DELETE && (shifts & Keys.CTRL) != 0 && (shifts & Keys.ALT) != 0) {
            ports.out(0, STATUS, 1, RESET);
            return;
        }
        int key = Keys.word(scan, grey, shifts);
        if (key != 0) put(a, key);
    }

    private static void shift(Asker a, int scan, boolean down, boolean grey, int shifts) throws GuestFault {
        int lock = Keys.lock(scan);
        if (lock != 0) {
            if (down) a.write8(DataArea.SHIFTS, shifts ^ lock);
            return;
        }
        int bit = Keys.shift(scan);
        a.write8(DataArea.SHIFTS, down ? shifts | bit : shifts & ~bit);
        if (scan != Keys.CTRL_KEY && scan != Keys.ALT_KEY) return;
        int side = scan == Keys.CTRL_KEY ? 1 : 2;
        int at = grey ? DataArea.SHIFTS_3 : DataArea.SHIFTS_2;
        int sideBit = grey ? side << 2 : side;
        int held = a.read8(at);
        a.write8(at, down ? held | sideBit : held & ~sideBit);
    }

    @Override
    public void state(StateVisitor v) {
        looks = v.i32("biosLooks", looks);
        lookedAt = v.i32("biosLookedAt", lookedAt);
    }
}
