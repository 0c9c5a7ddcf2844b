// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.IoApic;
import ringside.vmm.dev.LocalApic;
import ringside.vmm.dev.pci.PciBus;

/// How a PC guest without ACPI learns of its vCPUs and the way of interrupts: the MP floating pointer in the extended
/// BIOS data area (0x9FC00) and the MP configuration table at 0xF0000. (Intel MultiProcessor Specification 1.4, chapter
/// 4.)
///
/// As it starts, the 8259s reach the bootstrap processor through LINT0 ("virtual wire"). The IO-APIC has the ISA
/// bus's IRQs, IRQ 0 at its input 2, and the PCI bus's four requests at its inputs 16 to 19.
final class MpTable {
    private static final int TABLE = Layout.BIOS_ROM;
    private static final int HEADER = 44, PROCESSOR = 20, OTHER = 8;
    private static final int CPU_ENABLED = 1, CPU_BOOTSTRAP = 2;
    private static final int SIGNATURE = 0x06D8, FEATURES_APIC = 0x200;
    private static final int BUS = 1, IO_APIC = 2, IO_INTERRUPT = 3, LOCAL_INTERRUPT = 4;
    private static final int INT = 0, NMI = 1, EXTINT = 3;
    private static final int PCI_BUS = 0, ISA_BUS = 1, SLOTS = 7;
    /// Polarity and trigger: as the bus has it; level, high; level, low.
    private static final int AS_BUS = 0, LEVEL_HIGH = 0x0D, LEVEL_LOW = 0x0F;

    private final GuestPhysical to;
    private int at = TABLE + HEADER;
    private int entries;

    private MpTable(GuestPhysical to) {
        this.to = to;
    }

    static void write(GuestPhysical to, int vcpus) {
        writePointer(to);
        MpTable table = new MpTable(to);
        for (int i = 0; i < vcpus; i++) table.processor(i);
        table.bus(PCI_BUS, "PCI   ");
        table.bus(ISA_BUS, "ISA   ");
        table.ioApic();
        table.interrupts();
        table.localInterrupt(EXTINT, 0, 0);
        table.localInterrupt(NMI, 0xFF, 1);
        table.finish();
    }

    private static void writePointer(GuestPhysical to) {
        int at = Layout.EBDA;
        to.zero(at, 16);
        to.writeText(at, "_MP_");
        to.write32(at + 4, TABLE);
        to.write8(at + 8, 1);
        to.write8(at + 9, 4);
        checksum(to, at, at + 10, 16);
    }

    private void finish() {
        int length = at - TABLE;
        to.zero(TABLE, HEADER);
        to.writeText(TABLE, "PCMP");
        to.write16(TABLE + 4, length);
        to.write8(TABLE + 6, 4);
        to.writeText(TABLE + 8, "RINGSIDE");
        to.writeText(TABLE + 16, "PC          ");
        to.write32(TABLE + 28, 0); // clears the text's end as well
        to.write16(TABLE + 34, entries);
        to.write32(TABLE + 36, (int) LocalApic.DEFAULT_BASE);
        checksum(to, TABLE, TABLE + 7, length);
    }

    private void processor(int number) {
        to.zero(at, PROCESSOR);
        to.write8(at + 1, number);
        to.write8(at + 2, 0x14);
        to.write8(at + 3, CPU_ENABLED | (number == 0 ? CPU_BOOTSTRAP : 0));
        to.write32(at + 4, SIGNATURE);
        to.write32(at + 8, FEATURES_APIC);
        at += PROCESSOR;
        entries++;
    }

    private void bus(int id, String name) {
        entry(BUS, id);
        for (int i = 0; i < 6; i++) to.write8(at - OTHER + 2 + i, name.charAt(i));
    }

    private void ioApic() {
        entry(IO_APIC, PcInterrupts.IO_APIC_ID, 0x20, 1);
        to.write32(at - OTHER + 4, (int) IoApic.BASE);
    }

    private void interrupts() {
        interrupt(EXTINT, AS_BUS, ISA_BUS, 0, 0);
        for (int irq = 0; irq < PcInterrupts.IRQS; irq++) {
            if (irq == PcInterrupts.TIMER_INPUT) continue; // the 8259s' cascade
            int input = irq == 0 ? PcInterrupts.TIMER_INPUT : irq;
            interrupt(INT, irq == Pc.SCI ? LEVEL_HIGH : AS_BUS, ISA_BUS, irq, input);
        }
        for (int slot = 1; slot <= SLOTS; slot++) {
            for (int pin = 1; pin <= 4; pin++) {
                int input = PcInterrupts.PCI_INPUT + PciBus.request(slot, pin);
                interrupt(INT, LEVEL_LOW, PCI_BUS, slot << 2 | pin - 1, input);
            }
        }
    }

    private void interrupt(int type, int flags, int bus, int irq, int input) {
        entry(IO_INTERRUPT, type, flags, 0, bus, irq, PcInterrupts.IO_APIC_ID, input);
    }

    private void localInterrupt(int type, int apic, int pin) {
        entry(LOCAL_INTERRUPT, type, 0, 0, ISA_BUS, 0, apic, pin);
    }

    private void entry(int... bytes) {
        to.zero(at, OTHER);
        for (int i = 0; i < bytes.length; i++) to.write8(at + i, bytes[i]);
        at += OTHER;
        entries++;
    }

    private static void checksum(GuestPhysical to, int from, int field, int length) {
        to.write8(field, 0);
        int sum = 0;
        for (int i = 0; i < length; i++) sum += to.read8(from + i);
        to.write8(field, -sum);
    }
}
