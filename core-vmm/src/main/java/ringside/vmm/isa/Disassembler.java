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
    private static final List<String> COMPARISONS = List.of("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord");
    private static final List<String> BYTES = List.of("al", "cl", "dl", "bl", "ah", "ch", "dh", "bh");
    private static final List<String> WORDS = List.of("ax", "cx", "dx", "bx", "sp", "bp", "si", "di");
    static final List<String> SEGMENTS = List.of("es", "cs", "ss", "ds", "fs", "gs");

    private Disassembler() {}

    /// The text of one instruction, mnemonic padded to seven columns.
    ///
    /// @param eip where the instruction is, an offset in its code segment
    public static String text(Insn insn, int eip) {
        StringJoiner operands = new StringJoiner(",");
        if (insn.op == Op.BELL) {
            operands.add(hex(insn.imm2));
        }
        List<String> codes = operandCodes(insn);
        for (int k = 0; k < codes.size(); k++) {
            operands.add(operand(insn, codes.get(k), k, eip));
        }
        String mnemonic = prefix(insn) + sized(insn);
        return operands.length() == 0 ? mnemonic : "%-6s %s".formatted(mnemonic, operands);
    }

    /// The same in AT&T's syntax, as `objdump` prints it by itself.
    ///
    /// @param eip where the instruction is, an offset in its code segment
    public static String att(Insn insn, int eip) {
        return AttSyntax.text(insn, eip);
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

    /// The mnemonic with what says its width, when nothing else does.
    private static String sized(Insn insn) {
        String plain = compared(insn, mnemonic(insn));
        return switch (insn.op) {
            case Op.SGDT, Op.SIDT, Op.LGDT, Op.LIDT -> plain + (insn.size == 2 ? "w" : "d");
            default -> usual(insn, plain) + (widthUntold(insn) ? insn.size == 2 ? "w" : "d" : "");
        };
    }

    /// The name for the width of the code segment, where the table has two: what is unusual gets a letter.
    static String usual(Insn insn, String plain) {
        return switch (insn.op) {
            case Op.PUSHA, Op.POPA, Op.PUSHF, Op.POPF, Op.IRET ->
                Rows.mnemonic(insn.row).replaceFirst(".*/", "");
            default -> plain;
        };
    }

    /// Whether the width is not the code segment's and no operand shows it.
    static boolean widthUntold(Insn insn) {
        return insn.opPrefix
                && switch (insn.op) {
                    case Op.RET, Op.RETF, Op.IRET, Op.PUSHF, Op.POPF, Op.PUSHA, Op.POPA, Op.ENTER, Op.LEAVE -> true;
                    case Op.FLDENV, Op.FNSTENV, Op.FRSTOR, Op.FNSAVE -> true;
                    case Op.CALL, Op.JMP ->
                        insn.k0 == Insn.REL && Rows.operands(insn.row).equals("Jz");
                    case Op.PUSH, Op.POP -> insn.k0 == Insn.SEG || insn.k0 == Insn.IMM;
                    default -> false;
                };
    }

    /// Comparisons have a name for each of the eight conditions.
    static String compared(Insn insn, String plain) {
        boolean compares = insn.op == Op.CMPPS || insn.op == Op.CMPPD || insn.op == Op.CMPSS || insn.op == Op.CMPSD;
        if (!compares || insn.imm > 7) {
            return plain;
        }
        return "cmp" + COMPARISONS.get(insn.imm) + plain.substring(3);
    }

    /// The operands that are written; those of PUSHF and POPF are not.
    static List<String> operandCodes(Insn insn) {
        String operands = Rows.operands(insn.row);
        if (operands.isEmpty() || operands.equals("Fv")) {
            return List.of();
        }
        List<String> codes = Arrays.asList(operands.split(","));
        return codes.getLast().equals("Iu") && !compared(insn, "cmp?").equals("cmp?") ? codes.subList(0, 2) : codes;
    }

    static String prefix(Insn insn) {
        if (insn.lock && insn.op != Op.UD) {
            return "lock ";
        }
        if (insn.rep == Insn.NO_REP) {
            return "";
        }
        return switch (insn.op) {
            case Op.MOVS, Op.STOS, Op.LODS, Op.INS, Op.OUTS -> insn.rep == Insn.REPE ? "rep " : "repnz ";
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
            case Insn.MEM -> pointer(insn, code, size) + memory(insn);
            case Insn.IMM -> code.equals("I1") ? "1" : hex(immediate(insn, code, k));
            case Insn.REL -> hex(target(insn, eip));
            case Insn.FAR -> hex(insn.imm2) + ":" + hex(insn.imm);
            default -> code.equals("ST") ? "st" : register(kind, number, shownSize(insn, size));
        };
    }

    /// Only 16 bits of the selector of LAR, LSL and MOV count, whatever register is written.
    static int shownSize(Insn insn, int size) {
        boolean selector = insn.op == Op.LAR || insn.op == Op.LSL || insn.op == Op.MOV && insn.k0 == Insn.SEG;
        return selector ? insn.size : size;
    }

    /// A signed immediate as wide as the operand it goes with.
    static int immediate(Insn insn, String code, int k) {
        if (insn.op == Op.ENTER && k == 1) {
            return insn.imm2;
        }
        if (code.equals("Iu") || code.equals("Iw")) {
            return insn.imm;
        }
        int size = k > 0 ? insn.s0 : insn.size;
        return size == 1 ? insn.imm & 0xFF : size == 2 ? insn.imm & 0xFFFF : insn.imm;
    }

    static int target(Insn insn, int eip) {
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

    static String register(int kind, int number, int size) {
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
            boolean negative = insn.disp < 0;
            text.append(negative ? "-" : "+").append(hex(negative ? -insn.disp : insn.disp));
        }
        return text.append(']').toString();
    }

    private static String pointer(Insn insn, String code, int size) {
        return switch (insn.op) {
            case Op.SGDT, Op.SIDT, Op.LGDT, Op.LIDT -> "";
            case Op.INVLPG -> "BYTE PTR ";
            default -> code.startsWith("O") ? "" : pointer(size);
        };
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

    static String hex(int number) {
        return "0x" + Integer.toHexString(number);
    }
}
