// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ringside.vmm.clock.Seeded;
import ringside.vmm.trap.GuestState;

/// Products and quotients of bytes and words, and bits that lie beyond their operand: translated as interpreted.
class NarrowArithmeticTest {
    private static final int FROM = 0x20000, TO = 0x28000, ROUNDS = 500, ROW = 12;

    /// Loads EAX, EDX and EBX from a table, carries out, and writes EAX, EDX and EFLAGS to another.
    private static byte[] results(String instruction, boolean divides, boolean signed, int bits, int tier) {
        Bare b = new Bare();
        int length = instruction.trim().split(" ").length;
        b.at(
                0,
                "8B 06 8B 56 04 8B 5E 08 " + instruction + " 89 07 89 57 04 9C 8F 47 08 83 C6 0C 83 C7 0C 49 "
                        + String.format("75 %02X", 256 - 26 - length) + " EB FE");
        Seeded random = new Seeded(3);
        for (int k = 0; k < ROUNDS; k++) {
            int eax = (int) random.nextLong();
            int edx = (int) random.nextLong();
            int ebx = random.nextInt(8) == 0 ? random.nextInt(3) : (int) random.nextLong();
            if (divides) {
                int shift = 32 - bits;
                int v = signed ? ebx << shift >> shift : ebx << shift >>> shift;
                if (v == 0) v = 1;
                int q = signed ? (eax << shift >> shift) / 2 : eax << shift >>> shift;
                long rest = signed ? 0 : Integer.remainderUnsigned(edx, v);
                int n = (int) (q * (long) v + rest);
                ebx = v;
                eax = bits == 8 ? eax & 0xFFFF0000 | n & 0xFFFF : eax & 0xFFFF0000 | n & 0xFFFF;
                if (bits == 16) edx = edx & 0xFFFF0000 | n >>> 16;
            }
            b.memory.write32(FROM + ROW * k, eax);
            b.memory.write32(FROM + ROW * k + 4, edx);
            b.memory.write32(FROM + ROW * k + 8, ebx);
        }
        b.cpu.setTier(tier, 1);
        b.cpu.setReg(GuestState.ESI, FROM);
        b.cpu.setReg(GuestState.EDI, TO);
        b.cpu.setReg(GuestState.ECX, ROUNDS);
        b.cpu.setReg(GuestState.ESP, 0x1F000);
        b.cpu.setReg(GuestState.EBP, 0x10800);
        b.cpu.startSlice(20_000);
        b.cpu.run(20_000);
        if (tier > 0) assertTrue(b.cpu.translatedTicks() > 4_000, "translated: " + b.cpu.translatedTicks());
        return java.util.Arrays.copyOfRange(b.memory.bytes(), 0x10000, TO + ROW * ROUNDS);
    }

    /// The last column of a division is its width in bits, and whether it is signed; of others 0.
    @ParameterizedTest
    @CsvSource({
        "F6 E3, 0, false",
        "66 F7 E3, 0, false",
        "F6 EB, 0, false",
        "66 F7 EB, 0, false",
        "F6 F3, 8, false",
        "66 F7 F3, 16, false",
        "F6 FB, 8, true",
        "66 F7 FB, 16, true"
    })
    void productsAndQuotientsAreTheSame(String instruction, int bits, boolean signed) {
        assertArrayEquals(
                results(instruction, bits != 0, signed, bits, 0), results(instruction, bits != 0, signed, bits, 2));
    }

    /// With the index in AL or AX taken as it is: up to 4 KiB around EBP.
    @ParameterizedTest
    @CsvSource({
        "66 0F BE D8 66 0F A3 5D 00",
        "0F BE D8 0F AB 5D 00",
        "66 0F BE D8 66 0F B3 5D 00",
        "0F BE D8 0F BB 5D 00"
    })
    void bitsBeyondTheirOperandAreTheSame(String instructions) {
        assertArrayEquals(results(instructions, false, false, 0, 0), results(instructions, false, false, 0, 2));
    }
}
