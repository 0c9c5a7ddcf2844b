// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board.bios;

import java.util.Locale;
import ringside.vmm.dev.PortDevice;
import ringside.vmm.state.StateVisitor;
import ringside.vmm.state.Stateful;
import ringside.vmm.trap.GuestFault;
import ringside.vmm.trap.GuestState;

/// What is behind the ROM's port: the interrupt services of a PC, carried out on the asking vCPU's registers and
/// memory. {@link Rom} has the vectors, the interrupt handlers and the sleep of a program that waits.
///
/// A write to the port, of whatever value, asks for the service whose number is on the stack ({@link Asker}). It is
/// taken in real mode and virtual-8086 mode only. The port reads as ones.
///
/// | INT | services |
/// |---|---|
/// | 10h | {@link ScreenServices} |
/// | 11h, 12h, 15h | {@link SystemServices} |
/// | 13h, 19h | {@link DiskServices}, {@link Starter} |
/// | 16h and IRQ 1 | {@link KeyboardServices} |
/// | 1Ah | {@link ClockServices}, {@link PciServices} |
/// | 14h, 17h | nothing is there |
///
/// An unknown function gives CF and AH=86h.
public final class Bios implements PortDevice, Stateful {
    /// Where the ROM knocks.
    public static final int PORT = 0xB4;

    static final int NOT_THERE = 0x86;
    private static final int CR0_PE = 1, VM = 0x20000;
    private static final int IRQ1 = 0x09, POST = 0xFF;

    private final BiosParts parts;
    private final ScreenServices screen;
    private final DiskServices disks;
    private final KeyboardServices keyboard;
    private final SystemServices system;
    private final ClockServices clock;
    private final PciServices pci;
    private final Starter starter;

    public Bios(BiosParts parts) {
        this.parts = parts;
        screen = new ScreenServices(parts.vga(), parts.ports());
        disks = new DiskServices(parts.disks(), parts.cds());
        keyboard = new KeyboardServices(parts.ports());
        system = new SystemServices(parts);
        clock = new ClockServices(parts.ports());
        pci = new PciServices(parts.ports());
        starter = new Starter(parts, disks, screen);
    }

    @Override
    public int read(int offset) {
        return 0xFF;
    }

    @Override
    public int peek(int offset) {
        return 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        GuestState g = parts.caller().get();
        if ((g.cr(0) & CR0_PE) != 0 && (g.eflags() & VM) == 0) return;
        try {
            serve(new Asker(g));
        } catch (GuestFault noMemory) {
            // A virtual-8086 program with a stack or buffer that its monitor has not mapped: nothing is done.
        }
    }

    private void serve(Asker a) throws GuestFault {
        switch (a.service()) {
            case IRQ1 -> keyboard.interrupt(a);
            case 0x10 -> screen.serve(a);
            case 0x11 -> a.setAx(a.read16(DataArea.EQUIPMENT));
            case 0x12 -> a.setAx(a.read16(DataArea.MEMORY_KB));
            case 0x13 -> disks.serve(a);
            case 0x14, 0x17 -> a.setAh(0x80); // it timed out
            case 0x15 -> system.serve(a);
            case 0x16 -> keyboard.serve(a);
            case 0x19 -> starter.boot(a);
            case 0x1A -> {
                if (a.ah() == PciServices.FUNCTION) pci.serve(a);
                else clock.serve(a);
            }
            case POST -> starter.post(a);
            default -> a.refuse(NOT_THERE);
        }
    }

    @Override
    public void state(StateVisitor v) {
        disks.state(v);
        keyboard.state(v);
        system.state(v);
        starter.state(v);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "firmware at port %02X", PORT);
    }
}
