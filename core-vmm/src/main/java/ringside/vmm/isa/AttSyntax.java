// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// Instructions as `objdump` prints them by itself: sources first, `%` and `$`, and a letter for the width where no
/// register tells it.
final class AttSyntax {
    /// Operations that take their width from a letter when the operand is in memory and no register goes with it.
    private static final Set<Integer> LETTERED = Set.of(
            Op.ADD, Op.OR, Op.ADC, Op.SBB, Op.AND, Op.SUB, Op.XOR, Op.CMP, Op.TEST, Op.MOV, Op.INC, Op.DEC, Op.NOT,
            Op.NEG, Op.MUL, Op.IMUL, Op.DIV, Op.IDIV, Op.ROL, Op.ROR, Op.RCL, Op.RCR, Op.SHL, Op.SHR, Op.SAR, Op.BT,
            Op.BTS, Op.BTR, Op.BTC, Op.NOP);
    private static final String WIDTHS = "?bw?l???q";

    private AttSyntax() {}

    static String text(Insn insn, int eip) {
        List<String> operands = new ArrayList<>();
        if (insn.op == Op.BELL) operands.add("$" + Disassembler.hex(insn.imm2));
        List<String> codes = Disassembler.operandCodes(insn);
        for (int k = 0; k < codes.size(); k++) {
            if (!codes.get(k).equals("I1")) operands.add(operand(insn, codes.get(k), k, eip));
        }
        if (insn.op != Op.ENTER && insn.op != Op.BOUND) Collections.reverse(operands);
        String mnemonic = Disassembler.prefix(insn) + mnemonic(insn, codes);
        return operands.isEmpty() ? mnemonic : "%-6s %s".formatted(mnemonic, String.join(",", operands));
    }

    private static String mnemonic(Insn insn, List<String> codes) {
        String plain = Disassembler.compared(insn, Disassembler.mnemonic(insn));
        return switch (insn.op) {
            case Op.CBW -> insn.size == 2 ? "cbtw" : "cwtl";
            case Op.CWD -> insn.size == 2 ? "cwtd" : "cltd";
            case Op.MOVZX -> "movz" + letter(insn.s1) + letter(insn.s0);
            case Op.MOVSX -> "movs" + letter(insn.s1) + letter(insn.s0);
            case Op.MOVS, Op.CMPS, Op.INS, Op.OUTS -> plain + letter(insn.s0);
            case Op.SGDT, Op.SIDT, Op.LGDT, Op.LIDT -> plain + letter(insn.size);
            case Op.LOOP, Op.LOOPE, Op.LOOPNE -> plain + (countsUnusually(insn) ? letter(insn.addressSize) : "");
            case Op.PUSH, Op.POP -> plain + (insn.opPrefix && insn.k0 != Insn.REG ? letter(insn.size) : "");
            case Op.CALL, Op.JMP ->
                plain + (insn.k0 == Insn.MEM || Disassembler.widthUntold(insn) ? unusual(insn) : "");
            case Op.CALLF, Op.JMPF -> "l" + plain + unusual(insn);
            case Op.RETF -> "lret" + unusual(insn);
            default -> {
                if (Disassembler.widthUntold(insn)) {
                    boolean x87 = insn.op >= Op.FIRST_FPU;
                    yield Disassembler.usual(insn, plain) + (x87 ? insn.size == 2 ? "s" : "l" : letter(insn.size));
                }
                if (insn.op >= Op.FIRST_FPU && insn.op < Op.FIRST_SIMD) yield x87(insn, plain);
                yield Disassembler.usual(insn, plain) + (lettered(insn, codes) ? letter(memorySize(insn)) : "");
            }
        };
    }

    private static boolean lettered(Insn insn, List<String> codes) {
        if (!LETTERED.contains(insn.op) || Rows.mnemonic(insn.row).startsWith("prefetch")) return false;
        boolean memory = false;
        for (int k = 0; k < codes.size(); k++) {
            int kind = k == 0 ? insn.k0 : k == 1 ? insn.k1 : insn.k2;
            if (kind == Insn.MEM) memory = true;
            else if (kind != Insn.IMM && kind != Insn.XMM && !codes.get(k).equals("CL")) return false;
        }
        return memory;
    }

    private static int memorySize(Insn insn) {
        return insn.k0 == Insn.MEM ? insn.s0 : insn.s1;
    }

    private static String letter(int size) {
        return String.valueOf(WIDTHS.charAt(size));
    }

    /// The letter of a width that is not the code segment's.
    private static String unusual(Insn insn) {
        return insn.opPrefix ? letter(insn.size) : "";
    }

    private static boolean countsUnusually(Insn insn) {
        return insn.addressSize != (insn.opPrefix ? 6 - insn.size : insn.size);
    }

    private static String x87(Insn insn, String plain) {
        if (insn.k0 != Insn.MEM) return swapped(insn, plain);
        boolean integer = plain.startsWith("fi");
        return switch (plain) {
            case "fldcw",
                    "fnstcw",
                    "fnstsw",
                    "fldenv",
                    "fnstenv",
                    "frstor",
                    "fnsave",
                    "fbld",
                    "fbstp",
                    "fxsave",
                    "fxrstor" -> plain;
            default ->
                plain
                        + (integer
                                ? insn.s0 == 2 ? "s" : insn.s0 == 4 ? "l" : "ll"
                                : insn.s0 == 4 ? "s" : insn.s0 == 8 ? "l" : "t");
        };
    }

    /// AT&T's assembler exchanged `fsub` and `fsubr`, `fdiv` and `fdivr` where the destination is not ST(0), and all
    /// tools of that tradition keep to it.
    private static String swapped(Insn insn, String plain) {
        boolean affected = insn.k0 == Insn.ST
                && insn.k1 == Insn.ST
                && Rows.operands(insn.row).startsWith("STi");
        if (!affected) return plain;
        return switch (plain) {
            case "fsub" -> "fsubr";
            case "fsubr" -> "fsub";
            case "fdiv" -> "fdivr";
            case "fdivr" -> "fdiv";
            case "fsubp" -> "fsubrp";
            case "fsubrp" -> "fsubp";
            case "fdivp" -> "fdivrp";
            case "fdivrp" -> "fdivp";
            default -> plain;
        };
    }

    private static String operand(Insn insn, String code, int k, int eip) {
        boolean narrow = insn.addressSize == 2;
        if (OperandCode.implicitMemory(code)) {
            return switch (code.charAt(0)) {
                case 'Y' -> narrow ? "%es:(%di)" : "%es:(%edi)";
                case 'X' -> "%" + Disassembler.SEGMENTS.get(insn.seg) + (narrow ? ":(%si)" : ":(%esi)");
                default -> "%" + Disassembler.SEGMENTS.get(insn.seg) + (narrow ? ":(%bx)" : ":(%ebx)");
            };
        }
        int kind = k == 0 ? insn.k0 : k == 1 ? insn.k1 : insn.k2;
        int number = k == 0 ? insn.n0 : k == 1 ? insn.n1 : insn.n2;
        int size = k == 0 ? insn.s0 : k == 1 ? insn.s1 : insn.s2;
        boolean indirect = insn.op == Op.CALL || insn.op == Op.JMP || insn.op == Op.CALLF || insn.op == Op.JMPF;
        return switch (kind) {
            case Insn.NONE -> code.equals("DX") ? "(%dx)" : "%" + Disassembler.register(Insn.REG, 0, insn.s0);
            case Insn.MEM -> (indirect ? "*" : "") + memory(insn);
            case Insn.IMM -> "$" + Disassembler.hex(Disassembler.immediate(insn, code, k));
            case Insn.REL -> Disassembler.hex(Disassembler.target(insn, eip));
            case Insn.FAR -> "$" + Disassembler.hex(insn.imm2) + ",$" + Disassembler.hex(insn.imm);
            default -> {
                if (code.equals("DX")) yield "(%dx)";
                if (kind == Insn.DR) yield "%db" + number;
                String name = code.equals("ST")
                        ? "st"
                        : Disassembler.register(kind, number, Disassembler.shownSize(insn, size));
                yield (indirect ? "*%" : "%") + name;
            }
        };
    }

    private static String memory(Insn insn) {
        StringBuilder text = new StringBuilder();
        if (insn.segPrefix)
            text.append('%').append(Disassembler.SEGMENTS.get(insn.seg)).append(':');
        if (insn.base < 0 && insn.index < 0) {
            return text.append(Disassembler.hex(insn.addressSize == 2 ? insn.disp & 0xFFFF : insn.disp))
                    .toString();
        }
        if ((insn.modrm & 0xC0) != 0 || insn.base < 0) {
            boolean negative = insn.disp < 0;
            text.append(negative ? "-" : "").append(Disassembler.hex(negative ? -insn.disp : insn.disp));
        }
        text.append('(');
        if (insn.base >= 0) text.append('%').append(Disassembler.register(Insn.REG, insn.base, insn.addressSize));
        if (insn.index >= 0) {
            text.append(",%").append(Disassembler.register(Insn.REG, insn.index, insn.addressSize));
            if (insn.addressSize == 4) text.append(',').append(1 << insn.scale);
        }
        return text.append(')').toString();
    }
}
