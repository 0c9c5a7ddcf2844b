// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisassemblerTest {
    private final Insn insn = new Insn();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8B44240C         | mov    eax,DWORD PTR [esp+0xc]",
                "668945FE         | mov    WORD PTR [ebp-0x2],ax",
                "64A104000000     | mov    eax,fs:0x4",
                "65890D08000000   | mov    DWORD PTR gs:0x8,ecx",
                "678B4710         | mov    eax,DWORD PTR [bx+0x10]",
                "678B12           | mov    edx,DWORD PTR [bp+si]",
                "F3A4             | rep movs BYTE PTR es:[edi],BYTE PTR ds:[esi]",
                "F2AE             | repnz scas al,BYTE PTR es:[edi]",
                "2E6626AC         | lods   al,BYTE PTR es:[esi]",
                "F00FC70E         | lock cmpxchg8b QWORD PTR [esi]",
                "F00FC7CE         | (bad)",
                "EBFE             | jmp    0x1000",
                "0F8500000000     | jne    0x1006",
                "66E9FCEF         | jmpw   0x0",
                "67E3FD           | jcxz   0x1000",
                "EA785634120800   | jmp    0x8:0x12345678",
                "C8200001         | enter  0x20,0x1",
                "6AFF             | push   0xffffffff",
                "666AFF           | pushw  0xffff",
                "DFE0             | fnstsw ax",
                "DDC3             | ffree  st(3)",
                "660FC6C1EE       | shufpd xmm0,xmm1,0xee",
                "D7               | xlat   BYTE PTR ds:[ebx]",
                "E6F4             | out    0xf4,al",
                "0F1F80034C4542   | bell   0x3"
            })
    void textsReadAsInTheManuals(String hex, String expected) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Decoder.decode(bytes, 0, bytes.length, true, insn);
        assertEquals(expected, Disassembler.text(insn, 0x1000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8B44240C         | mov    0xc(%esp),%eax",
                "64A104000000     | mov    %fs:0x4,%eax",
                "C7431001000000   | movl   $0x1,0x10(%ebx)",
                "F00FC70E         | lock cmpxchg8b (%esi)",
                "0FB64301         | movzbl 0x1(%ebx),%eax",
                "EA785634120800   | ljmp   $0x8,$0x12345678",
                "DCE1             | fsub   %st,%st(1)",
                "DA4304           | fiaddl 0x4(%ebx)",
                "F3A4             | rep movsb %ds:(%esi),%es:(%edi)",
                "FF6304           | jmp    *0x4(%ebx)",
                "E6F4             | out    %al,$0xf4",
                "0F1F80034C4542   | bell   $0x3"
            })
    void attTextsReadAsObjdumpWritesThem(String hex, String expected) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Decoder.decode(bytes, 0, bytes.length, true, insn);
        assertEquals(expected, Disassembler.att(insn, 0x1000));
    }

    @Test
    void everythingThatDecodesHasAText() {
        Random random = new Random(7);
        byte[] bytes = new byte[15];
        for (int i = 0; i < 200_000; i++) {
            random.nextBytes(bytes);
            if (Decoder.decode(bytes, 0, 15, i % 2 == 0, insn) > 0) {
                assertDoesNotThrow(
                        () -> Disassembler.text(insn, 0) + Disassembler.att(insn, 0),
                        () -> HexFormat.of().formatHex(bytes));
            }
        }
    }
}
