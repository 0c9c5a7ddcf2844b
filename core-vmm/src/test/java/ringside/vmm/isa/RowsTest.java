// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTest {
    private final Insn insn = new Insn();

    /// Robin and Irvine's list of 2000: unprivileged instructions that tell or change what a monitor must hide.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0F0100",
                "0F0108",
                "0F00C0",
                "0F01E0",
                "9C",
                "9D",
                "0F02C0",
                "0F03C0",
                "0F00E0",
                "0F00E8",
                "07",
                "0E",
                "9A000000000000",
                "EA000000000000",
                "CD80",
                "CB",
                "0F00C8",
                "8CC8"
            })
    void theSensitiveInstructionsAreMarked(String hex) {
        assertEquals(Rows.SENSITIVE, Rows.kind(row(hex)));
    }

    @ParameterizedTest
    @CsvSource({
        "01C0, 8D5, 0",
        "21C0, 8C5, 10",
        "40, 8D4, 0",
        "F7E0, 801, D4",
        "F7F0, 0, 8D5",
        "0FBCC0, 40, 895",
        "FA, 200, 0",
        "FC, 400, 0",
        "89C0, 0, 0",
        "9D, 3F7FD5, 0"
    })
    void flagsWrittenAndUndefinedAreEflagsBits(String hex, String writes, String undefined) {
        int row = row(hex);
        assertEquals(
                List.of(Integer.parseInt(writes, 16), Integer.parseInt(undefined, 16)),
                List.of(Rows.writes(row), Rows.undefined(row)));
    }

    @ParameterizedTest
    @CsvSource({
        "01C0, 0",
        "F4, 2",
        "E430, 3",
        "D9C0, 4",
        "0FAE00, 4",
        "0FEFC0, 5",
        "0F58C0, 6",
        "660F58C0, 7",
        "660FEFC0, 7"
    })
    void rowsBelongToOneClass(String hex, int kind) {
        assertEquals(kind, Rows.kind(row(hex)));
    }

    @Test
    void generalX87AndSimdInstructionsAreRangesOfOp() {
        for (int row = 1; row < Rows.count(); row++) {
            int op = Rows.semantics(row);
            int range = op < Op.FIRST_FPU ? 0 : op < Op.FIRST_SIMD ? 1 : 2;
            int expected = Rows.kind(row) < Rows.FPU ? 0 : Rows.kind(row) == Rows.FPU ? 1 : 2;
            assertEquals(expected, range, Rows.opcode(row));
        }
    }

    @Test
    void controlTransfersEndBlocks() {
        List<Integer> transfers = List.of(
                Op.JMP,
                Op.JCC,
                Op.CALL,
                Op.RET,
                Op.CALLF,
                Op.JMPF,
                Op.RETF,
                Op.IRET,
                Op.INT,
                Op.INT3,
                Op.INTO,
                Op.LOOP,
                Op.JCXZ,
                Op.HLT,
                Op.UD,
                Op.SYSENTER,
                Op.SYSEXIT);
        assertTrue(IntStream.range(0, Rows.count())
                .filter(row -> transfers.contains(Rows.semantics(row)))
                .allMatch(Rows::endsBlock));
    }

    private int row(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Decoder.decode(bytes, 0, bytes.length, true, insn);
        return insn.row;
    }
}
