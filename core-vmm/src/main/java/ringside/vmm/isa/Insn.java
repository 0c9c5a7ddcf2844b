// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

/// One decoded instruction. Mutable and reused: the decoder overwrites every field.
///
/// Up to three operands. Operand k has a kind, a register number and a size in bytes.
public final class Insn {
    /// Operand kinds.
    public static final int NONE = 0, REG = 1, MEM = 2, IMM = 3, SEG = 4, CR = 5, DR = 6, REL = 7, FAR = 8, ST = 9, MM = 10,
            XMM = 11;

    /// Values of {@link #rep}.
    public static final int NO_REP = 0, REPE = 0xF3, REPNE = 0xF2;

    /// What to do: a constant of {@link Op}. `Op.UD` for every undefined encoding (LOCK misuse included).
    public int op;
    /// The table row, for disassembly and statistics.
    public int row;
    /// Bytes, 1 to 15.
    public int length;
    /// Effective operand size: 2 or 4 (byte forms have operands of size 1).
    public int size;
    /// Effective address size: 2 or 4.
    public int addressSize;
    public int rep;
    public boolean lock;
    /// Segment number of the memory operand (default or override): ES 0 .. GS 5.
    public int seg;
    /// Whether a segment prefix was there (string sources, disassembly).
    public boolean segPrefix;
    /// The operand-size prefix was there (SSE rows, disassembly).
    public boolean opPrefix;

    /// Operand kinds, register numbers, sizes. A REG of size 1 with number 4..7 is AH, CH, DH, BH.
    public int k0, k1, k2;
    public int n0, n1, n2;
    public int s0, s1, s2;

    /// Memory operand: base and index register or -1, scale as a shift 0..3, displacement. 16-bit forms use BX, SI...
    public int base, index, scale, disp;

    /// Immediate, sign-extended as the instruction wants; the offset of a far pointer; REL: displacement.
    public int imm;
    /// Second immediate: selector of a far pointer, level of ENTER, number of a bell.
    public int imm2;

    /// ModRM byte, or -1.
    public int modrm;
}
