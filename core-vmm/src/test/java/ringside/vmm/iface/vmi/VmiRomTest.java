// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.vmi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a kernel checks before it trusts the ROM (vmi.md 2.2, 2.3), and what the monitor relies on.
class VmiRomTest {
    private static final int NONE = 0, CALL_REL = 1, NOP = 3;
    private final VmiRom rom = VmiRom.shipped(1);
    private final ByteBuffer bytes = ByteBuffer.wrap(rom.bytes()).order(ByteOrder.LITTLE_ENDIAN);

    private int u16(int at) {
        return bytes.getShort(at) & 0xFFFF;
    }

    private String text(int at) {
        int end = at;
        while (bytes.get(end) != 0) end++;
        return new String(rom.bytes(), at, end - at, ISO_8859_1);
    }

    private int type(int call) {
        return bytes.get(0x200 + 4 * call + 2);
    }

    @Test
    void theHeaderIsThatOfApi30() {
        assertEquals(0xAA55, u16(0));
        assertEquals(rom.size(), (bytes.get(2) & 0xFF) * 512);
        assertEquals(0xCB, bytes.get(3) & 0xFF);
        assertEquals(0x696D5663, bytes.getInt(8));
        assertEquals(0, bytes.get(0x0C));
        assertEquals(3, bytes.get(0x0D));
        assertEquals(VmmArea.TOP, bytes.getInt(0x10));
        assertEquals(0, u16(0x14));
        assertEquals("GPL", text(u16(0x16)));
        for (int at = 0x1C; at < 0x80; at++) assertEquals(0, bytes.get(at), "reserved byte " + at);
    }

    @Test
    void theBytesSumToZero() {
        int sum = 0;
        for (byte b : rom.bytes()) sum += b;
        assertEquals(0, sum & 0xFF);
    }

    @Test
    void thePciStructureNamesTheDevice() {
        int at = u16(0x18);
        assertEquals("PCIR", new String(rom.bytes(), at, 4, ISO_8859_1));
        assertEquals(0, at & 3);
        assertEquals(0x15AD, u16(at + 4));
        assertEquals(0x0801, u16(at + 6));
        assertEquals(rom.size() / 512, u16(at + 0x10));
    }

    @Test
    void thePlugAndPlayHeaderHasTheStrings() {
        int at = u16(0x1A);
        assertEquals("$PnP", new String(rom.bytes(), at, 4, ISO_8859_1));
        assertEquals("Ringside", text(u16(at + 0x0E)));
        assertEquals("Virtual Machine Interface", text(u16(at + 0x10)));
    }

    @Test
    void theCellsJumpIntoTheRom() {
        for (int cell : new int[] {0x80, 0x88}) {
            assertEquals(0xE9, bytes.get(cell) & 0xFF);
            int target = cell + 5 + bytes.getInt(cell + 1);
            assertTrue(target >= 0x400 && target < rom.size(), Integer.toHexString(target));
        }
    }

    @Test
    void kernelsFindTheCallsTheyCannotDoWithout() {
        for (int call : List.of(33, 34, 66, 67, 68, 69, 70, 39, 41, 38, 40))
            assertEquals(CALL_REL, type(call), "call " + call);
        assertEquals(NOP, type(65));
        for (int call : List.of(42, 43, 72)) assertEquals(NONE, type(call), "call " + call);
    }

    @Test
    void theRomForLevelZeroTakesNothingOfTheAddressSpace() {
        ByteBuffer other = ByteBuffer.wrap(VmiRom.shipped(0).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, other.getInt(0x10));
        for (int call : List.of(33, 34, 66, 67, 68, 69, 70, 39, 41, 38, 40))
            assertEquals(CALL_REL, other.get(0x200 + 4 * call + 2), "call " + call);
    }

    @Test
    void everyOfferedCallBeginsSomewhereOfItsOwn() {
        for (int call = 0; call < 74; call++) {
            if (type(call) == CALL_REL) assertEquals(call, rom.callAt(u16(0x200 + 4 * call)));
        }
    }

    @Test
    void crossingsCarryTheirNumber() {
        int halt = u16(0x200 + 4 * 35);
        assertEquals(0xCD, bytes.get(halt) & 0xFF);
        assertEquals(VmiRom.CROSSING, bytes.get(halt + 1) & 0xFF);
        assertEquals(35, rom.crossingBefore(halt + 2));
        assertTrue(rom.returnsAt(halt + 6));
        assertNotEquals(35, rom.crossingBefore(halt + 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theCheckedInRomIsWhatItsSourceMakes(int ring, @TempDir Path dir) throws IOException, InterruptedException {
        Path source = Path.of("..", "guests", "rom");
        assumeTrue(Files.exists(source.resolve("rom.sh")) && Files.isExecutable(Path.of("/usr/bin/as")));
        Path made = dir.resolve("vmi-rom.bin");
        Process p = new ProcessBuilder(
                        "sh",
                        "rom.sh",
                        "as",
                        "ld",
                        ring == 0 ? "vmi-rom0.S" : "vmi-rom.S",
                        dir.toString(),
                        made.toString())
                .directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        assertEquals(0, p.waitFor(), () -> "see " + dir);
        assertArrayEquals(VmiRom.shipped(ring).bytes(), Files.readAllBytes(made));
    }
}
