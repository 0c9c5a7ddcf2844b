// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import ringside.vmm.board.bios.Bios;
import ringside.vmm.board.bios.BiosParts;
import ringside.vmm.board.bios.MemoryRange;
import ringside.vmm.clock.VirtualClock;
import ringside.vmm.dev.AcpiPower;
import ringside.vmm.dev.ApicBus;
import ringside.vmm.dev.BochsDisplay;
import ringside.vmm.dev.BusMemory;
import ringside.vmm.dev.CmosClock;
import ringside.vmm.dev.CoprocessorError;
import ringside.vmm.dev.DebugExit;
import ringside.vmm.dev.DmaMemory;
import ringside.vmm.dev.FastGate;
import ringside.vmm.dev.FirmwareConfig;
import ringside.vmm.dev.Hpet;
import ringside.vmm.dev.IoApic;
import ringside.vmm.dev.Keyboard8042;
import ringside.vmm.dev.Latch;
import ringside.vmm.dev.Line;
import ringside.vmm.dev.LocalApic;
import ringside.vmm.dev.Pit;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.dev.PostCard;
import ringside.vmm.dev.ResetPort;
import ringside.vmm.dev.SystemPort;
import ringside.vmm.dev.TestLines;
import ringside.vmm.dev.Uart;
import ringside.vmm.dev.Vga;
import ringside.vmm.dev.medium.ConsoleSink;
import ringside.vmm.dev.pci.DisplayCard;
import ringside.vmm.history.MachineState;
import ringside.vmm.mem.Bus;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trace.ResetCause;
import ringside.vmm.trap.FloatingErrors;
import ringside.vmm.trap.GuestState;

/// The chips around the processors of the native and VMI corners, and where they sit.
///
/// | ports | chip | input |
/// |---|---|---|
/// | 20-21, A0-A1, 4D0-4D1 | two 8259As | LINT0 of vCPU 0, IO-APIC input 0 |
/// | 40-43, 61 | 8254, the speaker's gate | IRQ 0 |
/// | 60-64 without 61 | keyboard controller, keyboard, mouse | IRQ 1, IRQ 12 |
/// | 70-71 | CMOS clock | IRQ 8 |
/// | 80, 190 | POST codes | |
/// | B4 | services of our own firmware, when it starts the guest | |
/// | 92, CF9 | A20 and resets | |
/// | 170-177, 376 | IDE, secondary channel | IRQ 15 |
/// | 1F0-1F7, 3F6 | IDE, primary channel | IRQ 14 |
/// | 2F8-2FF | 16550A, nothing plugged in | IRQ 3 |
/// | 600-60F | ACPI: events, power-off, timer | IRQ 9 |
/// | 1CE-1D1 | display: mode with a linear frame buffer | |
/// | 3B0-3DF | VGA | |
/// | 510-511 | number of processors, bytes of RAM | |
/// | CF8-CFF | PCI configuration | |
/// | E0-E3, 2000-2017 | for test suites, if set: a latch, interrupt inputs | IRQ 0 to 15, IO-APIC 16 to 23 |
/// | F0-F1 | x87 exceptions of vCPU 0 while its CR0.NE is clear | IRQ 13 |
/// | F4-F7 | debug exit | |
/// | 3F8-3FF | 16550A, the console | IRQ 4 |
///
/// | at | what |
/// |---|---|
/// | FEC00000 | IO-APIC |
/// | FED00000 | HPET |
/// | FEE00000 | local APICs, each to its own vCPU |
/// | FF000000 | 64 KB of memory on the bus, where the settings ask for it |
/// | up to 4 GB | a firmware image |
///
/// {@link PcInterrupts} has the way of interrupts, {@link PcPci} the PCI bus.
final class Pc implements Bus, Stateful {
    private static final int FIRST_BASE = 0x08, SECOND_BASE = 0x70;
    /// Where ACPI's registers are, and the IRQ of its events.
    static final int POWER_PORTS = 0x600, SCI = 9;
    private static final long BUS_MEMORY = 0xFF00_0000L;
    private static final int BUS_MEMORY_BYTES = 64 << 10;

    final PortMap ports;
    final MmioMap memory = new MmioMap();
    final PcInterrupts interrupts;
    final PcPci pci;
    private final VirtualClock clock;
    private final PostCard post = new PostCard();
    private final CmosClock cmos;
    private final Uart uart;
    final Vga vga;
    final BochsDisplay display = new BochsDisplay();
    final Hands hands;
    private final Keyboard8042 keyboard;
    private final CoprocessorError coprocessor;
    private final List<Stateful> chips = new ArrayList<>();

    /// What the PC tells its board.
    interface Wires extends ApicBus.Pins {
        /// A vCPU's interrupt input may have changed.
        void interruptInput(int vcpu);

        /// The vCPU whose instruction is being carried out.
        GuestState atWork();

        /// Somebody pulls the reset line.
        void reset(ResetCause why);

        /// The guest switches the power off.
        void powerOff();
    }

    /// Without a firmware image in the spec the chips are as firmware leaves them.
    Pc(MachineSpec spec, PortMap ports, VirtualClock clock, ConsoleSink console, DmaMemory ram, Wires wires) {
        this.ports = ports;
        this.clock = clock;
        interrupts = add(new PcInterrupts(clock, spec.vcpus(), wires, wires::interruptInput));
        interruptPorts();
        cmos = timers(spec);
        uart = put(0x3F8, 8, new Uart(console, interrupts.irq(4)));
        put(0x2F8, 8, new Uart(new NoConsole(), interrupts.irq(3)));
        AcpiPower power = put(POWER_PORTS, AcpiPower.PORTS, new AcpiPower(clock, interrupts.irq(SCI), wires::powerOff));
        keyboard = keyboard(high -> wires.reset(ResetCause.KEYBOARD_CONTROLLER));
        hands = new Hands(new PcControls(keyboard, power));
        vga = put(Vga.FIRST_PORT, Vga.PORTS, new Vga(clock));
        put(BochsDisplay.FIRST_PORT, BochsDisplay.PORTS, display);
        put(0x92, 1, new FastGate(high -> wires.reset(ResetCause.FAST_GATE)));
        ports.put(0x80, 1, post);
        put(0x190, 1, post);
        put(0x510, 2, new FirmwareConfig(spec.memoryBytes(), spec.vcpus()));
        coprocessor = put(0xF0, 2, new CoprocessorError(interrupts.irq(13)));
        if (spec.options().settings().testDevices()) testDevices();
        memory.put(Firmware.of(spec));
        memory.put(interrupts.ioApic);
        PcDrives drives = add(new PcDrives(spec.options(), ports, clock, ram, interrupts));
        pci = add(new PcPci(
                ports,
                memory,
                interrupts,
                add(new ResetPort(high -> wires.reset(ResetCause.CHIP_SET))),
                drives.controller));
        pci.bus.attach(PcPci.DISPLAY, 0, DisplayCard.function(display));
        add(new PcNetworks(spec.options(), pci, clock, ram));
        if (!spec.image().isFirmware()) firmware();
        if (spec.ownFirmware()) put(Bios.PORT, 1, new Bios(services(spec, wires)));
    }

    /// What the services behind our own ROM work with.
    private BiosParts services(MachineSpec spec, Wires wires) {
        List<MemoryRange> ranges = MemoryMap.of(spec.memoryBytes()).stream()
                .map(a -> new MemoryRange(a.address(), a.bytes(), a.type()))
                .toList();
        PcOptions options = spec.options();
        return new BiosParts(
                wires::atWork,
                ports,
                vga,
                clock,
                ranges,
                options.disks(),
                options.cds(),
                !spec.image().isOnDrive());
    }

    private <T extends Stateful> T add(T chip) {
        chips.add(chip);
        return chip;
    }

    private <T extends PortDevice & Stateful> T put(int port, int count, T chip) {
        ports.put(port, count, chip);
        return add(chip);
    }

    private void interruptPorts() {
        ports.put(0x20, 2, interrupts.pics.master());
        ports.put(0xA0, 2, interrupts.pics.slave());
        ports.put(0x4D0, 2, interrupts.pics.elcr());
    }

    private CmosClock timers(MachineSpec spec) {
        Hpet hpet = add(new Hpet(clock, interrupts::irq));
        memory.put(hpet);
        Pit pit = put(0x40, 4, new Pit(clock, hpet.behind(0, interrupts.irq(0))));
        put(0x61, 1, new SystemPort(pit));
        return put(0x70, 2, new CmosClock(clock, hpet.behind(1, interrupts.irq(8)), presets(spec)));
    }

    private Keyboard8042 keyboard(Line reset) {
        Keyboard8042 chip = put(0x60, 1, new Keyboard8042(clock, interrupts.irq(1), interrupts.irq(12), reset));
        ports.put(0x64, 1, new Offset(chip, 4));
        return chip;
    }

    private void testDevices() {
        put(0xE0, 4, new Latch(4));
        Line[] pic = new Line[IoApic.INPUTS], io = new Line[IoApic.INPUTS];
        for (int n = 0; n < IoApic.INPUTS; n++) {
            pic[n] = interrupts.picInput(n);
            io[n] = interrupts.ioInput(n);
        }
        put(0x2000, io.length, new TestLines(clock, (n, high) -> pic[n].set(high), (n, high) -> io[n].set(high)));
        memory.put(add(new BusMemory(BUS_MEMORY, BUS_MEMORY_BYTES)));
    }

    /// Puts the debug exit into a port space; it is there without a PC too.
    static void debugExit(PortMap ports, IntConsumer ended) {
        ports.put(0xF4, 4, new DebugExit(ended));
    }

    /// As firmware hands over: both 8259As set up and masked but for the cascade and the inputs that PCI cards share
    /// (9 to 11, by level), vCPU 0's APIC in virtual-wire mode, the 8254 silent, PCI windows placed.
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
            {0x4D1, 0x0E},
        };
        for (int[] w : writes) ports.out(0, w[0], 1, w[1]);
        interrupts.firmware();
        pci.firmware();
    }

    /// The CMOS bytes that firmware fills: no floppy, memory sizes, which drives to start from.
    private static byte[] presets(MachineSpec spec) {
        long memoryBytes = spec.memoryBytes();
        byte[] cmos = new byte[128];
        cmos[0x14] = 0x02; // a coprocessor
        put16(cmos, 0x15, 640);
        long kbAbove1 = Math.min((memoryBytes >> 10) - 1024, 0xFC00);
        put16(cmos, 0x17, (int) kbAbove1);
        put16(cmos, 0x30, (int) kbAbove1);
        put16(cmos, 0x34, (int) Math.max(0, (memoryBytes - (16 << 20)) >> 16));
        cmos[0x3D] = (byte) PcDrives.order(spec.options());
        return cmos;
    }

    private static void put16(byte[] cmos, int at, int value) {
        cmos[at] = (byte) value;
        cmos[at + 1] = (byte) (value >> 8);
    }

    /// The reset line is pulled: every chip is as in the machine that was just switched on. What a battery keeps stays,
    /// and what is on the drives.
    void reset(Pc switchedOn) {
        MachineState kept = MachineState.of(cmos, null);
        MachineState.of(switchedOn, null).into(this);
        kept.into(cmos);
        cmos.reset();
    }

    /// What firmware says about itself.
    List<Integer> postCodes() {
        return post.codes();
    }

    LocalApic apic(int vcpu) {
        return interrupts.apic(vcpu);
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

    /// Whether a typed byte or a key would interrupt the guest.
    boolean hearsConsole() {
        return uart.listening() || keyboard.listening();
    }

    @Override
    public int read(int vcpu, long maddr, int size) {
        LocalApic apic = interrupts.apic(vcpu);
        if (!apic.decodes(maddr)) return memory.read(maddr, size);
        return apic.read((int) maddr & 0xFFF) >>> 8 * ((int) maddr & 3);
    }

    @Override
    public void write(int vcpu, long maddr, int size, int value) {
        LocalApic apic = interrupts.apic(vcpu);
        if (!apic.decodes(maddr)) memory.write(maddr, size, value);
        else if ((maddr & 3) == 0) apic.write((int) maddr & 0xFFF, value);
    }

    @Override
    public void state(StateVisitor v) {
        for (Stateful chip : chips) chip.state(v);
    }

    /// A chip whose registers are not next to each other.
    private record Offset(PortDevice chip, int add) implements PortDevice {
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
