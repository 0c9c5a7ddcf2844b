// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringside.vmm.isa.Samples.Sample;

/// Every row of the table against an independent reader of the same bytes, binutils' objdump. Skipped where that is
/// not installed.
class ObjdumpTest {
    /// Each sample starts at a multiple of this; NOPs fill the rest.
    private static final int SLOT = 16;

    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t((?:[0-9a-f]{2} )+)\\s*(?:\\t(.*))?");

    private static final Pattern SHOWN_WITH_WIDTH =
            Pattern.compile("(pusha|popa|pushf|popf|iret|retf|ret|call|jmp|push|pop|enter|leave)[wdl]?");

    /// Operands that objdump shows with another width, or names it adds a remark to. MOV to a segment register is
    /// another one.
    private static final Set<Integer> OTHER_STYLE =
            Set.of(Op.SGDT, Op.SIDT, Op.LGDT, Op.LIDT, Op.INVLPG, Op.LAR, Op.LSL, Op.BELL, Op.FNOP);

    /// What objdump calls by another name, to ours.
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("icebp", "int1"),
            Map.entry("xchg", "nop"),
            Map.entry("lgdtd", "lgdt"),
            Map.entry("lgdtw", "lgdt"),
            Map.entry("lidtd", "lidt"),
            Map.entry("lidtw", "lidt"),
            Map.entry("sgdtd", "sgdt"),
            Map.entry("sgdtw", "sgdt"),
            Map.entry("sidtd", "sidt"),
            Map.entry("sidtw", "sidt"));

    @TempDir
    private Path folder;

    /// One line of objdump.
    private record Read(int address, int length, String text) {}

    @ParameterizedTest
    @ValueSource(strings = {"i386", "i8086"})
    void lengthsAndMnemonicsAgree(String machine) throws IOException, InterruptedException {
        assertEquals(List.of(), differences(machine, ObjdumpTest::sameMnemonic));
    }

    /// Not in 16-bit mode, where objdump shows widths in other places and branch targets beyond 64 KB.
    @Test
    void textsAgreeIn32BitMode() throws IOException, InterruptedException {
        assertEquals(List.of(), differences("i386", ObjdumpTest::sameText));
    }

    private List<String> differences(String machine, BiPredicate<Insn, Read> same)
            throws IOException, InterruptedException {
        boolean code32 = machine.equals("i386");
        List<Sample> samples = Samples.all(code32).stream()
                .filter(sample -> !sample.row().semantics().equals("UD"))
                .filter(sample -> !sample.row().alias())
                .filter(ObjdumpTest::knownToObjdump)
                .toList();
        Map<Integer, Read> reads = objdump(samples, machine, code32);
        List<String> wrong = new ArrayList<>();
        Insn insn = new Insn();
        for (int i = 0; i < samples.size() && wrong.size() < 20; i++) {
            Decoder.decode(samples.get(i).bytes(), 0, 15, code32, insn);
            Read read = reads.getOrDefault(i * SLOT, new Read(i * SLOT, 0, "nothing here"));
            if (insn.length != read.length() || !same.test(insn, read)) {
                wrong.add(samples.get(i) + " is " + insn.length + " " + Disassembler.text(insn, i * SLOT)
                        + ", objdump: " + read.length() + " " + read.text());
            }
        }
        return wrong;
    }

    /// Silicon ignores the rm field of the fences; objdump wants 0.
    private static boolean knownToObjdump(Sample sample) {
        boolean fence = sample.row().mnemonic().endsWith("fence");
        return !fence || (sample.bytes()[2] & 7) == 0;
    }

    private static boolean sameText(Insn insn, Read read) {
        String ours = Disassembler.text(insn, read.address()).replaceAll(" +", " ");
        String theirs = read.text()
                .replaceAll(" +", " ")
                .replaceAll("\\[eiz\\*1\\+(0x[0-9a-f]+)]", "ds:$1")
                .strip();
        return ours.equals(theirs)
                || OTHER_STYLE.contains(insn.op)
                || Rows.operands(insn.row).startsWith("Sw");
    }

    private static boolean sameMnemonic(Insn insn, Read read) {
        String ours = Disassembler.mnemonic(insn);
        String theirs = read.text().split("[ ,(]", 2)[0];
        return insn.op == Op.BELL && theirs.equals("nop")
                || theirs.equals(ours)
                || NAMES.getOrDefault(theirs, "").equals(ours)
                || withoutWidth(theirs).equals(withoutWidth(ours));
    }

    /// `pushad` and `pushaw` are `pusha`: which width objdump shows depends on the mode.
    private static String withoutWidth(String mnemonic) {
        Matcher matcher = SHOWN_WITH_WIDTH.matcher(mnemonic);
        return matcher.matches() ? matcher.group(1) : mnemonic;
    }

    private Map<Integer, Read> objdump(List<Sample> samples, String machine, boolean code32)
            throws IOException, InterruptedException {
        byte[] image = new byte[samples.size() * SLOT];
        Arrays.fill(image, (byte) 0x90);
        Insn insn = new Insn();
        for (int i = 0; i < samples.size(); i++) {
            int length = Decoder.decode(samples.get(i).bytes(), 0, 15, code32, insn);
            System.arraycopy(samples.get(i).bytes(), 0, image, i * SLOT, length);
        }
        Path file = folder.resolve("samples.bin");
        Path listing = folder.resolve("samples.txt");
        Files.write(file, image);
        assumeTrue(run(listing, machine, file), "objdump is not installed");
        Map<Integer, Read> reads = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(listing)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches() && matcher.group(3) != null) {
                    int address = Integer.parseInt(matcher.group(1), 16);
                    reads.put(address, new Read(address, matcher.group(2).length() / 3, matcher.group(3)));
                }
            }
        }
        return reads;
    }

    private static boolean run(Path listing, String machine, Path file) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            "objdump", "-D", "-w", "-z", "-b", "binary", "-m", machine, "-M", "intel", file.toString())
                    .redirectOutput(listing.toFile())
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
