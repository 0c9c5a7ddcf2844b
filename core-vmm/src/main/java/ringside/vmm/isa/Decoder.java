// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.isa;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Turns bytes into an [Insn]. This is paid for every instruction of the interpreter, so everything is a table walk:
/// no allocation, no text.
///
/// The encodings are in [DecodeTable], the operands of each row in [Rows]; both come from the opcode table.
/// Nothing here knows an instruction, except that the long NOP may be a bell.
///
/// What is in no row gives `Op.UD` and consumes prefixes, opcode, and ModRM where ModRM was needed to know, but no
/// displacement and no immediate:
/// #UD comes before a fault in fetching those. LOCK where it is not allowed gives `Op.UD` with the whole length, as
/// silicon decodes all of it first.
public final class Decoder {
    /// The instruction needs more bytes than were available. Fetch more (the next page), or raise the fault that
    /// fetching them meets.
    public static final int TRUNCATED = -1;
    /// The instruction would be longer than 15 bytes: #GP(0).
    public static final int TOO_LONG = -2;

    /// Bytes in the longest instruction.
    public static final int MAX_LENGTH = 15;

    private static final int DS = 3, SS = 2;
    private static final int ESP = 4, EBP = 5, EBX = 3, ESI = 6, EDI = 7;

    /// Bits of [#FORM]; the kind of immediate is in the lower four.
    private static final int IMMEDIATE = 0x0F, MODRM = 0x10, RM_IS_REGISTER = 0x20, LOCKABLE = 0x40, CONDITION = 0x80;

    private static final char[] SLOTS = DecodeTable.slots();
    private static final int[] FORM = new int[Rows.count()];
    private static final short[] OP = new short[Rows.count()];
    /// Four entries a row: three operands as [OperandCode] packs them, and nothing.
    private static final long[] OPERANDS = new long[Rows.count() * 4];
    /// The row of the long NOP, which a marker looks like.
    private static final int LONG_NOP = SLOTS[0x100 | 0x1F];

    /// Base and index of the eight 16-bit forms.
    private static final int[] BASE_16 = {EBX, EBX, EBP, EBP, ESI, EDI, EBP, EBX};
    private static final int[] INDEX_16 = {ESI, EDI, ESI, EDI, -1, -1, -1, -1};

    /// By kind of immediate: bytes with 32-bit and with 16-bit operands, and what is kept after sign extension.
    private static final int[] IMMEDIATE_BYTES_32 = {0, 1, 1, 1, 2, 4, 4};
    private static final int[] IMMEDIATE_BYTES_16 = {0, 1, 1, 1, 2, 2, 2};
    private static final int[] IMMEDIATE_MASK = {0, -1, 0xFF, -1, 0xFFFF, -1, -1};

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    static {
        for (int row = 0; row < Rows.count(); row++) {
            FORM[row] = Rows.immediate(row)
                    | (Rows.hasModrm(row) ? MODRM : 0)
                    | (Rows.rmIsRegister(row) ? RM_IS_REGISTER : 0)
                    | (Rows.lockable(row) ? LOCKABLE : 0)
                    | (Rows.hasCondition(row) ? CONDITION : 0);
            OP[row] = (short) Rows.semantics(row);
            for (int k = 0; k < 3; k++) {
                OPERANDS[row * 4 + k] = Rows.packedOperand(row, k);
            }
        }
    }

    private Decoder() {}

    /// Decodes the instruction at `code[offset]`.
    ///
    /// @param available how many bytes may be read from `offset` on; more than 15 are never looked at
    /// @param code32 whether the code segment's default size is 32 bits
    /// @param out gets the instruction; its contents are undefined when the answer is negative
    /// @return the length, 1 to 15, or [#TRUNCATED] or [#TOO_LONG]
    public static int decode(byte[] code, int offset, int available, boolean code32, Insn out) {
        int end = offset + Math.min(available, MAX_LENGTH);
        int p = offset;
        if (p >= end) {
            return TRUNCATED;
        }
        int size = code32 ? 4 : 2;
        reset(out, size);
        int opcode = code[p++] & 0xFF;
        int slot = SLOTS[opcode];
        if (slot >= Slot.PREFIX && slot < Slot.TWO_BYTE) {
            p = prefixes(code, p - 1, end, out);
            if (p >= end) {
                return overrun(available);
            }
            opcode = code[p++] & 0xFF;
            slot = SLOTS[opcode];
            size = out.opPrefix ? 6 - size : size;
        }
        if (slot == Slot.TWO_BYTE) {
            if (p >= end) {
                return overrun(available);
            }
            opcode = code[p++] & 0xFF;
            slot = SLOTS[0x100 | opcode];
        }
        if (slot >= Slot.BY_PREFIX && slot < Slot.BY_REG) {
            slot = SLOTS[(slot & Slot.PLACE) + mandatory(out)];
        }
        if (slot >= Slot.FORK) {
            if (p >= end) {
                return overrun(available);
            }
            int modrm = code[p] & 0xFF;
            slot = SLOTS[(slot & Slot.PLACE) + answer(slot, modrm)];
            if (slot == 0) {
                p++;
                out.modrm = modrm;
            }
        }
        out.size = size;
        p = rest(code, p, end, slot, opcode, out);
        if (p < 0) {
            return overrun(available);
        }
        out.length = p - offset;
        return p - offset;
    }

    private static int overrun(int available) {
        return available < MAX_LENGTH ? TRUNCATED : TOO_LONG;
    }

    private static void reset(Insn out, int size) {
        out.addressSize = size;
        out.rep = Insn.NO_REP;
        out.lock = false;
        out.seg = DS;
        out.segPrefix = false;
        out.opPrefix = false;
        out.base = -1;
        out.index = -1;
        out.scale = 0;
        out.disp = 0;
        out.imm = 0;
        out.imm2 = 0;
        out.modrm = -1;
    }

    /// Notes all prefixes and answers where the first other byte is.
    private static int prefixes(byte[] code, int start, int end, Insn out) {
        int p = start;
        boolean addressPrefix = false;
        while (p < end && SLOTS[code[p] & 0xFF] >= Slot.PREFIX && SLOTS[code[p] & 0xFF] < Slot.TWO_BYTE) {
            int prefix = code[p++] & 0xFF;
            switch (prefix) {
                case 0x66 -> out.opPrefix = true;
                case 0x67 -> addressPrefix = true;
                case 0xF0 -> out.lock = true;
                case 0xF2, 0xF3 -> out.rep = prefix;
                default -> {
                    out.seg = prefix < 0x64 ? prefix >> 3 & 3 : prefix & 7;
                    out.segPrefix = true;
                }
            }
        }
        out.addressSize = addressPrefix ? 6 - out.addressSize : out.addressSize;
        return p;
    }

    /// Which of the four answers of a fork by prefix.
    private static int mandatory(Insn out) {
        if (out.rep != Insn.NO_REP) {
            return out.rep == Insn.REPE ? 2 : 3;
        }
        return out.opPrefix ? 1 : 0;
    }

    /// Which of the answers of a fork by ModRM.
    private static int answer(int slot, int modrm) {
        int reg = modrm >> 3 & 7;
        if ((slot & Slot.TYPE) == Slot.BY_MODRM) {
            return modrm < 0xC0 ? reg : 8 + modrm - 0xC0;
        }
        return modrm < 0xC0 ? reg : 8 | reg;
    }

    /// Everything after the opcode. Answers where the next instruction begins, or a negative number when the bytes
    /// ran out.
    private static int rest(byte[] code, int start, int end, int row, int opcode, Insn out) {
        int p = start;
        int form = FORM[row];
        int numbers = (opcode & 7) << OperandCode.FROM_OPCODE;
        boolean memory = false;
        out.row = row;
        out.op = OP[row];
        if ((form & MODRM) != 0) {
            if (p >= end) {
                return -1;
            }
            int modrm = code[p++] & 0xFF;
            out.modrm = modrm;
            numbers |= (modrm >> 3 & 7) << OperandCode.FROM_REG;
            if (modrm >= 0xC0 || (form & RM_IS_REGISTER) != 0) {
                numbers |= modrm & 7;
            } else {
                memory = true;
                p = out.addressSize == 4 ? memory32(code, p, end, modrm, out) : memory16(code, p, end, modrm, out);
            }
        }
        if ((form & IMMEDIATE) != 0 && p >= 0) {
            p = immediate(code, p, end, form & IMMEDIATE, out);
        }
        if ((form & CONDITION) != 0) {
            out.imm2 = opcode & 15;
        }
        operands(row, numbers, memory, out);
        if (row == LONG_NOP) {
            ringIfMarker(out);
        }
        if (out.lock && !(memory && (form & LOCKABLE) != 0)) {
            out.op = Op.UD;
            out.row = 0;
        }
        return p;
    }

    private static int memory32(byte[] code, int start, int end, int modrm, Insn out) {
        int p = start;
        int mod = modrm >> 6;
        int base = modrm & 7;
        if (base == ESP) {
            if (p >= end) {
                return -1;
            }
            int sib = code[p++] & 0xFF;
            base = sib & 7;
            int index = sib >> 3 & 7;
            if (index != ESP) {
                out.index = index;
                out.scale = sib >> 6;
            }
        }
        if (mod == 0 && base == EBP) {
            base = -1;
            mod = 2;
        }
        out.base = base;
        if (base >> 1 == ESP >> 1 && !out.segPrefix) {
            out.seg = SS;
        }
        if (mod == 0) {
            return p;
        }
        return displacement(code, p, end, mod == 1 ? 1 : 4, out);
    }

    private static int memory16(byte[] code, int p, int end, int modrm, Insn out) {
        int mod = modrm >> 6;
        int rm = modrm & 7;
        if (mod == 0 && rm == 6) {
            return displacement(code, p, end, 2, out);
        }
        out.base = BASE_16[rm];
        out.index = INDEX_16[rm];
        if (out.base == EBP && !out.segPrefix) {
            out.seg = SS;
        }
        return mod == 0 ? p : displacement(code, p, end, mod, out);
    }

    private static int displacement(byte[] code, int p, int end, int bytes, Insn out) {
        if (p + bytes > end) {
            return -1;
        }
        out.disp = signed(code, p, bytes);
        return p + bytes;
    }

    private static int immediate(byte[] code, int p, int end, int kind, Insn out) {
        if (kind > Rows.LAST_SIMPLE) {
            return oddImmediate(code, p, end, kind, out);
        }
        int bytes = out.size == 4 ? IMMEDIATE_BYTES_32[kind] : IMMEDIATE_BYTES_16[kind];
        if (p + bytes > end) {
            return -1;
        }
        out.imm = signed(code, p, bytes) & IMMEDIATE_MASK[kind];
        return p + bytes;
    }

    private static int oddImmediate(byte[] code, int p, int end, int kind, Insn out) {
        int bytes = switch (kind) {
            case Rows.FAR_POINTER -> out.size + 2;
            case Rows.IW_IU -> 3;
            case Rows.OFFSET -> out.addressSize;
            default -> 0;
        };
        if (p + bytes > end) {
            return -1;
        }
        switch (kind) {
            case Rows.FAR_POINTER -> {
                out.imm = unsigned(code, p, out.size);
                out.imm2 = unsigned(code, p + out.size, 2);
            }
            case Rows.IW_IU -> {
                out.imm = unsigned(code, p, 2);
                out.imm2 = unsigned(code, p + 2, 1);
            }
            case Rows.OFFSET -> out.disp = unsigned(code, p, out.addressSize);
            default -> out.imm = 1;
        }
        return p + bytes;
    }

    /// One, two or four bytes, sign-extended. Reads four where the array has them, so that it need not ask how many.
    private static int signed(byte[] code, int p, int bytes) {
        int unused = 32 - 8 * bytes;
        int four = p + 4 <= code.length ? (int) INT.get(code, p) : lastBytes(code, p);
        return four << unused >> unused;
    }

    private static int unsigned(byte[] code, int p, int bytes) {
        return signed(code, p, bytes) & -1 >>> 32 - 8 * bytes;
    }

    private static int lastBytes(byte[] code, int p) {
        int four = 0;
        for (int i = code.length - 1; i >= p; i--) {
            four = four << 8 | code[i] & 0xFF;
        }
        return four;
    }

    /// Takes the packed operands apart: no branches, whatever the instruction.
    private static void operands(int row, int numbers, boolean memory, Insn out) {
        int kind = memory ? 4 : 0;
        int size = out.size == 4 ? 16 : 32;
        long first = OPERANDS[row * 4];
        long second = OPERANDS[row * 4 + 1];
        long third = OPERANDS[row * 4 + 2];
        out.k0 = (int) (first >> kind) & 15;
        out.k1 = (int) (second >> kind) & 15;
        out.k2 = (int) (third >> kind) & 15;
        out.n0 = number(first, numbers);
        out.n1 = number(second, numbers);
        out.n2 = number(third, numbers);
        out.s0 = (int) (first >> size) & 0xFFFF;
        out.s1 = (int) (second >> size) & 0xFFFF;
        out.s2 = (int) (third >> size) & 0xFFFF;
    }

    private static int number(long operand, int numbers) {
        return numbers >> (operand >> 8 & 31) & 7 | (int) (operand >> 13) & 7;
    }

    /// A long NOP with the marker's ModRM and displacement is a bell, whatever its prefixes.
    private static void ringIfMarker(Insn out) {
        if (out.modrm == DecodeTable.MARKER_MODRM
                && out.addressSize == 4
                && out.disp >>> 8 == DecodeTable.MARKER_TAIL) {
            out.op = Op.BELL;
            out.row = DecodeTable.MARKER_ROW;
            out.imm2 = out.disp & 0xFF;
            out.k0 = Insn.NONE;
            out.s0 = 0;
        }
    }
}
