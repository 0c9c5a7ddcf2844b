// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.isa.Samples.Sample;

class DecoderTest {
    private final Insn insn = new Insn();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRowDecodesToItself(boolean code32) {
        List<String> wrong = new ArrayList<>();
        for (Sample sample : Samples.all(code32)) {
            int length = Decoder.decode(sample.bytes(), 0, 15, code32, insn);
            boolean same = length > 0 && insn.row == sample.row().number() && insn.length == length;
            if (!same || !Op.name(insn.op).equals(sample.row().semantics())) {
                wrong.add(sample + " gave " + Rows.opcode(insn.row) + " length " + length);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRowNeedsExactlyItsBytes(boolean code32) {
        List<String> wrong = new ArrayList<>();
        for (Sample sample : Samples.all(code32)) {
            int length = Decoder.decode(sample.bytes(), 0, 15, code32, insn);
            for (int available = 0; available < length; available++) {
                if (Decoder.decode(sample.bytes(), 0, available, code32, insn) != Decoder.TRUNCATED) {
                    wrong.add(sample + " with " + available);
                }
            }
            if (Decoder.decode(sample.bytes(), 0, length, code32, insn) != length) {
                wrong.add(sample + " with all of " + length);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lockIsDefinedOnlyWhereTheTableAllowsItAndMemoryIsWritten(boolean code32) {
        List<String> wrong = new ArrayList<>();
        byte[] locked = new byte[16];
        locked[0] = (byte) 0xF0;
        for (Sample sample : Samples.all(code32)) {
            System.arraycopy(sample.bytes(), 0, locked, 1, 15);
            Decoder.decode(sample.bytes(), 0, 15, code32, insn);
            boolean allowed = sample.row().lockable() && insn.k0 == Insn.MEM || insn.op == Op.UD;
            int op = insn.op;
            Decoder.decode(locked, 0, 15, code32, insn);
            if (insn.op != (allowed ? op : Op.UD)) {
                wrong.add("lock " + sample);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void randomBytesGiveALengthOrAReason() {
        Random random = new Random(42);
        byte[] bytes = new byte[16];
        for (int i = 0; i < 1_000_000; i++) {
            random.nextBytes(bytes);
            boolean code32 = random.nextBoolean();
            int available = random.nextInt(17);
            int length = Decoder.decode(bytes, 0, available, code32, insn);
            boolean fits = length >= 1 && length <= Math.min(15, available) && length == insn.length;
            assertTrue(
                    fits
                            || length == Decoder.TRUNCATED && available < 15
                            || length == Decoder.TOO_LONG && available >= 15,
                    () -> HexFormat.of().formatHex(bytes) + " of " + available + " gave " + length);
        }
    }

    @Test
    void fifteenBytesAreTheLimit() {
        byte[] fits = HexFormat.of().parseHex("3E".repeat(10) + "05" + "11223344");
        byte[] tooLong = HexFormat.of().parseHex("3E".repeat(11) + "05" + "11223344");
        byte[] onlyPrefixes = HexFormat.of().parseHex("3E".repeat(16));
        assertEquals(
                List.of(15, Decoder.TOO_LONG, Decoder.TOO_LONG, Decoder.TRUNCATED),
                List.of(
                        Decoder.decode(fits, 0, 15, true, insn),
                        Decoder.decode(tooLong, 0, 16, true, insn),
                        Decoder.decode(onlyPrefixes, 0, 16, true, insn),
                        Decoder.decode(onlyPrefixes, 0, 14, true, insn)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0F0B", "0FB9C0", "0FFFC0", "0F05", "0F07", "0FAA", "0F04C0", "0F0AC0", "0F0CC0", "0F0DC0", "0F24C0",
                        "0F26C0",
                "0F36C0", "0F38C0", "0F3AC0", "0FA6C0", "0FA7C0", "0FB8C0", "8EC8", "8E08", "8EF0", "8EF8", "8CF0",
                        "8C38",
                "0F22C8", "0F20E8", "0F20F0", "0F20F8", "8DC0", "C4C0", "C5C0", "62C0", "0FB2C0", "0FC7C8", "0FC700",
                        "0F01D0",
                "0F01F8", "0F0128", "FFF8", "FFD8", "FFE8", "FEF8", "FED0", "C6C8", "C7C800000000", "8FC8", "F000C3",
                        "F090",
                "F0890000", "F00FA300", "F0D0E0", "D9D1", "D9E2", "DBF8", "DDF0", "DED8", "DFE1", "DB08", "660F12C1",
                        "F20F54C0",
                "0F6CC0", "F20F6FC0", "0FE6C0", "0FAE20", "0F7CC0"
            })
    void undefinedEncodingsAreUd(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        int length = Decoder.decode(bytes, 0, bytes.length, true, insn);
        assertTrue(length > 0 && insn.op == Op.UD, () -> hex + " gave " + Op.name(insn.op) + " length " + length);
    }

    @Test
    void anUndefinedGroupMemberDoesNotFetchItsDisplacement() {
        assertEquals("UD 2", decoded("FFBD"));
    }

    @Test
    void theMarkerIsABell() {
        decoded("0F1F80074C4542");
        assertEquals(List.of(Op.BELL, 7, 7), List.of(insn.op, insn.imm2, insn.length));
    }

    @Test
    void aLongNopWithAnotherDisplacementIsNoBell() {
        assertEquals("NOP 7", decoded("0F1F80074C4543"));
    }

    @ParameterizedTest
    @CsvSource({
        "8B4500, 2",
        "8B0424, 2",
        "8B4300, 3",
        "8B0528000000, 3",
        "3E8B4500, 3",
        "268B442400, 0",
        "8B442900, 3",
        "8B44A500, 2",
        "673E8B4600, 3",
        "678B4600, 2",
        "678B060000, 3",
        "67648B4600, 4",
        "2E3665AC, 5",
        "A100000000, 3"
    })
    void theSegmentIsTheLastPrefixOrTheDefaultOfTheBase(String hex, int segment) {
        decoded(hex);
        assertEquals(segment, insn.seg);
    }

    @ParameterizedTest
    @CsvSource({
        "8B07, 7 -1 0 0", "8B44F3F0, 3 6 3 -16", "8B0424, 4 -1 0 0", "8B04E4, 4 -1 0 0",
                "8B048D44332211, -1 1 2 287454020",
        "8B0544332211, -1 -1 0 287454020", "8B8580FFFFFF, 5 -1 0 -128", "678B00, 3 6 0 0", "678B01, 3 7 0 0",
                "678B02, 5 6 0 0",
        "678B03, 5 7 0 0", "678B04, 6 -1 0 0", "678B45F0, 7 -1 0 -16", "678B463C, 5 -1 0 60",
                "678B0634F2, -1 -1 0 -3532",
        "678B873412, 3 -1 0 4660", "A144332211, -1 -1 0 287454020", "67A134F2, -1 -1 0 62004"
    })
    void memoryOperandsAreBaseIndexScaleAndDisplacement(String hex, String expected) {
        decoded(hex);
        assertEquals(
                expected,
                String.join(
                        " ",
                        Stream.of(insn.base, insn.index, insn.scale, insn.disp)
                                .map(String::valueOf)
                                .toList()));
    }

    @ParameterizedTest
    @CsvSource({
        "83C0FF, -1", "6683C0FF, -1", "6AFF, -1", "6BC0FE, -2", "80C0FF, -1", "C1E0FF, 255", "E4FF, 255", "CDFF, 255",
        "C2FEFF, 65534", "66B8FEFF, -2", "D1E0, 1", "D4FF, 255", "EBFE, -2", "E8FEFFFFFF, -2", "66E8FEFF, -2",
                "0FBAE0FF, 255"
    })
    void immediatesAreSignExtendedUnlessTheyCountOrName(String hex, int expected) {
        decoded(hex);
        assertEquals(expected, insn.imm);
    }

    @ParameterizedTest
    @CsvSource({
        "9A785634120800, 305419896 8",
        "669A78560800, 22136 8",
        "C8100003, 16 3",
        "7402, 2 4",
        "0F9CC0, 0 12",
        "0F4FC0, 0 15"
    })
    void secondImmediatesAreSelectorLevelOrCondition(String hex, String expected) {
        decoded(hex);
        assertEquals(expected, insn.imm + " " + insn.imm2);
    }

    /// Kind, number and size of each operand.
    @ParameterizedTest
    @CsvSource({
        "00C4, 1.4.1 1.0.1 0.0.0",
        "6601C8, 1.0.2 1.1.2 0.0.0",
        "010500000000, 2.0.4 1.0.4 0.0.0",
        "0FB6C4, 1.0.4 1.4.1 0.0.0",
        "660FBE00, 1.0.2 2.0.1 0.0.0",
        "06, 4.0.4 0.0.0 0.0.0",
        "660FA8, 4.5.2 0.0.0 0.0.0",
        "8CD8, 1.0.4 4.3.2 0.0.0",
        "8C18, 2.0.2 4.3.2 0.0.0",
        "8ED8, 4.3.2 1.0.2 0.0.0",
        "0F20D8, 1.0.4 5.3.4 0.0.0",
        "0F2318, 6.3.4 1.0.4 0.0.0",
        "A4, 0.0.1 0.0.0 0.0.0",
        "66A5, 0.0.2 0.0.0 0.0.0",
        "AB, 0.0.4 0.0.0 0.0.0",
        "6F, 0.0.4 0.0.0 0.0.0",
        "6C, 0.0.1 0.0.0 0.0.0",
        "EC, 1.0.1 1.2.2 0.0.0",
        "E780, 3.0.1 1.0.4 0.0.0",
        "0FA5C8, 1.0.4 1.1.4 1.1.1",
        "69C100000000, 1.0.4 1.1.4 3.0.4",
        "F7E9, 1.1.4 0.0.0 0.0.0",
        "9C, 0.0.4 0.0.0 0.0.0",
        "FF18, 2.0.6 0.0.0 0.0.0",
        "66FF28, 2.0.4 0.0.0 0.0.0",
        "6200, 1.0.4 2.0.8 0.0.0",
        "0FC708, 2.0.8 0.0.0 0.0.0",
        "0F0110, 2.0.6 0.0.0 0.0.0",
        "D9C1, 9.1.10 0.0.0 0.0.0",
        "DCC2, 9.2.10 9.0.10 0.0.0",
        "DB28, 2.0.10 0.0.0 0.0.0",
        "66D930, 2.0.14 0.0.0 0.0.0",
        "DD30, 2.0.108 0.0.0 0.0.0",
        "0F6FC1, 10.0.8 10.1.8 0.0.0",
        "660F6F01, 11.0.16 2.0.16 0.0.0",
        "F30F2AC1, 11.0.4 1.1.4 0.0.0",
        "0FAE00, 2.0.512 0.0.0 0.0.0",
        "93, 1.3.4 1.0.4 0.0.0",
        "50, 1.0.4 0.0.0 0.0.0",
        "6A00, 3.0.4 0.0.0 0.0.0",
        "0FC9, 1.1.4 0.0.0 0.0.0"
    })
    void operandsHaveKindNumberAndSize(String hex, String expected) {
        decoded(hex);
        int[] fields = {insn.k0, insn.n0, insn.s0, insn.k1, insn.n1, insn.s1, insn.k2, insn.n2, insn.s2};
        List<String> operands = IntStream.range(0, 3)
                .mapToObj(k -> fields[3 * k] + "." + fields[3 * k + 1] + "." + fields[3 * k + 2])
                .toList();
        assertEquals(expected, String.join(" ", operands));
    }

    @ParameterizedTest
    @CsvSource({
        "0F58C1, ADDPS",
        "660F58C1, ADDPD",
        "F30F58C1, ADDSS",
        "F20F58C1, ADDSD",
        "66F30F58C1, ADDSS",
        "F366F20F58C1, ADDSD",
        "F20FE6C1, CVTPD2DQ",
        "F30FBCC1, BSF",
        "F30F1EFA, NOP",
        "F390, PAUSE",
        "F290, NOP",
        "6690, NOP",
        "6691, XCHG"
    })
    void prefixesSelectOnlyWhereTheTableSays(String hex, String expected) {
        decoded(hex);
        assertEquals(expected, Op.name(insn.op));
    }

    private String decoded(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        int length = Decoder.decode(bytes, 0, bytes.length, true, insn);
        assertTrue(length > 0, () -> hex + " gave " + length);
        return Op.name(insn.op) + " " + length;
    }
}
