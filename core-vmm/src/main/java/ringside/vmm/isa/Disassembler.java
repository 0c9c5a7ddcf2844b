// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/// Writes a decoded instruction in Intel's syntax, close to what `objdump -M intel` prints. Branch targets are
/// absolute; there are no symbols.
public final class Disassembler {
    private static final List<String> CONDITIONS =
            List.of("o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g");
    private static final List<String> BYTES = List.of("al", "cl", "dl", "bl", "ah", "ch", "dh", "bh");
    private static final List<String> WORDS = List.of("ax", "cx", "dx", "bx", "sp", "bp", "si", "di");
    private static final List<String> SEGMENTS = List.of("es", "cs", "ss", "ds", "fs", "gs");

    private Disassembler() {}

    /// The text of one instruction, mnemonic padded to seven columns.
    ///
    /// @param eip where the instruction is, an offset in its code segment
    public static String text(Insn insn, int eip) {
        StringJoiner operands = new StringJoiner(",");
        if (insn.op == Op.BELL) {
            operands.add(hex(insn.imm2));
        }
        List<String> codes = operandCodes(insn.row);
        for (int k = 0; k < codes.size(); k++) {
            operands.add(operand(insn, codes.get(k), k, eip));
        }
        String mnemonic = prefix(insn) + mnemonic(insn);
        return operands.length() == 0 ? mnemonic : "%-6s %s".formatted(mnemonic, operands);
    }

    /// The mnemonic alone, with its condition, for lists and statistics.
    public static String mnemonic(Insn insn) {
        String mnemonic = Rows.mnemonic(insn.row);
        if (mnemonic.endsWith("CC")) {
            return mnemonic.substring(0, mnemonic.length() - 2) + CONDITIONS.get(insn.imm2 & 15);
        }
        int slash = mnemonic.indexOf('/');
        if (slash < 0) {
            return mnemonic;
        }
        int size = insn.op == Op.JCXZ ? insn.addressSize : insn.size;
        return size == 2 ? mnemonic.substring(0, slash) : mnemonic.substring(slash + 1);
    }

    /// The operands that are written; those of PUSHF and POPF are not.
    private static List<String> operandCodes(int row) {
        String operands = Rows.operands(row);
        return operands.isEmpty() || operands.equals("Fv") ? List.of() : Arrays.asList(operands.split(","));
    }

    private static String prefix(Insn insn) {
        if (insn.lock && insn.op != Op.UD) {
            return "lock ";
        }
        if (insn.rep == Insn.NO_REP) {
            return "";
        }
        return switch (insn.op) {
            case Op.MOVS, Op.STOS, Op.LODS, Op.INS, Op.OUTS -> "rep ";
            case Op.CMPS, Op.SCAS -> insn.rep == Insn.REPE ? "repz " : "repnz ";
            default -> "";
        };
    }

    private static String operand(Insn insn, String code, int k, int eip) {
        if (OperandCode.implicitMemory(code)) {
            return implicit(insn, code.charAt(0));
        }
        int kind = k == 0 ? insn.k0 : k == 1 ? insn.k1 : insn.k2;
        int number = k == 0 ? insn.n0 : k == 1 ? insn.n1 : insn.n2;
        int size = k == 0 ? insn.s0 : k == 1 ? insn.s1 : insn.s2;
        return switch (kind) {
            case Insn.NONE -> accumulatorOrPort(insn, code);
            case Insn.MEM -> (code.startsWith("O") ? "" : pointer(size)) + memory(insn);
            case Insn.IMM ->
                code.equals("I1") ? "1" : hex(insn.op == Op.ENTER && k == 1 ? insn.imm2 : immediate(insn, code, k));
            case Insn.REL -> hex(target(insn, eip));
            case Insn.FAR -> hex(insn.imm2) + ":" + hex(insn.imm);
            default -> code.equals("ST") ? "st" : register(kind, number, size);
        };
    }

    /// A signed immediate as wide as the operand it goes with.
    private static int immediate(Insn insn, String code, int k) {
        if (code.equals("Iu") || code.equals("Iw")) {
            return insn.imm;
        }
        int size = k > 0 ? insn.s0 : insn.size;
        return size == 1 ? insn.imm & 0xFF : size == 2 ? insn.imm & 0xFFFF : insn.imm;
    }

    private static int target(Insn insn, int eip) {
        int target = eip + insn.length + insn.imm;
        return insn.size == 2 ? target & 0xFFFF : target;
    }

    /// The register side of a string instruction, which the decoder leaves out.
    private static String accumulatorOrPort(Insn insn, String code) {
        return code.equals("DX") ? "dx" : register(Insn.REG, 0, insn.s0);
    }

    private static String implicit(Insn insn, char side) {
        boolean narrow = insn.addressSize == 2;
        String pointer = pointer(insn.s0);
        return switch (side) {
            case 'Y' -> pointer + (narrow ? "es:[di]" : "es:[edi]");
            case 'X' -> pointer + SEGMENTS.get(insn.seg) + (narrow ? ":[si]" : ":[esi]");
            default -> pointer + SEGMENTS.get(insn.seg) + (narrow ? ":[bx]" : ":[ebx]");
        };
    }

    private static String register(int kind, int number, int size) {
        return switch (kind) {
            case Insn.REG -> size == 1 ? BYTES.get(number) : (size == 2 ? "" : "e") + WORDS.get(number);
            case Insn.SEG -> SEGMENTS.get(number);
            case Insn.CR -> "cr" + number;
            case Insn.DR -> "dr" + number;
            case Insn.ST -> "st(" + number + ")";
            case Insn.MM -> "mm" + number;
            case Insn.XMM -> "xmm" + number;
            default -> throw new IllegalStateException("operand kind " + kind + " is no register");
        };
    }

    private static String memory(Insn insn) {
        if (insn.base < 0 && insn.index < 0) {
            return SEGMENTS.get(insn.seg) + ":" + hex(insn.addressSize == 2 ? insn.disp & 0xFFFF : insn.disp);
        }
        StringBuilder text = new StringBuilder(insn.segPrefix ? SEGMENTS.get(insn.seg) + ":[" : "[");
        if (insn.base >= 0) {
            text.append(register(Insn.REG, insn.base, insn.addressSize));
        }
        if (insn.index >= 0) {
            text.append(insn.base >= 0 ? "+" : "").append(register(Insn.REG, insn.index, insn.addressSize));
            text.append(insn.addressSize == 4 ? "*" + (1 << insn.scale) : "");
        }
        boolean displaced = (insn.modrm & 0xC0) != 0 || insn.base < 0;
        if (displaced) {
            boolean negative = insn.disp < 0 && insn.base >= 0;
            text.append(negative ? "-" : "+").append(hex(negative ? -insn.disp : insn.disp));
        }
        return text.append(']').toString();
    }

    private static String pointer(int size) {
        return switch (size) {
            case 1 -> "BYTE PTR ";
            case 2 -> "WORD PTR ";
            case 4 -> "DWORD PTR ";
            case 6 -> "FWORD PTR ";
            case 8 -> "QWORD PTR ";
            case 10 -> "TBYTE PTR ";
            case 16 -> "XMMWORD PTR ";
            default -> "";
        };
    }

    private static String hex(int number) {
        return "0x" + Integer.toHexString(number);
    }
}
