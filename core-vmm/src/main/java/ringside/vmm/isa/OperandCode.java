// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

/// Packs an operand as the opcode table writes it (`Ev`, `AL`, `Iz`) into a number that the decoder takes apart
/// without branching.
///
/// Bits 0-3 kind when ModRM names a register, 4-7 kind when it names memory, 8-12 where in the packed register
/// numbers to look, 13-15 number of a fixed register, 16-31 size with 32-bit operands, 32-47 size with 16-bit
/// operands, all sizes in bytes.
final class OperandCode {
    /// Byte positions (as shifts) in the decoder's packed register numbers.
    static final int FROM_RM = 0, FROM_REG = 8, FROM_OPCODE = 16, FROM_NOWHERE = 24;

    /// No operand.
    static final long ABSENT = FROM_NOWHERE << 8;

    private OperandCode() {}

    static long pack(String text) {
        String size = text.substring(1);
        return switch (text) {
            case "ST" -> fixed(Insn.ST, 0, 10, 10);
            case "STi" -> entry(Insn.ST, Insn.ST, FROM_RM, 0, 10, 10);
            case "AL" -> fixed(Insn.REG, 0, 1, 1);
            case "CL" -> fixed(Insn.REG, 1, 1, 1);
            case "AX" -> fixed(Insn.REG, 0, 2, 2);
            case "DX" -> fixed(Insn.REG, 2, 2, 2);
            case "eAX" -> fixed(Insn.REG, 0, 4, 2);
            case "I1", "Iu" -> fixed(Insn.IMM, 0, 1, 1);
            case "Is" -> fixed(Insn.IMM, 0, 4, 2);
            default -> segment(text) >= 0 ? fixed(Insn.SEG, segment(text), 4, 2) : general(text.charAt(0), size);
        };
    }

    private static long general(char method, String size) {
        return switch (method) {
            case 'E', 'M' -> from(Insn.REG, Insn.MEM, FROM_RM, size);
            case 'R' -> from(Insn.REG, Insn.REG, FROM_RM, size);
            case 'G' -> from(Insn.REG, Insn.REG, FROM_REG, size);
            case 'Z' -> from(Insn.REG, Insn.REG, FROM_OPCODE, size);
            case 'S' -> from(Insn.SEG, Insn.SEG, FROM_REG, size);
            case 'C' -> from(Insn.CR, Insn.CR, FROM_REG, size);
            case 'D' -> from(Insn.DR, Insn.DR, FROM_REG, size);
            case 'P' -> from(Insn.MM, Insn.MM, FROM_REG, size);
            case 'Q' -> from(Insn.MM, Insn.MEM, FROM_RM, size);
            case 'V' -> from(Insn.XMM, Insn.XMM, FROM_REG, size);
            case 'W' -> from(Insn.XMM, Insn.MEM, FROM_RM, size);
            case 'I' -> from(Insn.IMM, Insn.IMM, FROM_NOWHERE, size);
            case 'J' -> from(Insn.REL, Insn.REL, FROM_NOWHERE, size);
            case 'A' -> from(Insn.FAR, Insn.FAR, FROM_NOWHERE, size);
            case 'O' -> from(Insn.MEM, Insn.MEM, FROM_NOWHERE, size);
            case 'X', 'Y', 'B', 'F' -> from(Insn.NONE, Insn.NONE, FROM_NOWHERE, size);
            default -> throw new IllegalArgumentException("no addressing method " + method + size);
        };
    }

    /// Whether the operand is the string side that decides the element's size.
    static boolean implicitMemory(String text) {
        return "XYB".indexOf(text.charAt(0)) >= 0 && text.length() == 2;
    }

    static boolean usesModrm(String text) {
        return "EMRGSCDPQVW".indexOf(text.charAt(0)) >= 0
                && segment(text) < 0
                && !text.startsWith("ST")
                && !text.equals("CL")
                && !text.equals("DX");
    }

    /// Segment register number of a fixed operand, or -1.
    private static int segment(String text) {
        return switch (text) {
            case "ES" -> 0;
            case "CS" -> 1;
            case "SS" -> 2;
            case "DS" -> 3;
            case "FS" -> 4;
            case "GS" -> 5;
            default -> -1;
        };
    }

    private static long from(int kind, int memoryKind, int where, String size) {
        return entry(kind, memoryKind, where, 0, bytes(size, 4), bytes(size, 2));
    }

    private static long fixed(int kind, int number, int size32, int size16) {
        return entry(kind, kind, FROM_NOWHERE, number, size32, size16);
    }

    private static long entry(int kind, int memoryKind, int where, int number, int size32, int size16) {
        return kind | memoryKind << 4 | where << 8 | number << 13 | (long) size32 << 16 | (long) size16 << 32;
    }

    private static int bytes(String size, int operandSize) {
        boolean wide = operandSize == 4;
        return switch (size) {
            case "" -> 0;
            case "b" -> 1;
            case "w" -> 2;
            case "d" -> 4;
            case "s" -> 6;
            case "q" -> 8;
            case "t" -> 10;
            case "o" -> 16;
            case "x" -> 512;
            case "v", "z" -> operandSize;
            case "p" -> operandSize + 2;
            case "a" -> operandSize * 2;
            case "e" -> wide ? 28 : 14;
            case "f" -> wide ? 108 : 94;
            default -> throw new IllegalArgumentException("no operand size " + size);
        };
    }
}
