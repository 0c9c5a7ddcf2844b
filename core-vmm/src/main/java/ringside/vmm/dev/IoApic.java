// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev;

import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// Intel 82093AA and its successors: 24 inputs, each with an entry that says what to send to which local APIC. Version
/// 20h, with the end-of-interrupt register. (Intel 82093AA, order number 290566; register 40h: ICH data sheets.)
///
/// An input is a voltage: which one means a request is the entry's polarity. An edge that finds its entry masked is
/// lost. A level that was accepted waits for the end of interrupt of its vector, then asks again if it is still there.
/// Not done: SMI.
public final class IoApic implements MmioDevice, Stateful {
    public static final long BASE = 0xFEC0_0000L;
    public static final int INPUTS = 24;

    private static final int SELECT = 0x00, WINDOW = 0x10, END = 0x40; // offsets
    private static final int ID = 0, VERSION = 1, ARBITRATION = 2, ENTRIES = 0x10; // registers behind the window
    private static final int LOGICAL = 1 << 11, DELIVERY = 1 << 12, LOW = 1 << 13, REMOTE = 1 << 14, LEVEL = 1 << 15;
    private static final int MASKED = 1 << 16;
    private static final int WRITABLE = 0x1AFFF;

    private final ApicBus bus;
    /// Low and high halves of the entries.
    private final int[] low = new int[INPUTS], high = new int[INPUTS];
    private int select, id, inputs;

    public IoApic(ApicBus bus) {
        this.bus = bus;
        for (int n = 0; n < INPUTS; n++) low[n] = MASKED;
        bus.attach(this);
    }

    /// An input's voltage changes.
    public void input(int n, boolean up) {
        boolean was = active(n);
        if (up) inputs |= 1 << n;
        else inputs &= ~(1 << n);
        boolean is = active(n);
        if (mode(n) == ApicBus.EXTINT) external();
        else if (level(n)) ask(n);
        else if (is && !was && unmasked(n)) send(n);
    }

    private boolean active(int n) {
        return (inputs >>> n & 1) != 0 != ((low[n] & LOW) != 0);
    }

    private boolean level(int n) {
        // The modes that the datasheet calls edge whatever the bit says: NMI, INIT, ExtINT.
        return (low[n] & LEVEL) != 0 && (mode(n) == ApicBus.FIXED || mode(n) == ApicBus.LOWEST);
    }

    private boolean unmasked(int n) {
        return (low[n] & MASKED) == 0;
    }

    private int mode(int n) {
        return low[n] >> 8 & 7;
    }

    /// A level that is there, unmasked and not yet sent.
    private void ask(int n) {
        if (!active(n) || !unmasked(n) || !level(n) || (low[n] & REMOTE) != 0) return;
        if (send(n)) low[n] |= REMOTE;
    }

    private boolean send(int n) {
        boolean logical = (low[n] & LOGICAL) != 0;
        return bus.message(high[n] >>> 24, logical, mode(n), low[n] & 0xFF, level(n));
    }

    /// Passes an 8259's request through, as long as it lasts.
    private void external() {
        for (int n = 0; n < INPUTS; n++) {
            if (mode(n) != ApicBus.EXTINT) continue;
            bus.external(high[n] >>> 24, (low[n] & LOGICAL) != 0, active(n) && unmasked(n));
            return;
        }
        bus.external(0, false, false);
    }

    /// Whether an entry would bring an NMI.
    public boolean mayRaiseNmi() {
        for (int n = 0; n < INPUTS; n++) if (mode(n) == ApicBus.NMI && unmasked(n)) return true;
        return false;
    }

    /// A local APIC ended an interrupt that had come by level.
    void endOfInterrupt(int vector) {
        for (int n = 0; n < INPUTS; n++) {
            if ((low[n] & 0xFF) != vector || (low[n] & REMOTE) == 0) continue;
            low[n] &= ~REMOTE;
            ask(n);
        }
    }

    /// A local APIC that refused may accept now.
    void again() {
        for (int n = 0; n < INPUTS; n++) ask(n);
    }

    // ---- registers ------------------------------------------------------------------------------------------------

    @Override
    public boolean decodes(long maddr) {
        return maddr >>> 12 == BASE >>> 12;
    }

    @Override
    public int read(long maddr, int size) {
        return peek(maddr, size);
    }

    @Override
    public int peek(long maddr, int size) {
        int value = switch ((int) maddr & 0xFC) {
            case SELECT -> select;
            case WINDOW -> register(select);
            default -> 0;
        };
        return value >>> 8 * ((int) maddr & 3);
    }

    private int register(int r) {
        if (r >= ENTRIES && r < ENTRIES + 2 * INPUTS) {
            int n = r - ENTRIES >> 1;
            return (r & 1) == 0 ? low[n] : high[n];
        }
        return switch (r) {
            case ID, ARBITRATION -> id << 24;
            case VERSION -> (INPUTS - 1) << 16 | 0x20;
            default -> 0;
        };
    }

    @Override
    public void write(long maddr, int size, int value) {
        switch ((int) maddr & 0xFFF) {
            case SELECT -> select = value & 0xFF;
            case WINDOW -> put(select, value);
            case END -> endOfInterrupt(value & 0xFF);
            default -> {}
        }
    }

    private void put(int r, int value) {
        if (r == ID) id = value >>> 24 & 0x0F;
        if (r < ENTRIES || r >= ENTRIES + 2 * INPUTS) return;
        int n = r - ENTRIES >> 1;
        boolean passed = mode(n) == ApicBus.EXTINT;
        if ((r & 1) != 0) high[n] = value & 0xFF00_0000;
        else low[n] = low[n] & (REMOTE | DELIVERY) | value & WRITABLE;
        // Software for chips without the end-of-interrupt register turns an entry to edge and back to forget a level.
        if (!level(n)) low[n] &= ~REMOTE;
        if (passed || mode(n) == ApicBus.EXTINT) external();
        else ask(n);
    }

    @Override
    public void state(StateVisitor v) {
        select = v.u8("select", select);
        id = v.u8("ioapic id", id);
        inputs = v.i32("inputs", inputs);
        v.ints("low", low);
        v.ints("high", high);
    }
}
