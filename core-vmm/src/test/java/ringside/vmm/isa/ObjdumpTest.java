// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every row of the table, in random forms of both sizes, against an independent reader of the same bytes, binutils'
/// objdump, in both of its syntaxes. Skipped where that is not installed.
class ObjdumpTest {
    /// Each instruction starts at a multiple of this; NOPs fill the rest.
    private static final int SLOT = 16;
    /// Instructions of each row.
    private static final int INSTANCES = 12;

    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t((?:[0-9a-f]{2} )+)\\s*(?:\\t(.*))?");

    /// Rows that objdump knows under another name or not at all, and why we keep ours.
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("90", "with 66 objdump calls it what it once was, an exchange of AX with itself"),
            Map.entry("90\\+r", "the same"),
            Map.entry("D6", "salc is not documented"),
            Map.entry("0F 09", "with 66 objdump waits for the later WBNOINVD"),
            Map.entry("0F 1[ABCE]", "hints that later processors gave names (MPX, CLDEMOTE, CET)"),
            Map.entry("0F 1F 80 .*", "our marker is a NOP to everybody else"),
            Map.entry("0F FF", "objdump reads a ModRM byte after ud0"),
            Map.entry("DB E[014]", "objdump adds a remark, for which processors it was"),
            Map.entry("D9 D8\\+i|DC D[08]\\+i|DD C8\\+i|DE D0\\+i|DF C8\\+i|DF D[08]\\+i", "second encodings"),
            Map.entry(".*0F AE /[567]r", "fences ignore the rm field, objdump wants 0 there"));

    @TempDir
    private Path folder;

    /// One line of objdump.
    private record Read(int length, String text) {}

    /// Free fields at random; memory forms of every shape.
    private record Seeded(SplittableRandom random) implements Encoder.Choices {
        @Override
        public int below(Encoder.Field field, int bound) {
            return switch (field) {
                case OPERAND_SIZE, ADDRESS_SIZE -> random.nextInt(4) == 0 ? 1 : 0;
                case SEGMENT -> random.nextInt(4) == 0 ? random.nextInt(bound) : 0;
                case SIB -> sib();
                case LOCK, REPEAT, FORM, MOD, BASE, NUMBER -> random.nextInt(bound);
            };
        }

        /// Not "no index, no base": objdump writes an index that is not there.
        private int sib() {
            int sib = random.nextInt(256);
            return (sib & 0x3F) == 0x25 ? 0 : sib;
        }

        /// Not a direct 16-bit address with its top bit set: objdump writes those as negative.
        @Override
        public int displacement(int bytes, boolean alone) {
            if (random.nextInt(4) == 0) return 0;
            return alone && bytes == 2 ? random.nextInt(0x8000) : random.nextInt();
        }

        @Override
        public int immediate(int bytes) {
            return random.nextInt(3) == 0 ? random.nextInt(256) - 128 : random.nextInt();
        }
    }

    @ParameterizedTest
    @CsvSource({"i386,intel", "i386,att", "i8086,intel", "i8086,att"})
    void everyRowReadsAsWithObjdump(String machine, String syntax) throws IOException, InterruptedException {
        boolean code32 = machine.equals("i386");
        List<byte[]> codes = instructions(code32, new SplittableRandom(11));
        Map<Integer, Read> reads = objdump(codes, machine, syntax);
        List<String> wrong = new ArrayList<>();
        Insn insn = new Insn();
        for (int i = 0; i < codes.size() && wrong.size() < 20; i++) {
            Decoder.decode(codes.get(i), 0, Decoder.MAX_LENGTH, code32, insn);
            if (OTHERS.keySet().stream().anyMatch(Rows.opcode(insn.row)::matches)) continue;
            Read read = reads.getOrDefault(i * SLOT, new Read(0, "nothing here"));
            String ours = syntax.equals("att") ? Disassembler.att(insn, i * SLOT) : Disassembler.text(insn, i * SLOT);
            if (insn.length == read.length() && same(insn, ours, read.text())) continue;
            wrong.add("%s %s is %d %s, objdump: %d %s"
                    .formatted(
                            Rows.opcode(insn.row),
                            HexFormat.of().formatHex(codes.get(i), 0, insn.length),
                            insn.length,
                            ours,
                            read.length(),
                            read.text()));
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatIsEncodedForARowDecodesToThatRow() {
        SplittableRandom random = new SplittableRandom(12);
        Insn insn = new Insn();
        for (int k = 0; k < 40; k++) {
            boolean code32 = k % 2 == 0;
            for (int row = 1; row < Rows.count(); row++) {
                byte[] code = Encoder.encode(row, code32, new Seeded(random));
                int length = Decoder.decode(code, 0, code.length, code32, insn);
                boolean marker = Rows.opcode(row).contains("nn") && insn.addressSize == 2;
                boolean nop =
                        Rows.opcode(row).equals("90+r") && Rows.opcode(insn.row).equals("90");
                assertTrue(
                        insn.row == row || marker || nop, () -> HexFormat.of().formatHex(code));
                assertTrue(length == code.length || marker, () -> HexFormat.of().formatHex(code));
            }
        }
    }

    private static List<byte[]> instructions(boolean code32, SplittableRandom random) {
        List<byte[]> codes = new ArrayList<>();
        for (int row = 1; row < Rows.count(); row++) {
            for (int k = 0; k < INSTANCES; k++) {
                byte[] code = Encoder.encode(row, code32, new Seeded(random));
                byte[] slot = Arrays.copyOf(code, SLOT);
                Arrays.fill(slot, code.length, SLOT, (byte) 0x90);
                codes.add(slot);
            }
        }
        return codes;
    }

    private static boolean same(Insn insn, String ours, String theirs) {
        String a = plain(ours);
        String b = plain(theirs);
        // With 16-bit operands a branch goes to an IP of 16 bits; objdump forgets that for most of them.
        if (insn.k0 == Insn.REL && insn.size == 2) return cut(a).equals(cut(b));
        // 3E in front of an indirect branch is CET's "notrack" to objdump.
        if (b.startsWith("notrack ")) return a.replaceFirst("%?ds:", "").equals(b.substring(8));
        return a.equals(b);
    }

    /// Without prefixes that change nothing, which we do not write, and without an index that is not there.
    private static String plain(String text) {
        return text.replaceAll(" +", " ")
                .replaceAll("\\b(addr16|addr32|data16|data32) ", "")
                .replaceAll("^(cs|ds|es|fs|gs|ss) ", "")
                .replaceAll("\\+eiz\\*[1248]|,%eiz,[1248]", "")
                .strip();
    }

    private static String cut(String text) {
        int at = text.lastIndexOf("0x");
        return text.substring(0, at) + (Long.parseLong(text.substring(at + 2), 16) & 0xFFFF);
    }

    private Map<Integer, Read> objdump(List<byte[]> codes, String machine, String syntax)
            throws IOException, InterruptedException {
        byte[] image = new byte[codes.size() * SLOT];
        for (int i = 0; i < codes.size(); i++) System.arraycopy(codes.get(i), 0, image, i * SLOT, SLOT);
        Path file = folder.resolve("instructions.bin");
        Path listing = folder.resolve("instructions.txt");
        Files.write(file, image);
        assumeTrue(run(listing, machine, syntax, file), "objdump is not installed");
        Map<Integer, Read> reads = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(listing)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches() && matcher.group(3) != null) {
                    int length = matcher.group(2).length() / 3;
                    reads.put(Integer.parseInt(matcher.group(1), 16), new Read(length, matcher.group(3)));
                }
            }
        }
        return reads;
    }

    private static boolean run(Path listing, String machine, String syntax, Path file) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            "objdump", "-D", "-w", "-z", "-b", "binary", "-m", machine, "-M", syntax, file.toString())
                    .redirectOutput(listing.toFile())
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
