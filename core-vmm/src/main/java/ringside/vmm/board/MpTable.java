// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import ringside.vmm.dev.LocalApic;

/// How a PC guest learns of its vCPUs: the MP floating pointer in the extended BIOS data area (0x9FC00) and the MP
/// configuration table at 0xF0000, with one processor entry a vCPU. (Intel MultiProcessor Specification 1.4, chapter
/// 4.)
///
/// The 8259s reach the bootstrap processor through LINT0 ("virtual wire"); there is no IO-APIC entry.
final class MpTable {
    private static final int TABLE = Layout.BIOS_ROM;
    private static final int HEADER = 44, PROCESSOR = 20, OTHER = 8;
    private static final int CPU_ENABLED = 1, CPU_BOOTSTRAP = 2;
    private static final int SIGNATURE = 0x06D8, FEATURES_APIC = 0x200;
    private static final int NMI = 1, EXTINT = 3;

    private MpTable() {}

    static void write(GuestPhysical to, int vcpus) {
        writePointer(to);
        int at = TABLE + HEADER;
        for (int i = 0; i < vcpus; i++) at = processor(to, at, i);
        at = bus(to, at);
        at = localInterrupt(to, at, EXTINT, 0, 0);
        at = localInterrupt(to, at, NMI, 0xFF, 1);
        writeHeader(to, at - TABLE, vcpus + 3);
        checksum(to, TABLE, TABLE + 7, at - TABLE);
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

    private static void writeHeader(GuestPhysical to, int length, int entries) {
        to.zero(TABLE, HEADER);
        to.writeText(TABLE, "PCMP");
        to.write16(TABLE + 4, length);
        to.write8(TABLE + 6, 4);
        to.writeText(TABLE + 8, "RINGSIDE");
        to.writeText(TABLE + 16, "PC          ");
        to.write32(TABLE + 28, 0); // clears the text's end as well
        to.write16(TABLE + 34, entries);
        to.write32(TABLE + 36, (int) LocalApic.DEFAULT_BASE);
    }

    private static int processor(GuestPhysical to, int at, int number) {
        to.zero(at, PROCESSOR);
        to.write8(at + 1, number);
        to.write8(at + 2, 0x14);
        to.write8(at + 3, CPU_ENABLED | (number == 0 ? CPU_BOOTSTRAP : 0));
        to.write32(at + 4, SIGNATURE);
        to.write32(at + 8, FEATURES_APIC);
        return at + PROCESSOR;
    }

    private static int bus(GuestPhysical to, int at) {
        to.write8(at, 1);
        to.write8(at + 1, 0);
        to.write(at + 2, new byte[] {'I', 'S', 'A', ' ', ' ', ' '});
        return at + OTHER;
    }

    private static int localInterrupt(GuestPhysical to, int at, int type, int apic, int pin) {
        to.zero(at, OTHER);
        to.write8(at, 4);
        to.write8(at + 1, type);
        to.write8(at + 6, apic);
        to.write8(at + 7, pin);
        return at + OTHER;
    }

    private static void checksum(GuestPhysical to, int from, int field, int length) {
        to.write8(field, 0);
        int sum = 0;
        for (int i = 0; i < length; i++) sum += to.read8(from + i);
        to.write8(field, -sum);
    }
}
