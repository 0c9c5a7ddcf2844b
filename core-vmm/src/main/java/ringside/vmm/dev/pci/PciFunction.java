// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import java.util.ArrayList;
import java.util.List;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// The configuration space of one PCI function: 256 bytes, of which software may write some bits. (PCI 2.2, chapter 6.)
///
/// A chip makes one, says what it needs ({@link #ports}, {@link #memory}, {@link #interruptPin}) and pulls
/// {@link #interrupt}; the bus puts its windows where the base address registers say, while the command register lets
/// it. Registers of the chip's own are made writable with {@link #writable} and watched with {@link #onWrite}.
public final class PciFunction implements Stateful {
    public static final int COMMAND = 0x04, STATUS = 0x06, INTERRUPT_LINE = 0x3C;
    /// Bits of the command register.
    public static final int IO_SPACE = 1, MEMORY_SPACE = 2, BUS_MASTER = 4, INTERRUPT_OFF = 0x400;
    private static final int REVISION = 0x08, HEADER_TYPE = 0x0E, SUBSYSTEM = 0x2C, INTERRUPT_PIN = 0x3D;
    private static final int STATUS_INTERRUPT = 8;

    /// Hears of stores to the configuration space, after they are done.
    @FunctionalInterface
    public interface Listener {
        /// @param offset of the first byte stored
        void written(int offset, int size);
    }

    private final byte[] config = new byte[256];
    private final byte[] mask = new byte[256];
    private final List<PciBar> bars = new ArrayList<>();
    private Listener listener = (offset, size) -> {};
    private Line wire = Line.OPEN;
    private boolean asserted;

    /// @param classCode class, subclass and programming interface, 24 bits
    public PciFunction(int vendor, int device, int classCode, int revision) {
        set(0, 2, vendor);
        set(2, 2, device);
        set(REVISION, 4, classCode << 8 | revision);
        writable(COMMAND, 2, IO_SPACE | MEMORY_SPACE | BUS_MASTER | INTERRUPT_OFF);
        writable(INTERRUPT_LINE, 1, 0xFF);
        writable(0x0C, 2, 0xFFFF); // cache line size, latency timer
    }

    // ---- what the chip says of itself -------------------------------------------------------------------------------

    /// Says that the device has further functions.
    public PciFunction multifunction() {
        set(HEADER_TYPE, 1, 0x80);
        return this;
    }

    public PciFunction subsystem(int vendor, int id) {
        set(SUBSYSTEM, 2, vendor);
        set(SUBSYSTEM + 2, 2, id);
        return this;
    }

    /// @param pin 1 to 4: INTA to INTD
    public PciFunction interruptPin(int pin) {
        set(INTERRUPT_PIN, 1, pin);
        return this;
    }

    /// A base address register for ports. @param size a power of two, 4 to 256
    public PciFunction ports(int bar, int size, PortDevice chip) {
        return add(new PciBar(bar, size, chip, null), 1);
    }

    /// A base address register for memory, 32 bits, not prefetchable. @param size a power of two, 16 and up
    public PciFunction memory(int bar, int size, BarMemory chip) {
        return add(new PciBar(bar, size, null, chip), 0);
    }

    private PciFunction add(PciBar bar, int kind) {
        bars.add(bar);
        set(bar.offset(), 4, kind);
        writable(bar.offset(), 4, -bar.size);
        return this;
    }

    /// Which bits of a register software may change; those of the other bits stay as they are set.
    public PciFunction writable(int offset, int size, int bits) {
        for (int i = 0; i < size; i++) mask[offset + i] = (byte) (bits >>> 8 * i);
        return this;
    }

    /// Is told of every store that software does, after base address and command registers have taken effect.
    public PciFunction onWrite(Listener l) {
        listener = l;
        return this;
    }

    // ---- registers
    // ----------------------------------------------------------------------------------------------------

    /// A register's value; has no side effect. @param size 1, 2 or 4
    public int get(int offset, int size) {
        int value = 0;
        for (int i = 0; i < size; i++) value |= (config[offset + i & 0xFF] & 0xFF) << 8 * i;
        return value;
    }

    /// The chip's own store, past the masks and the listener.
    public void set(int offset, int size, int value) {
        for (int i = 0; i < size; i++) config[offset + i] = (byte) (value >>> 8 * i);
    }

    /// Whether the command register has the bit.
    public boolean may(int commandBit) {
        return (get(COMMAND, 2) & commandBit) != 0;
    }

    /// The card's interrupt output. Level: it stays as it is until it is changed.
    public void interrupt(boolean high) {
        asserted = high;
        int status = get(STATUS, 2) & ~STATUS_INTERRUPT;
        set(STATUS, 2, high ? status | STATUS_INTERRUPT : status);
        drive();
    }

    /// {@link #interrupt} as a wire.
    public Line interruptLine() {
        return this::interrupt;
    }

    private void drive() {
        wire.set(asserted && !may(INTERRUPT_OFF));
    }

    /// Software's store.
    void write(int offset, int size, int value) {
        for (int i = 0; i < size; i++) {
            int at = offset + i & 0xFF;
            int bits = mask[at];
            config[at] = (byte) (config[at] & ~bits | value >>> 8 * i & bits);
        }
        place();
        drive();
        listener.written(offset, size);
    }

    int interruptPin() {
        return get(INTERRUPT_PIN, 1);
    }

    List<PciBar> bars() {
        return bars;
    }

    /// Puts it into a slot. @param wire where its interrupt goes
    void plug(PortSpace space, Line wire) {
        this.wire = wire;
        for (PciBar bar : bars) bar.plug(space);
    }

    private void place() {
        for (PciBar bar : bars) {
            boolean on = may(bar.isPorts() ? IO_SPACE : MEMORY_SPACE);
            long address = get(bar.offset(), 4) & -bar.size & 0xFFFF_FFFFL;
            bar.place(on ? address : -1);
        }
    }

    @Override
    public void state(StateVisitor v) {
        v.bytes("config", config);
        asserted = v.flag("asserted", asserted);
        place();
    }
}
