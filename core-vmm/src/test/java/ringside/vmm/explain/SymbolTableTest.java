// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SymbolTableTest {
    private static final String MAP =
            "c0100000 T startup\nc0100040 t set_pte\nc0100040 T alias\n00000001 a absolute\nc0101000 D table\n";

    @Test
    void anAddressIsCalledAfterTheSymbolBeforeIt() {
        SymbolTable map = map(MAP);

        assertEquals("startup", map.at(0xC0100000));
        assertEquals("startup+0x3f", map.at(0xC010003F));
        assertEquals("set_pte+0x1f", map.at(0xC010005F).replace("alias", "set_pte"));
        assertEquals("", map.at(0xC00FFFFF));
        assertEquals("table+0xffff", map.at(0xC0110FFF));
        assertEquals("", map.at(0xC0111000));
    }

    @Test
    void aNameWithAnOffsetIsAnAddress() {
        SymbolTable map = map(MAP);

        assertEquals(OptionalInt.of(0xC0100050), map.address("set_pte+0x10"));
        assertEquals(OptionalInt.of(0xC0100040), map.address(" alias "));
        assertEquals(OptionalInt.empty(), map.address("nobody"));
        assertEquals(OptionalInt.empty(), map.address("set_pte+z"));
        assertEquals(OptionalInt.empty(), map.address("absolute"));
    }

    @Test
    void namesThatBeginWithWhatIsTypedComeFirst() {
        assertEquals(List.of("table"), map(MAP).names("table", 3));
        assertEquals(List.of("startup", "set_pte"), map(MAP).names("s", 3).subList(0, 2));
    }

    @Test
    void anElfFileGivesTheFunctionsOfItsSymbolTable() {
        SymbolTable elf = SymbolTable.of(elf());

        assertEquals(2, elf.size());
        assertEquals("do_fork+0x8", elf.at(0xC0200008));
        // Its size is known: far behind it nothing is called after it.
        assertEquals("", elf.at(0xC0200100));
        assertEquals("jiffies", elf.at(0xC0300000));
    }

    @Test
    void aDamagedFileGivesNoNamesAndDoesNoHarm() {
        byte[] good = elf();
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int k = 0; k < 4; k++) bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            SymbolTable.of(bad).at(0xC0200008);
        }
        assertEquals(0, SymbolTable.of(new byte[] {0x7F, 'E', 'L', 'F'}).size());
        assertEquals(0, map("not a map at all, whatever it says").size());
        assertTrue(SymbolTable.of(new byte[0]).at(0).isEmpty());
    }

    private static SymbolTable map(String text) {
        return SymbolTable.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// A header, two section headers and a table of three symbols, the first of them empty as the ABI wants it.
    private static byte[] elf() {
        ByteBuffer b = ByteBuffer.allocate(300).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464C457F).put(4, (byte) 1).put(5, (byte) 1);
        b.putInt(32, 52).putShort(46, (short) 40).putShort(48, (short) 2);
        int table = 52, strings = 92, symbols = 140, names = 200;
        b.putInt(table + 4, 2)
                .putInt(table + 16, symbols)
                .putInt(table + 20, 48)
                .putInt(table + 24, 1);
        b.putInt(strings + 4, 3).putInt(strings + 16, names);
        symbol(b, symbols + 16, 1, 0xC0200000, 16, 2);
        symbol(b, symbols + 32, 9, 0xC0300000, 4, 1);
        b.put(names + 1, "do_fork\0jiffies\0".getBytes(StandardCharsets.US_ASCII));
        return b.array();
    }

    private static void symbol(ByteBuffer b, int at, int name, int value, int size, int type) {
        b.putInt(at, name).putInt(at + 4, value).putInt(at + 8, size).put(at + 12, (byte) type);
        b.putShort(at + 14, (short) 1);
    }
}
