// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.List;
import java.util.function.IntConsumer;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.ApicBus;
import ringside.vmm.dev.BusMemory;
import ringside.vmm.dev.CmosClock;
import ringside.vmm.dev.CoprocessorError;
import ringside.vmm.dev.DebugExit;
import ringside.vmm.dev.FastGate;
import ringside.vmm.dev.FirmwareConfig;
import ringside.vmm.dev.KeyboardStub;
import ringside.vmm.dev.Latch;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.LocalApic;
import ringside.vmm.dev.PicPair;
import ringside.vmm.dev.Pit;
import ringside.vmm.dev.PostCard;
import ringside.vmm.dev.ResetPort;
import ringside.vmm.dev.SystemPort;
import ringside.vmm.dev.TestLines;
import ringside.vmm.dev.Uart;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.mem.Bus;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.FloatingErrors;

/// The chips around the processors of the native and VMI corners, and where they sit.
///
/// | ports | chip | input |
/// |---|---|---|
/// | 20-21, A0-A1, 4D0-4D1 | two 8259As | LINT0 of vCPU 0 |
/// | 40-43, 61 | 8254 | IRQ 0 |
/// | 60-64 without 61 | keyboard controller, reset only | |
/// | 70-71 | CMOS clock | IRQ 8 |
/// | 80, 190 | POST codes | |
/// | 92, CF9 | A20 and resets | |
/// | 510-511 | number of processors, bytes of RAM | |
/// | E0-E3, 2000-200F | for test suites: a latch, IRQ inputs by hand | IRQ 0 to 15 |
/// | F0-F1 | x87 exceptions of vCPU 0 while its CR0.NE is clear | IRQ 13 |
/// | F4-F7 | debug exit | |
/// | 3F8-3FF | 16550A, the console | IRQ 4 |
///
/// The local APICs answer at FEE00000 to their own vCPU. A firmware image ends at 4 GB. For test suites there are
/// 64 KB of memory on the bus at FF000000.
final class Pc implements Bus, Stateful {
    private static final int FIRST_BASE = 0x08, SECOND_BASE = 0x70;
    private static final long BUS_MEMORY = 0xFF00_0000L;
    private static final int BUS_MEMORY_BYTES = 64 << 10;

    final PortMap ports;
    private final PicPair pics;
    private final Pit pit;
    private final Uart uart;
    private final LocalApic[] apics;
    private final CoprocessorError coprocessor;
    private final PostCard post = new PostCard();
    private final Firmware rom;
    private final BusMemory busMemory = new BusMemory(BUS_MEMORY, BUS_MEMORY_BYTES);
    private final List<Stateful> chips;

    /// What the PC tells its board.
    interface Wires extends ApicBus.Pins {
        /// A vCPU's interrupt input may have changed.
        void interruptInput(int vcpu);

        /// Somebody pulls the reset line.
        void reset();
    }

    /// @param rom what starts at the reset vector; empty: the chips are as firmware leaves them
    Pc(
            PortMap ports,
            VirtualClock clock,
            ConsoleSink console,
            int vcpus,
            long memoryBytes,
            byte[] rom,
            Wires wires) {
        this.ports = ports;
        this.rom = new Firmware(rom);
        ApicBus bus = new ApicBus(wires);
        apics = new LocalApic[vcpus];
        for (int i = 0; i < vcpus; i++) {
            int n = i;
            apics[i] = new LocalApic(i, clock, bus, high -> wires.interruptInput(n));
        }
        pics = new PicPair(apics[0]::lint0);
        pit = new Pit(clock, pics.line(0));
        uart = new Uart(console, pics.line(4));
        Line reset = high -> wires.reset();
        SystemPort system = new SystemPort(pit);
        KeyboardStub keyboard = new KeyboardStub(reset);
        CmosClock cmos = new CmosClock(clock, pics.line(8), presets(memoryBytes));
        FastGate gate = new FastGate(reset);
        ResetPort resetPort = new ResetPort(reset);
        FirmwareConfig config = new FirmwareConfig(memoryBytes, vcpus);
        Latch scratch = new Latch(4);
        TestLines lines = new TestLines(clock, pics::irq);
        coprocessor = new CoprocessorError(pics.line(13));
        chips = List.of(
                pics, pit, uart, system, keyboard, cmos, post, gate, resetPort, config, scratch, lines, busMemory,
                coprocessor);
        ports.put(0x20, 2, pics.master());
        ports.put(0xA0, 2, pics.slave());
        ports.put(0x4D0, 2, pics.elcr());
        ports.put(0x40, 4, pit);
        ports.put(0x60, 1, keyboard);
        ports.put(0x61, 1, system);
        ports.put(0x64, 1, new Offset(keyboard, 4));
        ports.put(0x70, 2, cmos);
        ports.put(0x80, 1, post);
        ports.put(0x190, 1, post);
        ports.put(0x92, 1, gate);
        ports.put(0xF0, 2, coprocessor);
        ports.put(0x3F8, 8, uart);
        ports.put(0xCF9, 1, resetPort);
        ports.put(0x510, 2, config);
        ports.put(0xE0, 4, scratch);
        ports.put(0x2000, 16, lines);
        if (rom.length == 0) firmware();
    }

    /// Puts the debug exit into a port space; it is there without a PC too.
    static void debugExit(PortMap ports, IntConsumer ended) {
        ports.put(0xF4, 4, new DebugExit(ended));
    }

    /// As firmware hands over: both 8259As set up and masked but for the cascade and the inputs that PCI cards share
    /// (9 to 11), vCPU 0's APIC in virtual-wire mode, the 8254 silent.
    private void firmware() {
        int[][] writes = {
            {0x20, 0x11},
            {0xA0, 0x11},
            {0x21, FIRST_BASE},
            {0xA1, SECOND_BASE},
            {0x21, 4},
            {0xA1, 2},
            {0x21, 1},
            {0xA1, 1},
            {0x21, 0xFB},
            {0xA1, 0xF1},
        };
        for (int[] w : writes) ports.out(0, w[0], 1, w[1]);
        apics[0].virtualWire();
    }

    /// The CMOS bytes that firmware fills: no floppy, memory sizes, no disk.
    private static byte[] presets(long memoryBytes) {
        byte[] cmos = new byte[128];
        cmos[0x14] = 0x02; // a coprocessor
        put16(cmos, 0x15, 640);
        long kbAbove1 = Math.min((memoryBytes >> 10) - 1024, 0xFC00);
        put16(cmos, 0x17, (int) kbAbove1);
        put16(cmos, 0x30, (int) kbAbove1);
        put16(cmos, 0x34, (int) Math.max(0, (memoryBytes - (16 << 20)) >> 16));
        return cmos;
    }

    private static void put16(byte[] cmos, int at, int value) {
        cmos[at] = (byte) value;
        cmos[at + 1] = (byte) (value >> 8);
    }

    /// What firmware says about itself.
    List<Integer> postCodes() {
        return post.codes();
    }

    LocalApic apic(int vcpu) {
        return apics[vcpu];
    }

    /// FERR# and IGNNE#, which only the first processor has wires for.
    FloatingErrors floatingErrors() {
        return new FloatingErrors() {
            @Override
            public void error(boolean asserted) {
                coprocessor.error(asserted);
            }

            @Override
            public boolean ignored() {
                return coprocessor.ignored();
            }
        };
    }

    /// An edge on IRQ 0.
    void irq0() {
        pics.irq(0, false);
        pics.irq(0, true);
    }

    /// Whether INTR is asserted.
    boolean interruptPending(int vcpu) {
        LocalApic apic = apics[vcpu];
        return apic.pending() || apic.external() && pics.requesting();
    }

    /// The acknowledge cycle: the local APIC's own interrupts before the 8259s'.
    int acknowledge(int vcpu) {
        LocalApic apic = apics[vcpu];
        if (apic.pending() || !apic.external()) return apic.acknowledge();
        return pics.acknowledge();
    }

    /// Whether one of the wires of this board could bring an NMI to a vCPU. LINT1 leads nowhere.
    boolean mayRaiseNmi(int vcpu) {
        return vcpu == 0 && apics[vcpu].lint0IsNmi();
    }

    /// Whether a typed byte would interrupt the guest.
    boolean hearsConsole() {
        return uart.listening();
    }

    @Override
    public int read(int vcpu, long maddr, int size) {
        if (rom.decodes(maddr)) return rom.read(maddr, size);
        if (busMemory.decodes(maddr)) return busMemory.read(maddr, size);
        if (!apics[vcpu].decodes(maddr)) return -1;
        int value = apics[vcpu].read((int) maddr & 0xFFF);
        return value >>> (8 * ((int) maddr & 3));
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {
        if (busMemory.decodes(maddr) && !rom.decodes(maddr)) busMemory.write(maddr, size, value);
        if (apics[vcpu].decodes(maddr) && (maddr & 3) == 0) apics[vcpu].write((int) maddr & 0xFFF, value);
    }

    @Override
    public void state(StateVisitor v) {
        for (Stateful chip : chips) chip.state(v);
        for (LocalApic apic : apics) apic.state(v);
    }

    /// A chip whose registers are not next to each other.
    private record Offset(KeyboardStub chip, int add) implements ringside.vmm.dev.PortDevice {
        @Override
        public int read(int offset) {
            return chip.read(offset + add);
        }

        @Override
        public int peek(int offset) {
            return chip.peek(offset + add);
        }

        @Override
        public void write(int offset, int value) {
            chip.write(offset + add, value);
        }
    }
}
