// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import ringside.vmm.dev.AcpiPower;
import ringside.vmm.dev.Hpet;
import ringside.vmm.dev.IoApic;
import ringside.vmm.dev.LocalApic;

/// How a PC guest learns of everything else: ACPI's tables, all of them in the BIOS area, so that every memory map
/// keeps them already. (ACPI 2.0, section 5.2.)
///
/// | table | says |
/// |---|---|
/// | RSDP, RSDT | where the others are |
/// | FACP, revision 3 | registers of {@link AcpiPower}, SCI, reset through port CF9 |
/// | FACS | the lock between firmware and system |
/// | DSDT | {@link AcpiNames} |
/// | APIC | local APICs, IO-APIC, IRQ 0 at its input 2, SCI by level |
/// | HPET | where the event timer is; not on the VMI corner |
final class AcpiTables {
    private static final int HEADER = 36;
    private static final int SYSTEM_IO = 1, SYSTEM_MEMORY = 0;
    /// Flags of the fixed table: WBINVD works, C1 works, no sleep button, no RTC wake-up, there is a reset register.
    private static final int FIXED_FLAGS = 0x0001 | 0x0004 | 0x0020 | 0x0040 | 0x0400;
    private static final int RESET_PORT = 0xCF9, RESET_VALUE = 0x06;
    private static final int LEGACY_DEVICES = 1, KEYBOARD_CONTROLLER = 2;
    private static final int CENTURY = 0x32;
    private static final int LEVEL_HIGH = 0x0D;

    private final GuestPhysical to;
    private int next = Layout.ACPI_TABLES + 32; // behind the pointer

    private AcpiTables(GuestPhysical to) {
        this.to = to;
    }

    /// @param eventTimer whether the HPET is described. On the VMI corner it is not: VMI has the timer, and kernels
    ///                   under it find an HPET, never map it, and read its registers at power-off
    static void write(GuestPhysical to, int vcpus, boolean eventTimer) {
        new AcpiTables(to).write(vcpus, eventTimer);
    }

    private void write(int vcpus, boolean eventTimer) {
        int facs = place(facs(), 64);
        int dsdt = place(table("DSDT", 1, AcpiNames.all(vcpus, eventTimer)), 16);
        List<byte[]> addresses = new ArrayList<>();
        addresses.add(Aml.little(place(fixed(facs, dsdt), 16), 4));
        addresses.add(Aml.little(place(apics(vcpus), 16), 4));
        if (eventTimer) addresses.add(Aml.little(place(hpet(), 16), 4));
        int root = place(table("RSDT", 1, addresses.toArray(byte[][]::new)), 16);
        if (next > Layout.ACPI_END)
            throw new IllegalStateException("ACPI's tables end at " + Integer.toHexString(next));
        byte[] pointer = Aml.join(text("RSD PTR ", 9), text("RINGSD", 6), new byte[1], Aml.little(root, 4));
        sum(pointer, 8);
        to.write(Layout.ACPI_TABLES, pointer);
    }

    private int place(byte[] table, int alignment) {
        int at = next + alignment - 1 & -alignment;
        to.write(at, table);
        next = at + table.length;
        return at;
    }

    private static byte[] text(String s, int length) {
        byte[] b = new byte[length];
        System.arraycopy(s.getBytes(StandardCharsets.US_ASCII), 0, b, 0, s.length());
        return b;
    }

    /// A whole table with its header and sum.
    private static byte[] table(String signature, int revision, byte[]... body) {
        byte[] content = Aml.join(body);
        byte[] t = Aml.join(
                text(signature, 4),
                Aml.little(HEADER + content.length, 4),
                Aml.little(revision, 2), // and the place of the sum
                text("RINGSD", 6),
                text("RINGSIDE", 8),
                Aml.little(1, 4),
                text("RSID", 4),
                Aml.little(1, 4),
                content);
        sum(t, 9);
        return t;
    }

    private static void sum(byte[] table, int field) {
        int sum = 0;
        for (byte b : table) sum += b;
        table[field] = (byte) -sum;
    }

    private static byte[] facs() {
        return Aml.join(text("FACS", 4), Aml.little(64, 4), new byte[56]);
    }

    private static byte[] apics(int vcpus) {
        byte[][] processors = new byte[vcpus][];
        for (int i = 0; i < vcpus; i++) processors[i] = new byte[] {0, 8, (byte) i, (byte) i, 1, 0, 0, 0};
        return table(
                "APIC",
                1,
                Aml.little(LocalApic.DEFAULT_BASE, 4),
                Aml.little(1, 4), // there are 8259s too
                Aml.join(processors),
                new byte[] {1, 12, PcInterrupts.IO_APIC_ID, 0},
                Aml.little(IoApic.BASE, 4),
                Aml.little(0, 4),
                override(0, PcInterrupts.TIMER_INPUT, 0),
                override(Pc.SCI, Pc.SCI, LEVEL_HIGH),
                new byte[] {4, 6, (byte) 0xFF, 0, 0, 1}); // NMI at LINT1 of every vCPU
    }

    private static byte[] override(int irq, int input, int flags) {
        return Aml.join(new byte[] {2, 10, 0, (byte) irq}, Aml.little(input, 4), Aml.little(flags, 2));
    }

    private static byte[] hpet() {
        return table(
                "HPET",
                1,
                Aml.little(Hpet.CAPABILITIES, 4),
                address(SYSTEM_MEMORY, 64, Hpet.BASE),
                new byte[] {0},
                Aml.little(0x80, 2), // shortest period that an operating system should ask for, in counts
                new byte[] {0});
    }

    private static byte[] address(int space, int bits, long address) {
        if (address == 0) return new byte[12];
        return Aml.join(new byte[] {(byte) space, (byte) bits, 0, 0}, Aml.little(address, 8));
    }

    private static byte[] ports(int bits, int port) {
        return address(SYSTEM_IO, bits, port);
    }

    private static byte[] fixed(int facs, int dsdt) {
        int event = Pc.POWER_PORTS + AcpiPower.EVENT;
        int control = Pc.POWER_PORTS + AcpiPower.CONTROL;
        int timer = Pc.POWER_PORTS + AcpiPower.TIMER;
        byte[] old = Aml.join(
                Aml.little(facs, 4),
                Aml.little(dsdt, 4),
                new byte[] {0, 1}, // a desktop
                Aml.little(Pc.SCI, 2),
                new byte[8], // no SMI: always in ACPI mode
                Aml.little(event, 4),
                Aml.little(0, 4),
                Aml.little(control, 4),
                Aml.little(0, 4),
                Aml.little(0, 4),
                Aml.little(timer, 4),
                new byte[8], // no general-purpose events
                new byte[] {4, 2, 0, 4, 0, 0, 0, 0}, // lengths of the registers
                Aml.little(0xFFFF, 2), // no C2
                Aml.little(0xFFFF, 2), // no C3
                new byte[6],
                new byte[] {0, 0, CENTURY}, // in the CMOS clock
                Aml.little(LEGACY_DEVICES | KEYBOARD_CONTROLLER, 2),
                new byte[1],
                Aml.little(FIXED_FLAGS, 4));
        byte[] extended = Aml.join(
                ports(8, RESET_PORT),
                new byte[] {RESET_VALUE, 0, 0, 0},
                Aml.little(0, 8), // the FACS is named above
                Aml.little(dsdt, 8),
                ports(32, event),
                ports(0, 0),
                ports(16, control),
                ports(0, 0),
                ports(0, 0),
                ports(32, timer),
                ports(0, 0),
                ports(0, 0));
        return table("FACP", 3, old, extended);
    }
}
