// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.pci;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.MmioDevice;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PortSpace;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;

/// PCI bus 0: configuration mechanism 1 (ports CF8 to CFF), the cards' memory windows, their interrupt pins.
/// (PCI 2.2, section 3.2.2.3.)
///
/// Pin `p` of device `d` is wired to request `(d - 1 + p) mod 4` of four, as on boards with a PIIX3.
public final class PciBus implements MmioDevice, Stateful {
    public static final int REQUESTS = 4;
    private static final int DEVICES = 32, FUNCTIONS = 8;
    private static final int ENABLE = 0x8000_0000;

    /// The four interrupt requests of the bus.
    @FunctionalInterface
    public interface Requests {
        void set(int request, boolean asserted);
    }

    private final PortSpace space;
    private final Requests requests;
    private final @Nullable PciFunction[] functions = new PciFunction[DEVICES * FUNCTIONS];
    /// Which of the bus's functions pull each request, as bits: sets of 64 by request.
    private final long[] pulled = new long[REQUESTS * FUNCTIONS * DEVICES / 64];
    /// Those of all functions that are memory: looked through at every access, so only they.
    private PciBar[] windows = {};
    private int address;

    public PciBus(PortSpace space, Requests requests) {
        this.space = space;
        this.requests = requests;
    }

    /// Puts a function onto the bus; before anything runs.
    public void attach(int device, int function, PciFunction f) {
        int at = device * FUNCTIONS + function;
        if (functions[at] != null) throw new IllegalStateException("two functions at " + device + "." + function);
        functions[at] = f;
        List<PciBar> all = new ArrayList<>(List.of(windows));
        for (PciBar bar : f.bars()) if (!bar.isPorts()) all.add(bar);
        windows = all.toArray(PciBar[]::new);
        int pin = f.interruptPin();
        f.plug(space, pin == 0 ? Line.OPEN : wire(request(device, pin), at));
    }

    public boolean occupied(int device, int function) {
        return functions[device * FUNCTIONS + function] != null;
    }

    /// Which of the four requests a pin of a slot pulls. @param pin 1 to 4
    public static int request(int device, int pin) {
        return device - 1 + pin - 1 & 3;
    }

    private Line wire(int request, int at) {
        int set = request * (pulled.length / REQUESTS) + at / 64;
        return high -> {
            boolean before = pulled(request);
            if (high) pulled[set] |= 1L << at;
            else pulled[set] &= ~(1L << at);
            if (pulled(request) != before) requests.set(request, !before);
        };
    }

    /// Whether somebody pulls a request.
    public boolean pulled(int request) {
        int sets = pulled.length / REQUESTS;
        for (int i = request * sets; i < (request + 1) * sets; i++) if (pulled[i] != 0) return true;
        return false;
    }

    /// As firmware does: addresses for every base address register, the windows on, and the interrupt line register
    /// for those that keep to it.
    ///
    /// @param port  where ports begin
    /// @param maddr where memory begins
    /// @param irqs  of the four requests
    public void configure(int port, long maddr, int[] irqs) {
        int nextPort = port;
        long next = maddr;
        for (int at = 0; at < functions.length; at++) {
            PciFunction f = functions[at];
            if (f == null) continue;
            int command = 0;
            for (PciBar bar : f.bars()) {
                if (bar.isPorts()) {
                    nextPort = nextPort + bar.size - 1 & -bar.size;
                    f.write(bar.offset(), 4, nextPort);
                    nextPort += bar.size;
                    command |= PciFunction.IO_SPACE;
                } else {
                    next = next + bar.size - 1 & -(long) bar.size;
                    f.write(bar.offset(), 4, (int) next);
                    next += bar.size;
                    command |= PciFunction.MEMORY_SPACE;
                }
            }
            f.write(PciFunction.COMMAND, 2, f.get(PciFunction.COMMAND, 2) | command);
            int pin = f.interruptPin();
            if (pin != 0) f.write(PciFunction.INTERRUPT_LINE, 1, irqs[request(at / FUNCTIONS, pin)]);
        }
    }

    // ---- configuration mechanism 1 ----------------------------------------------------------------------------------

    /// Ports CF8 to CFB. Only whole double words reach the address register: the byte at CF9 is another chip's.
    public PortDevice addressPort(PortDevice atCf9) {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return offset == 1 ? atCf9.read(0) : 0xFF;
            }

            @Override
            public int peek(int offset) {
                return offset == 1 ? atCf9.peek(0) : 0xFF;
            }

            @Override
            public int readWide(int offset, int size) {
                return size == 4 ? address : PortDevice.super.readWide(offset, size);
            }

            @Override
            public void write(int offset, int value) {
                if (offset == 1) atCf9.write(0, value);
            }

            @Override
            public void writeWide(int offset, int size, int value) {
                if (size == 4) address = value & 0x80FF_FFFC;
                else PortDevice.super.writeWide(offset, size, value);
            }
        };
    }

    /// Ports CFC to CFF: any part of the register that the address names. A function that is not there reads ones.
    public PortDevice dataPort() {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return get(offset, 1);
            }

            @Override
            public int peek(int offset) {
                return get(offset, 1);
            }

            @Override
            public int readWide(int offset, int size) {
                return get(offset, size);
            }

            @Override
            public void write(int offset, int value) {
                put(offset, 1, value);
            }

            @Override
            public void writeWide(int offset, int size, int value) {
                put(offset, size, value);
            }
        };
    }

    private @Nullable PciFunction selected() {
        if ((address & ENABLE) == 0 || (address >> 16 & 0xFF) != 0) return null;
        return functions[address >> 8 & 0xFF];
    }

    private int get(int offset, int size) {
        PciFunction f = selected();
        return f == null ? -1 >>> 32 - 8 * size : f.get((address & 0xFC) + offset, size);
    }

    private void put(int offset, int size, int value) {
        PciFunction f = selected();
        if (f != null) f.write((address & 0xFC) + offset, size, value);
    }

    // ---- memory windows
    // -----------------------------------------------------------------------------------------------

    private @Nullable PciBar decoding(long maddr) {
        for (PciBar bar : windows) if (bar.decodes(maddr)) return bar;
        return null;
    }

    @Override
    public boolean decodes(long maddr) {
        return decoding(maddr) != null;
    }

    @Override
    public int read(long maddr, int size) {
        PciBar bar = decoding(maddr);
        return bar == null || bar.memory == null ? -1 : bar.memory.read(bar.offsetOf(maddr), size);
    }

    @Override
    public int peek(long maddr, int size) {
        PciBar bar = decoding(maddr);
        return bar == null || bar.memory == null ? -1 : bar.memory.peek(bar.offsetOf(maddr), size);
    }

    @Override
    public void write(long maddr, int size, int value) {
        PciBar bar = decoding(maddr);
        if (bar != null && bar.memory != null) bar.memory.write(bar.offsetOf(maddr), size, value);
    }

    @Override
    public void state(StateVisitor v) {
        address = v.i32("pci address", address);
        v.longs("pci requests", pulled);
        for (PciFunction f : functions) if (f != null) f.state(v);
    }
}
