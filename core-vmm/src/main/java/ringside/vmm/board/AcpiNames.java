// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static ringside.vmm.board.Aml.argument;
import static ringside.vmm.board.Aml.device;
import static ringside.vmm.board.Aml.eisaId;
import static ringside.vmm.board.Aml.giveBack;
import static ringside.vmm.board.Aml.integer;
import static ringside.vmm.board.Aml.irq;
import static ringside.vmm.board.Aml.memory;
import static ringside.vmm.board.Aml.method;
import static ringside.vmm.board.Aml.name;
import static ringside.vmm.board.Aml.packageOf;
import static ringside.vmm.board.Aml.ports;
import static ringside.vmm.board.Aml.resources;
import static ringside.vmm.board.Aml.scope;
import static ringside.vmm.board.Aml.store;
import static ringside.vmm.board.Aml.value;
import static ringside.vmm.board.Aml.when;

import ringside.vmm.dev.AcpiPower;
import ringside.vmm.dev.Hpet;
import ringside.vmm.dev.IoApic;
import ringside.vmm.dev.pci.PciBus;

/// The PC's namespace for ACPI: what the differentiated system description table says in machine language.
final class AcpiNames {
    private static final int SLOTS = 8;
    private static final int LAST_WINDOW = (int) IoApic.BASE - 1;

    private AcpiNames() {}

    static byte[] all(int vcpus, boolean eventTimer) {
        byte[][] processors = new byte[vcpus][];
        for (int i = 0; i < vcpus; i++) processors[i] = Aml.processor("CPU" + i, i);
        return Aml.join(
                // 1 after the system says that it uses the IO-APIC.
                name("\\PICF", integer(0)),
                method("\\_PIC", 1, store(argument(0), "\\PICF")),
                name("\\_S5", packageOf(integer(AcpiPower.S5), integer(AcpiPower.S5), integer(0), integer(0))),
                scope("\\_PR", processors),
                scope("\\_SB", pci(eventTimer)));
    }

    private static byte[] pci(boolean eventTimer) {
        return device(
                "PCI0",
                name("_HID", eisaId("PNP0A03")),
                name("_ADR", integer(0)),
                name("_BBN", integer(0)),
                name("_UID", integer(0)),
                resources(
                        Aml.busWindow(0, 0xFF),
                        ports(0xCF8, 8),
                        Aml.portWindow(0, 0xCF7),
                        Aml.portWindow(0xD00, 0xFFFF),
                        Aml.memoryWindow(0xA0000, 0xBFFFF),
                        Aml.memoryWindow(PcPci.WINDOWS, LAST_WINDOW & 0xFFFF_FFFFL)),
                name("PRTP", routes(false)),
                name("PRTA", routes(true)),
                method("_PRT", 0, when(value("\\PICF"), giveBack(value("PRTA"))), giveBack(value("PRTP"))),
                isa(),
                eventTimer ? eventTimer() : new byte[0]);
    }

    private static byte[] eventTimer() {
        return device("HPET", name("_HID", eisaId("PNP0103")), resources(memory(Hpet.BASE, 0x400)));
    }

    /// Where each slot's pins go: fixed inputs of the IO-APIC, or the IRQs that firmware leads the requests to.
    private static byte[] routes(boolean ioApic) {
        byte[][] rows = new byte[4 * SLOTS][];
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int pin = 1; pin <= 4; pin++) {
                int request = PciBus.request(slot + 1, pin);
                int input = ioApic ? PcInterrupts.PCI_INPUT + request : PcPci.IRQS[request];
                rows[4 * slot + pin - 1] =
                        packageOf(integer((slot + 1) << 16 | 0xFFFF), integer(pin - 1), integer(0), integer(input));
            }
        }
        return packageOf(rows);
    }

    private static byte[] isa() {
        return device(
                "ISA0",
                name("_ADR", integer(0x1_0000)),
                known("PIC0", "PNP0000", ports(0x20, 2), ports(0xA0, 2), ports(0x4D0, 2), irq(2)),
                known("TMR0", "PNP0100", ports(0x40, 4)),
                known("RTC0", "PNP0B00", ports(0x70, 2), irq(8)),
                known("SPK0", "PNP0800", ports(0x61, 1)),
                known("FPU0", "PNP0C04", ports(0xF0, 2), irq(13)),
                known("KBD0", "PNP0303", ports(0x60, 1), ports(0x64, 1), irq(1)),
                known("MOU0", "PNP0F13", irq(12)),
                serial(1, 0x3F8, 4),
                serial(2, 0x2F8, 3),
                known("MBRD", "PNP0C02", ports(0x80, 1), ports(0x92, 1), ports(Pc.POWER_PORTS, AcpiPower.PORTS)));
    }

    private static byte[] serial(int n, int port, int irq) {
        return device(
                "COM" + n,
                name("_HID", eisaId("PNP0501")),
                name("_UID", integer(n)),
                resources(ports(port, 8), irq(irq)));
    }

    private static byte[] known(String name, String id, byte[]... descriptors) {
        return device(name, name("_HID", eisaId(id)), resources(descriptors));
    }
}
