// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

/// One decoded instruction. Mutable and reused: the decoder overwrites every field.
///
/// Up to three operands, destination first as in Intel's notation. Operand k has a kind, a register number and a
/// size in bytes. At most one operand is in memory; its address is in [#base] and the fields after it.
///
/// ## Where what is
/// - One [Op] per meaning: `ADD` is every form of ADD, and the kinds and sizes of the operands tell the form.
/// Operands that an
///   instruction names by its opcode are there too (`k1 == REG, n1 == 0` for AL or EAX, `n1 == 1` for a count in CL,
///   `n == 2` for a port in DX).
/// - PUSH, POP: operand 0 is REG, MEM, IMM or SEG; the width on the stack is its size `s0` (also for SEG). PUSHA,
/// POPA, ENTER, LEAVE, RET, RETF,
///   IRET, CALL, CALLF: width is [#size]. PUSHF, POPF: no operand, `s0` is the width (equal to [#size]).
/// - XCHG, XADD, CMPXCHG: operand 0 is the register or memory operand, 1 the register. `90` is NOP, `F3 90` PAUSE.
/// - IMUL, by the number of operands: `k1 == NONE` is EDX:EAX = EAX * operand 0; `k2 == NONE` is 0 = 0 * 1; else 0 =
/// 1 * immediate.
///   MUL, DIV, IDIV: operand 0 is the multiplier or divisor.
/// - Shifts and rotates: operand 1 is IMM (the forms by 1 have `imm == 1`) or CL. SHLD, SHRD: operands 0, 1, and the
/// count as operand 2.
/// - MOVZX, MOVSX: `s0` and `s1` differ. CBW (also CWDE) and CWD (also CDQ): [#size]. LEA: operand 1 is MEM of size
/// 0.
/// - String instructions (MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS): no operands, all kinds NONE; `s0` is the
/// element's size, [#rep] the
///   prefix, [#seg] the segment of the (E)SI side, [#addressSize] tells SI/DI/CX from ESI/EDI/ECX. XLAT likewise,
///   from seg:(E)BX+AL.
/// - JCC, CALL, JMP, LOOP, LOOPE, LOOPNE, JCXZ with REL: `imm` counts from the next instruction; [#size] 2 cuts the
/// target to 16 bits.
///   CALL, JMP with REG or MEM: the target. JCXZ and LOOPs count in CX or ECX by [#addressSize].
/// - JCC, SETCC, CMOVCC: the condition 0..15 is in [#imm2].
/// - CALLF, JMPF: operand 0 is FAR (`imm` offset, `imm2` selector) or MEM (offset, then selector; `s0` is 4 or 6).
/// LES, LDS, LSS, LFS, LGS:
///   operand 1 is such a MEM.
/// - RET, RETF: operand 0 is IMM (bytes to release) or NONE. ENTER: `imm` bytes, `imm2` nesting level as encoded
/// (take it modulo 32).
/// - IN: operand 0 is AL/AX/EAX, 1 is the port, IMM or DX. OUT: the other way round. INT: `imm` is the vector. AAM,
/// AAD: `imm` is the base.
/// - MOV to and from a segment register is MOV with SEG; the register form of reading one has the operand size, the
/// memory form 2.
///   Undefined segment registers, and CS as destination, are already `Op.UD`.
/// - MOV_TO_CR, MOV_FROM_CR, MOV_TO_DR, MOV_FROM_DR: CR or DR on one side, REG of 4 bytes on the other.
/// - SGDT, SIDT, LGDT, LIDT: MEM of 6 bytes; [#size] 2 masks the base to 24 bits on loading. SLDT, STR, SMSW: MEM of
/// 2, or REG of the operand size.
///   LLDT, LTR, LMSW, VERR, VERW: 2 bytes. LAR, LSL: operand 0 has the operand size, 1 has 2 bytes. INVLPG: MEM of
///   size 0.
/// - BOUND: operand 1 is the pair, its size twice the operand size. CMPXCHG8B: MEM of 8.
/// - BT, BTS, BTR, BTC with a register index and MEM: the index reaches beyond the operand; the address here is that
/// of bit 0.
/// - x87: ST with n, or MEM with the size of the value (10: 80-bit, FLDENV 14/28, FSAVE 94/108). Memory arithmetic
/// has MEM as its only operand.
/// - `Op.NOP` and `Op.UD` may have operands; they mean nothing. `Op.BELL` has none.
public final class Insn {
    /// Operand kinds.
    public static final int NONE = 0,
            REG = 1,
            MEM = 2,
            IMM = 3,
            SEG = 4,
            CR = 5,
            DR = 6,
            REL = 7,
            FAR = 8,
            ST = 9,
            MM = 10,
            XMM = 11;

    /// Values of {@link #rep}.
    public static final int NO_REP = 0, REPE = 0xF3, REPNE = 0xF2;

    /// What to do: a constant of {@link Op}. `Op.UD` for every undefined encoding (LOCK misuse included).
    public int op;
    /// The table row, for disassembly and statistics. 0 for undefined encodings.
    public int row;
    /// Bytes, 1 to 15.
    public int length;
    /// Effective operand size: 2 or 4 (byte forms have operands of size 1).
    public int size;
    /// Effective address size: 2 or 4.
    public int addressSize;
    /// The last F2 or F3 prefix, whether it means anything here or not.
    public int rep;
    public boolean lock;
    /// Segment number of the memory operand (default or override): ES 0 .. GS 5. Without a memory operand: the
    /// override, or DS.
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
    /// With an address size of 2, cut the sum to 16 bits.
    public int base, index, scale, disp;

    /// Immediate, sign-extended to 32 bits from its encoded width whatever the operand size, so cut it to the
    /// operand's size where that matters. Zero-extended instead: ports, INT, RET, RETF, ENTER, AAM, AAD, counts of
    /// shifts and bit indexes, SIMD controls. The offset of a far pointer; REL: displacement.
    public int imm;
    /// Second immediate: selector of a far pointer, level of ENTER, number of a bell, condition of JCC, SETCC and
    /// CMOVCC.
    public int imm2;

    /// ModRM byte, or -1.
    public int modrm;
}
