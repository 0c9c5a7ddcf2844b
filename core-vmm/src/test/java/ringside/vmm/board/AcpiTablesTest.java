// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ringside.vmm.mem.MachineMemory;

class AcpiTablesTest {
    private static final int VCPUS = 8;
    private final MachineMemory memory = new MachineMemory(2 << 20);

    @BeforeEach
    void write() {
        AcpiTables.write(new GuestPhysical(memory, null, memory.size()), VCPUS, true);
    }

    private int sum(int at, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) sum += memory.read8(at + i);
        return sum & 0xFF;
    }

    private String text(int at, int length) {
        return new String(memory.bytes(), at, length, StandardCharsets.US_ASCII);
    }

    /// By signature, from the root table.
    private Map<String, Integer> tables() {
        int root = memory.read32(Layout.ACPI_TABLES + 16);
        Map<String, Integer> found = new TreeMap<>(Map.of("RSDT", root));
        for (int at = root + 36; at < root + memory.read32(root + 4); at += 4) {
            found.put(text(memory.read32(at), 4), memory.read32(at));
        }
        found.put("DSDT", memory.read32(found.get("FACP") + 40));
        return found;
    }

    @Test
    void thePointerIsOnAParagraphOfTheBiosAreaAndAddsUp() {
        assertEquals("RSD PTR ", text(Layout.ACPI_TABLES, 8));
        assertEquals(0, Layout.ACPI_TABLES & 15);
        assertEquals(0, sum(Layout.ACPI_TABLES, 20));
    }

    @Test
    void everyTableIsThereAddsUpAndLiesInTheReservedArea() {
        assertEquals("[APIC, DSDT, FACP, HPET, RSDT]", tables().keySet().toString());
        tables().forEach((name, at) -> {
            assertEquals(name, text(at, 4));
            assertEquals(0, sum(at, memory.read32(at + 4)), name);
            assertTrue(at >= Layout.ACPI_TABLES && at + memory.read32(at + 4) <= Layout.ACPI_END, name);
        });
    }

    @Test
    void theFixedTableNamesTheRegistersAndAnAlignedFacs() {
        int t = tables().get("FACP");
        assertEquals(244, memory.read32(t + 4));
        assertEquals("600 604 608", hex(t + 56) + " " + hex(t + 64) + " " + hex(t + 76));
        assertEquals(9, memory.read16(t + 46));
        assertEquals(0xCF9, memory.read32(t + 120));
        int facs = memory.read32(t + 36);
        assertEquals("FACS", text(facs, 4));
        assertEquals(0, facs & 63);
    }

    private String hex(int at) {
        return Integer.toHexString(memory.read32(at));
    }

    @Test
    void theInterruptTableListsEveryProcessorAndTheIoApic() {
        int t = tables().get("APIC");
        Map<Integer, Integer> kinds = new TreeMap<>();
        int at = t + 44;
        for (; at < t + memory.read32(t + 4); at += memory.read8(at + 1))
            kinds.merge(memory.read8(at), 1, Integer::sum);
        assertEquals(t + memory.read32(t + 4), at);
        assertEquals(Map.of(0, VCPUS, 1, 1, 2, 2, 4, 1), kinds);
    }

    @Test
    void aLengthCountsItselfInAsManyBytesAsItNeeds() {
        assertArrayEquals(new byte[] {0x12, 3, 1, 1}, Aml.packageOf(Aml.integer(1)));
        byte[] longer = Aml.scope("\\_SB", new byte[100]);
        assertEquals(1 + 2 + 5 + 100, longer.length);
        assertEquals(longer.length - 1, longer[1] & 0x0F | (longer[2] & 0xFF) << 4);
        assertEquals(1, longer[1] >> 6);
        byte[] longest = Aml.scope("\\_SB", new byte[5000]);
        assertEquals(longest.length - 1, longest[1] & 0x0F | (longest[2] & 0xFF) << 4 | (longest[3] & 0xFF) << 12);
    }

    @Test
    void numbersTakeTheShortestForm() {
        assertArrayEquals(new byte[] {0}, Aml.integer(0));
        assertArrayEquals(new byte[] {0x0A, 9}, Aml.integer(9));
        assertArrayEquals(new byte[] {0x0B, (byte) 0xF8, 3}, Aml.integer(0x3F8));
        assertArrayEquals(new byte[] {0x0C, 0, 0, 1, 0}, Aml.integer(0x1_0000));
    }

    @Test
    void aKindIsThreeLettersAndFourDigits() {
        assertArrayEquals(new byte[] {0x0C, 0x41, (byte) 0xD0, 0x0A, 0x03}, Aml.eisaId("PNP0A03"));
    }
}
