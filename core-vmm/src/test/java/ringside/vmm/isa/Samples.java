// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import ringside.vmm.isa.OpcodeTable.Row;

/// Instruction bytes made from the opcode table: for each row its opcodes, with register operands and with memory
/// operands of every addressing form.
final class Samples {
    /// ModRM and what follows it, with the reg field 0: 32-bit forms that take one, two, three, five and six bytes.
    private static final List<String> MEMORY_32 = List.of(
            "03", "45 F0", "44 8D 10", "05 78 56 34 12", "83 78 56 34 F2", "84 8D 44 33 22 11", "04 25 78 56 34 12");
    private static final List<String> MEMORY_16 = List.of("04", "42 F0", "06 34 12", "87 34 F2");

    /// Bytes of one row, followed by enough others to make 15.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sample(Row row, byte[] bytes) {
        @Override
        public String toString() {
            return row.encoding().text() + " " + row.mnemonic() + ": "
                    + HexFormat.ofDelimiter(" ").formatHex(bytes);
        }
    }

    private Samples() {}

    static OpcodeTable table() {
        try {
            return OpcodeTable.read(file("src/main/isa/opcodes.tsv"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A file of the module, whether tests run in its folder or in the one above.
    static Path file(String name) {
        Path here = Path.of(name);
        return Files.exists(here) ? here : Path.of("core-vmm").resolve(name);
    }

    /// Samples of all rows for a code segment of the given size.
    static List<Sample> all(boolean code32) {
        List<Sample> samples = new ArrayList<>();
        for (Row row : table().rows()) {
            for (int i = 0; i < row.encoding().run(); i++) {
                of(row, i, code32, samples);
            }
        }
        return samples;
    }

    private static void of(Row row, int i, boolean code32, List<Sample> samples) {
        Encoding encoding = row.encoding();
        if (row.number() == rowOf("90+r") && i == 0) {
            return;
        }
        String opcode = encoding.prefix().replace("NP", "")
                + (encoding.twoByte() ? "0F" : "")
                + "%02X".formatted(encoding.opcode() + i);
        if (encoding.marker()) {
            if (code32) {
                samples.add(sample(row, encoding.text().replace("nn", "5A").replace(" ", ""), ""));
            }
            return;
        }
        if (!IsaGenerator.hasModrm(row)) {
            samples.add(sample(row, opcode, ""));
            return;
        }
        if (encoding.modrm() >= 0) {
            for (int st = 0; st < encoding.modrmRun(); st++) {
                samples.add(sample(row, opcode, "%02X".formatted(encoding.modrm() + st)));
            }
            return;
        }
        for (int reg = 0; reg < 8; reg++) {
            if (encoding.reg() >= 0 && encoding.reg() != reg) {
                continue;
            }
            if (row.operands().contains("Sw") && encoding.reg() < 0 && reg > 5) {
                continue;
            }
            modrm(row, opcode, reg, code32, samples);
        }
    }

    private static void modrm(Row row, String opcode, int reg, boolean code32, List<Sample> samples) {
        if (row.encoding().register()) {
            int step = row.encoding().reg() >= 0 ? 1 : 3;
            for (int rm = reg % step; rm < 8; rm += step) {
                samples.add(sample(row, opcode, "%02X".formatted(0xC0 | reg << 3 | rm)));
            }
        }
        if (row.encoding().memory() && !row.operands().contains("Rd")) {
            List<String> forms = code32 ? MEMORY_32 : MEMORY_16;
            boolean all = row.encoding().reg() >= 0 || reg == 0;
            for (String form : all ? forms : List.of(forms.get(reg % forms.size()))) {
                byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(form);
                bytes[0] |= (byte) (reg << 3);
                samples.add(sample(row, opcode, HexFormat.of().formatHex(bytes)));
            }
        }
    }

    private static int rowOf(String opcode) {
        for (int row = 1; row < Rows.count(); row++) {
            if (Rows.opcode(row).equals(opcode)) {
                return row;
            }
        }
        throw new IllegalArgumentException("no row " + opcode);
    }

    private static Sample sample(Row row, String opcode, String modrm) {
        byte[] start = HexFormat.of().parseHex(opcode + modrm);
        byte[] bytes = HexFormat.of().parseHex("112233445566778899AABBCCDDEEFF");
        System.arraycopy(start, 0, bytes, 0, start.length);
        return new Sample(row, bytes);
    }
}
