// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/// How many instructions a second the decoder takes, warm: over a mix as compilers make it (seeded), or over the
/// files named.
///
/// Not a test. `java -cp ... ringside.vmm.isa.DecodeRate [FILE...]`
final class DecodeRate {
    private static final List<String> MIX = List.of(
            "89C3",
            "8B4508",
            "8B442404",
            "89442410",
            "83C404",
            "83EC1C",
            "50",
            "53",
            "5B",
            "5D",
            "C3",
            "E810000000",
            "7405",
            "75F0",
            "0F84A0000000",
            "EB10",
            "8D0440",
            "8D7C2420",
            "01D8",
            "31C0",
            "85C0",
            "39D8",
            "83F807",
            "C7042478563412",
            "C745F400000000",
            "0FB600",
            "0FB7C0",
            "C1E004",
            "A178563412",
            "8B1485785634F2",
            "40",
            "4B",
            "F7D8",
            "66890C07",
            "880A",
            "F3A5",
            "0F95C0",
            "6A00",
            "FF2485341200F0",
            "81E1FF0F0000");

    private DecodeRate() {}

    public static void main(String[] files) throws IOException {
        if (files.length == 0) {
            report("mix", mix());
        }
        for (String file : files) {
            report(file, Files.readAllBytes(Path.of(file)));
        }
    }

    private static byte[] mix() {
        Random random = new Random(1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (bytes.size() < 64 * 1024) {
            bytes.writeBytes(HexFormat.of().parseHex(MIX.get(random.nextInt(MIX.size()))));
        }
        return bytes.toByteArray();
    }

    private static void report(String name, byte[] code) {
        Insn insn = new Insn();
        for (int round = 0; round < 5; round++) {
            long instructions = 0;
            long check = 0;
            long start = System.nanoTime();
            while (System.nanoTime() - start < 500_000_000L) {
                int p = 0;
                while (p < code.length) {
                    int length = Decoder.decode(code, p, code.length - p, true, insn);
                    check += insn.op + insn.n0;
                    p += Math.max(length, 1);
                    instructions++;
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "%s: %.1f million decodes a second (%d)%n", name, instructions / seconds / 1e6, check & 1);
        }
    }
}
